/**
 * Images as shaders reach them (Mali v10 Texture, Plane): descriptors, the places of texels, texels as numbers. Handles
 * name Texture descriptors as those of buffers name buffers. Linear images and those of 16 x 16 tiles, 1D, 2D, 3D and
 * arrays, all levels. A format or layout that is not covered is DATA_INVALID_FAULT (chosen).
 */
import { descriptorField, ENUMS, rawField, readField } from '../../spec/descriptors/descriptors.ts';
import { FAULT } from '../../spec/faults.ts';
import type { Buffers } from './buffers.ts';
import { COST_WORD_SHIFT } from './choices.ts';
import type { ShaderMemory } from './memory.ts';
import { readTexel, texelFormat, type TexelFormat } from './texel.ts';

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
export interface Texture {
  readonly format: TexelFormat;
  /** The 22 bits that name the format. */
  readonly formatBits: number;
  readonly oneD: boolean;
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly layers: number;
  readonly levels: number;
  readonly swizzle: number;
  readonly surfaces: number;
}

/** Extent at a level. */
export const atLevel = (size: number, level: number): number => Math.max(1, size >>> level);

/** No texel there. */
export const OUTSIDE = -1;

export class Textures {
  readonly memory: ShaderMemory;
  readonly buffers: Buffers;
  private readonly words = new Int32Array(DESCRIPTOR_WORDS);
  private readonly texel = new Int32Array(4);
  private readonly known = new Map<number, Texture | 0>();

  constructor(memory: ShaderMemory, buffers: Buffers) {
    this.memory = memory;
    this.buffers = buffers;
  }

  /** Forgets descriptors: a slice begins. */
  open(): void {
    if (this.known.size > 0) this.known.clear();
  }

  /** The texture of a handle, 0 when it names none; undefined after a fault. */
  find(handle: number): Texture | 0 | undefined {
    const known = this.known.get(handle);
    if (known !== undefined) return known;
    const { words } = this;
    if (!this.buffers.descriptor(handle, words)) return undefined;
    let texture: Texture | 0 = 0;
    if (rawField(words, 0, T.type) === TEXTURE) {
      const formatBits = rawField(words, 0, T.format);
      const format = texelFormat(formatBits);
      if (format === undefined) return this.refuse(handle >>> 0);
      texture = {
        format,
        formatBits,
        oneD: rawField(words, 0, T.dimension) === ONE_D,
        width: readField(words, 0, T.width),
        height: readField(words, 0, T.height),
        depth: readField(words, 0, T.depth),
        layers: readField(words, 0, T.layers),
        levels: readField(words, 0, T.levels),
        swizzle: rawField(words, 0, T.swizzle),
        surfaces: rawField(words, 0, T.surfaces),
      };
    }
    this.known.set(handle, texture);
    return texture;
  }

  /** Address of a texel, OUTSIDE where there is none; undefined after a fault. */
  address(t: Texture, level: number, x: number, y: number, z: number, layer: number): number | undefined {
    const inside =
      within(x, atLevel(t.width, level)) &&
      within(y, t.oneD ? 1 : atLevel(t.height, level)) &&
      within(z, atLevel(t.depth, level)) &&
      within(layer, t.layers) &&
      within(level, t.levels);
    if (!inside) return OUTSIDE;
    const { words, memory } = this;
    const plane = t.surfaces + (layer * t.levels + level) * DESCRIPTOR_BYTES;
    if (!memory.readWords(plane, DESCRIPTOR_WORDS, words)) return undefined;
    const ordering = rawField(words, 0, P.ordering);
    const generic = rawField(words, 0, P.type) === PLANE && rawField(words, 0, P.plane) === GENERIC;
    if (!generic || (ordering !== LINEAR && ordering !== TILED)) return this.refuse(plane);
    const { bytes } = t.format;
    const row = rawField(words, 0, P.row);
    const place =
      ordering === LINEAR
        ? y * row + x * bytes
        : (y >>> TILE_SHIFT) * row +
          ((x >>> TILE_SHIFT) * TILE_TEXELS + placeInTile(x & TILE_MASK, y & TILE_MASK)) * bytes;
    return rawField(words, 0, P.pointer) + z * readField(words, 0, P.slice) + place;
  }

  /** Loads the four channels of a texel, zeros outside; 1 when there is one, 0 outside, undefined after a fault. */
  load(
    t: Texture,
    level: number,
    x: number,
    y: number,
    z: number,
    layer: number,
    out: Float64Array,
  ): 1 | 0 | undefined {
    const va = this.address(t, level, x, y, z, layer);
    if (va === undefined) return undefined;
    if (va === OUTSIDE) {
      out.fill(0);
      return 0;
    }
    const { texel, memory } = this;
    texel.fill(0);
    if (!memory.load(va | 0, Math.floor(va / TWO32) | 0, t.format.bytes, texel)) return undefined;
    readTexel(texel, t.format, t.swizzle, out);
    memory.traffic += (t.format.bytes + 3) >>> COST_WORD_SHIFT;
    return 1;
  }

  refuse(va: number): undefined {
    this.memory.fail(FAULT.DATA_INVALID_FAULT, va);
    return undefined;
  }
}

const within = (n: number, size: number): boolean => n >= 0 && n < size;

/** Number of a texel in its tile: bits of x and y in turn, those of x changed by those of y. */
function placeInTile(x: number, y: number): number {
  let place = 0;
  for (let n = 0; n < TILE_SHIFT; n++) {
    const up = (y >>> n) & 1;
    place |= ((((x >>> n) & 1) ^ up) << (2 * n)) | (up << (2 * n + 1));
  }
  return place;
}
