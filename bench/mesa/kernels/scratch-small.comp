#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_16bit_storage : require
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint8_t a[40]; uint16_t b[40]; uint64_t c[20]; uvec3 d[20];
  u16vec3 e[12]; for(uint k=0u;k<40u;k++){ uint v=x[i+k*3u]; a[k]=uint8_t(v); b[k]=uint16_t(v>>7);
  c[k%20u]=uint64_t(v)*uint64_t(k+1u); d[(k*7u)%20u]=uvec3(v,k,v>>9); e[k%12u]=u16vec3(v>>1,k,v>>11); } uint p=x[i];
  uint o=i*40u; for(uint k=0u;k<8u;k++){ p=p*1664525u+1013904223u; uint q=p>>8; y[o+k*5u]=uint(a[q%40u]);
  y[o+k*5u+1u]=uint(b[q%40u]); uvec2 w=unpackUint2x32(c[q%20u]); y[o+k*5u+2u]=w.x^w.y; uvec3 z=d[(q>>3)%20u];
  y[o+k*5u+3u]=z.x^z.y^z.z; u16vec3 g=e[(q>>5)%12u]; y[o+k*5u+4u]=uint(g.x)|uint(g.z)<<16; a[q%40u]+=uint8_t(p);
  b[q%40u]=uint16_t(p>>3); c[(q>>2)%20u]+=uint64_t(p); } }
