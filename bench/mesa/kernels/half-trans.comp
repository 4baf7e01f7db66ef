#version 450
// run: --dispatch 4,1,1 --init pzzzz --tolerance 6e-3
// drivers: gl
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};

void main(){ uint i=gl_GlobalInvocationID.x; mediump vec4 a=x[i]*0.2; uint o=i*8u; y[o]=exp2(a); y[o+1u]=log2(a+2.0);
  y[o+2u]=sin(a)+2.0; y[o+3u]=cos(a)+2.0; y[o+4u]=pow(a,vec4(0.5)); y[o+5u]=exp(a); y[o+6u]=log(a+3.0);
  y[o+7u]=normalize(a); }
