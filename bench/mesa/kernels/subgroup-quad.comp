#version 450
// run: --dispatch 2,1,1 --init hzfzz
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
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; vec2 a=vec2(f[i],f[i+1u]); y[i*6u]=subgroupQuadBroadcast(v,3u); y[i*6u+1u]=floatBitsToUint(subgroupQuadSwapHorizontal(a).y);
  y[i*6u+2u]=floatBitsToUint(subgroupQuadSwapDiagonal(a.x)); y[i*6u+3u]=floatBitsToUint(subgroupMax(a.x)); y[i*6u+4u]=floatBitsToUint(subgroupMin(a).y); y[i*6u+5u]=subgroupQuadBroadcast(v,0u)^subgroupQuadSwapVertical(v); }
