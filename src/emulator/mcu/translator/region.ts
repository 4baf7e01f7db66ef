/**
 * A region: the code that direct branches reach from an entry, calls and their returns included, up to a limit. It
 * is cut into blocks; a return goes on at the call sites in the region that may have called, if it is one of them.
 */
import { itemAt, type End, type Fetch, type Instruction, type Item } from './instruction.ts';

export interface Block {
  readonly pc: number;
  readonly items: readonly Item[];
  /** Instructions, those skipped by IT included: they count. */
  readonly count: number;
  /** Where it goes: `exit` leaves the region for `target`. */
  readonly end: End | { readonly kind: 'exit'; readonly target: number };
  /** ITSTATE of a last instruction that ends the block conditionally, else 0. */
  readonly guard: number;
  /** Address after it. */
  readonly next: number;
  /** Return addresses to compare an indirect target with. */
  readonly candidates: number[];
}

export interface Region {
  readonly entry: number;
  readonly blocks: ReadonlyMap<number, Block>;
  readonly instructions: readonly Instruction[];
}

/** Entries of a table branch that are looked at (chosen). */
const MAX_TABLE = 64;

/** Reads bytes of code, -1 where there is none. */
export type Peek = (address: number) => number;

/**
 * Finds the region of an entry. Undefined when not even the first instruction can be translated.
 * limit: instructions.
 */
export function discover(entry: number, limit: number, fetch: Fetch, peek: Peek): Region | undefined {
  const items = new Map<number, Item>();
  const leaders = new Set([entry]);
  const near = [entry];
  const calls: number[] = [];
  let count = 0;
  /** What the last compare with an immediate in straight code said: the register is at most this, if in range. */
  let bound = { n: -1, last: 0 };
  const tableOf = (i: Instruction): ReadonlyMap<number, number> => {
    const targets = new Map<number, number>();
    const wide = i.op === 'tbhPc';
    const base = (i.pc + 4) | 0;
    const last = bound.n === i.decoded.m ? Math.min(bound.last, MAX_TABLE - 1) : -1;
    for (let k = 0; k <= last; k++) {
      const at = base + (wide ? 2 * k : k);
      const x = wide ? peek(at) | (peek(at + 1) << 8) : peek(at);
      if (x >= 0) targets.set(x, (base + 2 * x) | 0);
    }
    return targets;
  };
  const lead = (list: number[], pc: number): void => {
    if (leaders.has(pc)) return;
    leaders.add(pc);
    list.push(pc);
  };
  for (;;) {
    const start = near.pop() ?? calls.shift();
    if (start === undefined) break;
    bound = { n: -1, last: 0 };
    for (let pc = start; !items.has(pc);) {
      const item = count < limit ? itemAt(pc, fetch, tableOf) : undefined;
      if (item === undefined || count + item.instructions.length > limit) break;
      items.set(pc, item);
      count += item.instructions.length;
      for (const i of item.instructions) if (i.op === 'cmp.i') bound = { n: i.n, last: i.imm };
      const { end } = item;
      if (end !== undefined) {
        if (item.instructions.at(-1)!.it !== 0) lead(near, item.next);
        if (end.kind === 'branch' || end.kind === 'compare') {
          leaders.add(end.next);
          lead(near, end.target);
          pc = end.next;
          continue;
        }
        if (end.kind === 'jump') lead(near, end.target);
        else if (end.kind === 'call') {
          lead(calls, end.target);
          lead(near, end.back);
        } else if (end.kind === 'table') for (const target of end.targets.values()) lead(near, target);
        break;
      }
      pc = item.next;
    }
  }
  if (!items.has(entry)) return undefined;
  const blocks = new Map<number, Block>();
  for (const pc of leaders) if (items.has(pc)) blocks.set(pc, blockAt(pc, items, leaders));
  linkReturns(blocks);
  return { entry, blocks, instructions: [...items.values()].flatMap((item) => item.instructions) };
}

function blockAt(pc: number, items: ReadonlyMap<number, Item>, leaders: ReadonlySet<number>): Block {
  const list: Item[] = [];
  let count = 0;
  for (let at = pc; ;) {
    const item = items.get(at);
    if (item === undefined || (at !== pc && leaders.has(at))) {
      const end = { kind: item === undefined ? 'exit' : 'jump', target: at } as const;
      return { pc, items: list, count, end, guard: 0, next: at, candidates: [] };
    }
    list.push(item);
    count += item.instructions.length;
    const last = item.instructions.at(-1)!;
    if (item.end !== undefined) {
      return { pc, items: list, count, end: item.end, guard: last.it, next: item.next, candidates: [] };
    }
    at = item.next;
  }
}

/** Direct successors inside a function: calls go on behind themselves. */
function within({ end, guard, next }: Block): number[] {
  const out = guard === 0 ? [] : [next];
  if (end.kind === 'branch' || end.kind === 'compare') out.push(end.target, end.next);
  else if (end.kind === 'jump') out.push(end.target);
  else if (end.kind === 'call') out.push(end.back);
  else if (end.kind === 'table') out.push(...end.targets.values());
  return out;
}

/** Gives each return the call sites of the functions it belongs to. */
function linkReturns(blocks: ReadonlyMap<number, Block>): void {
  const sites = new Map<number, number[]>();
  for (const { end } of blocks.values()) {
    if (end.kind === 'call' && blocks.has(end.back)) {
      const list = sites.get(end.target) ?? [];
      sites.set(end.target, [...list, end.back]);
    }
  }
  for (const [start, backs] of sites) {
    const seen = new Set<number>();
    const work = [start];
    for (let pc = work.pop(); pc !== undefined; pc = work.pop()) {
      const block = blocks.get(pc);
      if (block === undefined || seen.has(pc)) continue;
      seen.add(pc);
      if (block.end.kind === 'indirect' && block.end.returns) {
        for (const back of backs) if (!block.candidates.includes(back)) block.candidates.push(back);
      }
      work.push(...within(block));
    }
  }
}

/** All successors that the text of a block may name. */
export function successors(block: Block): number[] {
  const { end, guard, next, candidates } = block;
  if (end.kind === 'call') return guard === 0 ? [end.target] : [end.target, next];
  if (end.kind === 'indirect') return guard === 0 ? candidates : [...candidates, next];
  return [...new Set(within(block))];
}
