#version 450
// run: --dispatch 4,4,1 --init zzzzz
// drivers: vulkan
layout(local_size_x=8,local_size_y=8) in; layout(std430,set=0,binding=1) buffer Y{uint y[];};
void main(){ uvec2 g=gl_GlobalInvocationID.xy; precise float cx=float(int(g.x)-20)/16.0, cy=float(int(g.y)-16)/16.0;
  precise float zx=0.0,zy=0.0; uint n=0u; while(n<100u){ precise float a=zx*zx; precise float b=zy*zy;
  if(a+b>4.0) break; precise float t=a-b; zy=2.0*(zx*zy)+cy; zx=t+cx; n++; } y[g.y*32u+g.x]=n; }
