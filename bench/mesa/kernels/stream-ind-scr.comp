#version 450
// run: --dispatch 2,1,1 --indirect --repeat 3 --init hhhzz
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) buffer X{uint x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
  layout(std430,set=0,binding=2) buffer Z{uint z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint a[20]; for(uint k=0u;k<20u;k++) a[k]=x[i+k]; uint r=y[i];
  for(uint k=0u;k<9u;k++){ r+=a[r%20u]; a[(r>>5)%20u]=r; } y[i]=r; z[i]=a[3]; }
