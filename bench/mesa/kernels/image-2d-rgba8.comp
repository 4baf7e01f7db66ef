#version 450
// run: --dispatch 4,1,1 --init szzzz --image 2,rgba8,20,13 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgba8) uniform image2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i%20u),int(i/20u)),unpackUnorm4x8(x[i])); return; }
  uint j=(i*37u+11u)&255u; y[i]=packUnorm4x8(imageLoad(im,ivec2(int(j%20u),int(j/20u)))); }
