#version 450
// run: --dispatch 2,1,1 --init hzzzz
layout(local_size_x=128) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[256];
void main(){ uint l=gl_LocalInvocationIndex,b=gl_WorkGroupID.x*256u; s[l]=x[b+l]; s[l+128u]=x[b+l+128u];
  for(uint k=2u;k<=256u;k<<=1) for(uint j=k>>1;j>0u;j>>=1){ barrier(); uint i=2u*l-(l&(j-1u)); uint p=i+j;
  bool up=(i&k)==0u; uint a=s[i],c=s[p]; if((a>c)==up){ s[i]=c; s[p]=a; } } barrier(); y[b+l]=s[l];
  y[b+l+128u]=s[l+128u]; }
