#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint64_t a=packUint2x32(uvec2(x[i],x[i+128u])),b=packUint2x32(uvec2(x[i+1u],x[i+129u])); int64_t s=int64_t(a),t=int64_t(b); uint sh=x[i]&63u;
  uint64_t r[8]; r[0]=a*b; r[1]=uint64_t(s>>sh); r[2]=a<<sh; r[3]=min(a,b); r[4]=uint64_t(max(s,t)); r[5]=uint64_t(abs(s)); r[6]=uint64_t(s<t)+(a>=b?uint64_t(7):uint64_t(9)); r[7]=(a^b)&~(a>>7)|uint64_t(int64_t(int(x[i])));
  for(uint k=0u;k<8u;k++){ y[i*16u+k*2u]=unpackUint2x32(r[k]).x; y[i*16u+k*2u+1u]=unpackUint2x32(r[k]).y; } }
