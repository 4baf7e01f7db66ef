#version 450
// run: --dispatch 4,1,1 --init hhzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[2u*i],b=x[2u*i+1u]; if((i&1u)==0u) b&=0xffu; b|=1u;
  uint o=i*12u; int s=int(a),t=int(b);
 y[o]=a/b; y[o+1u]=a%b; y[o+2u]=uint(s/t); y[o+3u]=uint(s-(s/t)*t); y[o+4u]=a/10u; y[o+5u]=a%1000u;
  y[o+6u]=uint(s/7); y[o+7u]=uint(s/13); y[o+8u]=a/3u; y[o+9u]=uint(s/-5); y[o+10u]=a/16u; y[o+11u]=uint(s/8); }
