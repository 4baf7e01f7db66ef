#version 450
// run: --dispatch 2,1,1 --init hzzzz
// reference: sysroot
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

void main(){ uint g=gl_GlobalInvocationID.x; uint v=x[g]; y[g*8u]=subgroupClusteredAdd(v,4u);
  y[g*8u+1u]=subgroupClusteredMin(v,4u); y[g*8u+2u]=uint(subgroupClusteredMax(int(v),2u));
  y[g*8u+3u]=subgroupClusteredXor(v,4u); y[g*8u+4u]=subgroupClusteredAnd(v,2u); y[g*8u+5u]=subgroupClusteredOr(v,4u);
  y[g*8u+6u]=subgroupClusteredMul(v,4u); y[g*8u+7u]=floatBitsToUint(subgroupClusteredMax(float(v&0xffffu),4u)); }
