#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
layout(local_size_x=1024) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[1024];
void main(){ uint l=gl_LocalInvocationIndex; s[l]=x[gl_GlobalInvocationID.x]; barrier();
  y[gl_GlobalInvocationID.x]=s[1023u-l]^s[(l*37u)&1023u]; }
