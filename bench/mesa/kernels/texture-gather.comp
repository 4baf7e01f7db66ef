#version 450
// run: --dispatch 4,1,1 --init zztzz --image 2,r32f,16,16 --sampler nearest,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform sampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; uvec4 v=floatBitsToUint(textureGather(t,vec2(f[i],f[i+256u])/16.0+vec2(0.013))); y[i*4u]=v.x;y[i*4u+1u]=v.y;y[i*4u+2u]=v.z;y[i*4u+3u]=v.w; }
