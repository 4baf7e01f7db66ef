/**
 * Float modes of a shader program: subnormals flushed to zeros of their sign, NaN and infinities kept out of results.
 * Mode 1 flushes binary32 and keeps binary16, as Mesa asks for it; the other two flush both and are treated alike
 * (chosen). Flushing applies to operands and results that are numbers, not to the integers beside them; suppressed NaN
 * become 0, suppressed infinities the largest finite number (chosen).
 */
import { LANES } from './layout.ts';

interface Format {
  readonly exponent: number;
  readonly fraction: number;
  readonly sign: number;
  readonly largest: number;
}

const FORMAT: Readonly<Record<number, Format>> = {
  32: { exponent: 0x7f80_0000, fraction: 0x7f_ffff, sign: 0x8000_0000, largest: 0x7f7f_ffff },
  16: { exponent: 0x7c00, fraction: 0x3ff, sign: 0x8000, largest: 0x7bff },
};

const flushed = (bits: number, f: Format): number => ((bits & f.exponent) === 0 ? bits & f.sign : bits);

function suppressed(bits: number, f: Format, nan: boolean, inf: boolean): number {
  if ((bits & f.exponent) !== f.exponent) return bits;
  if ((bits & f.fraction) !== 0) return nan ? 0 : bits;
  return inf ? (bits & f.sign) | f.largest : bits;
}

function each(I: Int32Array, from: number, to: number, size: number, f: (bits: number) => number): void {
  for (let l = 0; l < LANES; l++) {
    const w = I[from + l]!;
    I[to + l] = size === 32 ? f(w) : (f(w & 0xffff) & 0xffff) | (f(w >>> 16) << 16);
  }
}

/** The mode that leaves binary16 alone: the field's DX11. */
const FLUSH_32_ONLY = 1;

/** True when a flushing mode applies to numbers of `size` bits. */
export const flushes = (mode: number, size: number): boolean =>
  mode !== 0 && (size === 32 || (size === 16 && mode !== FLUSH_32_ONLY));

/** Flushes a row of numbers of `size` bits into another. */
export function flushRow(I: Int32Array, from: number, to: number, size: number): void {
  const format = FORMAT[size]!;
  each(I, from, to, size, (bits) => flushed(bits, format));
}

export function suppressRow(I: Int32Array, d: number, size: number, nan: boolean, inf: boolean): void {
  if (!nan && !inf) return;
  const format = FORMAT[size]!;
  each(I, d, d, size, (bits) => suppressed(bits, format, nan, inf));
}
