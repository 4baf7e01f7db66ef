#version 450
// run: --dispatch 2,1,1 --init fzzfz --tolerance 1e-5
layout(local_size_x=32) in; layout(std140,set=0,binding=3) uniform U{mat4 m; mat3x2 n; layout(row_major) mat4x3 r;};
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};
void main(){ uint i=gl_GlobalInvocationID.x; vec4 v=x[i]; y[i*6u]=m*v+1000.0; y[i*6u+1u]=v*m+1000.0;
  y[i*6u+2u].xy=n*v.xyz+1000.0; y[i*6u+3u].xyz=r*v+1000.0;
  y[i*6u+4u]=vec4(determinant(mat2(v.xy,v.zw))+1000.0,(transpose(m)*v).x+1000.0,outerProduct(v.xy,v.zw)[1]);
  mat2 q=inverse(mat2(v.x+20.0,1.0,2.0,v.y+30.0)); y[i*6u+5u]=vec4(q[0]+10.0,q[1]+10.0); }
