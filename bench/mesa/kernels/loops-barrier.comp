#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=96) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[96]; shared uint done;
void main(){ uint l=gl_LocalInvocationIndex; s[l]=x[gl_GlobalInvocationID.x]; for(uint n=0u;n<6u;n++){ barrier();
  uint t=s[(l+n*5u+1u)%96u]; barrier(); if((t&1u)==0u){ s[l]=s[l]*3u+t; } else { uint c=t&15u; while(c>0u){
  s[l]=(s[l]>>1)^(c*0x9e37u); c--; } } } memoryBarrierShared(); barrier(); y[gl_GlobalInvocationID.x]=s[l]; }
