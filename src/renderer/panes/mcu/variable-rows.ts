/** Rows of variables, as the engine gives them, as rows of a tree. Pure. */
import type { VariableRow } from '../../../protocol/debug-variables.ts';
import type { TreeNode, TreeRow } from '../../components/tree-rows.ts';

/** `open`: paths that are opened. Groups always are. */
export function variableTree(rows: readonly VariableRow[], open: readonly string[]): TreeRow<VariableRow>[] {
  const opened = new Set(open);
  const parents: number[] = [];
  const family = new Map<number, number>();
  const made = rows.map((data, k) => {
    parents.length = data.level;
    const parent = parents.at(-1) ?? -1;
    parents.push(k);
    const place = (family.get(parent) ?? 0) + 1;
    family.set(parent, place);
    const branch = data.kind === 'group' ? rows[k + 1]?.level === data.level + 1 : data.expandable;
    const node: TreeNode<VariableRow> = { id: data.path, data };
    return {
      node,
      depth: data.level,
      parent,
      place,
      branch,
      open: branch && (data.kind === 'group' || opened.has(data.path)),
    };
  });
  return made.map((row) => ({ ...row, siblings: family.get(row.parent) ?? 1 }));
}
