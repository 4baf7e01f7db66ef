/** Listings that meet the address asked for. */
import { describe, expect, it } from 'vitest';
import { linesAround, targetOf } from './lines.ts';

const NOP = [0x00, 0xbf];
/** movw r0, #0x1234 */
const WIDE = [0x41, 0xf2, 0x34, 0x20];

describe('linesAround', () => {
  it('starts over when the bytes begin inside a wide instruction', () => {
    const code = Uint8Array.from([...WIDE.slice(2), ...NOP, ...WIDE, ...NOP]);
    for (const at of [0x102, 0x104, 0x108]) {
      expect(linesAround(code, 0x100, at).map((l) => l.address)).toContain(at);
    }
  });

  it('gives what there is when the address is in the middle of something', () => {
    const code = Uint8Array.from([...WIDE, ...NOP]);
    const lines = linesAround(code, 0x100, 0x102);
    expect(lines[0]?.address).toBe(0x102);
  });

  it('takes nothing and odd ends', () => {
    expect(linesAround(new Uint8Array(), 0, 0)).toEqual([]);
    expect(linesAround(Uint8Array.of(0), 0, 0)).toEqual([]);
  });
});

describe('targetOf', () => {
  it('gives where branches go and literals lie', () => {
    expect(targetOf('bl 0x7a0')).toBe(0x7a0);
    expect(targetOf('bne 0xea8')).toBe(0xea8);
    expect(targetOf('cbz r0, 0x12')).toBe(0x12);
    expect(targetOf('ldr r2, 0xf7c')).toBe(0xf7c);
    expect(targetOf('adds r4, #1')).toBeUndefined();
    expect(targetOf('movs r0, #0x10')).toBeUndefined();
  });
});
