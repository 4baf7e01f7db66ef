#version 450
// run: --dispatch 4,1,1 --init hhzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint i=gl_GlobalInvocationID.x; uint a=x[2u*i],b=x[2u*i+1u]; uint o=i*24u;
 y[o]=a+b; y[o+1u]=a-b; y[o+2u]=a*b; y[o+3u]=a&b; y[o+4u]=a|b; y[o+5u]=a^b; y[o+6u]=~a; y[o+7u]=a<<(b&31u);
  y[o+8u]=a>>(b&31u); y[o+9u]=uint(int(a)>>(b&31u));
 y[o+10u]=min(a,b); y[o+11u]=max(a,b); y[o+12u]=uint(min(int(a),int(b))); y[o+13u]=uint(max(int(a),int(b)));
  y[o+14u]=uint(clamp(int(a),-1000,1000)); y[o+15u]=uint(abs(int(a)));
 y[o+16u]=uint(sign(int(a))); y[o+17u]=a&~b; y[o+18u]=a|~b; y[o+19u]=~(a^b); y[o+20u]=(a<b)?a:b;
  y[o+21u]=(int(a)<int(b))?7u:9u; y[o+22u]=uint(a==b)+uint(a!=b)*2u+uint(a>=b)*4u+uint(int(a)<=int(b))*8u;
  y[o+23u]=uint(-int(a)); }
