#version 450
// run: --dispatch 4,1,1 --init fwizz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{vec4 x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};
  layout(std430,set=0,binding=2) readonly buffer Z{ivec4 z[];};
void main(){ uint i=gl_GlobalInvocationID.x; vec4 a=x[2u*i],b=x[2u*i+1u]; ivec4 k=z[i]; uint o=i*8u;
  y[o]=vec4(a.x<b.x?a.y:b.y,a.x==b.y?1.0:a.z,a.x!=0.0?a.y:3.0,a.w>=b.w?b.x:a.x);
  y[o+1u]=mix(a,b,lessThan(k,ivec4(0))); y[o+2u]=mix(a,b,greaterThanEqual(a,b));
  y[o+3u]=vec4(k.x>k.y?a.x:b.x,k.z==0?a.y:b.y,(k.x&4)!=0?1.0:0.0,(k.y<0&&a.x>0.0)?2.0:-2.0);
  y[o+4u]=vec4(notEqual(a,b)); y[o+5u]=vec4(not(lessThan(k,k.yzwx))); y[o+6u]=vec4(isnan(a))+vec4(isinf(b));
  y[o+7u]=vec4(uintBitsToFloat((floatBitsToUint(a)&uvec4(k))|(floatBitsToUint(b)&~uvec4(k)))); }
