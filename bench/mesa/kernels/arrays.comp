#version 450
// run: --dispatch 2,1,1 --init hhhhh
// drivers: gl
layout(local_size_x=64) in; layout(std430,set=0,binding=0) buffer A{uint a[];} s[3];
  layout(std430,set=1,binding=0) buffer D{uint d[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint t=s[0].a[i]+s[1].a[i]*3u; s[2].a[i]=t; d[i]=s[1].a[i^1u]^t; }
