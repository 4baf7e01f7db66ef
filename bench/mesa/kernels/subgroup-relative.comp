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
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; uint l=gl_SubgroupInvocationID; uint up=subgroupShuffleUp(v,3u),dn=subgroupShuffleDown(v,5u),x8=subgroupShuffleXor(v,8u),x5=subgroupShuffleXor(v,5u);
  y[i*5u]=l>=3u?up:0u; y[i*5u+1u]=l<11u?dn:0u; y[i*5u+2u]=x8; y[i*5u+3u]=x5; y[i*5u+4u]=subgroupShuffle(v,(l*7u+3u)&15u); }
