/**
 * Texels: what the words of one mean under a pixel format (Mali v10 `Format`, `RGB Component Order`), how a shader gets
 * them and how it stores them. Formats of one to four channels of 8, 16 or 32 bits, and the packed ones of two and four
 * bytes; compressed, depth and YUV formats are not there. Letters of a component order that is a permutation name the
 * channels in memory, others the channels of the result (chosen).
 */
import { ENUMS } from '../../spec/descriptors/descriptors.ts';
import { bitsOf, floatOf, HALF, toHalf } from './float.ts';

/** Kinds of channels: fractions of the largest number, with sign or without; integers; floats. */
type Kind = 'UNORM' | 'SNORM' | 'UI' | 'I' | 'F';

export interface TexelFormat {
  readonly kind: Kind;
  /** Bits of each channel, from bit 0 of the texel. */
  readonly sizes: readonly number[];
  /** First bit of each channel. */
  readonly starts: readonly number[];
  /** Bytes of a texel. */
  readonly bytes: number;
  /** Channel in memory of each channel of the result, ZERO or ONE. */
  readonly order: readonly number[];
  /** Colours are stored with the sRGB curve. */
  readonly srgb: boolean;
}

const CHANNELS = 'RGBA';
export const ZERO = 4;
export const ONE = 5;
const ORDER_MASK = 0xfff;
const FORMAT_SHIFT = 12;
const SRGB = 1 << 20;
const NAME = /^(R|RG|RGB|RGBA)(8|16|32) ?(UNORM|SNORM|UI|I|F)$/;
/** Packed formats: sizes of the channels from bit 0; UNORM where the name says nothing. */
const PACKED = /^(RGB565|RGB5 A1|A1 BGR5|RGB10 A2|A2 BGR10|RGBA4|R11F G11F B10F) ?(UNORM|SNORM|UI|I)?$/;
const PACKED_SIZES: Readonly<Record<string, readonly number[]>> = {
  RGB565: [5, 6, 5],
  'RGB5 A1': [5, 5, 5, 1],
  'A1 BGR5': [1, 5, 5, 5],
  'RGB10 A2': [10, 10, 10, 2],
  'A2 BGR10': [2, 10, 10, 10],
  RGBA4: [4, 4, 4, 4],
  'R11F G11F B10F': [11, 11, 10],
};

const nameOf = (table: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(table).find((name) => table[name] === value) ?? '';

function orderOf(name: string): number[] | undefined {
  if (!/^[RGBA01]{4}$/.test(name)) return undefined;
  const channel = (letter: string): number => (letter === '0' ? ZERO : letter === '1' ? ONE : CHANNELS.indexOf(letter));
  const named = Array.from(name, channel);
  if (new Set(named).size < 4 || named.includes(ZERO)) return named;
  // A permutation: where in memory each channel of the result is.
  return [0, 1, 2, 3].map((c) => (named.includes(c) ? named.indexOf(c) : ONE));
}

function layoutOf(name: string): { kind: Kind; sizes: readonly number[] } | undefined {
  const even = NAME.exec(name);
  if (even !== null) {
    const [, letters = '', size = '', kind = ''] = even;
    if (kind === 'F' && size === '8') return undefined;
    // The pattern has made sure of the kind.
    return { kind: kind as Kind, sizes: Array.from(letters, () => Number(size)) };
  }
  const [, packed = '', kind = packed.startsWith('R11F') ? 'F' : 'UNORM'] = PACKED.exec(name) ?? [];
  const sizes = PACKED_SIZES[packed];
  return sizes && { kind: kind as Kind, sizes };
}

/** A format by its 22 bits; undefined for one that is not covered. */
export function texelFormat(bits: number): TexelFormat | undefined {
  const layout = layoutOf(nameOf(ENUMS.Format, (bits >>> FORMAT_SHIFT) & 0xff));
  const order = orderOf(nameOf(ENUMS['RGB Component Order'], bits & ORDER_MASK));
  if (layout === undefined || order === undefined) return undefined;
  const starts: number[] = [];
  let end = 0;
  for (const size of layout.sizes) {
    starts.push(end);
    end += size;
  }
  return { ...layout, starts, bytes: end / 8, order, srgb: (bits & SRGB) !== 0 };
}

const BYTE = 0xff;

/** x^(2.4) for x in 0 to 1, by basic operations only: x^2 times the fifth root of x^2. */
function power24(x: number): number {
  if (x === 0) return 0;
  const square = x * x;
  let root = 1;
  for (let n = 0; n < 40; n++) root = (4 * root + square / (root * root * root * root)) / 5;
  return square * root;
}

/** Linear values of the 256 stored ones. */
const LINEAR = Float64Array.from({ length: 256 }, (_, n) => {
  const x = n / BYTE;
  return x <= 0.04045 ? x / 12.92 : power24((x + 0.055) / 1.055);
});

/** The stored value whose linear value is nearest. */
function curved(x: number): number {
  let n = 0;
  while (n < BYTE && (LINEAR[n]! + LINEAR[n + 1]!) / 2 <= x) n++;
  return n;
}

/** Bits of a binary16 that floats of 11 and 10 bits do without, beside the sign. */
const halfBits = (size: number): number => (size >= 16 ? 0 : 15 - size);
const isColour = (format: TexelFormat, c: number): boolean => format.srgb && format.sizes[c] === 8 && c < 3;

/** Channel c of a texel as a number; its bits are in `words`. */
function channel(words: Int32Array, format: TexelFormat, c: number): number {
  const { kind } = format;
  const at = format.starts[c]!;
  const size = format.sizes[c]!;
  const word = words[at >>> 5]!;
  const unsigned = size === 32 ? word >>> 0 : (word >>> (at & 31)) & ((1 << size) - 1);
  const signed = size === 32 ? word : (unsigned << (32 - size)) >> (32 - size);
  switch (kind) {
    case 'UI':
      return unsigned;
    case 'I':
      return signed;
    case 'F':
      return size === 32 ? floatOf(word) : HALF[unsigned << halfBits(size)]!;
    case 'UNORM':
      return isColour(format, c) ? LINEAR[unsigned]! : unsigned / (2 ** size - 1);
    case 'SNORM':
      return Math.max(signed / (2 ** (size - 1) - 1), -1);
  }
}

/** The four channels of a texel after component order and swizzle (three bits a channel). */
export function readTexel(words: Int32Array, format: TexelFormat, swizzle: number, out: Float64Array): void {
  for (let c = 0; c < 4; c++) {
    const from = (swizzle >>> (3 * c)) & 7;
    const stored = from < 4 ? format.order[from]! : from;
    // Channels that a format lacks are 0, the alpha 1.
    if (stored < 4) out[c] = stored < format.sizes.length ? channel(words, format, stored) : stored === 3 ? 1 : 0;
    else out[c] = stored === ONE ? 1 : 0;
  }
}

const limit = (x: number, low: number, high: number): number =>
  x !== x ? 0 : Math.trunc(Math.min(Math.max(x, low), high));

/** To the nearest integer, ties to the even one. */
function nearest(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** The bits of a number as a channel holds it. Integers are limited to what it holds, floats of fewer bits are never negative. */
function channelBits(x: number, format: TexelFormat, c: number): number {
  const size = format.sizes[c]!;
  const top = 2 ** size - 1;
  switch (format.kind) {
    case 'UI':
      return limit(x, 0, top);
    case 'I':
      return limit(x, -(2 ** (size - 1)), 2 ** (size - 1) - 1);
    case 'F':
      if (size === 32) return bitsOf(x);
      return size === 16 ? toHalf(x) : toHalf(Math.max(x, 0)) >>> halfBits(size);
    case 'UNORM':
      return isColour(format, c) ? curved(limitFraction(x, 0)) : nearest(limitFraction(x, 0) * top);
    case 'SNORM':
      return nearest(limitFraction(x, -1) * (2 ** (size - 1) - 1));
  }
}

const limitFraction = (x: number, low: number): number => (x !== x ? 0 : Math.min(Math.max(x, low), 1));

/** The words of a texel with these four channels. */
export function writeTexel(channels: Float64Array, format: TexelFormat, words: Int32Array): void {
  words.fill(0);
  for (let c = 0; c < 4; c++) {
    const stored = format.order[c]!;
    if (stored >= format.sizes.length) continue;
    const at = format.starts[stored]!;
    const size = format.sizes[stored]!;
    const bits = channelBits(channels[c]!, format, stored) & (size === 32 ? -1 : (1 << size) - 1);
    words[at >>> 5] = words[at >>> 5]! | (bits << (at & 31));
  }
}

/** Formats of registers by their numbers in the instruction; automatic: as the texel is. */
const AUTO = 0;
const F32 = 2;
const F16 = 3;
const S32 = 4;
const S16 = 5;
const U32 = 6;

const formatOf = (kind: Kind, format: number): number =>
  format !== AUTO ? format : kind === 'UI' ? U32 : kind === 'I' ? S32 : F32;

/** The bits of a channel as a register holds it: 32 of them, or 16 for the formats of halves. */
export function registerBits(x: number, kind: Kind, format: number): number {
  switch (formatOf(kind, format)) {
    case F16:
      return toHalf(x);
    case S32:
      return limit(x, -0x8000_0000, 0x7fff_ffff) | 0;
    case U32:
      return limit(x, 0, 0xffff_ffff) | 0;
    case S16:
      return limit(x, -0x8000, 0x7fff) & 0xffff;
    case F32:
      return bitsOf(x);
    default:
      return limit(x, 0, 0xffff);
  }
}

/** The number in a register, or in the low half of `bits` for the formats of halves. */
export function registerNumber(bits: number, kind: Kind, format: number): number {
  switch (formatOf(kind, format)) {
    case F16:
      return HALF[bits & 0xffff]!;
    case S32:
      return bits;
    case U32:
      return bits >>> 0;
    case S16:
      return (bits << 16) >> 16;
    case F32:
      return floatOf(bits);
    default:
      return bits & 0xffff;
  }
}

/** True for register formats that put two channels into a register. */
export const isPacked = (format: number): boolean => format === F16 || format === S16 || format === 7;
/** Register formats of texture instructions, by size (16, 32) and type: automatic, float, unsigned, signed. */
export const REGISTER_FORMATS = [
  [F16, F16, 7, S16],
  [AUTO, F32, U32, S32],
] as const;
