#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,rgb10_a2,16,16 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,rgb10_a2) uniform image2D im;
void main(){ uint i=gl_GlobalInvocationID.x;
  if(phase==0u){ imageStore(im,ivec2(int(i&15u),int(i>>4)),vec4(x[i]&1023u,(x[i]>>10)&1023u,(x[i]>>20)&1023u,(x[i]>>30)*341u)/1023.0); return; }
  uint j=(i*37u+11u)&255u; vec4 v=imageLoad(im,ivec2(int(j&15u),int(j>>4))); uvec4 u=uvec4(round(v*vec4(1023.0,1023.0,1023.0,3.0))); y[i]=u.x|u.y<<10|u.z<<20|u.w<<30; }
