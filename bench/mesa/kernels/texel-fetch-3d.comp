#version 450
// run: --dispatch 4,1,1 --init szfzz --image 3,r32f,8,8,4 --sampler nearest,repeat
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform sampler3D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=floatBitsToUint(texelFetch(t,ivec3(int(i&7u),int(i>>3)&7,int(i>>6)),0).x); }
