/** The kernels of `tyr bench shader` (bench/shaders), their sizes and what their buffers begin with. */
import type { Kernel } from './shader-machine.ts';

const ITEMS = 1 << 20;
const SIDE = 256;
const PICTURE = 512;
const CRC_ITEMS = 1 << 14;
const CRC_WORDS = 16;

const view = new DataView(new ArrayBuffer(4));
const bits = (x: number): number => {
  view.setFloat32(0, x);
  return view.getUint32(0);
};

/** Small integers as binary32: sums and products of them are exact, in whatever order they are made. */
const floats = (count: number, f: (n: number) => number): Uint32Array =>
  new Uint32Array(Float32Array.from({ length: count }, (_, n) => f(n)).buffer);
const words = (count: number): Uint32Array => {
  let state = 1;
  return Uint32Array.from({ length: count }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0));
};

export const KERNELS: readonly Kernel[] = [
  {
    name: 'saxpy',
    local: [128, 1],
    groups: [ITEMS / 128, 1],
    uniforms: [bits(3), ITEMS],
    preload: 1 << 12,
    buffers: [floats(ITEMS, (n) => n & 1023), floats(ITEMS, (n) => (n >> 3) & 255)],
    shared: 0,
  },
  {
    name: 'matrix',
    local: [16, 16],
    groups: [SIDE / 16, SIDE / 16],
    uniforms: [],
    preload: 3 << 12,
    buffers: [
      floats(SIDE * SIDE, (n) => (n % 7) - 3),
      floats(SIDE * SIDE, (n) => (n % 11) - 5),
      new Uint32Array(SIDE * SIDE),
    ],
    shared: 0,
  },
  {
    name: 'mandelbrot',
    local: [16, 16],
    groups: [PICTURE / 16, PICTURE / 16],
    uniforms: [bits(2 / PICTURE), bits(-1.5), bits(-1), bits(4), 256, 9],
    preload: 3 << 12,
    buffers: [new Uint32Array(PICTURE * PICTURE)],
    shared: 0,
  },
  {
    name: 'reduce',
    local: [256, 1],
    groups: [ITEMS / 256, 1],
    uniforms: [],
    preload: (1 << 7) | (1 << 9) | (1 << 12),
    buffers: [words(ITEMS), new Uint32Array(ITEMS / 256)],
    shared: 1024,
  },
  {
    name: 'crc',
    local: [64, 1],
    groups: [CRC_ITEMS / 64, 1],
    uniforms: [0xedb8_8320, 1],
    preload: 1 << 12,
    buffers: [words(CRC_ITEMS * CRC_WORDS), new Uint32Array(CRC_ITEMS)],
    shared: 0,
  },
];
