#version 450
// run: --dispatch 3,1,1 --init hzzzz
// drivers: vulkan
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uvec4 v[64]; shared uint8_t b[256]; shared uint16_t h[128]; shared float f[64];
void main(){ uint l=gl_LocalInvocationIndex,g=gl_GlobalInvocationID.x; uint a=x[g]; v[l]=uvec4(a,a>>8,a>>16,a>>24);
  b[l*4u]=uint8_t(a); b[l*4u+3u]=uint8_t(a>>9); b[l*4u+1u]=uint8_t(l); b[l*4u+2u]=uint8_t(7u);
  h[l*2u+1u]=uint16_t(a>>5); h[l*2u]=uint16_t(l*3u); f[l]=float(a&0xffu); barrier(); uint r=63u-l; uvec4 q=v[r];
  y[g*6u]=q.x+q.w; y[g*6u+1u]=uint(b[r*3u])+uint(b[l+100u])*256u; y[g*6u+2u]=uint(h[r*2u+1u])+uint(h[l])*65536u;
  y[g*6u+3u]=uint(f[r]*2.0); y[g*6u+4u]=q.y^q.z; y[g*6u+5u]=v[(l*7u)&63u][l&3u]; }
