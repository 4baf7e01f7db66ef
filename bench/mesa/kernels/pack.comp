#version 450
// run: --dispatch 4,1,1 --init fhzzz --tolerance 1e-6
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) buffer Z{vec4 z[];};
void main(){ uint i=gl_GlobalInvocationID.x; vec4 a=vec4(x[4u*i],x[4u*i+1u],x[4u*i+2u],x[4u*i+3u])*0.1; uint o=i*8u;
  y[o]=packHalf2x16(a.xy); y[o+1u]=packUnorm4x8(a); y[o+2u]=packSnorm4x8(a); y[o+3u]=packUnorm2x16(a.zw);
  y[o+4u]=packSnorm2x16(a.yx); uint h=y[o+5u]; uint k=floatBitsToUint(a.x)*2654435761u;
  z[i*4u]=vec4(unpackHalf2x16(k&0xbfffbfffu),unpackUnorm2x16(k)); z[i*4u+1u]=unpackUnorm4x8(k);
  z[i*4u+2u]=unpackSnorm4x8(k); z[i*4u+3u]=vec4(unpackSnorm2x16(k),1,2); y[o+6u]=k; }
