#version 450
// run: --dispatch 2,3,2 --indirect --init hzzzz
layout(local_size_x=16,local_size_y=4) in; layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
  layout(std430,set=0,binding=1) buffer Y{uint y[];}; shared uint s[64];
void main(){ uvec3 w=gl_WorkGroupID; uint wi=(w.z*gl_NumWorkGroups.y+w.y)*gl_NumWorkGroups.x+w.x;
  uint l=gl_LocalInvocationIndex; s[l]=x[wi*64u+l]; barrier(); y[wi*64u+l]=s[63u-l]+wi; }
