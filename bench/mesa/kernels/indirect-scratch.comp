#version 450
// run: --dispatch 3,2,1 --indirect --init hzzzz
layout(local_size_x=32) in; layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint g=gl_GlobalInvocationID.y*gl_NumWorkGroups.x*32u+gl_GlobalInvocationID.x; uint a[16];
  for(uint k=0u;k<16u;k++) a[k]=x[g+k]; uint r=0u; for(uint k=0u;k<20u;k++){ r=a[(r+k)&15u]; a[r&15u]+=k; } y[g]=r;
  y[g+512u]=gl_NumWorkGroups.x*100u+gl_NumWorkGroups.y*10u+gl_NumWorkGroups.z; }
