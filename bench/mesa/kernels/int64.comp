#version 450
// run: --dispatch 2,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uvec2 x[];};
layout(std430,set=0,binding=1) buffer Y{uint64_t y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint64_t a=packUint2x32(x[2u*i]),b=packUint2x32(x[2u*i+1u]);
  if((i&3u)==2u) b=uint64_t(int64_t(int(uint(b)))); int64_t s=int64_t(a),t=int64_t(b); uint o=i*32u;
  uint k=uint(b)&63u;
 y[o]=a+b; y[o+1u]=a-b; y[o+2u]=a*b; y[o+3u]=a&b; y[o+4u]=a|b; y[o+5u]=a^b; y[o+6u]=~a; y[o+7u]=a<<k; y[o+8u]=a>>k;
  y[o+9u]=uint64_t(s>>k);
 y[o+10u]=min(a,b); y[o+11u]=max(a,b); y[o+12u]=uint64_t(min(s,t)); y[o+13u]=uint64_t(max(s,t));
  y[o+14u]=uint64_t(abs(s)); y[o+15u]=uint64_t(sign(s)); y[o+16u]=uint64_t(a<b); y[o+17u]=uint64_t(s<t);
  y[o+18u]=uint64_t(a==b); y[o+19u]=uint64_t(s>=t);
 y[o+20u]=uint64_t(uint(a)); y[o+21u]=uint64_t(int64_t(int(uint(a)))); y[o+22u]=a<<32; y[o+23u]=a>>32; y[o+24u]=a<<5;
  y[o+25u]=uint64_t(s>>40); y[o+26u]=uint64_t(uint(a))*uint64_t(uint(b));
  y[o+27u]=uint64_t(int64_t(int(uint(a)))*int64_t(int(uint(b)))); y[o+28u]=-a; y[o+29u]=(a<b)?a:b; y[o+30u]=a+1ul;
  y[o+31u]=a*10ul; }
