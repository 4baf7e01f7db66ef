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

void main(){ uint g=gl_GlobalInvocationID.x; uint v=x[g]; y[g*12u]=subgroupAdd(v); y[g*12u+1u]=subgroupMin(v);
  y[g*12u+2u]=subgroupMax(v); y[g*12u+3u]=subgroupExclusiveAdd(v); y[g*12u+4u]=subgroupInclusiveAdd(v);
  y[g*12u+5u]=subgroupAnd(v); y[g*12u+6u]=subgroupOr(v); y[g*12u+7u]=subgroupXor(v);
  y[g*12u+8u]=subgroupBroadcastFirst(v); y[g*12u+9u]=subgroupBallotBitCount(subgroupBallot((v&1u)!=0u));
  y[g*12u+10u]=uint(subgroupAny((v&0xffu)==7u))|uint(subgroupAll((v&1u)!=0u))<<1|uint(subgroupElect())<<2;
  y[g*12u+11u]=subgroupBallot((v&2u)!=0u).x; }
