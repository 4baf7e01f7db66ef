#version 450
// run: --dispatch 2,1,1 --init hzzzz --spec 64,7,0x40490fdb,1
// drivers: vulkan
layout(local_size_x_id=0) in; layout(constant_id=1) const uint N=3u; layout(constant_id=2) const float F=1.0;
  layout(constant_id=3) const bool B=false; layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];}; shared uint s[N*2u+128u];
void main(){ uint i=gl_GlobalInvocationID.x; s[gl_LocalInvocationIndex]=x[i]; barrier(); uint r=0u;
  for(uint k=0u;k<N;k++) r+=s[(gl_LocalInvocationIndex+k)%gl_WorkGroupSize.x]; if(B) r^=floatBitsToUint(F*2.0);
  y[i]=r; y[i+1024u]=gl_WorkGroupSize.x; }
