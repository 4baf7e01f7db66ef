#version 450
// run: --dispatch 4,1,1 --init hzzzz
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};

void main(){ uint g=gl_GlobalInvocationID.x; uint v=x[g],r=0u; for(uint a=0u;a<(v&7u);a++){
  for(uint b=a;b<((v>>3)&15u);b++){ if(((a^b)&3u)==2u) continue; r+=a*b+1u; if(r>60u) break;
  for(uint c=0u;c<(b&3u);c++){ r^=c<<b; if((r&0x80u)!=0u) { r+=3u; if((v&0x100u)!=0u) { y[g]=r; y[g+1024u]=1u;
  return; } } } } switch(r&7u){ case 0u: r+=1u; break; case 1u: r*=3u; case 2u: r-=7u; break; case 5u: r=~r; break;
  default: r^=0x55u; } } y[g]=r; }
