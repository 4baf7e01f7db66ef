/**
 * Texture messages: TEX_FETCH loads a texel by integers, TEX_SINGLE samples at numbers, TEX_GATHER takes one channel of
 * the four texels around them (Mali v10 Sampler). As Mesa compiles them: the source is a pair, the handles of sampler
 * and texture; or both in the first word, halves of a table in five bits and an index in eleven. The data set has the
 * coordinates, then what the instruction asks for: layer, offsets, level of detail.
 *
 * Chosen where public sources are silent: coordinates are scaled and weights kept in binary32, not in the fixed point
 * of hardware; a level of detail that would need derivatives is 0; texels outside are zeros; cubes, comparisons and
 * handles of nothing are DATA_INVALID_FAULT.
 */
import { descriptorField, ENUMS, rawField, readField } from '../../spec/descriptors/descriptors.ts';
import { floatOf, roundIntegral } from './float.ts';
import { fieldOf, placeOf, putChannels } from './image-messages.ts';
import { LANES } from './layout.ts';
import type { MessageContext, MessageFunction } from './messages.ts';
import type { MicroOp } from './micro-op.ts';
import { REGISTER_FORMATS } from './texel.ts';
import { atLevel, type Texture, type Textures } from './textures.ts';

const S = {
  type: descriptorField('Sampler', 'Type'),
  wrapX: descriptorField('Sampler', 'Wrap Mode S'),
  wrapY: descriptorField('Sampler', 'Wrap Mode T'),
  wrapZ: descriptorField('Sampler', 'Wrap Mode R'),
  normalized: descriptorField('Sampler', 'Normalized Coordinates'),
  minifyNearest: descriptorField('Sampler', 'Minify nearest'),
  magnifyNearest: descriptorField('Sampler', 'Magnify nearest'),
  mipmap: descriptorField('Sampler', 'Mipmap Mode'),
  least: descriptorField('Sampler', 'Minimum LOD'),
  most: descriptorField('Sampler', 'Maximum LOD'),
  bias: descriptorField('Sampler', 'LOD bias'),
} as const;
const BORDER = (['R', 'G', 'B', 'A'] as const).map((c) => descriptorField('Sampler', `Border Color ${c}`));
const { Sampler: SAMPLER } = ENUMS['Descriptor Type'];
const WRAP = ENUMS['Wrap Mode'];
const { Trilinear: TRILINEAR, None: ONE_LEVEL } = ENUMS['Mipmap Mode'];
const DESCRIPTOR_WORDS = 8;

interface Sampler {
  readonly wrap: readonly number[];
  readonly normalized: boolean;
  readonly minifyNearest: boolean;
  readonly magnifyNearest: boolean;
  readonly mipmap: number;
  readonly least: number;
  readonly most: number;
  readonly bias: number;
  readonly border: Int32Array;
}

const DIMENSION = placeOf('TEX_SINGLE', 'dimension');
const WIDE = placeOf('TEX_SINGLE', 'wide_indices');
const ARRAY = placeOf('TEX_SINGLE', 'array_enable');
const OFFSET = placeOf('TEX_SINGLE', 'texel_offset');
const SHADOW = placeOf('TEX_SINGLE', 'shadow');
const LOD = placeOf('TEX_SINGLE', 'lod_mode');
const MASK = placeOf('TEX_SINGLE', 'write_mask');
const TYPE = placeOf('TEX_SINGLE', 'register_type');
const WIDTH = placeOf('TEX_SINGLE', 'register_width');
const INTEGERS = placeOf('TEX_GATHER', 'integer_coordinates');
const COMPONENT = placeOf('TEX_GATHER', 'fetch_component');
const CUBE = 3;
const EXPLICIT = 4;
const BIASED = 5;
/** A level of detail has eight bits behind the point. */
const LOD_ONE = 256;

const SHORT_INDEX = 0x7ff;
const SHORT_TABLE_SHIFT = 11;
const SHORT_TABLES = 12;
const HIGH_TABLES = 48;
const TABLE_SHIFT = 24;

/** A handle from its 16 bits. */
function longHandle(short: number): number {
  const table = short >>> SHORT_TABLE_SHIFT;
  return ((table < SHORT_TABLES ? table : table + HIGH_TABLES) << TABLE_SHIFT) | (short & SHORT_INDEX);
}

/** Coordinate of a texel after wrapping; undefined for the border. */
function wrapped(i: number, size: number, mode: number): number | undefined {
  const period = mode === WRAP.Repeat ? size : 2 * size;
  const turned = i - Math.floor(i / period) * period;
  const mirrored = turned < size ? turned : 2 * size - 1 - turned;
  const reflected = i < 0 ? -1 - i : i;
  switch (mode) {
    case WRAP.Repeat:
      return turned;
    case WRAP['Mirrored Repeat']:
      return mirrored;
    case WRAP['Clamp to Border']:
      return i >= 0 && i < size ? i : undefined;
    case WRAP['Mirrored Clamp to Border']:
      return reflected < size ? reflected : undefined;
    case WRAP['Mirrored Clamp to Edge']:
      return Math.min(reflected, size - 1);
    default:
      return Math.min(Math.max(i, 0), size - 1);
  }
}

const words = new Int32Array(DESCRIPTOR_WORDS);

/** Reads a sampler; undefined after a fault. */
function samplerOf(textures: Textures, handle: number): Sampler | undefined {
  if (!textures.buffers.descriptor(handle, words)) return undefined;
  if (rawField(words, 0, S.type) !== SAMPLER) return textures.refuse(handle >>> 0);
  return {
    wrap: [S.wrapX, S.wrapY, S.wrapZ].map((f) => rawField(words, 0, f)),
    normalized: rawField(words, 0, S.normalized) === 1,
    minifyNearest: rawField(words, 0, S.minifyNearest) === 1,
    magnifyNearest: rawField(words, 0, S.magnifyNearest) === 1,
    mipmap: rawField(words, 0, S.mipmap),
    least: readField(words, 0, S.least),
    most: readField(words, 0, S.most),
    bias: readField(words, 0, S.bias),
    border: Int32Array.from(BORDER, (f) => rawField(words, 0, f)),
  };
}

/** What a lane asks for: coordinates in dimension order, layer, offsets, level of detail. */
interface Request {
  readonly at: Float64Array;
  readonly offsets: Int32Array;
  layer: number;
  lod: number;
}
const request: Request = { at: new Float64Array(3), offsets: new Int32Array(3), layer: 0, lod: 0 };
const corner = new Float64Array(4);
const level0 = new Float64Array(4);
const level1 = new Float64Array(4);

/** A texel by wrapped coordinates, or the border's colour; false after a fault. */
function tap(textures: Textures, t: Texture, s: Sampler, level: number, at: readonly number[], layer: number): boolean {
  const sizes = [t.width, t.height, t.depth];
  const [x, y, z] = at.map((i, d) => wrapped(i, atLevel(sizes[d]!, level), s.wrap[d]!));
  if (x !== undefined && y !== undefined && z !== undefined)
    return textures.load(t, level, x, y, z, layer, corner) !== undefined;
  const integers = t.format.kind === 'UI' ? 1 : t.format.kind === 'I' ? 2 : 0;
  for (let c = 0; c < 4; c++) {
    const bits = s.border[c]!;
    corner[c] = integers === 0 ? floatOf(bits) : integers === 1 ? bits >>> 0 : bits;
  }
  return true;
}

/** Coordinate in texels of a level. */
const scaled = (x: number, size: number, s: Sampler): number => (s.normalized ? Math.fround(x * size) : x);

/** Samples one level into `out`; false after a fault. */
function sampleLevel(
  textures: Textures,
  t: Texture,
  s: Sampler,
  level: number,
  dimensions: number,
  linear: boolean,
  out: Float64Array,
): boolean {
  const sizes = [t.width, t.height, t.depth];
  const first = [0, 0, 0];
  const part = [0, 0, 0];
  for (let d = 0; d < dimensions; d++) {
    const place = scaled(request.at[d]!, atLevel(sizes[d]!, level), s) - (linear ? 0.5 : 0);
    const whole = Math.floor(place);
    if (linear) part[d] = place - whole;
    // What is no number is the first texel.
    first[d] = (Number.isFinite(whole) ? whole : 0) + request.offsets[d]!;
  }
  out.fill(0);
  const corners = linear ? 1 << dimensions : 1;
  for (let n = 0; n < corners; n++) {
    let weight = 1;
    for (let d = 0; d < dimensions; d++) weight *= (n >>> d) & 1 ? part[d]! : 1 - part[d]!;
    // A texel without weight must not make infinity a NaN.
    if (weight === 0 || weight !== weight) continue;
    const at = first.map((i, d) => i + ((n >>> d) & 1));
    if (!tap(textures, t, s, level, at, request.layer)) return false;
    for (let c = 0; c < 4; c++) out[c] = out[c]! + weight * corner[c]!;
  }
  return true;
}

/** Samples with filters and levels into `out`; false after a fault. */
function sample(textures: Textures, t: Texture, s: Sampler, dimensions: number, out: Float64Array): boolean {
  const lod = Math.min(Math.max(request.lod + s.bias, s.least), s.most);
  const integers = t.format.kind === 'UI' || t.format.kind === 'I';
  const linear = !integers && !(lod > 0 ? s.minifyNearest : s.magnifyNearest);
  const last = t.levels - 1;
  const top = s.mipmap === ONE_LEVEL ? 0 : Math.min(Math.max(lod, 0), last);
  if (s.mipmap !== TRILINEAR) {
    return sampleLevel(textures, t, s, Math.min(Math.ceil(top + 0.5) - 1, last), dimensions, linear, out);
  }
  const lower = Math.floor(top);
  const part = top - lower;
  if (!sampleLevel(textures, t, s, lower, dimensions, linear, out)) return false;
  if (part === 0) return true;
  if (!sampleLevel(textures, t, s, lower + 1, dimensions, linear, level1)) return false;
  for (let c = 0; c < 4; c++) out[c] = out[c]! * (1 - part) + level1[c]! * part;
  return true;
}

/** The texels of a linear filter in the order of the result (compilers put them into the order of their language). */
const GATHERED = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

function gather(textures: Textures, t: Texture, s: Sampler, integers: boolean, channel: number): boolean {
  const sizes = [t.width, t.height];
  const first = sizes.map((size, d) => {
    const whole = integers ? request.at[d]! : Math.floor(scaled(request.at[d]!, size, s) - 0.5);
    return (Number.isFinite(whole) ? whole : 0) + request.offsets[d]!;
  });
  for (let n = 0; n < GATHERED.length; n++) {
    const [dx, dy] = GATHERED[n]!;
    if (!tap(textures, t, s, 0, [first[0]! + dx, first[1]! + dy, 0], request.layer)) return false;
    level0[n] = corner[channel]!;
  }
  return true;
}

type Mode = 'fetch' | 'single' | 'gather';

/** Reads a lane's data set into `request`. */
function ask(op: MicroOp, mode: Mode, I: Int32Array, at: number, dimensions: number, layers: number): void {
  let n = 0;
  const next = (): number => (n < op.inCount ? I[at + n++ * LANES]! : 0);
  const integers = mode === 'fetch' || (mode === 'gather' && fieldOf(op, INTEGERS) === 1);
  request.offsets.fill(0);
  request.lod = 0;
  request.layer = 0;
  for (let d = 0; d < dimensions; d++) request.at[d] = integers ? next() : floatOf(next());
  if (fieldOf(op, ARRAY) === 1) {
    // Numbers name the nearest layer there is, integers one that may not be there.
    const layer = integers ? next() >>> 0 : roundIntegral(floatOf(next()), 0);
    request.layer = integers ? layer : layer > 0 ? Math.min(layer, layers - 1) : 0;
  }
  if (fieldOf(op, OFFSET) === 1) {
    const packed = next();
    for (let d = 0; d < dimensions; d++) request.offsets[d] = (packed << (24 - 8 * d)) >> 24;
    if (mode === 'fetch') request.lod = packed >>> 24;
  }
  const lod = mode === 'single' ? fieldOf(op, LOD) : 0;
  if (lod === EXPLICIT || lod === BIASED) request.lod = ((next() << 16) >> 16) / LOD_ONE;
}

const texture =
  (mode: Mode): MessageFunction =>
  ({ file: { I, active }, textures }: MessageContext, op, base, a) => {
    const dimension = fieldOf(op, DIMENSION);
    const dimensions = dimension + 1;
    const mask = fieldOf(op, MASK);
    const format = REGISTER_FORMATS[fieldOf(op, WIDTH) === 1 ? 1 : 0][fieldOf(op, TYPE) as 0 | 1 | 2 | 3];
    const short = fieldOf(op, WIDE) === 0;
    let named = -1;
    let sampler: Sampler | undefined;
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const word = I[a + l]!;
      const handle = short ? longHandle(word >>> 16) : I[a + LANES + l]!;
      const t = textures.find(handle);
      if (t === undefined) return false;
      const shadow = mode !== 'fetch' && fieldOf(op, SHADOW) === 1;
      if (t === 0 || dimension === CUBE || shadow) {
        textures.refuse(handle >>> 0);
        return false;
      }
      ask(op, mode, I, base + op.in + l, dimensions, t.layers);
      if (mode === 'fetch') {
        const [x, y, z] = [0, 1, 2].map((d) => (d < dimensions ? request.at[d]! + request.offsets[d]! : 0));
        if (textures.load(t, request.lod, x!, y!, z!, request.layer, level0) === undefined) return false;
      } else {
        const samplerHandle = short ? longHandle(word & 0xffff) : word;
        if (sampler === undefined || samplerHandle !== named) sampler = samplerOf(textures, samplerHandle);
        if (sampler === undefined) return false;
        named = samplerHandle;
        const good =
          mode === 'single'
            ? sample(textures, t, sampler, dimensions, level0)
            : gather(textures, t, sampler, fieldOf(op, INTEGERS) === 1, fieldOf(op, COMPONENT));
        if (!good) return false;
      }
      let count = 0;
      for (let c = 0; c < 4; c++) if ((mask >>> c) & 1) level0[count++] = level0[c]!;
      putChannels(I, op, base + op.out + l, level0, count, t.format.kind, format);
    }
    return true;
  };

export const TEXTURE_MESSAGES: Readonly<Record<string, MessageFunction>> = {
  TEX_FETCH: texture('fetch'),
  TEX_SINGLE: texture('single'),
  TEX_GATHER: texture('gather'),
};
