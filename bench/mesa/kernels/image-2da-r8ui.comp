#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2a,r8ui,8,8,4 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,r8ui) uniform uimage2DArray im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec3(int(i&7u),int(i>>3)&7,int(i>>6)),uvec4(x[i]&0xffu)); return; }
  uint j=(i*37u+11u)&255u; y[i]=imageLoad(im,ivec3(int(j&7u),int(j>>3)&7,int(j>>6))).x; }
