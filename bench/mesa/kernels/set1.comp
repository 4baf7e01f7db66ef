#version 450
// run: --dispatch 2,1,1 --init hhhhh
layout(local_size_x=64) in; layout(std430,set=0,binding=0) buffer A{uint a[];};
  layout(std430,set=0,binding=1) buffer B{uint b[];}; layout(std430,set=0,binding=2) buffer C{uint c[];};
  layout(std140,set=0,binding=3) uniform U{uvec4 u[16];}; layout(std430,set=1,binding=0) buffer D{uint d[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint t=a[i]; a[i]=b[i]+c[i]; b[i]=d[i]^t; c[i]=u[i&15u].x+t; d[i]=t*3u; }
