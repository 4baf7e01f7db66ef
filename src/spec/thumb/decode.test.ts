import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, expandImmediate, isWide, ROWS } from './decode.ts';
import { disassemble, listing } from './disassemble.ts';

const text = (...halfwords: number[]): string[] =>
  listing(new Uint8Array(Uint16Array.from(halfwords).buffer), 0x1000).map((l) => l.text);

describe('the instruction table', () => {
  it('has rows whose fixed bits agree with their drawing', () => {
    for (const r of ROWS) {
      expect(r.value & ~r.mask).toBe(0);
      expect(r.pattern).toHaveLength(r.length * 8);
      if (r.length === 4) expect(isWide(r.value >>> 16)).toBe(true);
      else expect(isWide(r.value)).toBe(false);
    }
  });

  it('reaches every row from its own bits', () => {
    for (const r of ROWS) {
      // Some filling of the free bits must lead to the row: the more specific ones come first.
      const hit = Array.from({ length: 64 }, (_, k) => {
        const word = (r.value | (Math.imul(k * 0x2545 + 1, 0x9e37_79b1) & ~r.mask)) >>> 0;
        return r.length === 4 ? decode(word >>> 16, word & 0xffff) : decode(word, 0);
      }).some((i) => i.row === r);
      expect(hit, r.pattern).toBe(true);
    }
  });

  it('decodes and prints any bits', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (first, second) => {
        const i = decode(first, second);
        expect(i.length).toBe(isWide(first) ? 4 : 2);
        expect(disassemble(i, 0x1000)).not.toMatch(/[{?]undefined|NaN/);
      }),
      { seed: 5, numRuns: 5000 },
    );
  });
});

describe('operands', () => {
  it.each([
    [0x0ab, 0xab, -1],
    [0x1ab, 0x00ab_00ab, -1],
    [0x2ab, 0xab00_ab00, -1],
    [0x3ab, 0xabab_abab, -1],
    [0x47f, 0xff00_0000, 1],
    [0xfff, 0x0000_01fe, 0],
  ])('ThumbExpandImm 0x%s', (imm12, value, carry) => {
    const [v, c] = expandImmediate(imm12);
    expect([v >>> 0, c]).toEqual([value, carry]);
  });

  it.each([
    [[0xd0fe], 'beq 0x1000'],
    [[0xe7fe], 'b 0x1000'],
    [[0xf7ff, 0xfffe], 'bl 0x1000'],
    [[0xf000, 0xd000], 'bl 0xc01004'],
    [[0xf43f, 0xaffe], 'beq.w 0x1000'],
    [[0xb108], 'cbz r0, 0x1006'],
    [[0xf240, 0x1234], 'movw r2, #308'],
    [[0xea4f, 0x0030], 'rrx r0, r0'],
    [[0xb5f0], 'push {r4, r5, r6, r7, lr}'],
    [[0xe8bd, 0x8ff0], 'pop.w {r4, r5, r6, r7, r8, r9, r10, r11, pc}'],
    [[0xf8df, 0xf004], 'ldr.w pc, 0x1008'],
    [[0xee30, 0x0a81], 'coprocessor p10, #0xee300a81'],
    [[0xef12, 0x88a1], '.word 0xef1288a1'],
  ])('%j is %s', (halfwords, want) => expect(text(...halfwords)).toEqual([want]));

  it('follows IT blocks: conditions are suffixes, narrow forms keep the flags', () => {
    expect(text(0xbf0c, 0x2001, 0x2002, 0x2003)).toEqual(['ite eq', 'moveq r0, #1', 'movne r0, #2', 'movs r0, #3']);
  });

  it('shows a cut-off wide instruction as data', () => {
    expect(text(0xf000)).toEqual(['.short 0xf000']);
  });
});
