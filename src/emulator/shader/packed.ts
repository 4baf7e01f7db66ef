/**
 * Helpers for instructions that work on each lane, each half or each byte. The rarely used instructions are a row
 * with a function of one element; the frequent ones have loops of their own in the `execute-*` files.
 */
import { HALF, toHalf, clamp } from './float.ts';
import type { AluFunction } from './execute.ts';
import { LANES } from './layout.ts';
import type { MicroOp } from './micro-op.ts';

/** A function of up to three words of one lane. */
export type WordFunction = (a: number, b: number, c: number, op: MicroOp) => number;

/** Applies `f` to whole words. */
export const words =
  (f: WordFunction): AluFunction =>
  ({ I }, op, d, a, b, c) => {
    for (let l = 0; l < LANES; l++) I[d + l] = f(I[a + l]!, I[b + l]!, I[c + l]!, op);
  };

/** Applies `f` to both halves, zero- or sign-extended; the low 16 bits of its results are kept. */
export const halves =
  (signed: boolean, f: WordFunction): AluFunction =>
  ({ I }, op, d, a, b, c) => {
    for (let l = 0; l < LANES; l++) {
      const x = I[a + l]!;
      const y = I[b + l]!;
      const z = I[c + l]!;
      const low = signed
        ? f((x << 16) >> 16, (y << 16) >> 16, (z << 16) >> 16, op)
        : f(x & 0xffff, y & 0xffff, z & 0xffff, op);
      const high = signed ? f(x >> 16, y >> 16, z >> 16, op) : f(x >>> 16, y >>> 16, z >>> 16, op);
      I[d + l] = (low & 0xffff) | (high << 16);
    }
  };

/** Applies `f` to the four bytes, zero- or sign-extended; the low 8 bits of its results are kept. */
export const bytes =
  (signed: boolean, f: WordFunction): AluFunction =>
  ({ I }, op, d, a, b, c) => {
    for (let l = 0; l < LANES; l++) {
      let out = 0;
      for (let shift = 0; shift < 32; shift += 8) {
        const up = 24 - shift;
        const x = I[a + l]! << up;
        const y = I[b + l]! << up;
        const z = I[c + l]! << up;
        const r = signed ? f(x >> 24, y >> 24, z >> 24, op) : f(x >>> 24, y >>> 24, z >>> 24, op);
        out |= (r & 0xff) << shift;
      }
      I[d + l] = out;
    }
  };

/** A function of up to three binary16 numbers, given as exact doubles, whose double result is rounded once. */
export type HalfFunction = (a: number, b: number, c: number, op: MicroOp) => number;

/** Applies `f` to both halves as binary16 numbers; rounds to nearest, then clamps. */
export const floats16 =
  (f: HalfFunction): AluFunction =>
  ({ I }, op, d, a, b, c) => {
    for (let l = 0; l < LANES; l++) {
      const x = I[a + l]!;
      const y = I[b + l]!;
      const z = I[c + l]!;
      const low = f(HALF[x & 0xffff]!, HALF[y & 0xffff]!, HALF[z & 0xffff]!, op);
      const high = f(HALF[x >>> 16]!, HALF[y >>> 16]!, HALF[z >>> 16]!, op);
      I[d + l] = rounded(low, op) | (rounded(high, op) << 16);
    }
  };

function rounded(x: number, op: MicroOp): number {
  const half = toHalf(x);
  return op.clamp === 0 ? half : toHalf(clamp(HALF[half]!, op.clamp));
}
