/** Parameters and locals of a frame as a tree; the engine works out what is open, each time it is asked. */
import { useMemo } from 'react';
import type { VariableRow } from '../../../protocol/debug-variables.ts';
import type { TreeNode, TreeRow } from '../../components/tree-rows.ts';
import { VirtualTree } from '../../components/virtual-tree.tsx';
import { usePoll } from '../../engine/context.tsx';
import { useMcu } from './actions.ts';
import { variableTree } from './variable-rows.ts';

export function Variables() {
  const frame = useMcu((s) => s.frame);
  const open = useMcu((s) => s.opened);
  const selected = useMcu((s) => s.variable);
  const { data: view, error } = usePoll('debug.variables', { frame, open: [...open] });
  const rows = useMemo(() => variableTree(view?.rows ?? [], open), [view, open]);
  const problem = error ?? view?.problem;
  if (problem !== undefined) return <p className="quiet mcu-variables-none">{`No variables: ${problem}.`}</p>;
  return (
    <div className="mcu-variables">
      <VirtualTree
        label="Parameters and locals"
        rows={rows}
        selected={selected}
        onSelect={(node) => useMcu.setState({ variable: node.id })}
        onToggle={(node, on) => toggle(node, on, open)}
        nameOf={(node) => node.data.name}
        render={(row) => <Row row={row} />}
      />
    </div>
  );
}

function toggle(node: TreeNode<VariableRow>, on: boolean, open: readonly string[]): void {
  if (!node.data.expandable) return;
  const without = open.filter((path) => path !== node.id);
  useMcu.setState({ opened: on ? [...without, node.id] : without });
}

function Row({ row }: { readonly row: TreeRow<VariableRow> }) {
  const { kind, name, type, value, where, lost } = row.node.data;
  if (kind === 'group') return <span className="mcu-variable-group">{`${name} ${value}`}</span>;
  return (
    <span className="mcu-variable" title={where === '' ? type : `${type} at ${where}`}>
      <span className="mono">{name}</span>
      <span className={lost ? 'quiet' : 'mono'}>{value}</span>
      <span className="quiet mono">{type}</span>
    </span>
  );
}
