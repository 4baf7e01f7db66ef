/** Scalar arithmetic against exact references. */
import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bitsOf,
  exp2Fixed,
  floatOf,
  frexp,
  frexpMantissa,
  fusedDouble,
  HALF,
  logDerivative,
  round32,
  RTE,
  RTN,
  RTP,
  RTZ,
  sinStep,
  SPLIT_LOG,
  SPLIT_ROOT,
  toHalf,
} from './float.ts';

const runs = { seed: 7, numRuns: 3000 };
const bits32 = integer({ min: -0x8000_0000, max: 0x7fff_ffff });

/** A finite binary number as (integer, exponent of 2). */
function exact(x: number): readonly [bigint, number] {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const e = Number((bits >> 52n) & 0x7ffn);
  const m = bits & ((1n << 52n) - 1n);
  const value = e === 0 ? m : m | (1n << 52n);
  return [bits >> 63n === 1n ? -value : value, (e === 0 ? 1 : e) - 1075];
}

/** Rounds n * 2^e to the nearest binary32, ties to even, by integer arithmetic; a double that holds it. */
function nearest32(n: bigint, e: number): number {
  if (n === 0n) return 0;
  const sign = n < 0n ? -1 : 1;
  let m = n < 0n ? -n : n;
  let exponent = e;
  const length = m.toString(2).length;
  const drop = Math.max(length - 24, -149 - exponent);
  if (drop > 0) {
    const half = 1n << BigInt(drop - 1);
    const rest = m & ((1n << BigInt(drop)) - 1n);
    m >>= BigInt(drop);
    if (rest > half || (rest === half && (m & 1n) === 1n)) m++;
    exponent += drop;
  }
  return sign * Math.fround(Number(m) * 2 ** exponent);
}

describe('fused multiply-add', () => {
  it('rounds once', () => {
    assert(
      property(bits32, bits32, bits32, integer({ min: -40, max: 40 }), (a, b, c, shift) => {
        const x = floatOf(a);
        const y = floatOf(b);
        // Addends near the product, where roundings meet.
        const near = Math.fround(x * y * 2 ** shift * (1 + (c % 1024) / 2 ** 20));
        for (const z of [floatOf(c), near]) {
          if (![x, y, z].every(Number.isFinite)) continue;
          const [p, pe] = exact(x * y);
          const [q, qe] = exact(z);
          const e = Math.min(pe, qe);
          const sum = (p << BigInt(pe - e)) + (q << BigInt(qe - e));
          const want = nearest32(sum, e);
          const got = Math.fround(fusedDouble(x, y, z));
          expect(got === 0 ? 0 : got).toBe(want === 0 ? 0 : want);
        }
      }),
      runs,
    );
  });
});

describe('binary16', () => {
  it('comes back from binary32, every number', () => {
    for (let h = 0; h < 0x10000; h++) {
      const x = HALF[h]!;
      expect(toHalf(x)).toBe(Number.isNaN(x) ? 0x7e00 : h);
    }
  });

  it('rounds in all modes as a search over its numbers does', () => {
    assert(
      property(integer({ min: 0, max: 0x7bfe }), integer({ min: 0, max: 64 }), (h, part) => {
        const low = HALF[h]!;
        const high = HALF[h + 1]!;
        const x = low + (high - low) * (part / 64);
        const half = part === 32 ? (h & 1 ? h + 1 : h) : part < 32 ? h : h + 1;
        expect(toHalf(x, RTE)).toBe(half);
        expect(toHalf(x, RTP)).toBe(part === 0 ? h : h + 1);
        expect(toHalf(x, RTN)).toBe(part === 64 ? h + 1 : h);
        expect(toHalf(x, RTZ)).toBe(part === 64 ? h + 1 : h);
        expect(toHalf(-x, RTP)).toBe(0x8000 | (part === 64 ? h + 1 : h));
        expect(toHalf(-x, RTN)).toBe(0x8000 | (part === 0 ? h : h + 1));
      }),
      runs,
    );
  });
});

describe('directed rounding', () => {
  it('brackets the number with neighbours', () => {
    assert(
      property(bits32, integer({ min: 1, max: 1023 }), (bits, part) => {
        const x = floatOf(bits);
        if (!Number.isFinite(x) || Math.abs(x) > 1e38) return;
        const next = floatOf(x < 0 || Object.is(x, -0) ? bits - 1 : bits + 1);
        if (!(next > x)) return;
        const y = x + (next - x) * (part / 1024);
        expect(round32(y, RTN)).toBe(x === 0 ? 0 : x);
        expect(round32(y, RTP)).toBe(next === 0 ? -0 : next);
      }),
      runs,
    );
  });
});

describe('splitting', () => {
  it('gives parts in range whose product is the number', () => {
    assert(
      property(bits32, (bits) => {
        const x = floatOf(bits);
        if (!Number.isFinite(x) || x === 0) return;
        for (const [split, low, high, base] of [
          [0, 0.5, 1, 2],
          [SPLIT_LOG, 0.75, 1.5, 2],
          [SPLIT_ROOT, 0.25, 1, 4],
        ] as const) {
          const e = frexp(x, split);
          const m = frexpMantissa(x, split);
          expect(Math.abs(m)).toBeGreaterThanOrEqual(low);
          expect(Math.abs(m)).toBeLessThan(high);
          expect(m * base ** e).toBe(x);
        }
      }),
      runs,
    );
  });
});

describe('special functions', () => {
  it('are close to the true values', () => {
    for (let n = -126; n < 127; n += 0.37) {
      const x = Math.fround(n);
      const s = x * 2 ** 24;
      expect(exp2Fixed(Math.round(s), s) / 2 ** x).toBeCloseTo(1, 6);
      const y = Math.fround(2 ** n);
      const m = frexpMantissa(y, SPLIT_LOG);
      const log = logDerivative(y) * (m - 1) + frexp(y, SPLIT_LOG);
      expect(log).toBeCloseTo(Math.log2(y), 6);
    }
    for (let n = -64; n < 128; n++) expect(sinStep(n)).toBeCloseTo(Math.sin((n * Math.PI) / 32), 14);
  });

  it('keep bits of numbers', () => {
    expect(bitsOf(floatOf(0x3f80_0001))).toBe(0x3f80_0001);
  });
});
