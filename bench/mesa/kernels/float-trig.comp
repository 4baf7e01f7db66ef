#version 450
// run: --dispatch 4,1,1 --init ffzzz --tolerance 1e-3
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{float y[];};

void main(){ uint i=gl_GlobalInvocationID.x; float a=x[2u*i]*0.2,b=x[2u*i+1u]; uint o=i*16u; y[o]=sin(a)+2.0;
  y[o+1u]=cos(a)+2.0; y[o+2u]=atan(b); y[o+3u]=atan(a,b); y[o+4u]=asin(clamp(a*0.3,-1.0,1.0));
  y[o+5u]=acos(clamp(a*0.3,-1.0,1.0)); y[o+6u]=tanh(a); y[o+7u]=sinh(a); y[o+8u]=cosh(a); y[o+9u]=asinh(a);
  y[o+10u]=acosh(abs(a)+1.5); y[o+11u]=atanh(clamp(a*0.2,-0.9,0.9)); y[o+12u]=degrees(a); y[o+13u]=radians(b);
  y[o+14u]=tan(clamp(a,-1.2,1.2)); y[o+15u]=smoothstep(-3.0,4.0,a); }
