#version 450
// run: --dispatch 4,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{u16vec2 x[];};
layout(std430,set=0,binding=1) buffer Y{u16vec2 y[];};

void main(){ uint i=gl_GlobalInvocationID.x; u16vec2 a=x[2u*i],b=x[2u*i+1u]; i16vec2 s=i16vec2(a),t=i16vec2(b);
  uint o=i*16u; y[o]=a+b; y[o+1u]=a-b; y[o+2u]=a*b; y[o+3u]=a&b; y[o+4u]=a|b.yx; y[o+5u]=a^b; y[o+6u]=~a;
  y[o+7u]=a<<(b&15us); y[o+8u]=a>>(b&15us); y[o+9u]=u16vec2(s>>(t&15s)); y[o+10u]=min(a,b); y[o+11u]=max(a,b.yx);
  y[o+12u]=u16vec2(min(s,t)); y[o+13u]=u16vec2(max(s,t)); y[o+14u]=u16vec2(abs(s));
  y[o+15u]=u16vec2(s.x<t.x?a.y:b.y, s.y>=t.y?a.x:b.x); }
