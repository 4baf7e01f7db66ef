#version 450
// run: --dispatch 2,1,1 --init hzzzz --push 5,6,7,8,9,10,11,12
// drivers: gl
layout(local_size_x=64) in; uniform uint push[8]; layout(std430,set=0,binding=0) buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=x[i]*push[x[i]&7u]+push[3]; y[i+128u]=gl_NumWorkGroups.x; }
