#version 450
// run: --dispatch 2,1,1 --init hzzzz --compare none
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

void main(){ uint g=gl_GlobalInvocationID.x; y[g*4u]=gl_SubgroupSize; y[g*4u+1u]=gl_SubgroupInvocationID;
  y[g*4u+2u]=gl_SubgroupID; y[g*4u+3u]=gl_NumSubgroups; }
