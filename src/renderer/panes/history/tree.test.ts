/** Snapshots as a tree. */
import { describe, expect, it } from 'vitest';
import { snapshotAhead, treeRows, type Snapshot } from './tree.ts';

const snap = (id: number, timeNs = id * 10): Snapshot => ({
  id,
  timeNs,
  label: `s${id}`,
  branch: 0,
  automatic: false,
});

describe('treeRows', () => {
  it('keeps a straight line flat and moves branches in', () => {
    const parents = new Map([
      [2, 1],
      [3, 2],
      [4, 1],
      [5, 4],
    ]);
    const rows = treeRows(
      [5, 4, 3, 2, 1].map((id) => snap(id)),
      parents,
    );
    expect(rows.map((r) => `${'  '.repeat(r.depth)}${r.id}`)).toEqual(['1', '  4', '  5', '2', '3']);
    expect(rows.find((r) => r.id === 5)?.parent).toBe(4);
  });

  it('shows everything when parents are unknown, missing or nonsense', () => {
    const parents = new Map([
      [1, 2],
      [2, 1],
      [3, 99],
      [4, 4],
    ]);
    const rows = treeRows(
      [1, 2, 3, 4].map((id) => snap(id)),
      parents,
    );
    expect(rows.map((r) => r.id).toSorted()).toEqual([1, 2, 3, 4]);
  });

  it('takes a line of a hundred thousand', () => {
    const list = Array.from({ length: 100_000 }, (_, i) => snap(i + 1));
    const rows = treeRows(list, new Map(list.map((s) => [s.id, s.id - 1])));
    expect(rows.at(-1)).toMatchObject({ id: 100_000, depth: 0 });
  });
});

describe('snapshotAhead', () => {
  it('is the one nearest to the instant, after now', () => {
    const list = [snap(1), snap(2), snap(3), snap(4, 30)];
    expect(snapshotAhead(list, 10, 28)?.id).toBe(4);
    expect(snapshotAhead(list, 10, 12)?.id).toBe(2);
    expect(snapshotAhead(list, 30, 40)).toBeUndefined();
  });
});
