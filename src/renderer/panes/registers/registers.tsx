/**
 * All registers by block, with their values by peek. Looking never changes the machine: a read as the CPU does it is
 * a button of its own that says what it clears. Values and fields are edited in place; what was poked can be undone.
 */
import { Camera, FoldVertical, GitCompareArrows } from 'lucide-react';
import { useCallback, useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { CommandContextMenu } from '../../components/command-context-menu.tsx';
import { PowerNotice } from '../../components/power-notice.tsx';
import { Empty } from '../../components/empty.tsx';
import { FilterBar } from '../../components/filter-bar.tsx';
import { treeRows, type TreeNode } from '../../components/tree-rows.ts';
import { VirtualTree } from '../../components/virtual-tree.tsx';
import { amount } from '../../components/virtual-table.tsx';
import { useStatus } from '../../engine/context.tsx';
import { notEditable, poke, previewPoke } from '../../engine/poke.ts';
import { useRegisterValues } from '../../engine/use-register-values.ts';
import { findPlace, type RegisterPlace } from '../../lib/registers.ts';
import { select, useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { Compare } from './compare.tsx';
import { RegisterRow } from './row.tsx';
import {
  fieldId,
  nodeName,
  OPEN_AT_FIRST,
  pathTo,
  registerId,
  registerTree,
  searchTree,
  type RegisterNode,
} from './tree.ts';
import { useRegisterView } from './view-state.ts';

type Node = TreeNode<RegisterNode>;

/** Commands of a register's context menu. */
const CONTEXT = [
  'registers.edit',
  'registers.read',
  'edit.copy',
  'registers.log',
  'registers.keep',
  'registers.compare',
];

/** Registers the tree holds, for "n of m". */
const ALL = searchTree('').searched;

export default function Registers() {
  const comparing = useRegisterView((s) => s.comparing);
  return comparing ? <Compare onClose={() => useRegisterView.setState({ comparing: false })} /> : <RegisterTree />;
}

function RegisterTree() {
  const w = useWorkspace();
  const powered = useStatus() !== undefined;
  const { search, open, cursor, editing } = useRegisterView();
  const setEditing = (id: string | undefined) => useRegisterView.setState({ editing: id });
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const [note, setNote] = useState<string>();
  useFollowSelection();

  const found = useMemo(() => (search.trim() === '' ? undefined : searchTree(search)), [search]);
  const rows = useMemo(
    () =>
      found === undefined
        ? treeRows(registerTree, (n) => open.has(n.id))
        : treeRows(found.roots, (n) => found.open.has(n.id) !== open.has(`closed ${n.id}`)),
    [found, open],
  );
  const places = useMemo(() => {
    const shown = new Map<string, RegisterPlace>();
    for (const { node } of rows.slice(range[0], range[1] + 1)) {
      if (node.data.kind !== 'group') shown.set(node.data.place.name, node.data.place);
    }
    return [...shown.values()];
  }, [rows, range]);
  const values = useRegisterValues(places);

  const onVisible = useCallback((first: number, last: number) => {
    setRange((old) => (old[0] === first && old[1] === last ? old : [first, last]));
  }, []);
  const onToggle = (node: Node, on: boolean) => {
    const key = found === undefined ? node.id : `closed ${node.id}`;
    const next = new Set(open);
    const want = found === undefined ? on : on === !found.open.has(node.id);
    if (want) next.add(key);
    else next.delete(key);
    useRegisterView.setState({ open: next });
  };
  const onSelect = (node: Node) => {
    setNote(undefined);
    useRegisterView.setState({ cursor: node.id });
    const { data } = node;
    if (data.kind === 'register') select({ kind: 'register', name: data.place.name });
    else if (data.kind === 'field') select({ kind: 'register', name: data.place.name, field: data.field.name });
  };
  const edit = (node: Node) => {
    const { data } = node;
    if (data.kind === 'group' || !powered) return;
    const part = data.kind === 'field' ? data.field : data.place.register;
    const name = data.kind === 'field' ? `${data.place.name}.${data.field.name}` : data.place.name;
    const hasWritableField =
      data.kind === 'register' && data.place.register.fields.some((f) => !notEditable(f, f.name));
    const problem = hasWritableField ? undefined : notEditable(part, name);
    if (problem === undefined) setEditing(node.id);
    else setNote(problem);
  };
  const onActivate = (node: Node) => {
    if (node.data.kind === 'group') onToggle(node, !rows.find((r) => r.node.id === node.id)?.open);
    else edit(node);
  };
  const onKey = (event: KeyboardEvent, node: Node | undefined) => {
    if (event.key !== 'F2' || node === undefined) return;
    event.preventDefault();
    edit(node);
  };
  const focusTree = () => document.querySelector<HTMLElement>('[data-pane="registers"] [role="tree"]')?.focus();
  const toList = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    event.preventDefault();
    const first = rows.find((r) => r.node.data.kind === 'register');
    if (first !== undefined) onSelect(first.node);
    focusTree();
  };
  return (
    <>
      <div className="pane-bar">
        <FilterBar
          list="registers"
          label="Search registers"
          placeholder="Name, field, GPU_INT*, 0x24, CS0."
          text={search}
          onText={(text) => useRegisterView.setState({ search: text })}
          problem={found?.found === 0 ? `No register matches. Those of streams are found as CS0.NAME.` : undefined}
          onKey={toList}
        />
        <CommandTool id="registers.keep" icon={Camera} />
        <CommandTool id="registers.compare" icon={GitCompareArrows} />
        <Tool
          icon={FoldVertical}
          name="Close all branches"
          onClick={() => useRegisterView.setState({ open: new Set(OPEN_AT_FIRST.slice(1)) })}
        />
      </div>
      <PowerNotice what="registers read 0 and writes are lost" />
      {!powered && <Empty command="bench.boot">The values appear when a bench is on.</Empty>}
      <CommandContextMenu commands={CONTEXT}>
        <VirtualTree
          label="Registers"
          rows={rows}
          selected={cursor}
          onSelect={onSelect}
          onToggle={onToggle}
          onActivate={onActivate}
          onKey={onKey}
          nameOf={nodeName}
          onVisible={onVisible}
          render={(row) => (
            <RegisterRow
              node={row.node.data}
              value={row.node.data.kind === 'group' ? undefined : values.valueOf(row.node.data.place)}
              editing={editing === row.node.id}
              selected={cursor === row.node.id}
              onCancel={() => setEditing(undefined)}
              onCommit={(place, field, value, whole, preview) => {
                setEditing(undefined);
                focusTree();
                void (preview ? previewPoke(w, place, field, value) : poke(w, place, field, value, whole));
              }}
            />
          )}
        />
      </CommandContextMenu>
      <div className="list-footer">
        <span role="status">{note ?? `${amount(found?.found ?? ALL, ALL, false)} registers`}</span>
      </div>
    </>
  );
}

/** Opens the way to a register that was selected elsewhere. */
function useFollowSelection(): void {
  const selection = useUi((s) => s.selection);
  useEffect(() => {
    if (selection?.kind !== 'register') return;
    const place = findPlace(selection.name);
    if (place === undefined) return;
    const { open, cursor, search } = useRegisterView.getState();
    const id = selection.field === undefined ? registerId(place.name) : fieldId(place.name, selection.field);
    if (id === cursor) return;
    const next = new Set([...open, ...pathTo(place, selection.field !== undefined)]);
    const visible = search === '' || searchTree(search).roots.some((r) => idsOf(r).includes(registerId(place.name)));
    useRegisterView.setState({ open: next, cursor: id, ...(visible ? {} : { search: '' }) });
  }, [selection]);
}

function idsOf(root: Node): readonly string[] {
  return (typeof root.children === 'function' ? root.children() : (root.children ?? [])).map((c) => c.id);
}
