#version 450
// run: --dispatch 4,1,1 --init zztzz --image 2,r32f,16,16 --sampler linear,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform sampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=uint(textureLod(t,vec2(f[i],f[i+256u]),0.0).x*1048576.0+8.0)>>4; }
