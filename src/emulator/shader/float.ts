/**
 * Arithmetic of the shader core on single numbers. IEEE 754 binary32 and binary16 by our own rules: one rounding per
 * operation, the canonical NaN, subnormals kept, minNum-style minimum with -0 below +0. A double holds sums, products
 * and quotients of binary32 exactly enough that rounding it again is innocent (53 >= 2 * 24 + 2); only the fused
 * multiply-add needs care. Special functions are series over the four basic operations, never the host's.
 */
import { NAN16 } from './choices.ts';

/** Rounding modes as encoded. */
export const RTE = 0;
export const RTP = 1;
export const RTN = 2;
export const RTZ = 3;

const f64 = new Float64Array(1);
const f64w = new Int32Array(f64.buffer);
const f32 = new Float32Array(1);
const f32w = new Int32Array(f32.buffer);

/** Bits of a binary32 value. */
export function bitsOf(x: number): number {
  f32[0] = x;
  return f32w[0]!;
}

/** The binary32 value with these bits. */
export function floatOf(bits: number): number {
  f32w[0] = bits;
  return f32[0]!;
}

/** 2^n exactly, n clamped to the normal range of a double. */
export function pow2(n: number): number {
  const e = n < -1022 ? -1022 : n > 1023 ? 1023 : n;
  f64w[0] = 0;
  f64w[1] = (e + 1023) << 20;
  return f64[0]!;
}

/**
 * a * b + c in a double such that rounding it once more to at most 51 bits gives what one rounding would have given:
 * the product of two binary32 values is exact, and the sum is rounded to odd.
 */
export function fusedDouble(a: number, b: number, c: number): number {
  const p = a * b;
  const s = p + c;
  const v = s - p;
  const error = p - (s - v) + (c - v);
  if (error === 0 || error !== error) return s;
  f64[0] = s;
  if ((f64w[0]! & 1) === 0) {
    // The neighbour on the side of the error has an odd last bit.
    if (error > 0 === s > 0) f64w[0] = f64w[0]! | 1;
    else {
      if (f64w[0] === 0) f64w[1] = f64w[1]! - 1;
      f64w[0] = f64w[0]! - 1;
    }
  }
  return f64[0]!;
}

/** Rounds a double that is exact (or rounded to odd) to binary32. */
export function round32(x: number, mode: number): number {
  const near = Math.fround(x);
  if (mode === RTE || near === x || near !== near) return near;
  const up = mode === RTP || (mode === RTZ && x < 0);
  if (up ? near >= x : near <= x) return near;
  return up ? nextUp(near) : -nextUp(-near);
}

/** The next binary32 value towards +infinity. */
function nextUp(x: number): number {
  if (x === Infinity) return x;
  if (x === 0) return floatOf(1);
  const bits = bitsOf(x);
  return floatOf(x > 0 ? bits + 1 : bits - 1);
}

/** To an integral value; keeps the sign of zero. Not for NaN. */
export function roundIntegral(x: number, mode: number): number {
  if (mode === RTP) return Math.ceil(x);
  if (mode === RTN) return Math.floor(x);
  if (mode === RTZ) return Math.trunc(x);
  const down = Math.floor(x);
  const rest = x - down;
  const r = rest < 0.5 ? down : rest > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
  return r === 0 && (x < 0 || Object.is(x, -0)) ? -0 : r;
}

/** Values of all binary16 numbers. */
export const HALF: Float32Array = (() => {
  const table = new Float32Array(0x10000);
  for (let h = 0; h < 0x10000; h++) {
    const e = (h >>> 10) & 31;
    const m = h & 0x3ff;
    const size = e === 31 ? (m === 0 ? Infinity : NaN) : e === 0 ? m * 2 ** -24 : (1024 + m) * 2 ** (e - 25);
    table[h] = h & 0x8000 ? -size : size;
  }
  return table;
})();

const HALF_MAX = 65504;
const HALF_NORMAL = 2 ** -14;

/** Bits of a double rounded to binary16. */
export function toHalf(x: number, mode: number = RTE): number {
  if (x !== x) return NAN16;
  const negative = x < 0 || Object.is(x, -0);
  const sign = negative ? 0x8000 : 0;
  const a = negative ? -x : x;
  if (a === Infinity) return sign | 0x7c00;
  // The step between neighbours at this size; scaling by a power of two is exact.
  let exponent = -24;
  if (a >= HALF_NORMAL) {
    f64[0] = a;
    exponent = (f64w[1]! >>> 20) - 1023 - 10;
  }
  const towards = negative ? (mode === RTP ? RTN : mode === RTN ? RTP : mode) : mode;
  const steps = roundIntegral(a * pow2(-exponent), towards);
  if (steps * pow2(exponent) > HALF_MAX) return towards === RTE || towards === RTP ? sign | 0x7c00 : sign | 0x7bff;
  // A carry into the next binade is a carry into the exponent field.
  return exponent === -24 ? sign | steps : sign | (((exponent + 25) << 10) + (steps - 1024));
}

/** Minimum and maximum: a NaN loses against a number, -0 is below +0. */
export function minimum(a: number, b: number): number {
  return a !== a ? b : b !== b ? a : Math.min(a, b);
}

export function maximum(a: number, b: number): number {
  return a !== a ? b : b !== b ? a : Math.max(a, b);
}

/** Clamp as encoded: none, 0..inf, -1..1, 0..1. */
export function clamp(x: number, kind: number): number {
  switch (kind) {
    case 1:
      return maximum(x, 0);
    case 2:
      return minimum(maximum(x, -1), 1);
    case 3:
      return minimum(maximum(x, 0), 1);
    default:
      return x;
  }
}

/** Conditions as encoded: eq, gt, ge, ne, lt, le, gtlt, total. With a NaN only ne holds. */
export function holds(condition: number, a: number, b: number): boolean {
  switch (condition) {
    case 0:
      return a === b;
    case 1:
      return a > b;
    case 2:
      return a >= b;
    case 3:
      return a !== b;
    case 4:
      return a < b;
    case 5:
      return a <= b;
    case 6:
      return a > b || a < b;
    default:
      return a === a && b === b;
  }
}

/** How FREXP splits a number: mantissa in [0.5, 1), for logarithms [0.75, 1.5), for square roots [0.25, 1). */
export const SPLIT_PLAIN = 0;
export const SPLIT_LOG = 1;
export const SPLIT_ROOT = 2;

/** Mantissa of `frexp`, set by it. */
let mantissa = 0;

/** The exponent of x (of 4 for square roots); 0 for 0, infinities and NaN. `frexpMantissa` gives the other part. */
export function frexp(x: number, split: number): number {
  mantissa = x;
  if (x === 0 || x - x !== 0) return 0;
  f64[0] = x;
  let e = ((f64w[1]! >>> 20) & 0x7ff) - 1022;
  f64w[1] = (f64w[1]! & 0x800f_ffff) | (1022 << 20);
  let m = f64[0]!;
  if (split === SPLIT_LOG && m < 0.75 && m > -0.75) {
    m *= 2;
    e--;
  } else if (split === SPLIT_ROOT) {
    if ((e & 1) !== 0) {
      m /= 2;
      e++;
    }
    e /= 2;
  }
  mantissa = m;
  return e;
}

export function frexpMantissa(x: number, split: number): number {
  frexp(x, split);
  return mantissa;
}

/** Exponents beyond these scale any binary32 value to 0 or infinity. */
const SCALE_LIMIT = 700;

/** x * 2^n as an exact double (n clamped where the result no longer changes). */
export function scale(x: number, n: number): number {
  return x * pow2(n < -SCALE_LIMIT ? -SCALE_LIMIT : n > SCALE_LIMIT ? SCALE_LIMIT : n);
}

const LN2 = 0.6931471805599453;
const FIXED_ONE = 2 ** 24;
const FIXED_LIMIT = 2 ** 31;
const EXP_TERMS = 14;

/** 2^f for |f| <= 0.5: the Taylor series of e^(f ln 2). */
function exp2Fraction(f: number): number {
  const t = f * LN2;
  let sum = 1;
  for (let n = EXP_TERMS; n > 0; n--) sum = 1 + (t / n) * sum;
  return sum;
}

/** FEXP: 2^(i / 2^24), or 2^(s / 2^24) where s does not fit the fixed-point number i. As a double. */
export function exp2Fixed(i: number, s: number): number {
  if (s !== s) return NaN;
  const fits = s < FIXED_LIMIT && s >= -FIXED_LIMIT;
  const x = fits ? i : s;
  if (x - x !== 0) return x > 0 ? Infinity : 0;
  const whole = Math.floor(x / FIXED_ONE + 0.5);
  return scale(exp2Fraction(x / FIXED_ONE - whole), whole);
}

const LOG_TERMS = 12;

/** FLOGD: log2(m) / (m - 1) for the logarithm's mantissa m of x, by the series of the area tangent. */
export function logDerivative(x: number): number {
  if (x !== x || x < 0) return NaN;
  if (x === 0 || x === Infinity) return Infinity;
  const m = frexpMantissa(x, SPLIT_LOG);
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let sum = 0;
  for (let n = LOG_TERMS; n >= 0; n--) sum = sum * square + 1 / (2 * n + 1);
  return (2 * sum) / (LN2 * (m + 1));
}

/** sin(k * pi / 32), k = 0..16. */
const QUARTER = [
  0, 0.0980171403295606, 0.19509032201612825, 0.29028467725446233, 0.3826834323650898, 0.47139673682599764,
  0.5555702330196022, 0.6343932841636455, 0.7071067811865475, 0.773010453362737, 0.8314696123025452, 0.8819212643483549,
  0.9238795325112867, 0.9569403357322089, 0.9807852804032304, 0.9951847266721968, 1,
];

/** sin((n & 63) * pi / 32). */
export function sinStep(n: number): number {
  const k = n & 63;
  const half = k & 31;
  const value = QUARTER[half > 16 ? 32 - half : half]!;
  return k >= 32 ? -value : value;
}
