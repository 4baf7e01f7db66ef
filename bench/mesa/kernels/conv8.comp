#version 450
// run: --dispatch 4,1,1 --init hhzzz
// drivers: vulkan
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{u8vec4 x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; u8vec4 a=x[i]; i8vec4 s=i8vec4(a); uint o=i*16u;
  y[o]=uint(a.x)+uint(a.y); y[o+1u]=uint(int(s.z)); y[o+2u]=floatBitsToUint(float(a.w));
  y[o+3u]=floatBitsToUint(float(s.y)); y[o+4u]=uint(uint16_t(a.x))*uint(uint16_t(a.y));
  y[o+5u]=uint(int(int16_t(s.x))*int(int16_t(s.w))); y[o+6u]=uint(int(int8_t(float(s.z)*0.5)));
  y[o+7u]=uint(uint8_t(float(a.z)*0.5)); y[o+8u]=uint(a.x)<<(uint(a.y)&7u); y[o+9u]=uint(int(s.x)>>2);
  vec4 f=vec4(a); y[o+10u]=floatBitsToUint(f.x+f.y*f.z-f.w); vec4 g=vec4(s);
  y[o+11u]=floatBitsToUint(g.x+g.y*g.z-g.w); y[o+12u]=uint(dot(vec4(a),vec4(1,2,3,4)));
  y[o+13u]=uint(int(s.x)+int(s.y)+int(s.z)+int(s.w)); y[o+14u]=uint(int(s.x)*int(s.x)); y[o+15u]=0u; }
