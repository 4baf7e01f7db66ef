#version 450
// run: --dispatch 2,2,1 --init fffzz --tolerance 1e-6
// drivers: vulkan
layout(local_size_x=16,local_size_y=16) in;
layout(std430,set=0,binding=0) readonly buffer A{float a[];};
  layout(std430,set=0,binding=1) readonly buffer B{float b[];}; layout(std430,set=0,binding=2) buffer C{float c[];};
shared float sa[16][16],sb[16][17];
void main(){ uint r=gl_GlobalInvocationID.y,q=gl_GlobalInvocationID.x,i=gl_LocalInvocationID.y,j=gl_LocalInvocationID.x; precise float s=0.0; for(uint t=0u;t<32u;t+=16u){ sa[i][j]=a[r*32u+t+j]; sb[i][j]=b[(t+i)*32u+q]; barrier(); for(uint k=0u;k<16u;k++) s=fma(sa[i][k],sb[k][j],s); barrier(); } c[r*32u+q]=s; }
