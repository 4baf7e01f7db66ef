#version 450
layout(local_size_x = 128) in;
layout(set = 0, binding = 0) buffer B0 { float x[]; };
layout(set = 0, binding = 1) buffer B1 { float y[]; };
void main() {
  uint i = gl_GlobalInvocationID.x;
  if (i < 1048576u) y[i] = 3.0 * x[i] + y[i];
}
