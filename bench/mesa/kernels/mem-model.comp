#version 450
// run: --dispatch 8,1,1 --init hzzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];}; layout(std430,set=0,binding=1) coherent buffer Y{uint n;
  uint sum; uint y[];};
shared uint base;
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; bool keep=(v&3u)==1u;
  if(gl_LocalInvocationIndex==0u) base=0u; barrier(); uint at=0u; if(keep) at=atomicAdd(base,1u); barrier();
  if(gl_LocalInvocationIndex==0u){ atomicAdd(n,base); } barrier(); if(keep){ y[gl_WorkGroupID.x*64u+at]=v;
  atomicAdd(sum,v); } atomicMax(y[8000],v); atomicMin(y[8001],~v); }
