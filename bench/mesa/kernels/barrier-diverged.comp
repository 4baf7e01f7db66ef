#version 450
// run: --dispatch 3,1,1 --init hzzzz
layout(local_size_x=128) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[128]; shared uint t[4];
void main(){ uint i=gl_GlobalInvocationID.x; uint l=gl_LocalInvocationIndex,v=x[i]; if(l<4u) t[l]=0u; s[l]=0u; barrier();
  for(uint k=0u;k<6u;k++){ if((v>>k&1u)!=0u){ uint n=(v>>8)&7u; for(uint m=0u;m<=n;m++) atomicAdd(s[(l+m*k)&127u],m+1u); } else if((v>>k&4u)!=0u) atomicXor(t[k&3u],v);
    barrier(); if(l==k) t[k&3u]+=s[(k*17u)&127u]; memoryBarrierShared(); barrier(); v=v*1664525u+s[l]+t[k&3u]; barrier(); }
  y[i]=v; }
