/**
 * Registers of a work-group before its first instruction (group.ts) as vectors: clearing and filling them is much of the
 * work of short programs.
 */
import { FIRST_WARP_WORD, IDS_ROW, LANES, MAX_WARPS, WARP_WORDS } from '../layout.ts';
import { ROW_BYTES } from './access.ts';
import { QUADS } from './frame.ts';
import {
  branchIf,
  FILE_MEMORY,
  get,
  i,
  I32,
  int,
  join,
  load128,
  set,
  splat,
  store128,
  tee,
  v,
  W,
  type Code,
  type FunctionBody,
} from './wasm.ts';

// Parameters and a local: where a register of the first warp is, warps, ids, what is added to them.
const AT = 0;
const WARPS = 1;
const IDS = 2;
const FROM = 3;
const WARP_BYTES = 4 * WARP_WORDS;

/** The same for `WARPS` warps; at least one. */
const eachWarp = (body: Code, more: Code = []): number[] =>
  join(
    W.loop,
    body,
    more,
    set(AT, i(W.add, get(AT), int(WARP_BYTES))),
    branchIf(0, tee(WARPS, i(W.sub, get(WARPS), int(1)))),
    W.end,
  );

const clear: FunctionBody = {
  type: { takes: [I32, I32], gives: [I32] },
  locals: [],
  code: join(eachWarp(QUADS.flatMap((q) => store128(FILE_MEMORY, get(AT), splat(0), 16 * q))), int(0)),
  name: 'clear',
};

const fill: FunctionBody = {
  type: { takes: [I32, I32, I32, I32], gives: [I32] },
  locals: [],
  code: join(
    eachWarp(
      QUADS.flatMap((q) =>
        store128(
          FILE_MEMORY,
          get(AT),
          v('i32x4.add', load128(FILE_MEMORY, get(IDS), 16 * q), v('i32x4.splat', get(FROM))),
          16 * q,
        ),
      ),
      set(IDS, i(W.add, get(IDS), int(ROW_BYTES))),
    ),
    int(0),
  ),
  name: 'fill',
};

export const START_FUNCTIONS: readonly FunctionBody[] = [clear, fill];

/** Byte address of a register of the first warp, and of the ids for the nth filled register. */
export const registerAt = (register: number): number => 4 * (FIRST_WARP_WORD + register * LANES);
export const idsAt = (n: number): number => ROW_BYTES * (IDS_ROW + n * MAX_WARPS);

/** Clears a register of so many warps; fills one with ids plus a number. */
export interface StartFunctions {
  clear(at: number, warps: number): void;
  fill(at: number, warps: number, ids: number, from: number): void;
}
