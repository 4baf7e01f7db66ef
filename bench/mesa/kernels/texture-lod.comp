#version 450
// run: --dispatch 4,1,1 --init szfzz --image 2,r32f,16,16 --sampler nearest,edge --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform sampler2D t;
void main(){ uint i=gl_GlobalInvocationID.x; y[i]=floatBitsToUint(textureLod(t,vec2(f[i],f[i+256u]),f[i+512u]).x); y[i+256u]=floatBitsToUint(textureLodOffset(t,vec2(f[i],f[i+256u]),f[i+9u],ivec2(1,2)).x); y[i+512u]=floatBitsToUint(texelFetch(t,ivec2(int(i&7u),int(i>>5)),int(x[i]&0u)).x); y[i+768u]=floatBitsToUint(texture(t,vec2(f[i],f[i+1u])).x); }
