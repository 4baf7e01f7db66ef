#version 450
// run: --dispatch 4,1,1 --init hwzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer Z{float z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[i]; a>>=(i*5u)&31u; uint o=i*8u;
  y[o]=floatBitsToUint(float(a)); y[o+1u]=floatBitsToUint(float(int(a)));
  y[o+2u]=floatBitsToUint(float(int(-int(a)))); float f=float(int(a&0xfffffu)-524288)*0.37; y[o+3u]=uint(int(f));
  y[o+4u]=uint(abs(f)); y[o+5u]=uint(bool(a&1u)); y[o+6u]=floatBitsToUint(float(bool(a&2u)));
  y[o+7u]=uint(int(round(f))); }
