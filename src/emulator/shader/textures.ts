/**
 * LD_TEX: one texel of an image, without a sampler (Mali v10 Texture, Plane). Handles name Texture descriptors as those of
 * buffers name buffers. Linear images and those of 16 x 16 tiles, 1D, 2D, 3D and arrays, level 0 of the descriptor.
 *
 * Sources: x and y as halves (1D: x alone, 32 bits); z and the layer as halves; the handle. Texels outside and handles
 * of nothing give zeros (chosen). A format or layout that is not covered is DATA_INVALID_FAULT (chosen).
 */
import { descriptorField, ENUMS, rawField, readField } from '../../spec/descriptors/descriptors.ts';
import { FAULT } from '../../spec/faults.ts';
import { field, rowNamed } from '../../spec/valhall/isa.ts';
import type { Buffers } from './buffers.ts';
import { COST_WORD_SHIFT } from './choices.ts';
import { LANES } from './layout.ts';
import type { ShaderMemory } from './memory.ts';
import type { MessageContext, MessageFunction } from './messages.ts';
import type { MicroOp } from './micro-op.ts';
import { isPacked, readTexel, registerBits, texelFormat, type TexelFormat } from './texel.ts';

const DESCRIPTOR_WORDS = 8;
const DESCRIPTOR_BYTES = 32;
const TWO32 = 2 ** 32;
const T = {
  type: descriptorField('Texture', 'Type'),
  dimension: descriptorField('Texture', 'Dimension'),
  format: descriptorField('Texture', 'Format'),
  width: descriptorField('Texture', 'Width'),
  height: descriptorField('Texture', 'Height'),
  depth: descriptorField('Texture', 'Depth'),
  layers: descriptorField('Texture', 'Array size'),
  levels: descriptorField('Texture', 'Levels'),
  swizzle: descriptorField('Texture', 'Swizzle'),
  surfaces: descriptorField('Texture', 'Surfaces'),
} as const;
const P = {
  type: descriptorField('Plane', 'Type'),
  plane: descriptorField('Plane', 'Plane type'),
  ordering: descriptorField('Plane', 'Clump ordering'),
  pointer: descriptorField('Plane', 'Pointer'),
  row: descriptorField('Plane', 'Row stride'),
  slice: descriptorField('Plane', 'Slice stride'),
} as const;
const { '1D': ONE_D } = ENUMS['Texture Dimension'];
const TILED = ENUMS['Clump Ordering']['Tiled U-Interleaved'];
const { Linear: LINEAR } = ENUMS['Clump Ordering'];
const { Texture: TEXTURE, Plane: PLANE } = ENUMS['Descriptor Type'];
const { Generic: GENERIC } = ENUMS['Plane Type'];
const TILE_SHIFT = 4;
const TILE_MASK = 15;
const TILE_TEXELS = 256;

/** A descriptor, read. */
interface Texture {
  readonly format: TexelFormat;
  readonly oneD: boolean;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly layers: number;
  readonly levels: number;
  readonly swizzle: number;
  readonly surfaces: number;
}

export class Textures {
  private readonly memory: ShaderMemory;
  private readonly buffers: Buffers;
  private readonly words = new Int32Array(DESCRIPTOR_WORDS);
  private readonly known = new Map<number, Texture | undefined>();

  constructor(memory: ShaderMemory, buffers: Buffers) {
    this.memory = memory;
    this.buffers = buffers;
  }

  /** Forgets descriptors: a slice begins. */
  open(): void {
    if (this.known.size > 0) this.known.clear();
  }

  /** Loads a texel's four channels into `out` and gives its format, 0 for no texel; undefined after a fault. */
  load(handle: number, xy: number, zl: number, texel: Int32Array, out: Float64Array): TexelFormat | 0 | undefined {
    if (!this.known.has(handle) && !this.read(handle)) return undefined;
    const t = this.known.get(handle);
    out.fill(0);
    if (t === undefined) return 0;
    const x = t.oneD ? xy >>> 0 : xy & 0xffff;
    const y = t.oneD ? 0 : xy >>> 16;
    const z = zl & 0xffff;
    const layer = zl >>> 16;
    if (x >= t.width || y >= t.height || z >= t.depth || layer >= t.layers) return 0;
    const { words, memory } = this;
    const plane = t.surfaces + layer * t.levels * DESCRIPTOR_BYTES;
    if (!memory.readWords(plane, DESCRIPTOR_WORDS, words)) return undefined;
    const ordering = rawField(words, 0, P.ordering);
    const generic = rawField(words, 0, P.type) === PLANE && rawField(words, 0, P.plane) === GENERIC;
    if (!generic || (ordering !== LINEAR && ordering !== TILED)) return this.refuse(plane);
    const { bytes } = t.format;
    const row = rawField(words, 0, P.row);
    const inside =
      ordering === LINEAR
        ? y * row + x * bytes
        : (y >>> TILE_SHIFT) * row +
          ((x >>> TILE_SHIFT) * TILE_TEXELS + placeInTile(x & TILE_MASK, y & TILE_MASK)) * bytes;
    const va = rawField(words, 0, P.pointer) + z * readField(words, 0, P.slice) + inside;
    texel.fill(0);
    if (!memory.load(va | 0, Math.floor(va / TWO32) | 0, bytes, texel)) return undefined;
    readTexel(texel, t.format, t.swizzle, out);
    return t.format;
  }

  /** Reads a descriptor; false after a fault. */
  private read(handle: number): boolean {
    const { words } = this;
    if (!this.buffers.descriptor(handle, words)) return false;
    if (rawField(words, 0, T.type) !== TEXTURE) {
      this.known.set(handle, undefined);
      return true;
    }
    const format = texelFormat(rawField(words, 0, T.format));
    if (format === undefined) {
      this.refuse(handle >>> 0);
      return false;
    }
    const oneD = rawField(words, 0, T.dimension) === ONE_D;
    this.known.set(handle, {
      format,
      oneD,
      width: readField(words, 0, T.width),
      height: readField(words, 0, T.height),
      depth: readField(words, 0, T.depth),
      layers: readField(words, 0, T.layers),
      levels: readField(words, 0, T.levels),
      swizzle: rawField(words, 0, T.swizzle),
      surfaces: rawField(words, 0, T.surfaces),
    });
    return true;
  }

  private refuse(va: number): undefined {
    this.memory.fail(FAULT.DATA_INVALID_FAULT, va);
    return undefined;
  }
}

/** Number of a texel in its tile: bits of x and y in turn, those of x changed by those of y. */
function placeInTile(x: number, y: number): number {
  let place = 0;
  for (let n = 0; n < TILE_SHIFT; n++) {
    const up = (y >>> n) & 1;
    place |= ((((x >>> n) & 1) ^ up) << (2 * n)) | (up << (2 * n + 1));
  }
  return place;
}

const row = rowNamed('LD_TEX_IMM');
const place = (name: string): { lsb: number; width: number } => {
  const found = row?.byName[name] ?? row?.immediates.find((i) => i.name === name);
  return found ?? { lsb: 0, width: 1 };
};
const FORMAT = place('register_format');
const SIZE = place('vector_size');
const TABLE = place('table');
const INDEX = place('index');
const TABLE_SHIFT = 24;

const of = (op: MicroOp, { lsb, width }: { lsb: number; width: number }): number => field(op.lo, op.hi, lsb, width);

const texel = new Int32Array(4);
const channels = new Float64Array(4);

const loadTexels =
  (immediate: boolean): MessageFunction =>
  ({ file: { I, active }, memory, textures }: MessageContext, op, base, a, b) => {
    const format = of(op, FORMAT);
    const count = of(op, SIZE) + 1;
    const named = (of(op, TABLE) << TABLE_SHIFT) | of(op, INDEX);
    const c = op.c + (base & op.cm);
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const handle = immediate ? named : I[c + l]!;
      const found = textures.load(handle, I[a + l]!, I[b + l]!, texel, channels);
      if (found === undefined) return false;
      const kind = found === 0 ? 'UI' : found.kind;
      const at = base + op.out + l;
      for (let n = 0; n < count; n++) {
        const bits = registerBits(channels[n]!, kind, format);
        if (!isPacked(format)) {
          if (n < op.outCount) I[at + n * LANES] = bits;
        } else if (n >> 1 < op.outCount) {
          const to = at + (n >> 1) * LANES;
          I[to] = (n & 1) === 0 ? bits & 0xffff : (I[to]! & 0xffff) | (bits << 16);
        }
      }
      memory.traffic += found === 0 ? 0 : (found.bytes + 3) >>> COST_WORD_SHIFT;
    }
    return true;
  };

export const TEXTURE_MESSAGES: Readonly<Record<string, MessageFunction>> = {
  LD_TEX: loadTexels(false),
  LD_TEX_IMM: loadTexels(true),
};
