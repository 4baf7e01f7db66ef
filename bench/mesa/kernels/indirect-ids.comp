#version 450
// run: --dispatch 3,2,1 --indirect --init hzzzz
// drivers: gl
layout(local_size_x=8,local_size_y=4) in; layout(std430,set=0,binding=0) buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint g=gl_GlobalInvocationID.y*24u+gl_GlobalInvocationID.x;
  y[g]=x[g]+gl_NumWorkGroups.x*100u+gl_NumWorkGroups.y; }
