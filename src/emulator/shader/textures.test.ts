/** LD_TEX on images in memory: formats, orders, layouts, edges. */
import { describe, expect, it } from 'vitest';
import { ENUMS } from '../../spec/descriptors/descriptors.ts';
import { FAULT } from '../../spec/faults.ts';
import { RUN } from './engine.ts';
import { DATA, f, ShaderBench, TABLE } from './testing.ts';
import { texelFormat } from './texel.ts';

const { Format, 'RGB Component Order': Order } = ENUMS;
const RGBA_SWIZZLE = 0o3210;
const DESCRIPTOR = TABLE + 0x100;
const PLANES = TABLE + 0x200;
const SRGB = 1 << 20;

interface Image {
  readonly format: keyof typeof Format;
  readonly order?: keyof typeof Order;
  readonly flags?: number;
  readonly dimension?: number;
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
  readonly layers?: number;
  readonly swizzle?: number;
  readonly tiled?: boolean;
  readonly row: number;
  readonly slice?: number;
}

/** A bench whose table 0, index 1 is an image at DATA; each layer's plane is 0x400 bytes behind the one before. */
function benchWith(image: Image, kind: 'interpreter' | 'translator' = 'interpreter'): ShaderBench {
  const { width = 4, height = 4, depth = 1, layers = 1, dimension = 2 } = image;
  const bench = new ShaderBench(kind);
  const format = (image.flags ?? 0) | (Format[image.format] << 12) | Order[image.order ?? 'RGBA'];
  bench.bench.poke(TABLE, DESCRIPTOR, 0, 64, 0);
  bench.bench.poke(DESCRIPTOR, 0, 0, 0, 0, 0, 0, 0, 0);
  bench.bench.poke(
    DESCRIPTOR + 32,
    2 | (dimension << 4) | (format << 10),
    (width - 1) | ((height - 1) << 16),
    image.swizzle ?? RGBA_SWIZZLE,
    0,
    PLANES,
    0,
    layers - 1,
    depth - 1,
  );
  for (let layer = 0; layer < layers; layer++) {
    const ordering = image.tiled === true ? 1 : 2;
    const first = 10 | (1 << 4) | (ordering << 8);
    bench.bench.poke(PLANES + 32 * layer, first, 0, DATA + 0x400 * layer, 0, image.row, 0, image.slice ?? 0, 0);
  }
  return bench;
}

/** The first registers after a load of one texel by lane 0. */
function texel(
  bench: ShaderBench,
  at: { x: number; y?: number; z?: number; layer?: number },
  format = 'f32',
): number[] {
  const { x, y = 0, z = 0, layer = 0 } = at;
  const status = bench.run(
    `MOV.i32 r4, u0\nMOV.i32 r5, u1\nMOV.i32 r6, u2\nLD_TEX.v4.${format}.slot0 @r0:r1:r2:r3, r4, r5, r6\nNOP.end`,
    { uniforms: [x | (y << 16), z | (layer << 16), 1], tableLo: TABLE | 1 },
  );
  expect(status).toBe(RUN.DONE);
  return [0, 1, 2, 3].map((n) => bench.register(n));
}

describe('texels', () => {
  it('are fractions of bytes', () => {
    const bench = benchWith({ format: 'RGBA8 UNORM', row: 16 });
    bench.bench.poke(DATA + 16 * 2 + 4, 0x3300_80ff);
    expect(texel(bench, { x: 1, y: 2 })).toEqual([f(1), f(128 / 255), f(0), f(0.2)]);
  });

  it('come in the order of their components, and swizzled', () => {
    const bench = benchWith({ format: 'RGBA8 UNORM', order: 'BGRA', row: 16 });
    bench.bench.poke(DATA, 0xff00_00ff);
    expect(texel(bench, { x: 0 })).toEqual([f(0), f(0), f(1), f(1)]);
    const swizzled = benchWith({ format: 'RGBA8 UNORM', row: 16, swizzle: 0o5403 });
    swizzled.bench.poke(DATA, 0xff00_0000);
    expect(texel(swizzled, { x: 0 })).toEqual([f(1), f(0), f(0), f(1)]);
  });

  it('of integers keep their sign and are limited to their register', () => {
    const bench = benchWith({ format: 'RGBA16I', row: 32 });
    bench.bench.poke(DATA, 0x8000_ffff, 0x7fff_0001);
    expect(texel(bench, { x: 0 }, 's32').map((w) => w | 0)).toEqual([-1, -0x8000, 1, 0x7fff]);
    expect(texel(bench, { x: 0 }, 'u32')).toEqual([0, 0, 1, 0x7fff]);
    expect(texel(bench, { x: 0 }, 's16').slice(0, 2)).toEqual([0x8000_ffff, 0x7fff_0001]);
  });

  it('of floats pass, and pack as halves', () => {
    const bench = benchWith({ format: 'R32F', row: 16 });
    bench.bench.poke(DATA + 8, f(1.5));
    expect(texel(bench, { x: 2 })).toEqual([f(1.5), 0, 0, f(1)]);
    expect(texel(bench, { x: 2 }, 'f16').slice(0, 2)).toEqual([0x3e00, 0x3c00_0000]);
  });

  it('follow the sRGB curve where the format says so', () => {
    const bench = benchWith({ format: 'RGBA8 UNORM', flags: SRGB, row: 16 });
    bench.bench.poke(DATA, 0x80ff_0080);
    const [r, g, b, a] = texel(bench, { x: 0 }).map((bits) => new Float32Array(Uint32Array.of(bits).buffer)[0]!);
    expect([g, b]).toEqual([0, 1]);
    expect(a).toBeCloseTo(128 / 255, 7);
    expect(r).toBeCloseTo(((128 / 255 + 0.055) / 1.055) ** 2.4, 7);
  });

  it('lie in tiles of 16 by 16', () => {
    const bench = benchWith({ format: 'R32UI', row: 2 * 1024, width: 32, height: 32, tiled: true });
    // Texel (17, 18): second tile of the second row of tiles, place of (1, 2) in it.
    const place = 0b1101;
    bench.bench.poke(DATA + 2048 + 1024 + 4 * place, 0x1234);
    expect(texel(bench, { x: 17, y: 18 }, 'u32')[0]).toBe(0x1234);
  });

  it('have depth and layers; outside there is nothing', () => {
    const deep = benchWith({ format: 'R32UI', row: 16, slice: 64, depth: 2, dimension: 3 });
    deep.bench.poke(DATA + 64 + 16 + 4, 7);
    expect(texel(deep, { x: 1, y: 1, z: 1 }, 'u32')[0]).toBe(7);
    expect(texel(deep, { x: 1, y: 1, z: 2 }, 'u32')).toEqual([0, 0, 0, 0]);
    const array = benchWith({ format: 'R32UI', row: 16, layers: 3 });
    array.bench.poke(DATA + 0x800 + 12, 9);
    expect(texel(array, { x: 3, layer: 2 }, 'u32')[0]).toBe(9);
    expect(texel(array, { x: 4, layer: 2 }, 'u32')).toEqual([0, 0, 0, 0]);
  });

  it('of one dimension go beyond 65536 in no image, and take all of x', () => {
    const bench = benchWith({ format: 'R8UI', row: 0x1000, dimension: 1, width: 0x1000, height: 1 });
    bench.bench.poke(DATA + 0xffc, 0x5a00_0000);
    expect(texel(bench, { x: 0xfff }, 'u32')[0]).toBe(0x5a);
    expect(texel(bench, { x: 0, y: 1 }, 'u32')[0]).toBe(0);
  });

  it('are the same when the program is translated, lane by lane', () => {
    const results = (['interpreter', 'translator'] as const).map((kind) => {
      const bench = benchWith({ format: 'RGBA8 UNORM', row: 64, width: 16, height: 4 }, kind);
      bench.bench.poke(DATA, ...Array.from({ length: 64 }, (_, n) => n * 0x0305_0709));
      const program =
        'MOV.i32 r5, 0x0\nLD_TEX_IMM.v4.f32.slot0 @r0:r1:r2:r3, lane_id.w0, r5, index:0x1, table:0x0\nNOP.end';
      const status = bench.run(program, { sizeX: 16, tableLo: TABLE | 1 });
      expect(status).toBe(RUN.DONE);
      return [bench.engine.cycles, ...Array.from({ length: 64 }, (_, n) => bench.register(n & 3, n >> 2))];
    });
    expect(results[1]).toEqual(results[0]);
    expect(new Set(results[0]).size).toBeGreaterThan(16);
  });

  it('of formats that are not covered are a fault; handles of nothing give zeros', () => {
    const bench = benchWith({ format: 'BC1 UNORM', row: 16 });
    const program = (handle: string): string =>
      `MOV.i32 r4, 0x0\nMOV.i32 r6, ${handle}\nLD_TEX.v4.f32.slot0 @r0:r1:r2:r3, r4, r4, r6\nNOP.end`;
    expect(bench.run(program('u0'), { uniforms: [1], tableLo: TABLE | 1 })).toBe(RUN.FAULT);
    expect(bench.engine.memory.fault).toMatchObject({ code: FAULT.DATA_INVALID_FAULT, mmu: false });
    expect(bench.run(program('u0'), { uniforms: [0x0500_0000], tableLo: TABLE | 1 })).toBe(RUN.DONE);
    expect(bench.register(0)).toBe(0);
  });

  it('have a format for every regular name', () => {
    const names = Object.keys(Format).filter((n) => /^RGBA?(8|16|32) ?(UNORM|SNORM|UI|I|F)$/.test(n) && !/8F/.test(n));
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) {
      const found = texelFormat(Object.entries(Format).find(([n]) => n === name)![1] << 12);
      expect(found, name).toMatchObject({ channels: name.startsWith('RGBA') ? 4 : 3 });
    }
  });
});
