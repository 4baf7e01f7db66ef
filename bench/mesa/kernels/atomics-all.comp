#version 450
// run: --dispatch 4,1,1 --init hzzzh
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) buffer Z{int z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i],k=i&7u; y[i*4u+4096u]=atomicAdd(y[k],v); y[i*4u+4097u]=atomicCompSwap(y[8u+k],v&1u,i); y[i*4u+4098u]=atomicExchange(y[16u+k],v); y[i*4u+4099u]=atomicAnd(y[24u+k],v|~3u);
  atomicOr(y[32u+k],v&0xff0u); atomicXor(y[40u+k],v); atomicMin(z[k],int(v)); atomicMax(z[8u+k],int(v)); atomicMin(y[48u+k],v); atomicMax(y[56u+k],v); atomicAdd(y[64u+k],1u); atomicAdd(y[72u+k],0xffffffffu); atomicOr(y[80u+k],1u); atomicMax(z[16u+k],1);
  z[1024u+i]=atomicAdd(z[24u+k],-1); z[2048u+i]=atomicMin(z[32u+k],int(v)); y[8192u+i]=atomicXor(y[88u+k],1u<<(i&31u)); }
