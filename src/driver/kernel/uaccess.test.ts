import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserBacking } from './uaccess.ts';
import { TASK_SIZE, UserMemory } from './uaccess.ts';

const backing = (bytes: Uint8Array, gone: string[] = []): UserBacking => ({
  id: 'bo',
  read: (offset, length) => bytes.slice(offset, offset + length),
  write: (offset, data) => bytes.set(data, offset),
  unmapped: () => void gone.push('gone'),
});

describe('user memory', () => {
  it('faults where nothing is mapped, before it allocates', () => {
    const user = new UserMemory();
    user.map(0x1000, 0x1000);
    expect(user.copyFrom(0x1ffe, 2)).toEqual(new Uint8Array(2));
    expect(() => user.copyFrom(0x1ffe, 3)).toThrow(/EFAULT/);
    expect(() => user.copyFrom(0x1000, 2 ** 40)).toThrow(/EFAULT/);
    expect(() => user.copyFrom(Infinity, 4)).toThrow(/EFAULT/);
    expect(() => user.copyTo(TASK_SIZE - 1, new Uint8Array(2))).toThrow(/EFAULT/);
    expect(user.copyFrom(0, 0)).toEqual(new Uint8Array(0));
  });

  it('shows objects at their place, read-only ones not for writing', () => {
    const user = new UserMemory();
    const bytes = Uint8Array.from({ length: 0x2000 }, (_, i) => i & 0xff);
    user.map(0x0, 0x1000);
    user.mapObject(0x1000, 0x2000, backing(bytes), true);
    user.copyTo(0xffe, Uint8Array.of(1, 2, 3, 4));
    expect(bytes.subarray(0, 3)).toEqual(Uint8Array.of(3, 4, 2));
    expect(user.copyFrom(0xfff, 3)).toEqual(Uint8Array.of(2, 3, 4));
    user.mapObject(0x8000, 0x1000, backing(bytes), false, 0x1000);
    expect(user.copyFrom(0x8001, 1)).toEqual(Uint8Array.of(1));
    expect(() => user.copyTo(0x8000, Uint8Array.of(0))).toThrow(/EFAULT/);
  });

  it('tells the object when the last piece of its mapping is gone', () => {
    const gone: string[] = [];
    const user = new UserMemory();
    user.mapObject(0x1000, 0x3000, backing(new Uint8Array(0x3000).fill(7), gone), true);
    user.unmap(0x2000, 0x1000);
    expect(user.copyFrom(0x3000, 1)).toEqual(Uint8Array.of(7));
    expect(() => user.copyFrom(0x2000, 1)).toThrow(/EFAULT/);
    user.unmap(0x1000, 0x1000);
    expect(gone).toEqual([]);
    user.clear();
    expect(gone).toEqual(['gone']);
  });

  it('reads strings up to a limit', () => {
    const user = new UserMemory();
    user.place(
      0x10,
      Uint8Array.from('label\0', (c) => c.charCodeAt(0)),
    );
    expect(user.copyString(0x10, 6)).toHaveLength(5);
    expect(() => user.copyString(0x10, 5)).toThrow(/E2BIG/);
  });

  it('keeps all of it in saved state', () => {
    const bytes = new Uint8Array(0x1000);
    const bo = backing(bytes);
    fc.assert(
      fc.property(fc.nat(0x2ff0), fc.uint8Array({ minLength: 1, maxLength: 16 }), (at, data) => {
        const user = new UserMemory(() => bo);
        user.map(0x0, 0x2000);
        user.mapObject(0x2000, 0x1000, bo, true);
        user.copyTo(at, data);
        const copy = new UserMemory(() => bo);
        copy.load(user.save());
        expect(copy.copyFrom(at, data.length)).toEqual(data);
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});
