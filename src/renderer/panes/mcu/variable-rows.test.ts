import { describe, expect, it } from 'vitest';
import type { VariableRow } from '../../../protocol/debug-variables.ts';
import { variableTree } from './variable-rows.ts';

const row = (path: string, level: number, more: Partial<VariableRow> = {}): VariableRow => ({
  path,
  level,
  kind: level === 0 ? 'group' : 'local',
  name: path,
  type: 'int',
  value: '0',
  where: '',
  expandable: false,
  lost: false,
  ...more,
});

describe('rows of variables', () => {
  it('know their parents and siblings', () => {
    const rows = [
      row('0', 0),
      row('0.0', 1, { expandable: true }),
      row('0.0.0', 2),
      row('0.0.1', 2),
      row('0.1', 1, { expandable: true }),
      row('1', 0),
    ];
    const tree = variableTree(rows, ['0.0']);
    expect(tree.map((r) => r.parent)).toEqual([-1, 0, 1, 1, 0, -1]);
    expect(tree.map((r) => [r.place, r.siblings])).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(tree.map((r) => r.branch)).toEqual([true, true, false, false, true, false]);
    expect(tree.map((r) => r.open)).toEqual([true, true, false, false, false, false]);
  });
});
