#version 450
// run: --dispatch 4,1,1 --indirect --repeat 6 --init hhhzz
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) buffer X{uint x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
  layout(std430,set=0,binding=2) buffer Z{uint z[];};
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=y[i]*3u+x[i]+z[i]; x[(i+1u)&255u]+=0u*z[i]; }
