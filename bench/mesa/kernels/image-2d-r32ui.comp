#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,r32ui,16,16 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,r32ui) uniform uimage2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i&15u),int(i>>4)),uvec4(x[i])); return; }
  uint j=(i*37u+11u)&255u; y[i]=imageLoad(im,ivec2(int(j&15u),int(j>>4))).x; }
