#version 450
// run: --dispatch 4,1,1 --init hhzzz
layout(local_size_x=64) in; layout(std430,set=0,binding=0) coherent buffer X{uint x[];};
  layout(std430,set=0,binding=1) volatile buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; x[i]=x[i]+y[i]; memoryBarrierBuffer(); y[i]=x[i]*2u; x[i+4096u]=y[i]+1u;
  }
