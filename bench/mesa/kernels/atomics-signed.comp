#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{int x[];};
layout(std430,set=0,binding=1) buffer Y{int y[];};

void main(){ uint g=gl_GlobalInvocationID.x; int a=x[g]; atomicMin(y[0],a); atomicMax(y[1],a); atomicAdd(y[2],a);
  atomicAnd(y[3],a); atomicOr(y[4],a); atomicXor(y[5],a); if((g&3u)==1u) atomicAdd(y[6],1);
  y[16u+g]=atomicAdd(y[7],int(g)); y[512u+g]=atomicExchange(y[8],int(g)); y[1024u+g]=atomicCompSwap(y[9],0,int(g)+1);
  y[2048u+g]=atomicAdd(y[10+(a&3)],1); }
