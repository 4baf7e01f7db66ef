#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,rgba8i,33,9 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgba8i) uniform iimage2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i%33u),int(i/33u)),ivec4(int(x[i]),int(x[i])>>8,int(x[i])>>16,-7)&ivec4(127)); return; }
  uint j=(i*37u+11u)&255u; y[i*4u]=uint(imageLoad(im,ivec2(int(j%33u),int(j/33u))).x); y[i*4u+1u]=uint(imageLoad(im,ivec2(int(j%33u),int(j/33u))).y); y[i*4u+2u]=uint(imageLoad(im,ivec2(int(j%33u),int(j/33u))).z); y[i*4u+3u]=uint(imageLoad(im,ivec2(int(j%33u),int(j/33u))).w); }
