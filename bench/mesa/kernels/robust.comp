#version 450
// run: --dispatch 2,1,1 --init hzzhz --robust
// drivers: vulkan
layout(local_size_x=64) in; layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];}; layout(std140,set=0,binding=3) uniform U{uvec4 u[4096];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; uint far=(i&1u)==0u?i:i+16384u+(v&0xffffu)*16u;
  y[i+512u]=x[far]; y[far+1024u]=v; y[i]=u[(i&3u)==1u?4096u+i:i].y; if((i&7u)==3u) y[(i<<20)+0x10000000u]=1u;
  y[i+768u]=atomicAdd(y[(i&15u)==2u?0x200000u:3000u+i],5u); }
