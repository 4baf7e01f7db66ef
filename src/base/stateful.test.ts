import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plain, stateHash } from './stateful.ts';

describe('the hash of a state', () => {
  it('is the same for the same data, in whatever order the keys were set', () => {
    const one = { clock: 5, ram: Uint8Array.of(1, 2), queue: [{ a: 1, b: 2 }], none: undefined };
    const other = { none: undefined, queue: [{ b: 2, a: 1 }], ram: Uint8Array.of(1, 2), clock: 5 };
    expect(stateHash(one)).toBe(stateHash(other));
    expect(stateHash(one)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('tells values apart that look alike', () => {
    // prettier-ignore
    const alike: readonly Plain[] = [
      undefined, null, false, true, 0, -0, 1, 2 ** 32, Number.NaN, 0n, 1n, '', '0', '1', 'undefined',
      [], [0], [[0]], [0, 0], ['a', 'b'], ['ab'], {}, { a: 0 }, { a: undefined }, { b: 0 }, { a: { b: 0 } },
      new Uint8Array(0), new Uint8Array(1), new Uint8Array(4), new Uint8Array(5), Int32Array.of(1), Int32Array.of(0, 1),
    ];
    expect(new Set(alike.map(stateHash)).size).toBe(alike.length);
  });

  it('changes with every bit of memory', () => {
    const ram = new Uint8Array(67).map((_, i) => i * 37);
    const seen = new Set([stateHash(ram)]);
    for (let bit = 0; bit < 8 * ram.length; bit++) {
      const other = ram.slice();
      other[bit >> 3]! ^= 1 << (bit & 7);
      seen.add(stateHash(other));
    }
    expect(seen.size).toBe(8 * ram.length + 1);
  });

  it('changes when two different words change places', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 2, maxLength: 40 }), fc.nat(), fc.nat(), (words, i, j) => {
        const [a, b] = [i % words.length, j % words.length];
        fc.pre(words[a] !== words[b]);
        const swapped = words.slice();
        [swapped[a], swapped[b]] = [swapped[b]!, swapped[a]!];
        expect(stateHash(Int32Array.from(swapped))).not.toBe(stateHash(Int32Array.from(words)));
      }),
      { seed: 1 },
    );
  });
});
