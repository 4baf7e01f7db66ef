#version 450
// run: --dispatch 4,1,1 --init oozzz --tolerance 2e-7
// drivers: vulkan
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
uint f(float v){ return isnan(v)?0x7fc00000u:floatBitsToUint(v); }
void main(){ uint i=gl_GlobalInvocationID.x; float a=x[2u*i],b=x[2u*i+1u]; uint o=i*20u; y[o]=f(a+b); y[o+1u]=f(a-b);
  y[o+2u]=f(a*b); y[o+3u]=f(fma(a,b,1.0)); y[o+4u]=uint(a<b); y[o+5u]=uint(a>b); y[o+6u]=uint(a<=b);
  y[o+7u]=uint(a>=b); y[o+8u]=uint(a==b); y[o+9u]=uint(a!=b); y[o+10u]=uint(isnan(a))|uint(isinf(a))<<1;
  y[o+11u]=f(abs(a)); y[o+12u]=f(-a); y[o+13u]=f(floor(b)); y[o+14u]=f(ceil(b)); y[o+15u]=f(trunc(b));
  y[o+16u]=f(roundEven(b)); y[o+17u]=f(a<b?a:b); y[o+18u]=uint(!(a<b)); y[o+19u]=uint(!(a>=b)); }
