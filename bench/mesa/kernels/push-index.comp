#version 450
// run: --dispatch 1,1,1 --init hzzzz --push 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uvec4 p[8];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; uvec4 q=p[v&7u]; y[i]=q[(v>>3)&3u]+p[(v>>5)&7u].y*100u; }
