import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HandleTable } from './handles.ts';

describe('handle tables', () => {
  it('give the lowest free number, whatever was freed', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12 })), { maxLength: 60 }), (ops) => {
        const table = new HandleTable<string>(10);
        const model = new Set<number>();
        for (const op of ops) {
          if (op > 0) {
            expect(table.remove(op) !== undefined).toBe(model.delete(op));
            continue;
          }
          let lowest = 1;
          while (model.has(lowest)) lowest++;
          if (lowest > 10) expect(() => table.add('x', 'EBUSY')).toThrow(/EBUSY/);
          else {
            expect(table.add('x')).toBe(lowest);
            model.add(lowest);
          }
          expect(table.list().map(([handle]) => handle)).toEqual([...model].sort((a, b) => a - b));
        }
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it('do not resolve a number before it is published or after it is withdrawn', () => {
    const table = new HandleTable<string>(10);
    const handle = table.reserve();
    expect(table.get(handle)).toBeUndefined();
    table.publish(handle, 'x');
    expect(table.withdraw(handle)).toBe('x');
    expect([table.get(handle), table.withdraw(handle), table.reserve()]).toEqual([undefined, undefined, 2]);
  });
});
