#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[16]; shared int t[4];
void main(){ uint l=gl_LocalInvocationIndex,g=gl_GlobalInvocationID.x; if(l<16u) s[l]=0u; if(l<4u) t[l]=0; barrier();
  uint a=x[g]; atomicAdd(s[a&7u],1u); atomicMax(s[8],a); atomicMin(t[0],int(a)); atomicMax(t[1],int(a));
  atomicOr(s[9],1u<<(a&31u)); atomicXor(s[10],a); atomicAdd(t[2],int(a>>4)); barrier();
  if(l<16u) y[gl_WorkGroupID.x*32u+l]=s[l]; if(l<4u) y[gl_WorkGroupID.x*32u+16u+l]=uint(t[l]); }
