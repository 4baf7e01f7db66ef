/** Snapshots as a tree, each below the one it was reached from, flattened for a list. Pure. */
import type { Result } from '../../../protocol/messages.ts';

export type Snapshot = Result<'snapshot.list'>[number];

export interface TreeRow extends Snapshot {
  readonly depth: number;
  readonly parent: number | undefined;
}

/**
 * Depth first, siblings by id. A first child stays at its parent's depth, so that a straight line of snapshots is no
 * staircase; only branches are moved in. Unknown parents count as none.
 */
export function treeRows(list: readonly Snapshot[], parents: ReadonlyMap<number, number>): TreeRow[] {
  const known = new Set(list.map((s) => s.id));
  const children = new Map<number, Snapshot[]>();
  for (const s of list.toSorted((a, b) => a.id - b.id)) {
    const parent = parentOf(s.id, parents, known);
    const siblings = children.get(parent) ?? [];
    children.set(parent, siblings);
    siblings.push(s);
  }
  const out: TreeRow[] = [];
  // Its own stack: a long session has more snapshots than a call stack has room.
  const open = (children.get(ROOT) ?? []).toReversed().map((s) => ({ s, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { s, depth } = next;
    const parent = parentOf(s.id, parents, known);
    out.push({ ...s, depth, parent: parent === ROOT ? undefined : parent });
    const [first, ...branches] = children.get(s.id) ?? [];
    // Branches come first, moved in; the straight line goes on below them.
    if (first !== undefined) open.push({ s: first, depth });
    for (const b of branches.toReversed()) open.push({ s: b, depth: depth + 1 });
  }
  return out;
}

const ROOT = 0;

/** A parent is older than its child: anything else is no tree. */
function parentOf(id: number, parents: ReadonlyMap<number, number>, known: ReadonlySet<number>): number {
  const parent = parents.get(id);
  return parent !== undefined && parent < id && known.has(parent) ? parent : ROOT;
}

/** The snapshot to go to for an instant that is not past on this branch: the latest up to it, after `now`. */
export function snapshotAhead(list: readonly Snapshot[], now: number, wanted: number): Snapshot | undefined {
  return list
    .filter((s) => s.timeNs > now)
    .toSorted((a, b) => Math.abs(a.timeNs - wanted) - Math.abs(b.timeNs - wanted) || b.id - a.id)[0];
}
