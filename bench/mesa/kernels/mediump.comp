#version 450
// run: --dispatch 2,1,1 --init hziiz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer I{int q[];};
void main(){ uint i=gl_GlobalInvocationID.x; mediump int a=q[i]&255,b=q[i+1u]&127; mediump int c=a*b+a; mediump uint d=uint(a)>>2; mediump int e=min(a,b)<<3; y[i]=uint(c); y[i+1024u]=d; y[i+2048u]=uint(e+a); y[i+3072u]=uint(abs(b-a)/(b+1)); }
