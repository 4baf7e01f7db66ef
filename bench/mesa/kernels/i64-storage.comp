#version 450
// run: --dispatch 2,1,1 --init hzhzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uint64_t x[];};
  layout(std430,set=0,binding=1) buffer Y{u64vec4 y[];};
  layout(std430,set=0,binding=2) readonly buffer Z{i64vec3 z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint64_t a=x[i]; i64vec3 b=z[i];
  y[i*3u]=u64vec4(a,a+uint64_t(b.x),uint64_t(b.y)^a,uint64_t(b.z>>7));
  y[i*3u+1u].yz=u64vec2(uint64_t(max(b.x,b.y)),min(a,uint64_t(b.z)));
  y[i*3u+2u].w=uint64_t(bitCount(uint(a)))+ (a&uint64_t(0xff00ff)); }
