import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PAGE_SIZE, Ram, RAM_BASE } from './memory.ts';
import { RamSnapshots } from './snapshot.ts';

const SIZE = 0x10000;
const PAGES = SIZE / PAGE_SIZE;
const small = () => new Ram(RAM_BASE, SIZE);
const content = (ram: Ram) => ram.ram8.slice();

describe('RAM', () => {
  it('is little-endian at any alignment, over page borders', () => {
    const ram = small();
    for (const at of [0, 1, 2, 3, PAGE_SIZE - 1, PAGE_SIZE - 2, PAGE_SIZE - 3]) {
      const pa = RAM_BASE + 0x2000 + at;
      ram.write32(pa, 0x8badf00d);
      expect(ram.read32(pa)).toBe(0x8badf00d);
      expect(ram.read16(pa)).toBe(0xf00d);
      expect(ram.read8(pa + 3)).toBe(0x8b);
      ram.write16(pa + 1, 0x1234);
      expect([...ram.readBytes(pa, 4)]).toEqual([0x0d, 0x34, 0x12, 0x8b]);
    }
  });

  it('reads 0 and drops stores outside', () => {
    const ram = small();
    ram.write32(RAM_BASE + SIZE, 1);
    ram.write32(0x1000, 1);
    ram.writeBytes(RAM_BASE - 2, Uint8Array.of(1, 2, 3, 4));
    ram.fill(RAM_BASE + SIZE - 2, 8, 7);
    expect(ram.offset(RAM_BASE + SIZE - 3, 4)).toBe(-1);
    expect(ram.read32(RAM_BASE + SIZE - 2)).toBe(0);
    expect([...ram.readBytes(RAM_BASE - 1, 4)]).toEqual([0, 3, 4, 0]);
    expect([...ram.readBytes(RAM_BASE + SIZE - 2, 4)]).toEqual([7, 7, 0, 0]);
  });

  it('tells about stores to code and table pages once, and keeps direct stores away', () => {
    const ram = small();
    const told: string[] = [];
    ram.onRevoke((page) => told.push(`revoke ${page}`));
    ram.onCodeWrite((page) => told.push(`code ${page} ${ram.read32(RAM_BASE + 0x1000)}`));
    ram.onTableWrite((page) => told.push(`table ${page}`));
    expect(ram.openPage(1)).toBe(true);
    ram.holdCode(1);
    ram.holdTable(2);
    expect([ram.openPage(1), ram.openPage(2), ram.openPage(PAGES)]).toEqual([false, false, false]);
    ram.write32(RAM_BASE + 0x1000, 5);
    ram.write32(RAM_BASE + 0x1000, 6);
    ram.fill(RAM_BASE + 0x1000, 0x2000, 1);
    expect(told).toEqual(['revoke 1', 'code 1 5', 'table 2']);
    expect(ram.openPage(1)).toBe(true);
  });

  it('hashes content, not history, and comes back from save', () => {
    const a = small();
    const b = small();
    a.write32(RAM_BASE + 0x3000, 1);
    a.write32(RAM_BASE + 0x3000, 0);
    a.write32(RAM_BASE + 0x5000, 9);
    b.write32(RAM_BASE + 0x5000, 9);
    expect(a.contentHash()).toBe(b.contentHash());
    b.write8(RAM_BASE + 0x5fff, 1);
    expect(a.contentHash()).not.toBe(b.contentHash());
    a.write8(RAM_BASE + 0x7000, 1);
    a.load(b.save());
    expect(content(a)).toEqual(content(b));
    expect(a.contentHash()).toBe(b.contentHash());
  });
});

describe('snapshots', () => {
  it('restore any of a tree exactly, whatever is taken, dropped and written between', () => {
    const write = fc.record({
      kind: fc.constant('write' as const),
      at: fc.integer({ min: 0, max: SIZE / 4 - 1 }),
      value: fc.nat(5),
    });
    const choose = (kind: 'take' | 'restore' | 'drop' | 'hold') =>
      fc.record({ kind: fc.constant(kind), at: fc.nat(), value: fc.nat() });
    const step = fc.oneof(
      { weight: 6, arbitrary: write },
      { weight: 2, arbitrary: choose('take') },
      { weight: 2, arbitrary: choose('restore') },
      { weight: 1, arbitrary: choose('drop') },
      { weight: 1, arbitrary: choose('hold') },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const ram = small();
        const snapshots = new RamSnapshots(ram);
        const held: { handle: number; bytes: Uint8Array; hash: string }[] = [];
        for (const { kind, at, value } of steps) {
          const one = held[at % Math.max(held.length, 1)];
          if (kind === 'write') {
            if (value % 2 === 0) ram.write32(RAM_BASE + at * 4, value);
            else if (ram.openPage(((at * 4) / PAGE_SIZE) | 0)) ram.ram32[at] = value;
          } else if (kind === 'take') {
            held.push({ handle: snapshots.take(), bytes: content(ram), hash: ram.contentHash() });
          } else if (kind === 'hold') {
            ram.holdCode(at % PAGES);
          } else if (one !== undefined && kind === 'restore') {
            snapshots.restore(one.handle);
            expect(content(ram)).toEqual(one.bytes);
            expect(ram.contentHash()).toBe(one.hash);
          } else if (one !== undefined) {
            snapshots.drop(one.handle);
            held.splice(held.indexOf(one), 1);
          }
        }
        for (const one of held) {
          snapshots.restore(one.handle);
          expect(content(ram)).toEqual(one.bytes);
        }
        for (const one of held) snapshots.drop(one.handle);
        expect([snapshots.count, snapshots.bytes]).toEqual([0, 0]);
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('cost the pages that changed', () => {
    const ram = small();
    ram.fill(RAM_BASE, SIZE, 1);
    const snapshots = new RamSnapshots(ram);
    const handle = snapshots.take();
    expect(snapshots.bytes).toBe(0);
    ram.write8(RAM_BASE + 0x4000, 2);
    ram.write8(RAM_BASE + 0x4001, 2);
    ram.fill(RAM_BASE + 0x8fff, 2, 3);
    expect(snapshots.bytes).toBe(3 * PAGE_SIZE);
    let revoked = 0;
    let code = 0;
    ram.holdCode(4);
    ram.onRevoke(() => revoked++);
    ram.onCodeWrite(() => code++);
    snapshots.restore(handle);
    expect([revoked, code, ram.read8(RAM_BASE + 0x4000)]).toEqual([1, 1, 1]);
  });
});
