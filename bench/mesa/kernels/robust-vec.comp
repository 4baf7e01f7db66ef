#version 450
// run: --dispatch 2,1,1 --init hzzhz --robust
// drivers: vulkan
layout(local_size_x=64) in; layout(std430,set=0,binding=0) readonly buffer X{uvec4 x[];};
  layout(std430,set=0,binding=1) buffer Y{uvec4 y[];};
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=x[4096u-32u+i]; y[4096u-16u+i+64u]=uvec4(i);
  y[i*2u+1000u].zw=x[i*63u].xy; }
