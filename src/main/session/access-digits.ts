/**
 * Columns of chunks as decimal digits of fixed width (access-codec.ts), written four digits at a time: a table holds
 * all groups of four as one word. A group narrower than four is the end of such a word, and what stands behind its
 * digits is overwritten by the next ones, so that the room for digits needs `SPILL` bytes more than they take.
 */

export const ZERO = 48;
const TEN = 10;
/** Digits of the largest integer a column may hold (2^53). */
export const MOST_DIGITS = 16;
/** Bytes that are written behind the last digit at most. */
export const SPILL = 4;

const POWERS = Float64Array.from({ length: MOST_DIGITS + 1 }, (_, i) => TEN ** i);

const GROUP_DIGITS = 4;
const GROUP = TEN ** GROUP_DIGITS;
/** The digits of 0000 to 9999, the first one in the lowest byte. */
const GROUPS = Int32Array.from({ length: GROUP }, (_, i) => {
  const digit = (place: number): number => ZERO + (Math.floor(i / place) % TEN);
  return digit(1000) | (digit(100) << 8) | (digit(10) << 16) | (digit(1) << 24);
});

/** A column: value i is `base + i * step + digits[i]`. */
export interface Column {
  readonly base: number;
  readonly step: number;
  readonly width: number;
  readonly digits: Uint8Array;
}

/** Digits of the numbers from 0 to `largest`; none when that is 0. */
export function digitsOf(largest: number): number {
  if (largest === 0) return 0;
  let width = 1;
  while (largest >= POWERS[width]!) width++;
  return width;
}

/**
 * Writes `count` numbers below 2^32 (the words of `values` less `least`, without sign) with `width` digits each from
 * byte `from` on.
 */
export function putWords(
  out: DataView,
  from: number,
  width: number,
  values: Int32Array,
  least: number,
  count: number,
): void {
  let p = from;
  if (width <= GROUP_DIGITS) {
    const shift = (GROUP_DIGITS - width) << 3;
    for (let i = 0; i < count; i++, p += width) out.setInt32(p, GROUPS[(values[i]! - least) | 0]! >>> shift, true);
    return;
  }
  if (width <= GROUP_DIGITS * 2) {
    const shift = (GROUP_DIGITS * 2 - width) << 3;
    for (let i = 0; i < count; i++, p += width) {
      const v = (values[i]! - least) | 0;
      const q = (v / GROUP) | 0;
      out.setInt32(p, GROUPS[q]! >>> shift, true);
      out.setInt32(p + width - GROUP_DIGITS, GROUPS[(v - Math.imul(q, GROUP)) | 0]!, true);
    }
    return;
  }
  const shift = (GROUP_DIGITS * 3 - width) << 3;
  for (let i = 0; i < count; i++, p += width) {
    const v = (values[i]! - least) >>> 0;
    const q = (v / GROUP) >>> 0;
    const top = (q / GROUP) | 0;
    out.setInt32(p, GROUPS[top]! >>> shift, true);
    out.setInt32(p + width - GROUP_DIGITS * 2, GROUPS[(q - Math.imul(top, GROUP)) | 0]!, true);
    out.setInt32(p + width - GROUP_DIGITS, GROUPS[(v - Math.imul(q, GROUP)) | 0]!, true);
  }
}

/** The same for any numbers below 2^53, digit by digit. */
export function putNumbers(
  out: Uint8Array,
  from: number,
  width: number,
  values: Float64Array,
  least: number,
  count: number,
): void {
  for (let i = 0, end = from + width; i < count; i++, end += width) {
    let v = values[i]! - least;
    for (let at = end - 1; at >= end - width; at--) {
      const rest = Math.floor(v / TEN);
      out[at] = ZERO + (v - rest * TEN);
      v = rest;
    }
  }
}

/** All values of a column, into `out`. */
export function decodeColumn(column: Column, count: number, out: Float64Array): void {
  const { base, step, width, digits } = column;
  let p = 0;
  for (let i = 0; i < count; i++) {
    let v = 0;
    for (const end = p + width; p < end; p++) v = v * TEN + (digits[p]! - ZERO);
    out[i] = base + i * step + v;
  }
}
