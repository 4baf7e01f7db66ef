#version 450
// run: --dispatch 2,1,1 --init hizzz
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint g=gl_GlobalInvocationID.x; uint a[32]; for(uint k=0u;k<32u;k++) a[k]=x[g*4u+k]^k; uint r=0u;
  uint p=g; for(uint k=0u;k<40u;k++){ p=(a[p&31u]+k)>>3; r+=a[(p>>2)&31u]; a[p&31u]=r;
  } for(uint k=0u;k<32u;k++) y[g*34u+k]=a[(k*11u+g)&31u]; y[g*34u+32u]=r; }
