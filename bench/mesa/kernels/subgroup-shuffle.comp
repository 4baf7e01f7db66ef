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

void main(){ uint g=gl_GlobalInvocationID.x; uint v=x[g]; uint q=gl_SubgroupInvocationID&~3u;
  y[g*8u]=subgroupShuffle(v,q|((gl_SubgroupInvocationID+1u)&3u)); y[g*8u+1u]=subgroupShuffleXor(v,1u);
  y[g*8u+2u]=subgroupShuffleXor(v,3u); y[g*8u+3u]=subgroupQuadSwapHorizontal(v);
  y[g*8u+4u]=subgroupQuadSwapVertical(v); y[g*8u+5u]=subgroupQuadSwapDiagonal(v);
  y[g*8u+6u]=subgroupQuadBroadcast(v,2u); y[g*8u+7u]=subgroupShuffle(v,q|(v&3u)); }
