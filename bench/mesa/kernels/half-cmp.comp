#version 450
// run: --dispatch 4,1,1 --init pzzzz
// drivers: gl
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};

layout(std430,set=0,binding=2) buffer Z{uint z[];};
void main(){ uint i=gl_GlobalInvocationID.x; mediump vec4 a=floor(x[2u*i]*0.5),b=floor(x[2u*i+1u]*0.5);
  mediump ivec4 p=ivec4(a),q=ivec4(b); uint o=i*8u;
  z[o]=uint(a.x<b.x)|uint(a.y<=b.y)<<1|uint(a.z==b.z)<<2|uint(a.w!=b.w)<<3|uint(a.x>=b.y)<<4|uint(a.z>b.w)<<5;
  z[o+1u]=uint(any(equal(a,b)))|uint(all(lessThan(a,b)))<<1; mediump vec4 c=a.x<b.x?a:b; y[o]=c; y[o+1u]=vec4(p+q);
  y[o+2u]=vec4(p-q); y[o+3u]=vec4(p*q); y[o+4u]=vec4(min(p,q)); y[o+5u]=vec4(max(p,q)); y[o+6u]=vec4(p&q);
  y[o+7u]=vec4(p<<1)+vec4(q>>1); z[o+2u]=uint(p.x<q.x)|uint(p.y==q.y)<<1|uint(p.z>=q.w)<<2;
  z[o+3u]=uint(p.x/max(q.x,1)); z[o+4u]=uint(abs(p.x-q.y)); mediump uvec4 u=uvec4(a); z[o+5u]=u.x+u.y;
  z[o+6u]=u.z%(u.w+1u); z[o+7u]=u.x*u.z; }
