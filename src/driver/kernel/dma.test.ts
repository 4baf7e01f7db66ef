import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { DmaMemory, PAGE_SIZE } from './dma.ts';
import { KernelError } from './errno.ts';
import { FakeRam } from './testing.ts';

describe('DMA memory', () => {
  it('gives zeroed, aligned pages with an owner', () => {
    const ram = new FakeRam(8 << 20);
    const dma = new DmaMemory(ram);
    ram.fill(ram.base, ram.size, 0xff);
    const a = dma.alloc(5000, 'ring');
    expect(a.size).toBe(2 * PAGE_SIZE);
    expect(ram.readBytes(a.pa, a.size).every((b) => b === 0)).toBe(true);
    const huge = dma.alloc(2 << 20, 'heap', 2 << 20);
    expect(huge.pa % (2 << 20)).toBe(0);
    expect(dma.ownerOf(a.pa + 4097)).toBe('ring');
    expect(dma.owners()).toEqual(
      new Map([
        ['ring', 2],
        ['heap', 512],
      ]),
    );
    dma.release(a.pa);
    dma.release(huge.pa);
    expect(dma.pagesUsed).toBe(0);
    expect(() => dma.release(a.pa)).toThrow(Bug);
  });

  it('ends with ENOMEM and respects the mask', () => {
    const dma = new DmaMemory(new FakeRam(4 << 20));
    expect(() => dma.alloc(4 << 20, 'x')).toThrow(KernelError);
    dma.setMask(30);
    expect(dma.tryAlloc(PAGE_SIZE, 'x')).toBeUndefined();
    dma.setMask(40);
    expect(dma.tryAlloc(PAGE_SIZE, 'x')).toBeDefined();
  });

  it('never hands out a page twice and merges all that comes back', () => {
    const op = fc.record({ pages: fc.integer({ min: 1, max: 40 }), drop: fc.nat(30), big: fc.boolean() });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), (ops) => {
        const ram = new FakeRam(4 << 20);
        let dma = new DmaMemory(ram);
        const whole = dma.save();
        const live: { pa: number; size: number }[] = [];
        for (const { pages, drop, big } of ops) {
          const block = dma.tryAlloc(pages * PAGE_SIZE, 'p', big ? 16 * PAGE_SIZE : PAGE_SIZE);
          if (block !== undefined) {
            for (const b of live) expect(block.pa >= b.pa + b.size || b.pa >= block.pa + block.size).toBe(true);
            live.push(block);
          }
          const [gone] = drop < live.length ? live.splice(drop, 1) : [];
          if (gone !== undefined) dma.release(gone.pa);
          const copy = new DmaMemory(ram);
          copy.load(dma.save());
          dma = copy;
        }
        for (const b of live) dma.release(b.pa);
        expect(dma.save()).toEqual(whole);
      }),
      { seed: 7, numRuns: 50 },
    );
  });
});
