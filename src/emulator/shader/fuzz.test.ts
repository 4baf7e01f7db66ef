/** Whatever the words are, a program ends in one of three ways: done, fault, or more to do. */
import { array, assert, bigInt, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ROWS } from '../../spec/valhall/isa.ts';
import { RUN } from './engine.ts';
import { DATA, ShaderBench, TABLE } from './testing.ts';

const word = bigInt({ min: 0n, max: 2n ** 64n - 1n });
const big = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** Words that are instructions: opcode bits of a row, all other bits at random, no end, good marker bits. */
const likely = property(
  array(constantFrom(...ROWS), { minLength: 1, maxLength: 30 }),
  array(word, { minLength: 30, maxLength: 30 }),
  integer({ min: 0, max: 3 }),
  (rows, noise, shape) => {
    const words = rows.map((row, i) => {
      const mask = big(row.maskLo, row.maskHi);
      const random = noise[i]! & ~(1n << 63n) & ~(shape === 0 ? 0n : 0xfn << 59n);
      return (random & ~mask) | big(row.valueLo, row.valueHi) | (shape > 1 ? 0xc0n << 40n : 0n);
    });
    check(words);
  },
);

const bench = new ShaderBench();

function check(words: readonly bigint[]): void {
  const status = bench.run([...words, 0x7800_c000_0000_0000n], {
    budget: 500,
    preload: 0xff80,
    sizeX: 20,
    tableLo: TABLE | 4,
    uniforms: [DATA, 0, 1, -1, 0x7fc0_0000],
    flush: words.length & 3,
    suppressNan: (words.length & 4) !== 0,
  });
  expect([RUN.DONE, RUN.FAULT, RUN.MORE]).toContain(status);
}

describe('random words', () => {
  it('never break the engine', () => {
    assert(property(array(word, { maxLength: 20 }), check), { seed: 3, numRuns: 500 });
  });

  it('never break the engine when they look like instructions', () => {
    assert(likely, { seed: 4, numRuns: 1000 });
  });

  it('run the same twice', () => {
    const other = new ShaderBench();
    assert(
      property(array(constantFrom(...ROWS), { minLength: 1, maxLength: 8 }), word, (rows, noise) => {
        const words = rows.map((row) => {
          const mask = big(row.maskLo, row.maskHi);
          const random = noise & ~(0x1fn << 59n);
          return (random & ~mask) | big(row.valueLo, row.valueHi) | (0xc0n << 40n);
        });
        const results = [bench, other].map((b) => {
          const status = b.run([...words, 0x7800_c000_0000_0000n], { budget: 300, uniforms: [DATA, 0] });
          return [status, b.engine.cycles, Array.from({ length: 64 }, (_, n) => b.register(n))];
        });
        expect(results[0]).toEqual(results[1]);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
