#version 450
// run: --dispatch 4,1,1 --init pzzzz --tolerance 1e-2
// drivers: gl
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};

void main(){ uint i=gl_GlobalInvocationID.x; mediump vec4 a=x[i]*0.05; mediump vec4 s=vec4(0.25);
  for(int k=0;k<8;k++){ if(a.x>0.3) s=s*0.75+a.yxwz*0.25; else s=max(s*0.9,a*0.5); a=a.yzwx; if(s.x+s.y>1.5) break;
  } y[i]=s; }
