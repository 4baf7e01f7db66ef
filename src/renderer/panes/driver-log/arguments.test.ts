import { describe, expect, it } from 'vitest';
import { argumentRows } from './arguments.ts';

describe('arguments of calls', () => {
  it('become lines, arrays element by element', () => {
    const rows = argumentRows(
      JSON.stringify({ vm_id: 1, ops: { stride: 48, elements: [{ va: '0x1000', pad: [0, 0, 0] }] }, flags: 255 }),
    );
    expect(rows.map((r) => [r.depth, r.name, r.value])).toEqual([
      [0, 'vm_id', '1'],
      [0, 'ops', ''],
      [1, 'stride', '48 (0x30)'],
      [1, 'elements', ''],
      [2, '[0]', ''],
      [3, 'va', '0x1000'],
      [3, 'pad', '0 0 0'],
      [0, 'flags', '255 (0xff)'],
    ]);
    expect(new Set(rows.map((r) => r.path)).size).toBe(rows.length);
  });

  it('that are no JSON stay as they are', () => {
    expect(argumentRows('{oops')).toEqual([{ path: '', name: 'argument', value: '{oops', depth: 0 }]);
    expect(argumentRows('7')).toEqual([]);
  });
});
