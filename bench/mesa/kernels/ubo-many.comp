#version 450
// run: --dispatch 1,1,1 --init zzzhz
layout(local_size_x=64) in; layout(std140,set=0,binding=3) uniform U{uvec4 k[1024];};
  layout(std430,set=0,binding=1) buffer Y{uvec4 y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uvec4 r=uvec4(0); for(uint j=0u;j<16u;j++) r+=k[i*16u+j]; y[i]=r;
  y[i+64u]=k[1023u-i]^k[700]; }
