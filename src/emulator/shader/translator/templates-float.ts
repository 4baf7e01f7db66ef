/**
 * Floating-point instructions on four lanes. Each template computes what the interpreter's function of the same name
 * does (execute-float.ts, execute-special.ts, execute-convert.ts, execute-compare.ts): vectors of binary32 round once,
 * as the interpreter's doubles rounded to binary32 do; only the fused multiply-add needs care. What is not here, or
 * answers undefined, is executed by the interpreter's own function.
 */
import { NAN32 } from '../choices.ts';
import { RTE, RTN, RTP } from '../float.ts';
import type { MicroOp } from '../micro-op.ts';
import type { Quad } from './quad.ts';
import { int, shuffle, splat, v, vector, type Code, type VectorName } from './wasm.ts';

/** A result of four lanes, or of a pair of words, or undefined where the interpreter must do it. */
export type Template = (q: Quad, op: MicroOp) => Code | readonly [low: Code, high: Code] | undefined;

/** How a fused multiply-add is made: by the host's instruction where it rounds once, else step by step. */
export type Fusing = 'instruction' | 'steps';

const ZERO = splat(0);
const ONE = splat(0x3f80_0000);
const MINUS_ONE = splat(0xbf80_0000 | 0);
const MINUS_ZERO = 0x8000_0000 | 0;

/** The clamp of a result and its canonical NaN. */
function finished(q: Quad, value: Code, clamp: number): Code {
  if (clamp === 0) return q.canonical(value);
  const x = q.keep(value);
  const number = v('f32x4.eq', x, x);
  if (clamp === 1) return v('v128.and', v('f32x4.max', x, ZERO), number);
  if (clamp === 3) return v('v128.and', v('f32x4.min', v('f32x4.max', x, ZERO), ONE), number);
  return v('v128.bitselect', v('f32x4.min', v('f32x4.max', x, MINUS_ONE), ONE), MINUS_ONE, number);
}

const HIGH_HALF = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
const upper = (x: Code): Code => shuffle(x, x, HIGH_HALF);
/** The two low lanes as doubles, and the two high ones. */
const wide = (x: Code): readonly [Code, Code] => [
  v('f64x2.promote_low_f32x4', x),
  v('f64x2.promote_low_f32x4', upper(x)),
];
/** Two pairs of doubles rounded to four lanes. */
const narrow = (low: Code, high: Code): Code =>
  shuffle(
    v('f32x4.demote_f64x2_zero', low),
    v('f32x4.demote_f64x2_zero', high),
    [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23],
  );

const ONE_64 = vector(1, 0, 1, 0);

/** Two lanes of a * b + c, rounded to odd, as `fusedDouble` of the interpreter does it. */
function fusedPair(q: Quad, a: Code, b: Code, c: Code): Code {
  const p = q.keep(v('f64x2.mul', a, b));
  const z = q.keep(c);
  const s = q.keep(v('f64x2.add', p, z));
  const t = q.keep(v('f64x2.sub', s, p));
  const error = q.keep(v('f64x2.add', v('f64x2.sub', p, v('f64x2.sub', s, t)), v('f64x2.sub', z, t)));
  const inexact = v('v128.and', v('f64x2.ne', error, ZERO), v('f64x2.eq', error, error));
  const even = v('i64x2.sub', v('v128.and', s, ONE_64), ONE_64);
  const step = v('v128.or', v('i64x2.shr_s', v('v128.xor', s, error), int(63)), ONE_64);
  return v('i64x2.add', s, v('v128.and', v('v128.and', step, even), inexact));
}

function fused(q: Quad, fusing: Fusing): Code {
  const [a, b, c] = [q.s(0), q.s(1), q.s(2)];
  // A product alone, and a sum: one rounding each.
  if (q.constant(2) === MINUS_ZERO) return v('f32x4.mul', a, b);
  if (q.constant(1) === 0x3f80_0000) return v('f32x4.add', a, c);
  if (fusing === 'instruction') return v('f32x4.relaxed_madd', a, b, c);
  const [al, ah] = wide(a);
  const [bl, bh] = wide(b);
  const [cl, ch] = wide(c);
  const low = q.keep(fusedPair(q, al, bl, cl));
  return narrow(low, fusedPair(q, ah, bh, ch));
}

const binary =
  (name: VectorName): Template =>
  (q, op) =>
    finished(q, v(name, q.s(0), q.s(1)), op.clamp);

/** A NaN loses against a number. */
const extreme =
  (name: 'f32x4.min' | 'f32x4.max'): Template =>
  (q, op) => {
    const [a, b] = [q.s(0), q.s(1)];
    const first = v('v128.bitselect', v(name, a, b), b, v('f32x4.eq', a, a));
    return finished(q, v('v128.bitselect', first, a, v('f32x4.eq', b, b)), op.clamp);
  };

const rootReciprocal: Template = (q, op) => {
  const one = splatDouble(1);
  const [low, high] = wide(q.s(0));
  const part = (x: Code): Code => v('f64x2.div', one, v('f64x2.sqrt', x));
  return finished(q, narrow(part(low), part(high)), op.clamp);
};

function splatDouble(x: number): Code {
  const words = new Int32Array(new Float64Array([x]).buffer);
  return vector(words[0]!, words[1]!, words[0]!, words[1]!);
}

const ROUND: Readonly<Record<number, VectorName>> = {
  [RTE]: 'f32x4.nearest',
  [RTP]: 'f32x4.ceil',
  [RTN]: 'f32x4.floor',
};
const roundBy = (x: Code, mode: number): Code => v(ROUND[mode] ?? 'f32x4.trunc', x);

const toInteger =
  (name: 'i32x4.trunc_sat_f32x4_s' | 'i32x4.trunc_sat_f32x4_u'): Template =>
  (q, op) =>
    v(name, roundBy(q.s(0), op.round));

export const low16 = (x: Code, signed: boolean): Code =>
  signed ? v('i32x4.shr_s', v('i32x4.shl', x, int(16)), int(16)) : v('v128.and', x, splat(0xffff));

/** The conversion rounds to nearest; the other modes are rare. */
const fromInteger =
  (name: 'f32x4.convert_i32x4_s' | 'f32x4.convert_i32x4_u'): Template =>
  (q, op) =>
    op.round === RTE ? v(name, q.s(0)) : undefined;

const HALF_SHIFT = 13;
const HALF_SCALE = 0x7780_0000; // 2^112, between the biases of the two formats
const HALF_INFINITY = 0x0f80_0000;

/** The low halves as binary32 numbers. */
export function widened(q: Quad, value: Code): Code {
  const x = q.keep(value);
  const size = q.keep(v('i32x4.shl', v('v128.and', x, splat(0x7fff)), int(HALF_SHIFT)));
  const scaled = v('f32x4.mul', size, splat(HALF_SCALE));
  const special = v('v128.and', v('i32x4.ge_s', size, splat(HALF_INFINITY)), splat(0x7f80_0000));
  const sign = v('i32x4.shl', v('v128.and', x, splat(0x8000)), int(16));
  return v('v128.or', v('v128.or', scaled, special), sign);
}

const COMPARE = ['f32x4.eq', 'f32x4.gt', 'f32x4.ge', 'f32x4.ne', 'f32x4.lt', 'f32x4.le'] as const;

/** Lanes where a condition holds between floats. */
export function floatTest(q: Quad, condition: number): Code {
  const [a, b] = [q.s(0), q.s(1)];
  const name = COMPARE[condition];
  if (name !== undefined) return v(name, a, b);
  if (condition === 6) return v('v128.or', v('f32x4.gt', a, b), v('f32x4.lt', a, b));
  return v('v128.and', v('f32x4.eq', a, a), v('f32x4.eq', b, b));
}

const NAN = splat(NAN32);

export const floatTemplates = (fusing: Fusing): Readonly<Record<string, Template>> => ({
  'FADD.f32': binary('f32x4.add'),
  'FADD_IMM.f32': (q, op) => q.canonical(v('f32x4.add', q.s(0), splat(op.imm | 0))),
  'FMA.f32': (q, op) => finished(q, fused(q, fusing), op.clamp),
  'FMIN.f32': extreme('f32x4.min'),
  'FMAX.f32': extreme('f32x4.max'),
  'FRCP.f32': (q, op) => finished(q, v('f32x4.div', ONE, q.s(0)), op.clamp),
  'FRSQ.f32': rootReciprocal,
  'FROUND.f32': (q, op) => q.canonical(roundBy(q.s(0), op.round)),
  F32_TO_S32: toInteger('i32x4.trunc_sat_f32x4_s'),
  F32_TO_U32: toInteger('i32x4.trunc_sat_f32x4_u'),
  S32_TO_F32: fromInteger('f32x4.convert_i32x4_s'),
  U32_TO_F32: fromInteger('f32x4.convert_i32x4_u'),
  U8_TO_F32: (q) => v('f32x4.convert_i32x4_s', q.s(0)),
  S8_TO_F32: (q) => v('f32x4.convert_i32x4_s', q.s(0)),
  U16_TO_F32: (q) => v('f32x4.convert_i32x4_s', low16(q.s(0), false)),
  S16_TO_F32: (q) => v('f32x4.convert_i32x4_s', low16(q.s(0), true)),
  F16_TO_F32: (q) => {
    const x = q.keep(widened(q, q.s(0)));
    return v('v128.bitselect', x, NAN, v('f32x4.eq', x, x));
  },
});
