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
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; uvec4 b=subgroupBallot((v&3u)!=0u); uvec4 c=subgroupBallot(true);
  y[i*12u]=b.x; y[i*12u+1u]=subgroupBallotFindLSB(b); y[i*12u+2u]=subgroupBallotFindMSB(b); y[i*12u+3u]=subgroupBallotInclusiveBitCount(b);
  y[i*12u+4u]=subgroupBallotExclusiveBitCount(b); y[i*12u+5u]=uint(subgroupInverseBallot(b)); y[i*12u+6u]=uint(subgroupBallotBitExtract(b,(gl_SubgroupInvocationID+3u)&15u));
  y[i*12u+7u]=gl_SubgroupEqMask.x|gl_SubgroupLtMask.x<<16; y[i*12u+8u]=gl_SubgroupGeMask.x; y[i*12u+9u]=uint(subgroupAllEqual(v&0x40000000u))|uint(subgroupAllEqual(i>>4))<<1;
  y[i*12u+10u]=subgroupBroadcast(v,5u); y[i*12u+11u]=c.x|c.y; }
