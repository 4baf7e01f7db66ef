#version 450
// run: --dispatch 4,1,1 --init hhzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[2u*i],b=x[2u*i+1u]; uint o=i*10u; uint h,l;
  umulExtended(a,b,h,l); y[o]=h; y[o+1u]=l; int sh,sl; imulExtended(int(a),int(b),sh,sl); y[o+2u]=uint(sh);
  y[o+3u]=uint(sl);
 uint c; y[o+4u]=uaddCarry(a,b,c); y[o+5u]=c; y[o+6u]=usubBorrow(a,b,c); y[o+7u]=c; y[o+8u]=a*17u+b;
  y[o+9u]=a*a-b*5u; }
