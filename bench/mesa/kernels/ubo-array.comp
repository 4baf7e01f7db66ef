#version 450
// run: --dispatch 2,1,1 --init hzzhz
layout(local_size_x=64) in;
layout(std430,set=0,binding=0) readonly buffer X{uint x[];};
layout(std430,set=0,binding=1) buffer Y{uint y[];};
layout(std140,set=0,binding=3) uniform U{uvec4 a[100]; uint b[50]; uvec2 c[30];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; y[i*4u]=a[v%100u].z; y[i*4u+1u]=b[(v>>8)%50u]; y[i*4u+2u]=c[(v>>16)%30u].y; uint r=0u; for(uint k=0u;k<(v&15u);k++) r+=a[(v>>k)%100u][k&3u]; y[i*4u+3u]=r; }
