/**
 * Control flow of a region: order, dominators, loops, merges, and how many instructions may pass before the budget
 * is looked at again. Edges that would make the flow irreducible leave the region instead.
 */
import { successors, type Block, type Region } from './region.ts';

export interface Flow {
  /** Blocks in reverse postorder. */
  readonly order: readonly Block[];
  readonly number: ReadonlyMap<number, number>;
  /** Blocks that a block dominates immediately, in reverse postorder. */
  readonly children: ReadonlyMap<number, readonly number[]>;
  isMerge(pc: number): boolean;
  isLoop(pc: number): boolean;
  /** True when the edge stays inside the region. */
  inside(from: number, to: number): boolean;
  /** True for an edge to a loop's head from inside the loop. */
  isBack(from: number, to: number): boolean;
  /** Most instructions from the start of a block to the next look at the budget, or out. */
  need(pc: number): number;
}

export function analyse(region: Region): Flow {
  const cut = new Set<string>();
  for (;;) {
    const flow = attempt(region, cut);
    if (flow !== undefined) return flow;
  }
}

/** One attempt; undefined after adding edges to cut. */
function attempt({ entry, blocks }: Region, cut: Set<string>): Flow | undefined {
  const inside = (from: number, to: number): boolean => blocks.has(to) && !cut.has(`${from},${to}`);
  const next = (pc: number): number[] => successors(blocks.get(pc)!).filter((to) => inside(pc, to));

  const post: number[] = [];
  const seen = new Set<number>();
  const visit = (pc: number): void => {
    seen.add(pc);
    for (const to of next(pc)) if (!seen.has(to)) visit(to);
    post.push(pc);
  };
  visit(entry);
  const order = post.toReversed();
  const number = new Map(order.map((pc, k) => [pc, k]));
  const at = (pc: number): number => number.get(pc)!;
  const before = new Map<number, number[]>(order.map((pc) => [pc, []]));
  for (const pc of order) for (const to of next(pc)) before.get(to)!.push(pc);

  // Immediate dominators by number (Cooper, Harvey, Kennedy).
  const dominator: number[] = [0];
  const meet = (a: number, b: number): number => {
    let x = a;
    let y = b;
    while (x !== y) {
      while (x > y) x = dominator[x]!;
      while (y > x) y = dominator[y]!;
    }
    return x;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let k = 1; k < order.length; k++) {
      let found = -1;
      for (const p of before.get(order[k]!)!) {
        const n = at(p);
        if (dominator[n] === undefined) continue;
        found = found < 0 ? n : meet(found, n);
      }
      if (dominator[k] !== found) {
        dominator[k] = found;
        changed = true;
      }
    }
  }
  const dominates = (a: number, b: number): boolean => {
    let x = b;
    while (x > a) x = dominator[x]!;
    return x === a;
  };
  let reducible = true;
  for (const pc of order) {
    for (const to of next(pc)) {
      if (at(to) > at(pc) || dominates(at(to), at(pc))) continue;
      cut.add(`${pc},${to}`);
      reducible = false;
    }
  }
  if (!reducible) return undefined;

  const isBack = (from: number, to: number): boolean => at(to) <= at(from);
  const children = new Map<number, number[]>(order.map((pc) => [pc, []]));
  for (let k = 1; k < order.length; k++) children.get(order[dominator[k]!]!)!.push(order[k]!);
  const needs = new Map<number, number>();
  for (const pc of post) {
    const ahead = next(pc).filter((to) => !isBack(pc, to));
    needs.set(pc, blocks.get(pc)!.count + Math.max(0, ...ahead.map((to) => needs.get(to)!)));
  }
  const forward = (pc: number): number => before.get(pc)!.filter((p) => !isBack(p, pc)).length;
  return {
    order: order.map((pc) => blocks.get(pc)!),
    number,
    children,
    isMerge: (pc) => forward(pc) >= 2,
    isLoop: (pc) => before.get(pc)!.some((p) => isBack(p, pc)),
    inside,
    isBack,
    need: (pc) => needs.get(pc)!,
  };
}
