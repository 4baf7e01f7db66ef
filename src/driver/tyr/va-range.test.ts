import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HUGE, PAGE, VaRange } from './va-range.ts';

describe('VaRange', () => {
  it('places best-fit, huge objects on 2 MiB', () => {
    const range = new VaRange(0x1000, 0x1000_0000);
    const a = range.alloc(PAGE)!;
    expect(a).toBe(0x1000);
    expect(range.alloc(HUGE)).toBe(HUGE);
    const b = range.alloc(PAGE)!;
    expect(b).toBe(0x2000);
    range.free(a);
    // The hole of one page before b fits best.
    expect(range.alloc(PAGE)).toBe(a);
    expect(range.alloc(0x2000_0000)).toBeUndefined();
  });

  it('never overlaps and finds room again after everything was freed', () => {
    const action = fc.record({ size: fc.integer({ min: 1, max: 1200 }), drop: fc.nat(20), fixed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const range = new VaRange(0x10_0000, 0x200_0000);
        const held: { va: number; size: number }[] = [];
        for (const { size: pages, drop, fixed } of actions) {
          const size = pages * PAGE;
          const wanted = 0x10_0000 + drop * 0x8_0000;
          const overlaps = held.some((h) => h.va < wanted + size && wanted < h.va + h.size);
          const va = fixed ? (range.reserve(wanted, size) ? wanted : undefined) : range.alloc(size);
          if (fixed) expect(va !== undefined).toBe(!overlaps && wanted + size <= range.end);
          if (va !== undefined) {
            expect(held.every((h) => va + size <= h.va || h.va + h.size <= va)).toBe(true);
            expect(va >= range.start && va + size <= range.end).toBe(true);
            held.push({ va, size });
          } else if (held.length > 0) {
            range.free(held.splice(drop % held.length, 1)[0]!.va);
          }
        }
        const copy = new VaRange(range.start, range.end);
        copy.load(range.save());
        expect(copy.save()).toEqual(range.save());
        for (const h of held) range.free(h.va);
        expect(range.used).toBe(0);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
