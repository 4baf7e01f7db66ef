#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
uint f(uint a){ if((a&1u)==0u) return a*3u; for(uint k=0u;k<5u;k++){ a=a*5u+k; if((a&0x700u)==0x300u) return a;
  } return ~a; }
uint collatz(uint a){ uint n=0u; while(a!=1u&&n<200u){ a=(a&1u)==0u?a>>1:a*3u+1u; n++; } return n; }
uint gcd(uint a,uint b){ while(b!=0u){ uint t=a%b; a=b; b=t; } return a; }
void main(){ uint i=gl_GlobalInvocationID.x; if(i==77u) return; uint v=x[i]; if((v&31u)==3u){ y[i]=1u; return;
  } y[i]=f(v); y[i+256u]=collatz((v&1023u)+1u); y[i+512u]=gcd(v&0xffffu,(v>>16)|1u); }
