#version 450
// run: --dispatch 8,1,1 --init zzwzz --tolerance 0.000002
layout(local_size_x=64) in;
layout(std430,set=0,binding=1) buffer Y{float y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
void main(){ uint i=gl_GlobalInvocationID.x; float a=abs(f[i*2u]),b=f[i*2u+1u]; float c=clamp(b,-50.0,50.0); y[i*8u]=sqrt(a); y[i*8u+1u]=1.0/b; y[i*8u+2u]=inversesqrt(a); y[i*8u+3u]=exp2(c*0.5); y[i*8u+4u]=log2(a)+200.0; y[i*8u+5u]=a/b; y[i*8u+6u]=length(vec2(min(a,1e10),clamp(b,-1e10,1e10))); y[i*8u+7u]=floor(c)*0.5; }
