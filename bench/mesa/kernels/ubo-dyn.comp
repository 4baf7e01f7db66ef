#version 450
// run: --dispatch 2,1,1 --init hzzfz
layout(local_size_x=64) in; layout(std140,set=0,binding=3) uniform U{vec4 k[64]; ivec4 q[16]; mat3 m;};
  layout(std430,set=0,binding=0) readonly buffer X{uint x[];}; layout(std430,set=0,binding=1) buffer Y{vec4 y[];};
void main(){ uint i=gl_GlobalInvocationID.x; uint v=x[i]; y[i*2u]=k[v&63u].wzyx+k[5];
  y[i*2u+1u]=vec4(m[0].x,m[2].y,intBitsToFloat(q[v&15u].z),k[i&7u][v&3u]); }
