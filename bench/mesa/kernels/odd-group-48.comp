#version 450
// run: --dispatch 3,1,1 --init hzzzz
layout(local_size_x=48) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[48];
void main(){ uint l=gl_LocalInvocationIndex; s[l]=x[gl_GlobalInvocationID.x]; barrier();
  y[gl_GlobalInvocationID.x]=s[(l+1u)%48u]+s[47]; }
