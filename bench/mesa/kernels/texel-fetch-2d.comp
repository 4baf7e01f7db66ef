#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,rgba8,16,16 --sampler nearest,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform sampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=packUnorm4x8(texelFetch(t,ivec2(int(i&15u),int(i>>4)),0)); }
