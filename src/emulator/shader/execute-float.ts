/** Floating-point addition, multiplication, minimum, maximum and scaling, binary32 and binary16. */
import { NAN32 } from './choices.ts';
import type { AluFunction, AluTable } from './execute.ts';
import {
  bitsOf,
  clamp,
  floatOf,
  frexp,
  frexpMantissa,
  fusedDouble,
  maximum,
  minimum,
  pow2,
  round32,
  scale,
  SPLIT_LOG,
  toHalf,
  HALF,
} from './float.ts';
import { LANES } from './layout.ts';
import { floats16, halves, words, type WordFunction } from './packed.ts';

/** Clamps a row that holds results. */
export function clampRow(F: Float32Array, I: Int32Array, d: number, kind: number): void {
  if (kind === 0) return;
  for (let l = 0; l < LANES; l++) {
    const r = clamp(F[d + l]!, kind);
    if (r !== r) I[d + l] = NAN32;
    else F[d + l] = r;
  }
}

const fadd: AluFunction = ({ I, F }, op, d, a, b) => {
  for (let l = 0; l < LANES; l++) {
    const r = F[a + l]! + F[b + l]!;
    if (r === r) F[d + l] = r;
    else I[d + l] = NAN32;
  }
  clampRow(F, I, d, op.clamp);
};

const fma: AluFunction = ({ I, F }, op, d, a, b, c) => {
  for (let l = 0; l < LANES; l++) {
    const z = F[c + l]!;
    // A product alone needs one rounding only, and 0 added to one keeps its sign unless it is 0.
    const p = F[a + l]! * F[b + l]!;
    const r = z === 0 ? p + z : fusedDouble(F[a + l]!, F[b + l]!, z);
    if (r === r) F[d + l] = r;
    else I[d + l] = NAN32;
  }
  clampRow(F, I, d, op.clamp);
};

const faddImmediate: AluFunction = ({ I, F }, op, d, a) => {
  const imm = floatOf(op.imm | 0);
  for (let l = 0; l < LANES; l++) {
    const r = F[a + l]! + imm;
    if (r === r) F[d + l] = r;
    else I[d + l] = NAN32;
  }
};

/** A function of binary32 numbers whose result, a double, is rounded to nearest once, then clamped. */
export const floats32 =
  (
    f: (a: number, b: number, c: number, e: number, op: { readonly round: number; readonly select: number }) => number,
  ): AluFunction =>
  ({ I, F }, op, d, a, b, c, e) => {
    for (let l = 0; l < LANES; l++) {
      const r = f(F[a + l]!, F[b + l]!, F[c + l]!, I[e + l]!, op);
      if (r === r) F[d + l] = r;
      else I[d + l] = NAN32;
    }
    clampRow(F, I, d, op.clamp);
  };

/** What the product is where a factor is zero. */
type ZeroProduct = (a: number) => number;

/**
 * (a * b + c) * 2^d. The scaled sum is rounded to odd before it is scaled exactly, so rounding it to binary32 is the
 * only rounding.
 */
const scaledFma = (zero: ZeroProduct | undefined, half = false) =>
  floats32((a, b, c, e) => {
    const n = half ? (e << 16) >> 16 : e;
    const sum = zero !== undefined && (a === 0 || b === 0) ? zero(a) + c : fusedDouble(a, b, c);
    return scale(sum, n);
  });

/** a * 2^b with the rounding of the instruction. */
const ldexp: AluFunction = ({ I, F }, op, d, a, b) => {
  for (let l = 0; l < LANES; l++) {
    const r = round32(scale(F[a + l]!, I[b + l]!), op.round);
    if (r === r) F[d + l] = r;
    else I[d + l] = NAN32;
  }
};

const ldexp16: WordFunction = (a, b, _c, op) => toHalf(HALF[a & 0xffff]! * pow2((b << 16) >> 16), op.round);

const split32 = (f: (x: number, split: number) => number): AluFunction =>
  floats32((a, _b, _c, _e, op) => f(a, op.select));
/** Exponents are integers. */
const exponent32: AluFunction = ({ I, F }, op, d, a) => {
  for (let l = 0; l < LANES; l++) I[d + l] = frexp(F[a + l]!, op.select);
};

const fadd16Immediate: AluFunction = ({ I }, op, d, a) => {
  const low = HALF[op.imm & 0xffff]!;
  const high = HALF[op.imm >>> 16]!;
  for (let l = 0; l < LANES; l++) {
    const x = I[a + l]!;
    I[d + l] = toHalf(HALF[x & 0xffff]! + low) | (toHalf(HALF[x >>> 16]! + high) << 16);
  }
};

export const FLOAT: AluTable = {
  'FADD.f32': fadd,
  'FADD_IMM.f32': faddImmediate,
  'FMA.f32': fma,
  'FMIN.f32': floats32((a, b) => minimum(a, b)),
  'FMAX.f32': floats32((a, b) => maximum(a, b)),
  'FMA_RSCALE.f32': scaledFma(undefined),
  'FMA_RSCALE_N.f32': scaledFma(() => 0),
  'FMA_RSCALE_LEFT.f32': scaledFma((a) => a),
  'FMA_RSCALE_SCALE16.f32': scaledFma(undefined, true),
  'FADD_LSCALE.f32': floats32((a, b) => a + frexpMantissa(b, SPLIT_LOG)),
  'LDEXP.f32': ldexp,
  'FREXPM.f32': split32(frexpMantissa),
  'FREXPE.f32': exponent32,
  'FADD.v2f16': floats16((a, b) => a + b),
  'FADD_IMM.v2f16': fadd16Immediate,
  'FMA.v2f16': floats16((a, b, c) => fusedDouble(a, b, c)),
  'FMIN.v2f16': floats16((a, b) => minimum(a, b)),
  'FMAX.v2f16': floats16((a, b) => maximum(a, b)),
  'LDEXP.v2f16': halves(false, ldexp16),
  'FREXPM.v2f16': floats16((a, _b, _c, op) => frexpMantissa(a, op.select)),
  'FREXPE.v2f16': halves(false, (a, _b, _c, op) => frexp(HALF[a & 0xffff]!, op.select)),
};

/** Bits of a binary32 result of a function of words. */
export const toBits = (x: number): number => (x === x ? bitsOf(x) : NAN32);

/** A function of one word whose result is a binary32 number. */
export const toFloat = (f: (a: number, round: number) => number): AluFunction =>
  words((a, _b, _c, op) => toBits(f(a, op.round)));
