#version 450
// run: --dispatch 2,1,1 --init hzzhz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uvec4 x4[1024]; uvec3 x3[512]; uvec2 x2[512]; uint x1[];};
  layout(std430,set=0,binding=1) buffer Y{uvec4 y4[512]; uvec2 y2[512]; uvec3 y3[512]; uint y1[];};
struct S{ uint a; uvec3 b; uvec2 c[3]; uint d; }; layout(std430,set=0,binding=2) buffer Z{S z[];};
void main(){ uint i=gl_GlobalInvocationID.x; uvec4 v=x4[i]; uvec3 w=x3[i]; uvec2 u=x2[i]; uint t=x1[i]; y4[i]=v.wzyx;
  y3[i]=w.zxy+v.xyz; y2[i]=u.yx^v.xy; y1[i]=t+w.x; S s; s.a=t; s.b=w; s.c[0]=u; s.c[1]=v.xy; s.c[2]=v.zw; s.d=i;
  z[i]=s; z[i].c[i%3u]=uvec2(i,t); }
