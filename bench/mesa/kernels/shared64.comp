#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_8bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_16bit_storage : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uvec2 x[];}; layout(std430,set=0,binding=1) buffer Y{uvec4 y[];};
shared uint64_t s[64]; shared u64vec2 t[64]; shared uvec3 u[64]; shared u16vec4 v[64]; shared u8vec4 w[64];
  shared u8vec3 w3[64]; shared u16vec3 v3[64]; shared vec3 f3[64];
void main(){ uint l=gl_LocalInvocationIndex,i=gl_GlobalInvocationID.x; uvec2 a=x[i]; s[l]=packUint2x32(a);
  t[l]=u64vec2(packUint2x32(a.yx),uint64_t(a.x)*uint64_t(l)); u[l]=uvec3(a,l); v[l]=u16vec4(a.x,a.y,a.x>>16,a.y>>16);
  w[l]=u8vec4(a.x,a.x>>8,a.y,a.y>>8); w3[l]=u8vec3(a.x>>3,l,a.y>>5); v3[l]=u16vec3(a.y>>2,l,a.x>>7);
  f3[l]=vec3(a.x&255u,a.y&255u,l); barrier(); uint r=(l*13u+5u)&63u;
  y[i*6u]=uvec4(unpackUint2x32(s[r]),unpackUint2x32(t[r].y)); y[i*6u+1u]=uvec4(u[r],uint(f3[r].y));
  y[i*6u+2u]=uvec4(v[r]); y[i*6u+3u]=uvec4(w[r]); y[i*6u+4u]=uvec4(uvec3(w3[r]),uint(v3[r].z));
  y[i*6u+5u]=uvec4(unpackUint2x32(t[r].x),uint(v3[r].x),uint(f3[r].z+f3[r].x)); }
