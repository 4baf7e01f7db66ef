/** Lanes of a warp that part and meet (engine.ts says when): which take a branch, where each goes on, which are next. */
import { ALL_LANES, LANES } from './layout.ts';
import type { MicroOp } from './micro-op.ts';
import type { Task } from './task.ts';

const WORD = 8;
const TWO32 = 2 ** 32;
const COMBINE_MASK = 7;
const COMBINE_HIGH = 2;
const ABSOLUTE = 8;

/** Makes the lanes with the lowest place active; false when all have ended or wait. */
export function select(task: Task, w: number): boolean {
  const candidates = task.alive[w]! & ~task.blocked[w]!;
  const { lanePc } = task;
  const first = w * LANES;
  let lowest = Infinity;
  let active = 0;
  for (let l = 0; l < LANES; l++) {
    if (((candidates >>> l) & 1) === 0) continue;
    const at = lanePc[first + l]!;
    if (at < lowest) {
      lowest = at;
      active = 0;
    }
    if (at === lowest) active |= 1 << l;
  }
  task.active[w] = active;
  if (active === 0) return false;
  task.pc[w] = lowest;
  return true;
}

/** Warps, all of their lanes, that came to one barrier together: the first, the one behind the last, the place. */
export interface Flock {
  first: number;
  end: number;
  place: number;
}

/** Every lane that has not ended waits at a barrier: all go on. How many warps do. */
export function goOn(task: Task, warps: number, flock: Flock): number {
  const { pc, active, blocked } = task;
  let waited = 0;
  for (let w = 0; w < warps; w++) {
    if (w === flock.first && w < flock.end) {
      pc.fill(flock.place, w, flock.end);
      active.fill(ALL_LANES, w, flock.end);
      blocked.fill(0, w, flock.end);
      waited += flock.end - w;
      w = flock.end - 1;
    } else if (blocked[w] !== 0) {
      blocked[w] = 0;
      select(task, w);
      waited++;
    }
  }
  flock.end = 0;
  return waited;
}

/** Active lanes that take a branch whose prepared source is the row. */
export function takers(I: Int32Array, op: MicroOp, row: number, active: number): number {
  const shift = (op.select & COMBINE_MASK) === COMBINE_HIGH ? 16 : 0;
  const mask = (op.select & COMBINE_MASK) === 0 ? -1 : 0xffff;
  let taken = 0;
  for (let l = 0; l < LANES; l++) {
    if ((((I[row + l]! >>> shift) & mask) === 0) === op.flag) taken |= 1 << l;
  }
  return taken & active;
}

/** Lanes go different ways: each active one gets its own place. */
export function part(
  task: Task,
  w: number,
  I: Int32Array,
  op: MicroOp,
  base: number,
  next: number,
  active: number,
  taken: number,
): void {
  const first = w * LANES;
  const target = op.b + (base & op.bm);
  for (let l = 0; l < LANES; l++) {
    if (((active >>> l) & 1) === 0) continue;
    const goes = ((taken >>> l) & 1) === 1;
    task.lanePc[first + l] = !goes
      ? next
      : op.name === 'BRANCHZ'
        ? next + op.imm * WORD
        : indirect(op, next, I[target + l]!);
  }
}

/** Target of an indirect branch: an address in the same 4 GiB, or a distance in instructions. */
function indirect(op: MicroOp, next: number, value: number): number {
  return (op.select & ABSOLUTE) !== 0 ? Math.floor(next / TWO32) * TWO32 + (value >>> 0) : next + value * WORD;
}
