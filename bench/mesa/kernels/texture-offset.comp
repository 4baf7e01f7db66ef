#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,r32ui,16,16 --sampler nearest,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform usampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=textureLodOffset(t,vec2(f[i],f[i+256u]),0.0,ivec2(3,-2)).x; y[i+256u]=texelFetchOffset(t,ivec2(int(i&7u)+2,int(i>>5)+2),0,ivec2(-1,2)).x; }
