#version 450
// run: --dispatch 1,1,1 --init szzzz --image 2,r32ui,19,11 --phases 2
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(push_constant) uniform P{uint phase;};
layout(set=1,binding=1,r32ui) uniform uimage2D im;
void main(){ uint i=gl_GlobalInvocationID.x; ivec2 s=imageSize(im); if(phase==0u){ for(int r=0;r<11;r++) imageStore(im,ivec2(int(i&31u),r),uvec4(x[i+uint(r)*64u])); return; }
  y[i*3u]=uint(s.x)|uint(s.y)<<16; y[i*3u+1u]=imageLoad(im,ivec2(int(i%19u),int(i%11u))).x; y[i*3u+2u]=imageLoad(im,ivec2(int(i)+19,3)).x; }
