#version 450
// run: --dispatch 4,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{u8vec4 x[];};
layout(std430,set=0,binding=1) buffer Y{u8vec4 y[];};

void main(){ uint i=gl_GlobalInvocationID.x; u8vec4 a=x[2u*i],b=x[2u*i+1u]; i8vec4 s=i8vec4(a),t=i8vec4(b);
  uint o=i*16u; y[o]=a+b; y[o+1u]=a-b; y[o+2u]=a*b; y[o+3u]=a&b; y[o+4u]=a|b.wzyx; y[o+5u]=a^b; y[o+6u]=~a;
  y[o+7u]=a<<(b&u8vec4(7)); y[o+8u]=a>>(b&u8vec4(7)); y[o+9u]=u8vec4(s>>(t&i8vec4(7))); y[o+10u]=min(a,b);
  y[o+11u]=max(a,b.yxwz); y[o+12u]=u8vec4(min(s,t)); y[o+13u]=u8vec4(max(s,t)); y[o+14u]=u8vec4(abs(s));
  y[o+15u]=u8vec4(s.x<t.x?a.y:b.y, s.y>=t.y?a.x:b.x, uint8_t(a.z==b.z), uint8_t(uint(a.w)/(uint(b.w)|1u))); }
