#version 450
// run: --dispatch 2,2,2 --init hzzzz --spec 8,4,2,13,0xfffffff0
// drivers: vulkan
layout(local_size_x_id=0,local_size_y_id=1,local_size_z_id=2) in; layout(constant_id=3) const uint N=1u; layout(constant_id=4) const int M=2;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
shared uint s[N*16u];
void main(){ uint l=gl_LocalInvocationIndex; uvec3 g=gl_GlobalInvocationID; uint i=g.x+g.y*16u+g.z*128u; for(uint k=l;k<N*16u;k+=64u) s[k]=x[k]+gl_WorkGroupID.z; barrier(); uint r=uint(M); for(uint k=0u;k<N;k++) r=r*5u+s[(l+k*k)%(N*16u)]; y[i]=r; }
