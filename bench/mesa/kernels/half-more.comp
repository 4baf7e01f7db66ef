#version 450
// run: --dispatch 2,1,1 --init hzlzz
// drivers: vulkan
#extension GL_EXT_shader_explicit_arithmetic_types_int8 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int16 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int32 : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer H{f16vec4 h[];};
void main(){ uint i=gl_GlobalInvocationID.x; f16vec4 a=h[i],b=h[i+128u]; precise f16vec4 c=a*b; precise f16vec4 d=a+b; ivec4 n=ivec4(a); i16vec4 m=i16vec4(b); f16vec4 e=f16vec4(n); f16vec4 g=f16vec4(i16vec4(m+int16_t(3)));
  f16vec4 k=f16vec4(i8vec4(x[i],x[i]>>8,x[i]>>16,x[i]>>24)); f16vec4 o=f16vec4(u8vec4(x[i],x[i]>>8,x[i]>>16,x[i]>>24)); u16vec4 p=u16vec4(abs(b)); bvec4 r=lessThan(a,b);
  f16vec4 s=mix(a,b,r); f16vec4 t=min(a,b)+float16_t(0.5); f16vec4 u=clamp(c,float16_t(-1.0),float16_t(1.0)); f16vec4 q=step(a,b)+f16vec4(notEqual(a,b));
  y[i*26u]=packFloat2x16(c.xy);y[i*26u+1u]=packFloat2x16(c.zw);y[i*26u+2u]=packFloat2x16(d.xy);y[i*26u+3u]=packFloat2x16(d.zw);y[i*26u+4u]=uint(n.x^n.w);y[i*26u+5u]=uint(int(m.y)*int(m.z));
  y[i*26u+6u]=packFloat2x16(e.xw);y[i*26u+7u]=packFloat2x16(e.zy);y[i*26u+8u]=packFloat2x16(g.xw);y[i*26u+9u]=packFloat2x16(g.zy);y[i*26u+10u]=packFloat2x16(k.xy);y[i*26u+11u]=packFloat2x16(k.zw);
  y[i*26u+12u]=packFloat2x16(o.xy);y[i*26u+13u]=packFloat2x16(o.zw);y[i*26u+14u]=uint(p.x)|uint(p.y)<<16;y[i*26u+15u]=uint(p.z)|uint(p.w)<<16;y[i*26u+16u]=packFloat2x16(s.xy);y[i*26u+17u]=packFloat2x16(s.zw);
  y[i*26u+18u]=packFloat2x16(t.xy);y[i*26u+19u]=packFloat2x16(t.zw);y[i*26u+20u]=packFloat2x16(u.xy);y[i*26u+21u]=packFloat2x16(u.zw);y[i*26u+22u]=packFloat2x16(q.xy);y[i*26u+23u]=packFloat2x16(q.zw);
  y[i*26u+24u]=packFloat2x16(trunc(a.xy)); y[i*26u+25u]=packFloat2x16(fract(abs(a.zw))); }
