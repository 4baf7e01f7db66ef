#version 450
// run: --dispatch 8,1,1 --init wwzzz --tolerance 2.5e-7
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];}; layout(std430,set=0,binding=1) buffer Y{float y[];};
void main(){ uint i=gl_GlobalInvocationID.x; float a=abs(x[2u*i]),b=x[2u*i+1u];
  float e=float(int(floatBitsToUint(b)&0x3ffffu)-131072)*(1.0/1100.0); y[i*6u]=1.0/b; y[i*6u+1u]=inversesqrt(a);
  y[i*6u+2u]=sqrt(a); y[i*6u+3u]=exp2(e); y[i*6u+4u]=abs(log2(a))<0.5?0.0:log2(a); y[i*6u+5u]=a/b; }
