#version 450
// run: --dispatch 4,1,1 --init szfzz --image 1a,rg32f,64,1,4 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rg32f) uniform image1DArray im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i&63u),int(i>>6)),vec4(f[i],f[i+7u],0.0,0.0)); return; }
  uint j=(i*37u+11u)&255u; uvec4 v=floatBitsToUint(imageLoad(im,ivec2(int(j&63u),int(j>>6)))); y[i*2u]=v.x; y[i*2u+1u]=v.y; }
