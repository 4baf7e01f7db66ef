#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,rgba32f,16,16 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgba32f) uniform image2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i&15u),int(i>>4)),vec4(f[i],f[i+1u],f[i+2u],f[i+3u])); return; }
  uint j=(i*37u+11u)&255u; uvec4 v=floatBitsToUint(imageLoad(im,ivec2(int(j&15u),int(j>>4)))); y[i*4u]=v.x; y[i*4u+1u]=v.y; y[i*4u+2u]=v.z; y[i*4u+3u]=v.w; }
