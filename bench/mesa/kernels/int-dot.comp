#version 450
// run: --dispatch 2,1,1 --init hzzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[i],b=x[i+1u]; ivec4 s=ivec4(int(a<<24)>>24,int(a<<16)>>24,int(a<<8)>>24,int(a)>>24); ivec4 t=ivec4(int(b<<24)>>24,int(b<<16)>>24,int(b<<8)>>24,int(b)>>24);
  y[i*4u]=uint(s.x*t.x+s.y*t.y+s.z*t.z+s.w*t.w); uint r,k; r=uaddCarry(a,b,k); y[i*4u+1u]=r^k; r=usubBorrow(a,b,k); y[i*4u+2u]=r+k; int hi,lo; imulExtended(int(a),int(b),hi,lo); y[i*4u+3u]=uint(hi^lo); }
