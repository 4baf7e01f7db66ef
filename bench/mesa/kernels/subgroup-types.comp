#version 450
// run: --dispatch 2,1,1 --init hzlzz
// drivers: vulkan
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_vote : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_shuffle_relative : require
#extension GL_KHR_shader_subgroup_clustered : require
#extension GL_KHR_shader_subgroup_quad : require
#extension GL_EXT_shader_subgroup_extended_types_int8 : require
#extension GL_EXT_shader_subgroup_extended_types_int16 : require
#extension GL_EXT_shader_subgroup_extended_types_float16 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer H{f16vec2 h[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; uint16_t a=uint16_t(v); int8_t b=int8_t(v>>16);
  y[i*6u]=uint(subgroupAdd(a)); y[i*6u+1u]=uint(int(subgroupMin(b))); y[i*6u+2u]=packFloat2x16(subgroupMax(h[i])); y[i*6u+3u]=packFloat2x16(subgroupShuffleXor(h[i],6u));
  y[i*6u+4u]=uint(subgroupExclusiveXor(a)); y[i*6u+5u]=uint(int(subgroupInclusiveMax(b))); }
