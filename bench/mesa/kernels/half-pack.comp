#version 450
// run: --dispatch 4,1,1 --init pzzzz
// drivers: gl
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{uint y[];};
  layout(std430,set=0,binding=2) buffer Z{vec4 z[];};
void main(){ uint i=gl_GlobalInvocationID.x; vec4 a=floor(x[i]*8.0)*0.125;
  uint p=packHalf2x16(a.xy),q=packHalf2x16(a.zw); y[i*4u]=p; y[i*4u+1u]=q; vec2 u=unpackHalf2x16(p);
  z[i]=vec4(u,unpackHalf2x16(q).yx); y[i*4u+2u]=packHalf2x16(u+1.0); }
