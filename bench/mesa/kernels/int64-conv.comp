#version 450
// run: --dispatch 2,1,1 --init hfzzz --tolerance 1e-6
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uvec2 x[];};
layout(std430,set=0,binding=1) buffer Y{uvec2 y[];};
layout(std430,set=0,binding=2) buffer Z{float z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint64_t a=packUint2x32(x[i]); a>>=(i*2u)&63u; z[4u*i]=float(a);
  z[4u*i+1u]=float(int64_t(a)); z[4u*i+2u]=float(-int64_t(a>>1)); float f=float(int(uint(a)&0xffffu)-32768)*1024.5;
  z[4u*i+3u]=f; y[4u*i]=unpackUint2x32(uint64_t(int64_t(f)));
  y[4u*i+1u]=unpackUint2x32(uint64_t(abs(f)*65536.0*4096.0));
  y[4u*i+2u]=unpackUint2x32(uint64_t(int64_t(f*65536.0*8192.0))); }
