#version 450
// run: --dispatch 2,1,1 --init hzzzz
// drivers: vulkan
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_vote : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_shuffle_relative : require
#extension GL_KHR_shader_subgroup_clustered : require
#extension GL_KHR_shader_subgroup_quad : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; int s=int(v);
  y[i*12u]=subgroupInclusiveAdd(v); y[i*12u+1u]=subgroupExclusiveAdd(v); y[i*12u+2u]=uint(subgroupInclusiveMin(s)); y[i*12u+3u]=uint(subgroupExclusiveMax(s));
  y[i*12u+4u]=subgroupInclusiveAnd(v|0xff000000u); y[i*12u+5u]=subgroupExclusiveOr(v&0xffu); y[i*12u+6u]=subgroupInclusiveXor(v); y[i*12u+7u]=subgroupInclusiveMul(v|1u);
  y[i*12u+8u]=subgroupExclusiveMul(v|1u); y[i*12u+9u]=subgroupInclusiveMax(v); y[i*12u+10u]=subgroupMul(v|1u); y[i*12u+11u]=uint(subgroupMin(s)); }
