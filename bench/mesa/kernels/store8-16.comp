#version 450
// run: --dispatch 2,1,1 --init hhhzz
// drivers: vulkan
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) buffer X{uint8_t x[];}; layout(std430,set=0,binding=1) buffer Y{uint16_t y[];};
  layout(std430,set=0,binding=2) buffer Z{int8_t z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint a=uint(x[i*3u+1u]); int b=int(z[i*5u]); y[i*3u]=uint16_t(a*257u);
  y[i*3u+1u]=uint16_t(int(b)*3); x[i*7u+1024u]=uint8_t(a+uint(b)); z[i*3u+4096u]=int8_t(b-int(a)); }
