#version 450
// run: --dispatch 4,1,1 --init szfzz --image 1,r16ui,256,1 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,r16ui) uniform uimage1D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,int(i),uvec4(x[i]&0xffffu)); return; }
  uint j=(i*37u+11u)&255u; y[i]=imageLoad(im,int(j)).x; }
