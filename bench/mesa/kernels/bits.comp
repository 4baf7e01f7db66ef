#version 450
// run: --dispatch 4,1,1 --init hhzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[2u*i],b=x[2u*i+1u]; if((i&3u)==1u) a>>=(b&31u); if(i==8u) a=0u;
  if(i==9u) a=~0u; uint o=i*20u; int off=int(b&15u), n=int((b>>8)&15u);
 y[o]=uint(bitCount(a)); y[o+1u]=bitfieldReverse(a); y[o+2u]=uint(findLSB(a)); y[o+3u]=uint(findMSB(a));
  y[o+4u]=uint(findMSB(int(a))); y[o+5u]=bitfieldExtract(a,off,n); y[o+6u]=uint(bitfieldExtract(int(a),off,n));
  y[o+7u]=bitfieldInsert(a,b,off,n);
 y[o+8u]=bitfieldExtract(a,8,8); y[o+9u]=bitfieldExtract(a,16,16); y[o+10u]=uint(bitfieldExtract(int(a),8,8));
  y[o+11u]=uint(bitfieldExtract(int(a),16,16)); y[o+12u]=bitfieldInsert(a,b,4,9); y[o+13u]=(a<<7)|(a>>25);
  y[o+14u]=(a<<(b&31u))|(a>>((32u-b)&31u)); y[o+15u]=((a&0xffu)<<24)|((a&0xff00u)<<8)|((a>>8)&0xff00u)|(a>>24);
 y[o+16u]=(a>>8)&0xffu; y[o+17u]=uint(int(a<<24)>>24); y[o+18u]=(a&0xffffu)*(b>>16); y[o+19u]=(a>>16)+(b&0xffffu); }
