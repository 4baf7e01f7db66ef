#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,r32ui,19,17 --sampler nearest,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform usampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=texelFetch(t,ivec2(int(i%19u),int(i/19u)),0).x; y[i+256u]=uint(textureSize(t,0).x)|uint(textureSize(t,0).y)<<16; }
