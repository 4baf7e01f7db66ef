#version 450
// run: --dispatch 3,2,2 --init zzzzz
layout(local_size_x=3,local_size_y=5,local_size_z=2) in; layout(std430,set=0,binding=0) buffer Y{uvec4 y[];};
void main(){ uvec3 n=gl_NumWorkGroups*gl_WorkGroupSize,g=gl_GlobalInvocationID; uint i=(g.z*n.y+g.y)*n.x+g.x;
  y[3u*i]=uvec4(g,gl_LocalInvocationIndex); y[3u*i+1u]=uvec4(gl_WorkGroupID,gl_LocalInvocationID.x);
  y[3u*i+2u]=uvec4(gl_NumWorkGroups,gl_LocalInvocationID.y*16u+gl_LocalInvocationID.z); }
