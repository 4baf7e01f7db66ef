#version 450
// run: --dispatch 8,1,1 --init wwzzz --tolerance 2e-7
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{float y[];};

void main(){ uint i=gl_GlobalInvocationID.x; float a=x[2u*i],b=x[2u*i+1u];
  if((i&1u)==0u) a=float(int(floatBitsToUint(a)&1023u)-512)*0.25; uint o=i*16u; y[o]=round(a); y[o+1u]=roundEven(a);
  y[o+2u]=floor(a); y[o+3u]=ceil(a); y[o+4u]=trunc(a); y[o+5u]=fract(a);
  y[o+6u]=uintBitsToFloat(uint(int(clamp(a,-2e9,2e9)))); y[o+7u]=uintBitsToFloat(uint(clamp(a,0.0,4e9))); int e;
  y[o+8u]=frexp(b,e); y[o+9u]=float(e); y[o+10u]=ldexp(b,int(floatBitsToUint(a)&15u)-8); float m; y[o+11u]=modf(a,m);
  y[o+12u]=m; y[o+13u]=sign(a); y[o+14u]=mod(clamp(a,-100.0,100.0),4.0); y[o+15u]=step(b,a); }
