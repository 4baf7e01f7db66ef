#version 450
layout(local_size_x = 64) in;
layout(set = 0, binding = 0) buffer B0 { uint data[]; };
layout(set = 0, binding = 1) buffer B1 { uint sums[]; };
void main() {
  uint i = gl_GlobalInvocationID.x;
  uint crc = 0xffffffffu;
  for (uint w = 0u; w < 16u; w++) {
    crc ^= data[i * 16u + w];
    for (uint k = 0u; k < 32u; k++) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  sums[i] = crc;
}
