/** Images in memory: formats, orders, layouts, edges; loads, stores and samples. */
import { describe, expect, it } from 'vitest';
import { ENUMS } from '../../spec/descriptors/descriptors.ts';
import { FAULT } from '../../spec/faults.ts';
import { RUN } from './engine.ts';
import { DATA, f, ShaderBench, TABLE } from './testing.ts';
import { readTexel, texelFormat, writeTexel } from './texel.ts';

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
      expect(found, name).toMatchObject({ sizes: { length: name.startsWith('RGBA') ? 4 : 3 } });
    }
  });
});

describe('formats', () => {
  const words = new Int32Array(4);
  const out = new Float64Array(4);
  const formatOf = (name: keyof typeof Format, order: keyof typeof Order, flags = 0) =>
    texelFormat(flags | (Format[name] << 12) | Order[order])!;
  const colours = [0, 0.25, 0.5, 1, 1 / 3, 0.75, 0.1];

  it('store what they load', () => {
    const names = Object.keys(Format) as (keyof typeof Format)[];
    let tried = 0;
    for (const name of names) {
      for (const order of ['RGBA', 'BGRA', 'ABGR', 'RGB1'] as const) {
        const format = texelFormat((Format[name] << 12) | Order[order]);
        if (format === undefined) continue;
        tried++;
        words.fill(0);
        const bits = [0x3210_7654, 0x1234_5678, 0x0bad_cafe, 0x3c00_3c00];
        for (let n = 0; 4 * n < format.bytes; n++) words[n] = bits[n]!;
        if (format.bytes % 4 !== 0) words[0] = words[0]! & (2 ** (8 * format.bytes) - 1);
        readTexel(words, format, RGBA_SWIZZLE, out);
        const again = new Int32Array(4);
        writeTexel(out, format, again);
        const twice = new Float64Array(4);
        readTexel(again, format, RGBA_SWIZZLE, twice);
        expect(twice, `${name} ${order}`).toEqual(out);
      }
    }
    expect(tried).toBeGreaterThan(100);
  });

  it('limit what they cannot hold', () => {
    const write = (name: keyof typeof Format, ...values: number[]): number => {
      writeTexel(
        Float64Array.from({ length: 4 }, (_, c) => values[c] ?? 0),
        formatOf(name, 'RGBA'),
        words,
      );
      return words[0]! >>> 0;
    };
    expect(write('RGBA8 UNORM', -1, 2, NaN, 0.5)).toBe(0x8000_ff00);
    expect(write('RGBA8 SNORM', -2, 1, 0.5, 0)).toBe(0x0040_7f81);
    expect(write('RGBA8UI', 300, -1, 7, 255)).toBe(0xff07_00ff);
    expect(write('RG16I', -40000, 40000)).toBe(0x7fff_8000);
    expect(write('RGB565', 1, 0, 1)).toBe(0xf81f);
    expect(write('RGB10 A2 UNORM', 1, 0, 0, 1)).toBe(0xc000_03ff);
    expect(write('R11F G11F B10F', 1, -1, 0.5)).toBe((0x1c0 << 22) | 0x3c0);
  });

  it('put colours on the sRGB curve', () => {
    const format = formatOf('RGBA8 UNORM', 'RGBA', SRGB);
    for (let n = 0; n < 256; n++) {
      words[0] = n * 0x0101_0101;
      readTexel(words, format, RGBA_SWIZZLE, out);
      writeTexel(out, format, words);
      expect(words[0]! >>> 0).toBe((n * 0x0101_0101) >>> 0);
    }
  });

  it('round fractions to the nearest', () => {
    for (const c of colours) {
      writeTexel(Float64Array.of(c, 0, 0, 0), formatOf('R16 UNORM', 'RGBA'), words);
      expect(words[0]).toBe(Math.round(c * 0xffff));
    }
  });
});

describe('images', () => {
  const store = (bench: ShaderBench, x: number, y: number, colour: readonly number[], kind = 'f32'): number =>
    bench.run(
      `MOV.i32 r4, u0\nMOV.i32 r5, 0x0\nMOV.i32 r0, u2\nMOV.i32 r1, u3\nMOV.i32 r2, u4\nMOV.i32 r3, u5
       LEA_TEX_IMM.slot0.wait0 @r6:r7:r8, r4, r5, table:0x0, index:0x1
       ST_CVT.slot1.v4.${kind} @r0:r1:r2:r3, r6, r8, offset:0x0\nNOP.end`,
      { uniforms: [x | (y << 16), 0, ...colour], tableLo: TABLE | 1 },
    );

  it('take what is stored, through their format', () => {
    const bench = benchWith({ format: 'RGBA8 UNORM', order: 'BGRA', row: 16 });
    expect(store(bench, 1, 2, [f(1), f(0.5), f(0), f(1)])).toBe(RUN.DONE);
    expect(bench.bench.word(DATA + 16 * 2 + 4) >>> 0).toBe(0xffff_8000);
    expect(store(bench, 4, 2, [f(1), f(1), f(1), f(1)])).toBe(RUN.DONE);
    expect(bench.bench.word(DATA + 16 * 3) >>> 0).toBe(0);
  });

  it('take integers as they are, and refuse conversions that do not exist', () => {
    const bench = benchWith({ format: 'RG16UI', row: 16 });
    expect(store(bench, 0, 1, [0x1234, 0x1_0000, 0, 0], 'u32')).toBe(RUN.DONE);
    expect(bench.bench.word(DATA + 16) >>> 0).toBe(0xffff_1234);
    const program =
      'MOV.i32 r6, u0\nMOV.i32 r7, 0x0\nMOV.i32 r8, u1\nST_CVT.slot0.v4.f32 @r0:r1:r2:r3, r6, r8, offset:0x0\nNOP.end';
    expect(bench.run(program, { uniforms: [DATA, Format['BC1 UNORM'] << 12] })).toBe(RUN.FAULT);
    expect(bench.engine.memory.fault).toMatchObject({ code: FAULT.DATA_INVALID_FAULT, mmu: false });
  });
});

describe('samples', () => {
  const SAMPLER = DESCRIPTOR;
  const REPEAT = 8;
  const EDGE = 9;
  const BORDER = 11;
  /** Table 0: the sampler is index 0, the image index 1. */
  function sampling(wrap: number, linear: boolean, border = 0): ShaderBench {
    const bench = benchWith({ format: 'R32F', order: 'RGBA', row: 16 });
    for (let n = 0; n < 16; n++) bench.bench.poke(DATA + 4 * n, f(n));
    const modes = (wrap << 8) | (wrap << 12) | (wrap << 16) | (1 << 25) | (linear ? 0 : 3 << 27);
    bench.bench.poke(SAMPLER, (1 | modes) >>> 0, 0x0100_0000, 0, 0, border, 0, 0, 0);
    return bench;
  }
  const at = (bench: ShaderBench, x: number, y: number): number => {
    const status = bench.run(
      `MOV.i32 r4, u0\nMOV.i32 r5, u1\nMOV.i32 r6, u2\nMOV.i32 r7, 0x0
       TEX_SINGLE.slot0.reserved.32.2d.zero @r0:r1:r2:r3, @r4:r5, r6\nNOP.end`,
      { uniforms: [f(x), f(y), 0x0001_0000], tableLo: TABLE | 1 },
    );
    expect(status).toBe(RUN.DONE);
    return new Float32Array(Uint32Array.of(bench.register(0)).buffer)[0]!;
  };

  it('are the nearest texels, wrapped', () => {
    expect(at(sampling(REPEAT, false), 0.3, 0.6)).toBe(9);
    expect(at(sampling(REPEAT, false), 1.3, -0.4)).toBe(9);
    expect(at(sampling(EDGE, false), 7, -7)).toBe(3);
    expect(at(sampling(BORDER, false, f(0.5)), 7, 0)).toBe(0.5);
    expect(at(sampling(REPEAT, false), NaN, Infinity)).toBe(0);
  });

  it('are weighted between texels', () => {
    expect(at(sampling(EDGE, true), 0.25, 0.125)).toBe(0.5);
    expect(at(sampling(REPEAT, true), 0, 0.125)).toBe(1.5);
    expect(at(sampling(EDGE, true), 0.5, 0.5)).toBe(7.5);
  });

  it('without a sampler, or of nothing, are faults', () => {
    const bench = sampling(EDGE, true);
    bench.bench.poke(SAMPLER, 0);
    const program = (handles: number): number =>
      bench.run('MOV.i32 r6, u0\nMOV.i32 r7, 0x0\nTEX_SINGLE.slot0.f.32.2d.zero @r0:r1:r2:r3, @r4:r5, r6\nNOP.end', {
        uniforms: [handles],
        tableLo: TABLE | 1,
      });
    for (const handles of [0x0001_0000, 0, 0xffff_ffff]) {
      expect(program(handles)).toBe(RUN.FAULT);
      expect(bench.engine.memory.fault.code).toBe(FAULT.DATA_INVALID_FAULT);
    }
  });
});
