import { describe, expect, it } from 'vitest';
import { Cursor } from './cursor.ts';
import { BadInput } from './errors.ts';

const bytes = Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 7, 8, 0x61, 0x62, 0, 0x63);

/** Where and why something is refused. */
function refusal(action: () => unknown): readonly [number | undefined, string] | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return [error.detail.offset, error.detail.rule];
  }
}

describe('a cursor', () => {
  it('reads little-endian values one behind the other', () => {
    // In the middle of its buffer, so that a forgotten byteOffset shows.
    const c = new Cursor(bytes.subarray(1), 'x');
    expect([c.u8(), c.u16(), c.u32(), c.offset, c.remaining]).toEqual([1, 0x0302, 0x0706_0504, 7, 5]);
    c.skip(1);
    expect([c.text(), c.offset, c.text(), c.remaining]).toEqual(['ab', 11, 'c', 0]);
    c.seek(0);
    expect(c.u64.bind(c)).toThrow(BadInput);
  });

  it('reads 64-bit values below 2^53, and says where one is above', () => {
    const big = new Uint8Array(24);
    big.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0], 0);
    big.set([0, 0, 0, 0, 0, 0, 0x20, 0], 8);
    const c = new Cursor(big, 'x');
    expect(c.u64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(refusal(() => c.u64())).toEqual([8, '64-bit value above 2^53']);
  });

  it('never leaves its range', () => {
    const c = new Cursor(bytes, 'x', 2, 6);
    expect(c.take8(4)).toEqual(bytes.subarray(2, 6));
    for (const read of [() => c.u8(), () => c.u32(), () => c.skip(1), () => c.take8(1), () => c.sub(1)]) {
      expect(refusal(read)?.[0]).toBe(6);
    }
    expect(c.text()).toBe('');
    expect(refusal(() => c.seek(7))).toBeDefined();
    expect(refusal(() => c.seek(-1))).toBeDefined();
    expect(refusal(() => new Cursor(bytes, 'x', 0, 14))).toBeDefined();
    expect(refusal(() => new Cursor(bytes, 'x', 3, 2))).toBeDefined();
  });

  it('hands a part to another one, whose offsets count from the same start', () => {
    const c = new Cursor(bytes, 'x', 1);
    const part = c.sub(3, 'part');
    expect([part.offset, part.remaining, c.offset]).toEqual([1, 3, 4]);
    part.skip(2);
    expect(refusal(() => part.u16())).toEqual([3, '2 more bytes expected, 1 left']);
  });
});
