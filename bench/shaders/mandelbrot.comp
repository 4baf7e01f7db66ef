#version 450
layout(local_size_x = 16, local_size_y = 16) in;
layout(set = 0, binding = 0) buffer B0 { uint steps[]; };
void main() {
  uint px = gl_GlobalInvocationID.x, py = gl_GlobalInvocationID.y;
  precise float x = float(px) * 0.00390625 - 1.5;
  precise float y = float(py) * 0.00390625 - 1.0;
  precise float a = 0.0, b = 0.0;
  uint n = 0u;
  do {
    precise float a2 = a * a, b2 = b * b;
    if (a2 + b2 > 4.0) break;
    b = (a + a) * b + y;
    a = a2 - b2 + x;
    n++;
  } while (n < 256u);
  steps[py * 512u + px] = n;
}
