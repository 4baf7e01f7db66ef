#version 450
// run: --dispatch 2,1,1 --init hzzzz --push 1,2,3,4,5,6,7,8,0x3f800000,0x40000000,0x40400000,0x40800000,100,200,300,400,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uvec4 a; uint b[4]; vec4 c; uvec2 d; uvec2 e; uint t[16];} p;
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; y[i*6u]=p.a.x+p.a.w*v; y[i*6u+1u]=p.b[v&3u];
  y[i*6u+2u]=floatBitsToUint(p.c[v&3u]*2.0+p.c.z); y[i*6u+3u]=p.d.y+p.e.x; y[i*6u+4u]=p.t[v&15u];
  y[i*6u+5u]=p.t[3]*p.t[7]; }
