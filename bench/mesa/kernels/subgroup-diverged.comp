#version 450
// run: --dispatch 2,1,1 --init szzzz
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
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i],r=0u,q=0u,m=0u; if((v&1u)!=0u){ r=subgroupAdd(v&0xffffu); q=subgroupBallot(true).x; m=subgroupMax(v); }
  else if((v&2u)!=0u){ r=subgroupExclusiveAdd(v&0xffu); q=subgroupBroadcastFirst(v); m=uint(subgroupElect()); }
  for(uint k=0u;k<(v>>28);k++){ r+=subgroupBallot(k<8u).x; q^=subgroupMin(v+k); } y[i*3u]=r; y[i*3u+1u]=q; y[i*3u+2u]=m; }
