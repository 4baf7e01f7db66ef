/**
 * The warps of a work-group one after the other in translated code, from a place where all of them stand to a barrier or
 * their end: what leaving and entering it for each warp would cost is much of the work of short programs.
 *
 * Only whole warps without waiting lanes, in programs without memory of their own for each lane (its address differs
 * from warp to warp). Where a warp does anything else than the first one did, it is the last, and left to the caller.
 */
import { ALL_LANES, SPECIAL_ROW, WARP_WORDS } from '../layout.ts';
import { ROW_BYTES } from './access.ts';
import { EXIT, NOWHERE, QUADS, STATE, STATES } from './frame.ts';
import {
  branch,
  branchIf,
  call,
  FILE_MEMORY,
  get,
  i,
  I32,
  int,
  join,
  load32,
  set,
  store128,
  store32,
  tee,
  v,
  W,
  type Code,
  type FunctionBody,
} from './wasm.ts';

// Parameters and locals.
const BASE = 0;
const COUNT = 1;
const PLACE = 2;
const WARP = 3;
const BUDGET = 4;
const HOW = 5;
const DONE = 6;
const CYCLES = 7;
const LOADS = 8;
const STORES = 9;
const LOCALS = 5;

const at = (word: number): number => STATES + 4 * word;
const state = (word: number): number[] => load32(FILE_MEMORY, int(0), at(word));
const put = (word: number, value: Code): number[] => store32(FILE_MEMORY, int(0), value, at(word));
const addState = (local: number, word: number): number[] => set(local, i(W.add, get(local), state(word)));

/**
 * Registers of the first warp, number of warps, place, number of the first, budget: the number of warps that ended or
 * wait as the first one does. `run`: number of the function of a warp.
 */
export function phaseFunction(run: number): FunctionBody {
  const warpId = QUADS.map((q) =>
    store128(FILE_MEMORY, int(0), v('i32x4.splat', get(WARP)), SPECIAL_ROW.WARP_ID * ROW_BYTES + 16 * q),
  );
  const all = int(ALL_LANES);
  const leave = (test: Code): number[] => branchIf(1, test);
  const code = join(
    W.block,
    W.loop,
    ...warpId,
    set(HOW, call(run, get(BASE), get(PLACE), all, all, all, int(NOWHERE), get(BUDGET))),
    set(BUDGET, state(STATE.BUDGET)),
    addState(CYCLES, STATE.CYCLES),
    addState(LOADS, STATE.LOADS),
    addState(STORES, STATE.STORES),
    leave(i(W.and, i(W.ne, get(HOW), int(EXIT.ENDED)), i(W.ne, get(HOW), int(EXIT.BARRIER)))),
    leave(i(W.or, state(STATE.MOVED), state(STATE.CHANGED))),
    leave(i(W.ne, state(STATE.SELECTED), int(NOWHERE))),
    get(DONE),
    W.if,
    branchIf(2, i(W.ne, get(HOW), state(STATE.HOW))),
    branchIf(2, i(W.ne, state(STATE.PLACE), state(STATE.WHERE))),
    W.else,
    put(STATE.HOW, get(HOW)),
    put(STATE.WHERE, state(STATE.PLACE)),
    W.end,
    set(BASE, i(W.add, get(BASE), int(4 * WARP_WORDS))),
    set(WARP, i(W.add, get(WARP), int(1))),
    branchIf(0, i(W.ne, tee(DONE, i(W.add, get(DONE), int(1))), get(COUNT))),
    branch(1),
    W.end,
    W.end,
    put(STATE.NEXT, get(HOW)),
    put(STATE.CYCLES, get(CYCLES)),
    put(STATE.LOADS, get(LOADS)),
    put(STATE.STORES, get(STORES)),
    get(DONE),
  );
  return {
    type: { takes: [I32, I32, I32, I32, I32], gives: [I32] },
    locals: Array<number>(LOCALS).fill(I32),
    code,
    name: 'phase',
  };
}
