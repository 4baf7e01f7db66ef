#version 450
// run: --dispatch 1,1,1 --init hzzzn
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=1,binding=0) buffer Z{uint z[];};
struct A{uint a; uvec2 b; uint c[3];}; layout(std430,set=0,binding=2) buffer W{A w[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; w[i].a=v; w[i].b=uvec2(i,v>>3); w[i].c[v%3u]=z[v&16383u]; A q=w[i]; y[i]=q.a+q.b.y*3u+q.c[(v+1u)%3u]+q.c[v%3u]; z[8192u+(v&4095u)]=i>32u?5u:5u; }
