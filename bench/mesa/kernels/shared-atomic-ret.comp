#version 450
// run: --dispatch 2,1,1 --init hzzzz
layout(local_size_x=16) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[4];
void main(){ uint l=gl_LocalInvocationIndex,g=gl_GlobalInvocationID.x; if(l<4u) s[l]=5u; barrier(); uint v=x[g]&15u;
  y[g*4u]=atomicAdd(s[0],v); y[g*4u+1u]=atomicExchange(s[1],v); y[g*4u+2u]=atomicCompSwap(s[2],5u,v+6u);
  y[g*4u+3u]=atomicMin(s[3],v); barrier(); if(l<4u) y[1024u+gl_WorkGroupID.x*4u+l]=s[l]; }
