#version 450
// run: --dispatch 4,1,1 --init szfzz --image 3,rgba32ui,5,7,8 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgba32ui) uniform uimage3D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec3(int(i%5u),int(i/5u)%7,int(i/35u)),uvec4(x[i],x[i+1u],x[i+2u],x[i+3u])); return; }
  uint j=(i*37u+11u)&255u; uvec4 v=imageLoad(im,ivec3(int(j%5u),int(j/5u)%7,int(j/35u))); y[i*4u]=v.x; y[i*4u+1u]=v.y; y[i*4u+2u]=v.z; y[i*4u+3u]=v.w; }
