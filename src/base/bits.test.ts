import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignUp,
  big64,
  bits,
  hex,
  hex64,
  hi32,
  isPowerOfTwo,
  join64,
  lo32,
  mask32,
  popcount32,
  roundDownPowerOfTwo,
  withBits,
} from './bits.ts';

const seed = 1;
const word = fc.integer({ min: 0, max: 0xffff_ffff });
const field = fc
  .record({ lsb: fc.nat(31), width: fc.integer({ min: 1, max: 32 }) })
  .filter(({ lsb, width }) => lsb + width <= 32);

describe('fields of a word', () => {
  it('agree with arithmetic on BigInt', () => {
    fc.assert(
      fc.property(word, word, field, (w, value, { lsb, width }) => {
        const mask = (1n << BigInt(width)) - 1n;
        const at = BigInt(lsb);
        expect(BigInt(mask32(width))).toBe(mask);
        expect(BigInt(bits(w, lsb, width))).toBe((BigInt(w) >> at) & mask);
        expect(BigInt(withBits(w, lsb, width, value))).toBe(
          (BigInt(w) & ~(mask << at)) | ((BigInt(value) & mask) << at),
        );
      }),
      { seed },
    );
  });

  it('count their ones, and know a single one', () => {
    fc.assert(
      fc.property(word, (w) => {
        const ones = [...w.toString(2)].filter((digit) => digit === '1').length;
        expect(popcount32(w)).toBe(ones);
        expect(isPowerOfTwo(w)).toBe(ones === 1);
      }),
      { seed },
    );
    for (let n = 0; n < 32; n++) expect(isPowerOfTwo(2 ** n)).toBe(true);
  });
});

describe('64-bit values', () => {
  it('come apart and together again, below 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(join64(lo32(value), hi32(value))).toBe(value);
        expect(big64(lo32(value), hi32(value))).toBe(BigInt(value));
        expect(hex64(lo32(value) | 0, hi32(value) | 0)).toBe(hex(value, 16));
      }),
      { seed },
    );
    expect(() => join64(0, 0x20_0000)).toThrow(RangeError);
  });

  it.each([1, 2, 3, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1, 2 ** 48, Number.MAX_SAFE_INTEGER])(
    'the power of two below %d',
    (value) => {
      const power = roundDownPowerOfTwo(value);
      expect(power <= value && value - power < power).toBe(true);
      expect(power.toString(2)).toMatch(/^10*$/);
    },
  );

  it('are rounded up to an alignment', () => {
    expect([0, 1, 4096, 4097, 2 ** 40 + 1].map((v) => alignUp(v, 4096))).toEqual([0, 4096, 4096, 8192, 2 ** 40 + 4096]);
  });
});
