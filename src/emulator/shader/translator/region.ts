/**
 * A region: the instructions of a shader program that direct branches reach from its entry, as blocks in the order of
 * their addresses. Places are numbers of instructions counted from the lowest one. Instructions whose effect on the
 * flow of lanes is left to the interpreter (barriers, indirect branches, invalid words, ends of some lanes) are hard:
 * they end a block, and a block begins behind them.
 */
import { LANES } from '../layout.ts';
import { KIND, type MicroOp } from '../micro-op.ts';
import { canPrepare } from './quad.ts';

/** Most instructions of a region, and of its extent. */
const LIMIT = 4096;

/** How a block ends; `fall`: the next block follows. */
export type End = 'fall' | 'hard' | 'branch' | 'turn' | 'end' | 'barrier';

export interface Block {
  /** Place of the first instruction. */
  readonly start: number;
  /** All instructions, the last one included when it ends the block; a hard one is not. */
  readonly ops: readonly MicroOp[];
  readonly end: End;
}

export interface Region {
  /** Place of the entry. */
  readonly entry: number;
  /** Instructions from the lowest place to the highest. */
  readonly span: number;
  readonly blocks: readonly Block[];
  /** Number of the block that begins at a place, -1 elsewhere. */
  readonly leaders: Int32Array;
  /** 1 at the places of its instructions. */
  readonly known: Uint8Array;
  /** Registers that its instructions can write. */
  readonly written: readonly number[];
}

/** The slot of barriers that are no fault. */
const BARRIER_SLOT = 7;

function isHard(op: MicroOp): boolean {
  if (op.kind === KIND.INVALID) return true;
  if (op.kind === KIND.BARRIER) return op.end || op.select !== BARRIER_SLOT;
  if (op.kind === KIND.BRANCH) return op.end || op.name !== 'BRANCHZ' || op.counter || !canPrepare(op.pa, false);
  return false;
}

/** Finds the region of an entry; `fetch` answers with the instruction at a distance from it. */
export function discover(fetch: (distance: number) => MicroOp | undefined): Region | undefined {
  const ops = new Map<number, MicroOp>();
  const leaders = new Set<number>([0]);
  const open = [0];
  const lead = (at: number): void => {
    leaders.add(at);
    open.push(at);
  };
  while (open.length > 0) {
    for (let at = open.pop()!; !ops.has(at) && Math.abs(at) < LIMIT && ops.size < LIMIT; at++) {
      const op = fetch(at);
      if (op === undefined) break;
      ops.set(at, op);
      if (isHard(op) || op.turn || op.kind === KIND.BRANCH || op.kind === KIND.BARRIER) {
        if (op.kind === KIND.BRANCH && op.name === 'BRANCHZ') lead(at + 1 + op.imm);
        lead(at + 1);
        break;
      }
    }
  }
  if (ops.size === 0) return undefined;
  const places = [...ops.keys()];
  const lowest = places.reduce((a, b) => Math.min(a, b));
  const highest = places.reduce((a, b) => Math.max(a, b));
  const span = highest - lowest + 1;
  const starts = [...leaders].filter((at) => ops.has(at)).toSorted((a, b) => a - b);
  const blocks = starts.map((at) => blockAt(at, lowest, ops, leaders));
  const index = new Int32Array(span).fill(-1);
  blocks.forEach((b, n) => (index[b.start] = n));
  const known = new Uint8Array(span);
  for (const at of places) known[at - lowest] = 1;
  return { entry: -lowest, span, blocks, leaders: index, known, written: writtenBy(ops.values()) };
}

function writtenBy(ops: Iterable<MicroOp>): number[] {
  const registers = new Set<number>();
  for (const op of ops) {
    if (op.dst >= 0) registers.add(op.dst / LANES);
    if (op.wide) registers.add(op.dst / LANES + 1);
    for (let n = 0; n < op.outCount; n++) registers.add(op.out / LANES + n);
  }
  return [...registers];
}

function blockAt(
  first: number,
  lowest: number,
  ops: ReadonlyMap<number, MicroOp>,
  leaders: ReadonlySet<number>,
): Block {
  const list: MicroOp[] = [];
  const block = (end: End): Block => ({ start: first - lowest, ops: list, end });
  for (let at = first; ; at++) {
    const op = ops.get(at);
    if (op === undefined || isHard(op)) return block('hard');
    list.push(op);
    if (op.kind === KIND.BRANCH) return block('branch');
    if (op.kind === KIND.BARRIER) return block('barrier');
    if (op.end) return block('end');
    if (op.turn) return block('turn');
    if (leaders.has(at + 1)) return block('fall');
  }
}
