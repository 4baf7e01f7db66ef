#version 450
// run: --dispatch 1,1,1 --init zzzzz
// drivers: vulkan
layout(local_size_x=4) in; layout(std430,set=0,binding=0) buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uvec4 h; uvec3 y[];}; layout(std430,set=1,binding=0) buffer Z{uint p;
  uint z[];};
void main(){ uint i=gl_GlobalInvocationID.x; x[i*4u]=x.length(); x[i*4u+1u]=y.length(); x[i*4u+2u]=z.length(); }
