#version 450
// run: --dispatch 2,2,1 --base 1,3,0 --init hzhzz
// drivers: vulkan
layout(local_size_x=16,local_size_y=4) in; layout(std430,set=0,binding=0) buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uvec4 y[];};
void main(){ uvec3 g=gl_GlobalInvocationID; y[g.y*64u+g.x]=uvec4(g.xy,gl_WorkGroupID.x*10u+gl_WorkGroupID.y,x[g.x]); }
