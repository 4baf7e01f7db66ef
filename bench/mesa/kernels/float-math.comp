#version 450
// run: --dispatch 4,1,1 --init pfzzz --tolerance 2e-6
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{float y[];};
layout(std430,set=0,binding=2) readonly buffer Z{float z[];};
void main(){ uint i=gl_GlobalInvocationID.x; float a=x[2u*i],b=x[2u*i+1u]; uint o=i*16u; y[o]=sqrt(a);
  y[o+1u]=inversesqrt(a); y[o+2u]=1.0/a; y[o+3u]=a/b; y[o+4u]=exp2(a*0.25-2.0); y[o+5u]=log2(a+1.5);
  y[o+6u]=exp(a*0.125); y[o+7u]=log(a+1.5); y[o+8u]=pow(a,0.3); y[o+9u]=pow(a,2.0); y[o+10u]=length(vec2(a,b));
  y[o+11u]=normalize(vec3(a,b,1.0)).x; y[o+12u]=distance(vec2(a,b),vec2(1,2));
  y[o+13u]=dot(vec4(a,b,a,b),vec4(1,2,3,4)); y[o+14u]=cross(vec3(a,b,1),vec3(b,1,a)).z;
  y[o+15u]=reflect(vec2(a,b),vec2(0.6,0.8)).x+50.0; }
