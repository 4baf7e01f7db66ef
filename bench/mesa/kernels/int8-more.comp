#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int32 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; i8vec4 a=i8vec4(x[i],x[i]>>8,x[i]>>16,x[i]>>24); u8vec4 b=u8vec4(x[i+1u],x[i+1u]>>8,x[i+1u]>>16,x[i+1u]>>24); i8vec4 c=a*i8vec4(b); u8vec4 d=b>>u8vec4(a&i8vec4(7)); i8vec4 e=max(a,i8vec4(b)); u8vec4 g=min(u8vec4(a),b); i8vec4 h=a>>i8vec4(3); u8vec4 k=b/u8vec4(uint8_t(7)); i8vec4 m=abs(a)-i8vec4(b);
  y[i*7u]=pack32(u8vec4(c)); y[i*7u+1u]=pack32(d); y[i*7u+2u]=pack32(u8vec4(e)); y[i*7u+3u]=pack32(g); y[i*7u+4u]=pack32(u8vec4(h)); y[i*7u+5u]=pack32(k); y[i*7u+6u]=pack32(u8vec4(m)); }
