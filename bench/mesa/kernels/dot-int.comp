#version 450
// run: --dispatch 4,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_8bit_storage : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{u8vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; u8vec4 a=x[2u*i],b=x[2u*i+1u]; i8vec4 s=i8vec4(a),t=i8vec4(b);
  uint o=i*6u; y[o]=uint(a.x)*uint(b.x)+uint(a.y)*uint(b.y)+uint(a.z)*uint(b.z)+uint(a.w)*uint(b.w);
  y[o+1u]=uint(int(s.x)*int(t.x)+int(s.y)*int(t.y)+int(s.z)*int(t.z)+int(s.w)*int(t.w));
  y[o+2u]=uint(int(s.x)*int(a.y)); uint p=uint(a.x)|uint(a.y)<<8|uint(b.z)<<16|uint(b.w)<<24; y[o+3u]=p;
  y[o+4u]=uint(a.x&b.y)+uint(a.z>b.w); y[o+5u]=(p*0x01010101u)>>24; }
