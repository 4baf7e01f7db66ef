#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=256) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[2][256];
void main(){ uint l=gl_LocalInvocationIndex,g=gl_GlobalInvocationID.x; s[0][l]=x[g]&0xfffu; barrier(); uint p=0u;
  for(uint d=1u;d<256u;d<<=1){ uint v=s[p][l]; if(l>=d) v+=s[p][l-d]; s[1u-p][l]=v; p=1u-p; barrier();
  } y[g]=s[p][l]; }
