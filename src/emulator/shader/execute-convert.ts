/** Conversions between integers and floats of all widths, and rounding to integral values. */
import { NAN16, NAN32 } from './choices.ts';
import type { AluFunction, AluTable } from './execute.ts';
import { toBits, toFloat } from './execute-float.ts';
import { clamp, floatOf, HALF, round32, roundIntegral, toHalf } from './float.ts';
import { LANES } from './layout.ts';
import { halves, words, type WordFunction } from './packed.ts';

/** A number to an integer in [low, high]: rounded, then clamped; NaN is 0. */
function toInteger(x: number, round: number, low: number, high: number): number {
  if (x !== x) return 0;
  const r = roundIntegral(x, round);
  return r < low ? low : r > high ? high : r;
}

const S32 = [-0x8000_0000, 0x7fff_ffff] as const;
const U32 = [0, 0xffff_ffff] as const;
const S16 = [-0x8000, 0x7fff] as const;
const U16 = [0, 0xffff] as const;
type Range = readonly [low: number, high: number];

const fromFloat32 =
  (range: Range): AluFunction =>
  ({ I, F }, op, d, a) => {
    for (let l = 0; l < LANES; l++) I[d + l] = toInteger(F[a + l]!, op.round, range[0], range[1]) | 0;
  };

/** The low half is the operand. */
const fromHalf =
  (range: Range): WordFunction =>
  (a, _b, _c, op) =>
    toInteger(HALF[a & 0xffff]!, op.round, range[0], range[1]) | 0;

const round: AluFunction = ({ I, F }, op, d, a) => {
  for (let l = 0; l < LANES; l++) {
    const x = F[a + l]!;
    if (x === x) F[d + l] = roundIntegral(x, op.round);
    else I[d + l] = NAN32;
  }
};

const round16: WordFunction = (a, _b, _c, op) => {
  const x = HALF[a & 0xffff]!;
  return x === x ? toHalf(roundIntegral(x, op.round)) : NAN16;
};

/** Two numbers to the low and the high half. */
const narrow: WordFunction = (a, b, _c, op) => one(a, op) | (one(b, op) << 16);

function one(bits: number, op: { readonly round: number; readonly clamp: number }): number {
  const h = toHalf(floatOf(bits), op.round);
  return op.clamp === 0 ? h : toHalf(clamp(HALF[h]!, op.clamp));
}

const low16 = (signed: boolean) => (a: number) => (signed ? (a << 16) >> 16 : a & 0xffff);

export const CONVERT: AluTable = {
  // The source selection has extended the operand already, or picked its low half.
  U8_TO_U32: words((a) => a),
  S8_TO_S32: words((a) => a),
  U16_TO_U32: words(low16(false)),
  S16_TO_S32: words(low16(true)),
  U8_TO_F32: toFloat((a) => a),
  S8_TO_F32: toFloat((a) => a),
  U16_TO_F32: toFloat(low16(false)),
  S16_TO_F32: toFloat(low16(true)),
  U32_TO_F32: toFloat((a, mode) => round32(a >>> 0, mode)),
  S32_TO_F32: toFloat((a, mode) => round32(a, mode)),
  V2U8_TO_V2U16: halves(false, (a) => a & 0xff),
  V2S8_TO_V2S16: halves(false, (a) => (a << 24) >> 24),
  V2U8_TO_V2F16: halves(false, (a) => toHalf(a & 0xff)),
  V2S8_TO_V2F16: halves(false, (a) => toHalf((a << 24) >> 24)),
  V2U16_TO_V2F16: halves(false, (a, _b, _c, op) => toHalf(a, op.round)),
  V2S16_TO_V2F16: halves(true, (a, _b, _c, op) => toHalf(a, op.round)),
  F32_TO_S32: fromFloat32(S32),
  F32_TO_U32: fromFloat32(U32),
  F16_TO_S32: words(fromHalf(S32)),
  F16_TO_U32: words(fromHalf(U32)),
  V2F16_TO_V2S16: halves(false, fromHalf(S16)),
  V2F16_TO_V2U16: halves(false, fromHalf(U16)),
  F16_TO_F32: words((a) => toBits(HALF[a & 0xffff]!)),
  V2F32_TO_V2F16: words(narrow),
  'FROUND.f32': round,
  'FROUND.v2f16': halves(false, round16),
};
