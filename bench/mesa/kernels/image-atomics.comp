#version 450
// run: --dispatch 4,1,1 --init szzzz --image 2,r32ui,16,16 --phases 3
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,r32ui) uniform uimage2D im;
void main(){ uint i=gl_GlobalInvocationID.x; ivec2 c=ivec2(int(i&15u),int(i>>4)); ivec2 d=ivec2(int(i&3u),int((i>>2)&1u));
  if(phase==0u) imageStore(im,c,uvec4(x[i]));
  else if(phase==1u){ imageAtomicAdd(im,d,x[i]); imageAtomicMin(im,d+ivec2(4,0),x[i]); imageAtomicMax(im,d+ivec2(8,0),x[i]);
    imageAtomicAnd(im,d+ivec2(0,4),x[i]|0xff0000u); imageAtomicOr(im,d+ivec2(4,4),x[i]&0xff00ffu); imageAtomicXor(im,d+ivec2(8,4),x[i]);
    y[512u+i]=imageAtomicExchange(im,d+ivec2(0,8),i); y[1024u+i]=imageAtomicCompSwap(im,c+ivec2(0,0),0u,5u); }
  else y[i]=imageLoad(im,c).x; }
