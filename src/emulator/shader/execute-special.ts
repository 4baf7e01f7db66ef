/**
 * Reciprocals, roots, exponentials, logarithms and sines: steps of the sequences that compilers emit (the end results
 * are defined, their steps are not). All are within an ulp or two of the true value and the same on every host.
 */
import { NAN32 } from './choices.ts';
import type { AluFunction, AluTable } from './execute.ts';
import { exp2Fixed, HALF, logDerivative, sinStep, toHalf } from './float.ts';
import { clampRow, floats32, toFloat } from './execute-float.ts';
import { LANES } from './layout.ts';
import { words } from './packed.ts';

const reciprocal = (x: number): number => 1 / x;

/** 1 / sqrt(x); of -0 it is -infinity. IEEE square roots and quotients are exact on every host. */
const reciprocalRoot = (x: number): number => (x === 0 ? 1 / x : 1 / Math.sqrt(x));

/** The selected half is in the low half; so is the result. */
const half = (f: (x: number) => number): AluFunction => words((a) => toHalf(f(HALF[a & 0xffff]!)));

/** Steps of a quarter turn. */
const QUARTER_STEPS = 16;

const exponential: AluFunction = ({ I, F }, op, d, a, b) => {
  for (let l = 0; l < LANES; l++) {
    const r = exp2Fixed(I[a + l]!, F[b + l]!);
    if (r === r) F[d + l] = r;
    else I[d + l] = NAN32;
  }
  clampRow(F, I, d, op.clamp);
};

export const SPECIAL: AluTable = {
  'FRCP.f32': floats32(reciprocal),
  'FRCP.f16': half(reciprocal),
  'FRSQ.f32': floats32(reciprocalRoot),
  'FRSQ.f16': half(reciprocalRoot),
  'FLOGD.f32': floats32(logDerivative),
  'FEXP.f32': exponential,
  'FSIN_TABLE.u6': toFloat((a) => sinStep(a)),
  'FCOS_TABLE.u6': toFloat((a) => sinStep(a + QUARTER_STEPS)),
};
