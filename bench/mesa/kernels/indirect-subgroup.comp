#version 450
// run: --dispatch 3,2,1 --indirect --init hzzzz
// drivers: vulkan
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_vote : require
#extension GL_KHR_shader_subgroup_ballot : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_shuffle_relative : require
#extension GL_KHR_shader_subgroup_clustered : require
#extension GL_KHR_shader_subgroup_quad : require
layout(local_size_x=48) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x+gl_GlobalInvocationID.y*144u; uint v=x[i]; y[i*3u]=subgroupAdd(v)+gl_NumWorkGroups.y; y[i*3u+1u]=subgroupBallot((v&1u)==0u).x; y[i*3u+2u]=gl_SubgroupID|gl_NumSubgroups<<8; }
