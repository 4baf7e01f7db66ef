/** Descriptors as Linux writes them, and round trips over the whole format. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeLeaf,
  encodeLeaf,
  encodeTable,
  ENTRY,
  entryAddress,
  entryKind,
  LEAF_FIELDS,
  LEVELS,
  linuxLeaf,
  startLevel,
  tableIndex,
} from './page-table.ts';

const NOEXEC_HI = 0x0060_0000;

describe('leaves as Linux makes them', () => {
  const cases = [
    ['RW exec cached', {}, 0xf47, 0],
    ['RO exec cached', { readOnly: true }, 0xfc7, 0],
    ['RW noexec cached', { noExec: true }, 0xf47, NOEXEC_HI],
    ['RO noexec cached', { readOnly: true, noExec: true }, 0xfc7, NOEXEC_HI],
    ['RW noexec uncached', { noExec: true, uncached: true }, 0xe43, NOEXEC_HI],
    ['RO noexec uncached', { readOnly: true, noExec: true, uncached: true }, 0xec3, NOEXEC_HI],
    ['RW exec uncached', { uncached: true }, 0xe43, 0],
  ] as const;
  it.each(cases)('%s', (_, protection, lo, hi) => {
    expect(linuxLeaf(0, 3, protection)).toEqual({ lo, hi });
    expect(linuxLeaf(0, 2, protection)).toEqual({ lo: lo - 2, hi });
    expect(linuxLeaf(0xab_1234_5000, 3, protection)).toEqual({ lo: 0x1234_5000 + lo, hi: 0xab + hi });
  });
});

describe('entries', () => {
  it('are told apart by their low bits and level', () => {
    const kinds = [0, 1, 2, 3].map((bits) => LEVELS.map((l) => entryKind(bits, l.level)));
    const { INVALID, TABLE, BLOCK, PAGE, BAD_BLOCK } = ENTRY;
    expect(kinds).toEqual([
      [INVALID, INVALID, INVALID, INVALID],
      [BAD_BLOCK, BLOCK, BLOCK, INVALID],
      [INVALID, INVALID, INVALID, INVALID],
      [TABLE, TABLE, TABLE, PAGE],
    ]);
  });

  it('ignore what software and hierarchical bits say about the address', () => {
    expect(entryAddress(0x1234_5fff, 0xffff_00ab)).toBe(0xab_1234_5000);
    expect(encodeTable(0xab_1234_5000)).toEqual({ lo: 0x1234_5003, hi: 0xab });
    expect(() => encodeTable(0x800)).toThrow(RangeError);
    expect(() => encodeTable(2 ** 48)).toThrow(RangeError);
  });

  it('round trip', () => {
    const leaf = fc.record({
      page: fc.integer({ min: 0, max: 2 ** 18 - 1 }),
      attrIndex: fc.integer({ min: 0, max: 7 }),
      sh: fc.integer({ min: 0, max: 3 }),
      readOnly: fc.boolean(),
      noExec: fc.boolean(),
      user: fc.boolean(),
      af: fc.boolean(),
      ng: fc.boolean(),
    });
    fc.assert(
      fc.property(leaf, fc.constantFrom(1, 2, 3), ({ page, ...rest }, level) => {
        const wanted = { ...rest, address: page * (LEVELS[level]?.size ?? 0) };
        const { lo, hi } = encodeLeaf(wanted, level);
        expect(decodeLeaf(lo, hi)).toEqual(wanted);
        expect(entryKind(lo, level)).toBe(level === 3 ? ENTRY.PAGE : ENTRY.BLOCK);
        const word = (BigInt(hi) << 32n) | BigInt(lo);
        const xn = (word >> BigInt(LEAF_FIELDS.xn.lsb)) & 1n;
        expect(xn).toBe(rest.noExec ? 1n : 0n);
      }),
      { seed: 11, numRuns: 300 },
    );
    expect(() => linuxLeaf(0, 0, {})).toThrow(/level 0/);
    expect(() => linuxLeaf(0x1000, 2, {})).toThrow(RangeError);
  });
});

describe('walks', () => {
  it('take nine bits of the address at each level', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.constantFrom(0, 1, 2, 3), (va, level) => {
        const wanted = Number((BigInt(va) >> BigInt(LEVELS[level]?.shift ?? 0)) & 511n);
        expect(tableIndex(va, level)).toBe(wanted);
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  it('start where the input width says', () => {
    expect([48, 40, 39, 31, 30, 25].map(startLevel)).toEqual([0, 0, 1, 1, 2, 2]);
  });
});
