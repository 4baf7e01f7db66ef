#version 450
// run: --dispatch 4,1,1 --init zzwzz
layout(local_size_x=64) in;
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
void main(){ uint i=gl_GlobalInvocationID.x; int e; float a=f[i]; float m=frexp(a,e); y[i*6u]=floatBitsToUint(m); y[i*6u+1u]=uint(e); y[i*6u+2u]=floatBitsToUint(ldexp(clamp(a,-1e6,1e6),int(i&31u)-16)); float ip; y[i*6u+3u]=floatBitsToUint(modf(clamp(a,-1e6,1e6),ip)+0.0); y[i*6u+4u]=floatBitsToUint(ip+0.0); y[i*6u+5u]=uint(isinf(a))|uint(isnan(a))<<1|uint(a>0.0)<<2|packSnorm2x16(vec2(a*0.001,-a))<<3; }
