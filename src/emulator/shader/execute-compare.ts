/** Comparisons and selections by comparison, of integers and floats. */
import type { AluFunction, AluTable } from './execute.ts';
import { HALF, holds } from './float.ts';
import { LANES } from './layout.ts';
import { bytes, halves, words, type WordFunction } from './packed.ts';

/** What a true comparison gives: 1, 1.0, all ones, or 1 for a later ICMP_MULTI. */
const RESULT_FLOAT = 1;
const RESULT_MASK = 2;
const RESULT_FIRST = 3;
const ONE: Readonly<Record<number, number>> = { 32: 0x3f80_0000, 16: 0x3c00, 8: 1 };

const truth = (result: number, width: number): number =>
  result === RESULT_MASK ? -1 : result === RESULT_FLOAT ? ONE[width]! : 1;

type Join = (x: number, y: number) => number;
const or: Join = (x, y) => x | y;
const and: Join = (x, y) => x & y;

/** Integer comparison of elements; unsigned words come as signed ones and are made unsigned here. */
const integer =
  (width: number, signed: boolean, join: Join): WordFunction =>
  (a, b, c, op) => {
    const yes = signed || width < 32 ? holds(op.condition, a, b) : holds(op.condition, a >>> 0, b >>> 0);
    return join(yes ? truth(op.result, width) : 0, c);
  };

/**
 * Comparison of 64-bit numbers in two steps: low words with the first result type, then high words, which decide
 * unless they are equal.
 */
const multi =
  (signed: boolean): WordFunction =>
  (a, b, c, op) => {
    const yes = signed ? holds(op.condition, a, b) : holds(op.condition, a >>> 0, b >>> 0);
    if (op.result === RESULT_FIRST) return yes ? 1 : 0;
    return (a === b ? c !== 0 : yes) ? truth(op.result, 32) : 0;
  };

/** Whole words, with the frequent comparisons in loops of their own. */
const compare32 = (signed: boolean, join: Join): AluFunction => {
  const slow = words(integer(32, signed, join));
  const bias = signed ? 0 : 0x8000_0000 | 0;
  return (file, op, d, a, b, c, e) => {
    if (op.condition !== 0 && op.condition !== 3 && op.condition !== 4) return slow(file, op, d, a, b, c, e);
    const { I } = file;
    const yes = truth(op.result, 32);
    const both = join(-1, 0) !== 0;
    for (let l = 0; l < LANES; l++) {
      const x = I[a + l]! ^ bias;
      const y = I[b + l]! ^ bias;
      const is = op.condition === 4 ? x < y : (x === y) === (op.condition === 0);
      const r = is ? yes : 0;
      I[d + l] = both ? r | I[c + l]! : r & I[c + l]!;
    }
  };
};

const float32 =
  (join: Join): AluFunction =>
  ({ I, F }, op, d, a, b, c) => {
    const yes = truth(op.result, 32);
    const { condition } = op;
    for (let l = 0; l < LANES; l++) {
      I[d + l] = join(holds(condition, F[a + l]!, F[b + l]!) ? yes : 0, I[c + l]!);
    }
  };

const float16 =
  (join: Join): WordFunction =>
  (a, b, c, op) =>
    join(holds(op.condition, HALF[a]!, HALF[b]!) ? truth(op.result, 16) : 0, c);

/** Selection: the third or fourth source, moved unchanged. */
const select32 =
  (signed: boolean): AluFunction =>
  ({ I }, op, d, a, b, c, e) => {
    const { condition } = op;
    const bias = signed ? 0 : 0x8000_0000 | 0;
    if (condition === 0) {
      for (let l = 0; l < LANES; l++) I[d + l] = I[a + l] === I[b + l] ? I[c + l]! : I[e + l]!;
      return;
    }
    for (let l = 0; l < LANES; l++) {
      I[d + l] = holds(condition, I[a + l]! ^ bias, I[b + l]! ^ bias) ? I[c + l]! : I[e + l]!;
    }
  };

const selectFloat: AluFunction = ({ I, F }, op, d, a, b, c, e) => {
  const { condition } = op;
  for (let l = 0; l < LANES; l++) I[d + l] = holds(condition, F[a + l]!, F[b + l]!) ? I[c + l]! : I[e + l]!;
};

/** Halves, compared as the numbers that `value` makes of them. */
const select16 =
  (value: (half: number) => number): AluFunction =>
  ({ I }, op, d, a, b, c, e) => {
    const { condition } = op;
    for (let l = 0; l < LANES; l++) {
      const x = I[a + l]!;
      const y = I[b + l]!;
      const low = holds(condition, value(x & 0xffff), value(y & 0xffff)) ? I[c + l]! : I[e + l]!;
      const high = holds(condition, value(x >>> 16), value(y >>> 16)) ? I[c + l]! : I[e + l]!;
      I[d + l] = (low & 0xffff) | (high & ~0xffff);
    }
  };

export const COMPARE: AluTable = {
  'ICMP_OR.u32': compare32(false, or),
  'ICMP_AND.u32': compare32(false, and),
  'ICMP_OR.s32': compare32(true, or),
  'ICMP_AND.s32': compare32(true, and),
  'ICMP_MULTI.u32': words(multi(false)),
  'ICMP_MULTI.s32': words(multi(true)),
  'ICMP_OR.v2u16': halves(false, integer(16, false, or)),
  'ICMP_AND.v2u16': halves(false, integer(16, false, and)),
  'ICMP_OR.v2s16': halves(true, integer(16, true, or)),
  'ICMP_AND.v2s16': halves(true, integer(16, true, and)),
  'ICMP_OR.v4u8': bytes(false, integer(8, false, or)),
  'ICMP_AND.v4u8': bytes(false, integer(8, false, and)),
  'ICMP_OR.v4s8': bytes(true, integer(8, true, or)),
  'ICMP_AND.v4s8': bytes(true, integer(8, true, and)),
  'FCMP_OR.f32': float32(or),
  'FCMP_AND.f32': float32(and),
  'FCMP_OR.v2f16': halves(false, float16(or)),
  'FCMP_AND.v2f16': halves(false, float16(and)),
  'CSEL.u32': select32(false),
  'CSEL.s32': select32(true),
  'CSEL.f32': selectFloat,
  'CSEL.v2u16': select16((half) => half),
  'CSEL.v2s16': select16((half) => (half << 16) >> 16),
  'CSEL.v2f16': select16((half) => HALF[half]!),
};
