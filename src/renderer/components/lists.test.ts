import { describe, expect, it } from 'vitest';
import { compareCells, toMarkdown, toTsv } from './table-text.ts';
import { treeRows, type TreeNode } from './tree-rows.ts';

describe('tables as text', () => {
  it('are TSV without tabs and line ends in cells', () => {
    expect(toTsv(['a', 'b'], [['1\t2', 'x\ny']])).toBe('a\tb\n1 2\tx y');
  });

  it('are Markdown with bars escaped and columns aligned', () => {
    expect(toMarkdown(['name', 'v'], [['a|b', '1']])).toBe('| name | v   |\n| ---- | --- |\n| a\\|b | 1   |');
  });

  it('sort numbers by size, text by the numbers in it, nothing last', () => {
    expect(['AS10', 'AS2', undefined, 'AS1'].toSorted(compareCells)).toEqual(['AS1', 'AS2', 'AS10', undefined]);
    expect([10n, 9, 100].toSorted(compareCells)).toEqual([9, 10n, 100]);
  });
});

describe('rows of a tree', () => {
  let made = 0;
  const roots: readonly TreeNode<string>[] = [
    {
      id: 'a',
      data: 'A',
      children: () => {
        made++;
        return [{ id: 'b', data: 'B', children: [{ id: 'c', data: 'C' }] }];
      },
    },
    { id: 'd', data: 'D' },
  ];

  it('leave closed branches out, and do not make their children', () => {
    const rows = treeRows(roots, () => false);
    expect(rows.map((r) => r.node.id)).toEqual(['a', 'd']);
    expect(rows[1]).toMatchObject({ place: 2, siblings: 2, branch: false, open: false });
    expect(made).toBe(0);
  });

  it('know depth and parent', () => {
    const rows = treeRows(roots, () => true);
    expect(rows.map((r) => [r.node.id, r.depth, r.parent])).toEqual([
      ['a', 0, -1],
      ['b', 1, 0],
      ['c', 2, 1],
      ['d', 0, -1],
    ]);
  });
});
