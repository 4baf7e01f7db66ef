#version 450
// run: --dispatch 4,1,1 --init zztzz --image 2a,rgba8ui,8,8,4 --sampler nearest,repeat --linear 4
// drivers: vulkan
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std430,set=0,binding=2) readonly buffer F{float f[];};
layout(set=1,binding=2) uniform usampler2DArray t;
void main(){ uint i=gl_GlobalInvocationID.x; uvec4 v=textureLod(t,vec3(f[i],f[i+256u],float(i&3u)),0.0); y[i]=v.x|v.y<<8|v.z<<16|v.w<<24; }
