import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { BLOCK_SIZE, PAGE_SIZE } from '../../spec/page-table.ts';
import { KernelError } from './errno.ts';
import { IoPageTable, TableReserve } from './io-pgtable.ts';
import { fakeKernel } from './testing.ts';

const setup = () => {
  const { kernel } = fakeKernel();
  const table = new IoPageTable(kernel, { name: 'vm', ias: 48, oas: 40 });
  const map = (va: number, pa: number, size: typeof PAGE_SIZE | typeof BLOCK_SIZE, count: number, prot = {}): void => {
    const reserve = new TableReserve(kernel, 'vm', TableReserve.countForMap(va, size * count));
    try {
      table.mapPages(va, pa, size, count, prot, reserve);
    } finally {
      reserve.dispose();
    }
  };
  return { kernel, table, map };
};

describe('page tables', () => {
  it('have the descriptors Linux writes', () => {
    const { kernel, table, map } = setup();
    map(0x1000, 0x8000_0000, PAGE_SIZE, 1, { noExec: true, uncached: true });
    map(0x4000_0000, 0x8020_0000, BLOCK_SIZE, 1);
    const entry = (at: number) => kernel.dma.bus.read32(at + 4) * 2 ** 32 + kernel.dma.bus.read32(at);
    const next = (at: number): number => Math.floor((entry(at) % 2 ** 48) / 4096) * 4096;
    const l1 = next(table.ttbr);
    const l3 = next(next(l1));
    expect(kernel.dma.bus.read32(l3 + 8)).toBe(0x8000_0e43);
    expect(kernel.dma.bus.read32(l3 + 12)).toBe(0x0060_0000);
    expect(kernel.dma.bus.read32(next(l1 + 8))).toBe(0x8020_0f45);
    expect(table.tableCount).toBe(5);
  });

  it('translate, dump, unmap and give all pages back', () => {
    const { kernel, table, map } = setup();
    map(0x7f_ffff_f000, 0x9000_0000, PAGE_SIZE, 2);
    expect(table.toPhys(0x7f_ffff_f123)).toBe(0x9000_0123);
    expect(table.toPhys(0x80_0000_0fff)).toBe(0x9000_1fff);
    expect(table.toPhys(0x80_0000_1000)).toBeUndefined();
    expect(table.dump().map((l) => [l.va, l.address, l.size])).toEqual([
      [0x7f_ffff_f000, 0x9000_0000, PAGE_SIZE],
      [0x80_0000_0000, 0x9000_1000, PAGE_SIZE],
    ]);
    expect(table.unmapPages(0x7f_ffff_f000, PAGE_SIZE, 3)).toBe(2 * PAGE_SIZE);
    expect(table.dump()).toEqual([]);
    table.dispose();
    expect(kernel.dma.pagesUsed).toBe(0);
  });

  it('replace an empty table by a block, and a table under a whole block goes', () => {
    const { kernel, table, map } = setup();
    map(0x20_0000, 0x9000_0000, PAGE_SIZE, 512);
    expect(table.tableCount).toBe(4);
    expect(table.unmapPages(0x20_0000, BLOCK_SIZE, 1)).toBe(BLOCK_SIZE);
    expect(table.tableCount).toBe(3);
    map(0x20_0000, 0x9000_0000, PAGE_SIZE, 1);
    table.unmapPages(0x20_0000, PAGE_SIZE, 1);
    map(0x20_0000, 0x9000_0000, BLOCK_SIZE, 1);
    expect(table.tableCount).toBe(3);
    table.dispose();
    expect(kernel.dma.pagesUsed).toBe(0);
  });

  it('refuse what is mapped, unaligned or too wide, and never split a block', () => {
    const { table, map } = setup();
    map(0x20_0000, 0x9000_0000, BLOCK_SIZE, 1);
    expect(() => map(0x20_1000, 0, PAGE_SIZE, 1)).toThrow(/EEXIST/);
    expect(() => map(0x20_0000, 0x9000_0000, BLOCK_SIZE, 1)).toThrow(/EEXIST/);
    expect(() => map(0x1000, 0x9000_0000, BLOCK_SIZE, 1)).toThrow(/EINVAL/);
    expect(() => map(2 ** 48, 0x9000_0000, PAGE_SIZE, 1)).toThrow(/ERANGE/);
    expect(() => map(0x1000, 2 ** 40, PAGE_SIZE, 1)).toThrow(KernelError);
    expect(() => table.unmapPages(0x20_1000, PAGE_SIZE, 1)).toThrow(Bug);
  });

  it('need as many tables as the reserve counts, never more', () => {
    expect(TableReserve.countForMap(0, PAGE_SIZE)).toBe(3);
    expect(TableReserve.countForMap(2 ** 39 - PAGE_SIZE, 2 * PAGE_SIZE)).toBe(6);
    expect(TableReserve.countForUnmap(0x20_0000, BLOCK_SIZE)).toBe(0);
    expect(TableReserve.countForUnmap(0x30_0000, PAGE_SIZE)).toBe(1);
    expect(TableReserve.countForUnmap(0x30_0000, BLOCK_SIZE)).toBe(2);
    const { kernel, table } = setup();
    expect(() => table.mapPages(0, 0, PAGE_SIZE, 1, {}, new TableReserve(kernel, 'vm', 2))).toThrow(Bug);
  });

  it('agree with a map of pages under random operations', () => {
    const op = fc.record({ map: fc.boolean(), page: fc.nat(1100), count: fc.integer({ min: 1, max: 600 }) });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 25 }), (ops) => {
        const { kernel, table, map } = setup();
        const base = 2 ** 39 - 600 * PAGE_SIZE;
        const model = new Map<number, number>();
        for (const [i, o] of ops.entries()) {
          const pages = Array.from({ length: o.count }, (_, k) => base + (o.page + k) * PAGE_SIZE);
          const pa = 0x10_0000_0000 + i * 0x100_0000;
          const first = pages[0] ?? 0;
          if (o.map && pages.every((p) => !model.has(p))) {
            map(first, pa, PAGE_SIZE, o.count);
            for (const [k, p] of pages.entries()) model.set(p, pa + k * PAGE_SIZE);
          } else if (!o.map) {
            const mapped = pages.filter((p) => model.delete(p)).length;
            expect(table.unmapPages(first, PAGE_SIZE, o.count)).toBe(mapped * PAGE_SIZE);
          }
        }
        const want = [...model].sort(([a], [b]) => a - b);
        expect(table.dump().map((l) => [l.va, l.address])).toEqual(want);
        table.dispose();
        expect(kernel.dma.pagesUsed).toBe(0);
      }),
      { seed: 11, numRuns: 20 },
    );
  });
});
