import { describe, expect, it } from 'vitest';
import { treeRows } from '../../components/tree-rows.ts';
import { findPlace } from '../../lib/registers.ts';
import { compareValues, fromWords, keptPlaces, resetValues } from './compare-values.ts';
import { fieldId, pathTo, registerId, registerTree, searchTree } from './tree.ts';

const place = (name: string) => {
  const found = findPlace(name);
  if (found === undefined) throw new Error(name);
  return found;
};

describe('the register tree', () => {
  it('has an id of its own for every node, streams included', () => {
    const rows = treeRows(registerTree, (n) => !/^r CS(?!0\.)|^b CS(?!0$)/.test(n.id));
    expect(new Set(rows.map((r) => r.node.id)).size).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(2000);
  });

  it.each(['GPU_ID', 'AS3_TRANSTAB', 'DB_PENDING', 'CS3.CS_STATUS'])('opens the way to %s', (name) => {
    const target = place(name);
    const open = new Set(pathTo(target, true));
    const ids = treeRows(registerTree, (n) => open.has(n.id)).map((r) => r.node.id);
    expect(ids).toContain(registerId(target.name));
    for (const field of target.register.fields) expect(ids).toContain(fieldId(target.name, field.name));
  });

  it('opens the way into arrays of arrays', () => {
    const nested = searchTree('CS0.').roots.flatMap((r) =>
      typeof r.children === 'function' ? [] : (r.children ?? []),
    );
    const deep = nested.find((n) => n.data.kind === 'register' && n.data.place.register.indices.length === 2);
    if (deep?.data.kind !== 'register') throw new Error('no array of arrays');
    const open = new Set(pathTo(deep.data.place, false));
    expect(treeRows(registerTree, (n) => open.has(n.id)).map((r) => r.node.id)).toContain(deep.id);
  });
});

describe('searching registers', () => {
  const names = (typed: string) =>
    searchTree(typed).roots.flatMap((root) =>
      (typeof root.children === 'function' ? root.children() : (root.children ?? [])).map((c) => c.id),
    );

  it('finds by parts of the name, by pattern, by offset, by field', () => {
    expect(names('gpu_id')).toContain('r GPU_ID');
    expect(names('GPU_INT_*')).toEqual(['r GPU_INT_RAWSTAT', 'r GPU_INT_CLEAR', 'r GPU_INT_MASK', 'r GPU_INT_STAT']);
    expect(names('0x20')).toEqual(['r GPU_INT_RAWSTAT']);
    expect(names('rawstat mcu_status_changed')).toEqual(['r GPU_INT_RAWSTAT']);
    expect(names('CS3.CS_STATUS')).toContain('r CS3.CS_STATUS');
  });

  it('opens registers found by a field, and counts', () => {
    const found = searchTree('rawstat mcu_status_changed');
    expect(found.open.has('r GPU_INT_RAWSTAT')).toBe(true);
    expect(found.found).toBe(1);
    expect(found.searched).toBe(keptPlaces.length);
    expect(searchTree('no such thing').found).toBe(0);
  });
});

describe('comparing register values', () => {
  it('finds nothing between equal sets, and names the fields of what differs', () => {
    expect(compareValues(resetValues, resetValues)).toEqual([]);
    const words = new Map<number, number>();
    for (const p of keptPlaces) {
      const value = resetValues(p) ?? 0n;
      words.set(p.offset, Number(value & 0xffff_ffffn));
      if (p.register.width === 64) words.set(p.offset + 4, Number(value >> 32n));
    }
    expect(compareValues(resetValues, fromWords(words))).toEqual([]);
    const mask = place('GPU_INT_MASK');
    words.set(mask.offset, (words.get(mask.offset) ?? 0) ^ 1);
    const [difference, ...more] = compareValues(resetValues, fromWords(words));
    expect(more).toEqual([]);
    expect(difference?.place.name).toBe('GPU_INT_MASK');
    expect(difference?.fields).toHaveLength(1);
  });

  it('leaves out what one set lacks', () => {
    expect(compareValues(resetValues, fromWords(new Map()))).toEqual([]);
  });
});
