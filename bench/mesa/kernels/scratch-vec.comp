#version 450
// run: --dispatch 3,1,1 --init fhzzz
layout(local_size_x=16) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];};
layout(std430,set=0,binding=1) buffer Y{vec4 y[];};
layout(std430,set=0,binding=2) readonly buffer Z{uint z[];};
void main(){ uint g=gl_GlobalInvocationID.x; vec4 a[8]; uvec2 b[6]; for(uint k=0u;k<8u;k++) a[k]=x[g+k*3u];
  for(uint k=0u;k<6u;k++) b[k]=uvec2(z[g+k],k); vec4 s=vec4(0); for(uint k=0u;k<8u;k++){ uint j=z[g*8u+k];
  s=s*0.5+a[j&7u]; a[(j>>3)&7u].y=s.x; b[j%6u].x=j; } y[g*3u]=s; y[g*3u+1u]=a[z[g]&7u];
  y[g*3u+2u]=vec4(b[z[g+1u]%6u],b[z[g+2u]%6u]); }
