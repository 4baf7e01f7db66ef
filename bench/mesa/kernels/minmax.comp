#version 450
// run: --dispatch 4,1,1 --init fwzzz
layout(local_size_x=32) in;
layout(std430,set=0,binding=0) readonly buffer X{float x[];};
layout(std430,set=0,binding=1) buffer Y{float y[];};

layout(std430,set=0,binding=2) buffer Z{uint z[];};
void main(){ uint i=gl_GlobalInvocationID.x; vec4 a=vec4(x[4u*i],x[4u*i+1u],x[4u*i+2u],x[4u*i+3u]); uint o=i*12u;
  y[o]=min(min(a.x,a.y),min(a.z,a.w)); y[o+1u]=max(max(a.x,a.y),max(a.z,a.w)); y[o+2u]=clamp(a.x,a.y,a.y+3.0);
  y[o+3u]=clamp(a.x,0.0,1.0)*a.y; y[o+4u]=max(a.x+a.y,0.0); y[o+5u]=clamp(a.z*a.w,-1.0,1.0);
  y[o+6u]=min(abs(a.x),-abs(a.y)); y[o+7u]=max(-a.x,abs(a.w)); y[o+8u]=mix(a.x,a.y,a.z>a.w);
  y[o+9u]=any(lessThan(a.xy,a.zw))?1.0:0.0; y[o+10u]=all(greaterThanEqual(a.xy,a.zw))?1.0:0.0;
  y[o+11u]=(a.x<a.y&&a.z<a.w||a.x==a.z)?a.x:a.w;
  z[i]=uint(clamp(int(a.x*100.0),-50,70))+min(uint(abs(a.y)),5u)*1000u; }
