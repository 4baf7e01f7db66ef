/**
 * Texels: what the words of one mean under a pixel format (Mali v10 `Format`, `RGB Component Order`), and how a shader
 * gets them. Formats of one to four channels of 8, 16 or 32 bits; packed and compressed ones are not there. Letters of
 * a component order that is a permutation name the channels in memory, others the channels of the result (chosen).
 */
import { ENUMS } from '../../spec/descriptors/descriptors.ts';
import { bitsOf, floatOf, HALF, toHalf } from './float.ts';

/** Kinds of channels: fractions of the largest number, with sign or without; integers; floats. */
type Kind = 'UNORM' | 'SNORM' | 'UI' | 'I' | 'F';

export interface TexelFormat {
  readonly kind: Kind;
  readonly channels: number;
  /** Bits of a channel. */
  readonly size: number;
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

/** A format by its 22 bits; undefined for one that is not covered. */
export function texelFormat(bits: number): TexelFormat | undefined {
  const match = NAME.exec(nameOf(ENUMS.Format, (bits >>> FORMAT_SHIFT) & 0xff));
  const order = orderOf(nameOf(ENUMS['RGB Component Order'], bits & ORDER_MASK));
  if (match === null || order === undefined) return undefined;
  const [, letters = '', size = '', kind = ''] = match;
  const channels = letters.length;
  const width = Number(size);
  if (kind === 'F' && width === 8) return undefined;
  // The pattern has made sure of the kind.
  return { kind: kind as Kind, channels, size: width, bytes: (channels * width) / 8, order, srgb: (bits & SRGB) !== 0 };
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

/** Channel c of a texel as a number; its bits are in `words`. */
function channel(words: Int32Array, { kind, size, srgb }: TexelFormat, c: number): number {
  const at = c * size;
  const word = words[at >>> 5]!;
  const unsigned = size === 32 ? word >>> 0 : (word >>> (at & 31)) & ((1 << size) - 1);
  const signed = size === 32 ? word : (unsigned << (32 - size)) >> (32 - size);
  switch (kind) {
    case 'UI':
      return unsigned;
    case 'I':
      return signed;
    case 'F':
      return size === 32 ? floatOf(word) : HALF[unsigned]!;
    case 'UNORM':
      return srgb && size === 8 && c < 3 ? LINEAR[unsigned]! : unsigned / (2 ** size - 1);
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
    if (stored < 4) out[c] = stored < format.channels ? channel(words, format, stored) : stored === 3 ? 1 : 0;
    else out[c] = stored === ONE ? 1 : 0;
  }
}

/** Formats of registers by their numbers in the instruction; automatic: as the texel is. */
const AUTO = 0;
const F32 = 2;
const F16 = 3;
const S32 = 4;
const S16 = 5;
const U32 = 6;

const limit = (x: number, low: number, high: number): number =>
  x !== x ? 0 : Math.trunc(Math.min(Math.max(x, low), high));

/** The bits of a channel as a register holds it: 32 of them, or 16 for the formats of halves. */
export function registerBits(x: number, kind: Kind, format: number): number {
  const wanted = format !== AUTO ? format : kind === 'UI' ? U32 : kind === 'I' ? S32 : F32;
  switch (wanted) {
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

/** True for register formats that put two channels into a register. */
export const isPacked = (format: number): boolean => format === F16 || format === S16 || format === 7;
