/**
 * Bit fields and 64-bit values. Addresses and 64-bit counters travel as a Number below 2^53 or as two
 * 32-bit words; BigInt stays at the edges (printing, JSON, SQLite).
 */

/** 2^32 as a Number: the weight of the high word. */
export const TWO32 = 0x1_0000_0000;

/** The mask of a field `width` bits wide (1..32) at bit 0, as an unsigned number. */
export function mask32(width: number): number {
  return width >= 32 ? 0xffff_ffff : ((1 << width) - 1) >>> 0;
}

/** Bits [lsb+width-1 : lsb] of a 32-bit word, unsigned. */
export function bits(word: number, lsb: number, width: number): number {
  return ((word >>> lsb) & mask32(width)) >>> 0;
}

/** `word` with bits [lsb+width-1 : lsb] replaced by `value` (taken modulo the width). */
export function withBits(word: number, lsb: number, width: number, value: number): number {
  const m = mask32(width);
  return ((word & ~(m << lsb)) | ((value & m) << lsb)) >>> 0;
}

/** A Number below 2^53 from two words. Throws RangeError above. */
export function join64(lo: number, hi: number): number {
  const value = (hi >>> 0) * TWO32 + (lo >>> 0);
  if (value > Number.MAX_SAFE_INTEGER) throw new RangeError(`${hex64(lo, hi)} does not fit 53 bits`);
  return value;
}

/** Low word of a non-negative Number below 2^53. */
export function lo32(value: number): number {
  return value >>> 0;
}

/** High word of a non-negative Number below 2^53. */
export function hi32(value: number): number {
  return Math.floor(value / TWO32) >>> 0;
}

/** Two words as an unsigned BigInt (edges only). */
export function big64(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

/** `0x` and lower-case digits, zero-padded to `digits`. */
export function hex(value: number | bigint, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** A 64-bit value given as two words, as `0x` and 16 digits. */
export function hex64(lo: number, hi: number): string {
  return `0x${(hi >>> 0).toString(16).padStart(8, '0')}${(lo >>> 0).toString(16).padStart(8, '0')}`;
}

/** Rounds up to a multiple of `alignment`, a power of two below 2^31; `value` may exceed 32 bits. */
export function alignUp(value: number, alignment: number): number {
  const rest = value % alignment;
  return rest === 0 ? value : value + alignment - rest;
}

/** True when `value` is a multiple of `alignment`. */
export function isAligned(value: number, alignment: number): boolean {
  return value % alignment === 0;
}

/** Number of set bits of a 32-bit word. */
export function popcount32(word: number): number {
  let v = word - ((word >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return (((v + (v >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}

/** The greatest power of two that is not above `value`, which is 1..2^53 - 1. */
export function roundDownPowerOfTwo(value: number): number {
  const high = hi32(value);
  return high !== 0 ? 2 ** (63 - Math.clz32(high)) : 2 ** (31 - Math.clz32(value));
}

/** True for a power of two in 1..2^31. */
export function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
