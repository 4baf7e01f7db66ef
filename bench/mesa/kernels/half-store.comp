#version 450
// run: --dispatch 4,1,1 --init loozz
// drivers: vulkan
#extension GL_EXT_shader_16bit_storage : require
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{float16_t x[];};
layout(std430,set=0,binding=1) buffer Y{float16_t y[];};
layout(std430,set=0,binding=2) readonly buffer Z{float z[];};
layout(std430,set=1,binding=0) buffer V{f16vec4 v[];};
void main(){ uint i=gl_GlobalInvocationID.x; float a=float(x[i]),b=float(x[i+256u]); y[i]=float16_t(a*b);
  y[i+256u]=float16_t(a+b); float c=z[i]; if(isnan(c)) c=1.0; y[i+512u]=float16_t(c); y[i+768u]=float16_t(c*0.001);
  v[i]=f16vec4(vec4(a,b,a-b,a*0.333)); }
