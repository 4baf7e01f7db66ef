#version 450
// run: --dispatch 4,1,1 --twice --init hzzzz
// drivers: gl
layout(local_size_x=64) in; layout(std430,set=0,binding=0) buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; y[i]+=x[i]; x[i]=x[i]*3u+1u; }
