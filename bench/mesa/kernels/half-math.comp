#version 450
// run: --dispatch 4,1,1 --init pzzzz --tolerance 4e-3
// drivers: gl
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};

void main(){ uint i=gl_GlobalInvocationID.x; mediump vec4 a=x[2u*i],b=x[2u*i+1u]; uint o=i*16u; y[o]=a+b;
  y[o+1u]=a*b; y[o+2u]=(a*b+a); y[o+3u]=min(a,b); y[o+4u]=max(a,b.wzyx); y[o+5u]=clamp(a,0.0,1.0); y[o+6u]=abs(-a);
  y[o+7u]=floor(a*4.0); y[o+8u]=ceil(a*4.0); y[o+9u]=trunc(a*4.0); y[o+10u]=sqrt(a); y[o+11u]=inversesqrt(a);
  y[o+12u]=1.0/a; y[o+13u]=mix(a,b,0.5); y[o+14u]=vec4(dot(a,b),length(a.xy),a.x>b.x?a.y:b.z,sign(a.x));
  y[o+15u]=vec4(lessThan(a,b)); }
