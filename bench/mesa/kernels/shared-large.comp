#version 450
// run: --dispatch 2,1,1 --init hzzzz
layout(local_size_x=256) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[8000];
void main(){ uint i=gl_GlobalInvocationID.x; uint l=gl_LocalInvocationIndex; for(uint k=l;k<8000u;k+=256u) s[k]=x[(k+i)&16383u]^k; barrier(); uint r=0u; for(uint k=0u;k<40u;k++) r=r*31u+s[(r+l*29u+k*211u)%8000u]; y[i]=r; }
