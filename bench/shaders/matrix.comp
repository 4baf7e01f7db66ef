#version 450
layout(local_size_x = 16, local_size_y = 16) in;
layout(set = 0, binding = 0) buffer B0 { float a[]; };
layout(set = 0, binding = 1) buffer B1 { float b[]; };
layout(set = 0, binding = 2) buffer B2 { float c[]; };
void main() {
  uint column = gl_GlobalInvocationID.x, row = gl_GlobalInvocationID.y;
  float sum = 0.0;
  for (uint k = 0u; k < 256u; k++) sum += a[row * 256u + k] * b[k * 256u + column];
  c[row * 256u + column] = sum;
}
