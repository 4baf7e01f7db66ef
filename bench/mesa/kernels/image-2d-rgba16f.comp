#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,rgba16f,64,4 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgba16f) uniform image2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i&63u),int(i>>6)),vec4(unpackHalf2x16(x[i]&0x7bff7bffu),unpackHalf2x16(x[i+256u]&0xfbfffbffu))); return; }
  uint j=(i*37u+11u)&255u; vec4 v=imageLoad(im,ivec2(int(j&63u),int(j>>6))); y[i*2u]=packHalf2x16(v.xy); y[i*2u+1u]=packHalf2x16(v.zw); }
