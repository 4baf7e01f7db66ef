/** Where the boxes of a flame graph go: the widest call first, what is called inside of its caller. */
import type { ProfileNode } from '../../../protocol/debug-views.ts';

/** Boxes narrower than this part of the width are left out (chosen: about a pixel). */
const LEAST = 0.002;

export interface Box {
  readonly index: number;
  readonly node: ProfileNode;
  readonly depth: number;
  /** Parts of the whole width. */
  readonly from: number;
  readonly width: number;
}

/** Boxes below `root`, which fills the width. */
export function layOut(nodes: readonly ProfileNode[], root: number): Box[] {
  const children = new Map<number, number[]>();
  for (const [k, n] of nodes.entries()) children.set(n.parent, [...(children.get(n.parent) ?? []), k]);
  const whole = nodes[root]?.totalNs ?? 0;
  const boxes: Box[] = [];
  const put = (index: number, depth: number, from: number): void => {
    const node = nodes[index];
    if (node === undefined || whole <= 0) return;
    const width = node.totalNs / whole;
    if (width < LEAST) return;
    boxes.push({ index, node, depth, from, width });
    let at = from;
    const below = (children.get(index) ?? []).toSorted((a, b) => (nodes[b]?.totalNs ?? 0) - (nodes[a]?.totalNs ?? 0));
    for (const child of below) {
      put(child, depth + 1, at);
      at += (nodes[child]?.totalNs ?? 0) / whole;
    }
  };
  put(root, 0, 0);
  return boxes;
}
