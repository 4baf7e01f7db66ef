#version 450
// run: --dispatch 4,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_explicit_arithmetic_types : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint16_t a=uint16_t(x[2u*i]),b=uint16_t(x[2u*i+1u]);
  int16_t s=int16_t(a),t=int16_t(b); uint o=i*24u; uint16_t k=b&15us;
 y[o]=uint(a+b); y[o+1u]=uint(a-b); y[o+2u]=uint(a*b); y[o+3u]=uint(a&b); y[o+4u]=uint(a|b); y[o+5u]=uint(a^b);
  y[o+6u]=uint(uint16_t(~a)); y[o+7u]=uint(uint16_t(a<<k)); y[o+8u]=uint(a>>k); y[o+9u]=uint(int(s>>k));
  y[o+10u]=uint(min(a,b)); y[o+11u]=uint(max(a,b)); y[o+12u]=uint(int(min(s,t))); y[o+13u]=uint(int(max(s,t)));
  y[o+14u]=uint(int(abs(s))); y[o+15u]=uint(a<b)|uint(s<t)<<1|uint(a==b)<<2; y[o+16u]=uint(a/(b|1us));
  y[o+17u]=uint(a%(b|1us)); y[o+18u]=uint(int(s/(t|1s))); y[o+19u]=uint(int(s))*3u; y[o+20u]=uint(int(-s));
  y[o+21u]=floatBitsToUint(float(s)); y[o+22u]=floatBitsToUint(float(a)); y[o+23u]=uint(int(int16_t(float(t)*0.3))); }
