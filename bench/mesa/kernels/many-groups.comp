#version 450
// run: --dispatch 50,7,3 --init zzzzz
layout(local_size_x=4,local_size_y=2) in; layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uvec3 g=gl_GlobalInvocationID; atomicAdd(y[g.y*200u+g.x],g.z+1u); atomicAdd(y[8000],1u); }
