/** Rows, cells, patterns and differences of the hex view. */
import { describe, expect, it } from 'vitest';
import {
  Piece,
  differences,
  nextDifference,
  parsePattern,
  rowOf,
  scrolled,
  unitBytes,
  type Unit,
} from './hex-layout.ts';

const piece = new Piece([
  { address: 0x1000, bytes: Uint8Array.of(0x41, 0x00, 0xff, 0x7e) },
  { address: 0x1006, bytes: Uint8Array.of(0x12, 0x34) },
]);

describe('a piece with a hole', () => {
  it('has bytes where they are mapped', () => {
    expect([0xfff, 0x1000, 0x1003, 0x1004, 0x1005, 0x1006, 0x1007, 0x1008].map((a) => piece.byte(a))).toEqual([
      undefined,
      0x41,
      0x7e,
      undefined,
      undefined,
      0x12,
      0x34,
      undefined,
    ]);
  });

  it('shows units low byte first and marks what is not there', () => {
    expect(piece.text(0x1000, 1)).toBe('41');
    expect(piece.text(0x1000, 4)).toBe('7eff0041');
    expect(piece.text(0x1004, 4)).toBe('3412????');
    expect(piece.ascii(0x1000)).toBe('A..~  .4' + ' '.repeat(8));
    expect(piece.hex(0x1002, 0x1005)).toBe('ff 7e ??');
  });
});

describe('scrolling', () => {
  it('moves as little as needed and stops at the ends', () => {
    expect(rowOf(0x101f)).toBe(0x1010);
    expect(scrolled(0x1000, 0x1008, 4, 2 ** 32)).toBe(0x1000);
    expect(scrolled(0x1000, 0xfff, 4, 2 ** 32)).toBe(0xff0);
    expect(scrolled(0x1000, 0x1040, 4, 2 ** 32)).toBe(0x1010);
    expect(scrolled(0, 2 ** 32 - 1, 4, 2 ** 32)).toBe(2 ** 32 - 64);
  });
});

describe('patterns', () => {
  const bytesOf = (text: string) => {
    const p = parsePattern(text);
    return p.ok ? [...p.bytes] : p.message;
  };
  it('are bytes, text, or values low byte first', () => {
    expect(bytesOf('de ad BE ef')).toEqual([0xde, 0xad, 0xbe, 0xef]);
    expect(bytesOf('"Mali')).toEqual([0x4d, 0x61, 0x6c, 0x69]);
    expect(bytesOf('"a"')).toEqual([0x61]);
    expect(bytesOf('0x12345678')).toEqual([0x78, 0x56, 0x34, 0x12]);
    expect(bytesOf('0x1_0000_0000')).toEqual([0, 0, 0, 0, 1, 0, 0, 0]);
    expect(bytesOf('nowhere')).toMatch(/no value named/);
    expect(bytesOf('  ')).toMatch(/type bytes/);
  });

  it('read a unit back as it was shown', () => {
    for (const unit of [1, 2, 4, 8] as const satisfies readonly Unit[]) {
      const bytes = Uint8Array.from({ length: unit }, (_, i) => 0x90 + i);
      expect(unitBytes(new Piece([{ address: 0, bytes }]).text(0, unit), unit)).toEqual(bytes);
    }
    expect([...unitBytes('5', 4)]).toEqual([5, 0, 0, 0]);
  });
});

describe('differences', () => {
  const other = new Piece([{ address: 0x1000, bytes: Uint8Array.of(0x41, 1, 2, 0x7e, 5) }]);
  const list = differences(piece, other, 0x1000, 0x1010);
  it('are runs, holes on one side included', () => {
    expect(list).toEqual([
      { from: 0x1001, to: 0x1003 },
      { from: 0x1004, to: 0x1005 },
      { from: 0x1006, to: 0x1008 },
    ]);
    expect(differences(piece, piece, 0x1000, 0x1010)).toEqual([]);
  });
  it('are found both ways', () => {
    expect(nextDifference(list, 0x1001, false)?.from).toBe(0x1004);
    expect(nextDifference(list, 0x1004, true)?.from).toBe(0x1001);
    expect(nextDifference(list, 0x1006, false)).toBeUndefined();
  });
});
