/**
 * Lanes in translated code: which execute, where the others are, how they part and which are next (engine.ts says the
 * same). Everything is in the locals of frame.ts and in the row of places.
 */
import {
  FILE_MEMORY,
  get,
  i,
  int,
  join,
  lane,
  load128,
  set,
  shuffle,
  splat,
  store128,
  store32,
  v,
  W,
  type Code,
} from './wasm.ts';
import { laneBits } from './access.ts';
import {
  ACTIVE,
  ALIVE,
  BUDGET,
  CANDIDATES,
  CHANGED,
  CYCLES,
  EXITED,
  FULL,
  LOADS,
  MASKS,
  MOVED,
  NOWHERE,
  OTHERS,
  PLACE,
  PLACES,
  QUADS,
  SCRATCH,
  SELECTED,
  STATE,
  STATES,
  STORES,
  TAKEN,
  TESTS,
  TURNED,
} from './frame.ts';

/** Vector locals from SCRATCH on that `select` uses. */
export const SELECT_VECTORS = 5;

/** What follows from ACTIVE. */
export function activate(): number[] {
  return join(
    set(FULL, i(W.eq, get(ACTIVE), get(ALIVE))),
    ...QUADS.map((q) => set(MASKS + q, laneBits(get(ACTIVE), q))),
  );
}

/** Executing lanes that went past a reconvergence have their place there. */
export function settle(): number[] {
  return join(
    i(W.ne, get(TURNED), int(NOWHERE)),
    W.if,
    ...QUADS.map((q) => {
      const old = load128(FILE_MEMORY, int(0), PLACES + 16 * q);
      const value = v('v128.bitselect', v('i32x4.splat', get(TURNED)), old, get(MASKS + q));
      return store128(FILE_MEMORY, int(0), value, PLACES + 16 * q);
    }),
    set(MOVED, i(W.or, get(MOVED), get(ACTIVE))),
    set(TURNED, int(NOWHERE)),
    W.end,
  );
}

/** The lanes with the lowest place execute; OTHERS is the lowest of the rest. */
export function select(): number[] {
  const place = (q: number): number => SCRATCH + q;
  const lowest = (): number[] => {
    const two = v('i32x4.min_s', get(place(0)), get(place(1)));
    const four = v('i32x4.min_s', two, v('i32x4.min_s', get(place(2)), get(place(3))));
    const swap = (distance: number): number[] => Array.from({ length: 16 }, (_, b) => (b + 4 * distance) & 15);
    const all = join(set(SCRATCH + 4, four), set(SCRATCH + 4, lesser(swap(2))), set(SCRATCH + 4, lesser(swap(1))));
    return join(all, lane(0, get(SCRATCH + 4)));
  };
  const chosen = (q: number): number[] => v('i32x4.eq', get(place(q)), v('i32x4.splat', get(PLACE)));
  return join(
    settle(),
    ...QUADS.map((q) =>
      set(
        place(q),
        v(
          'v128.bitselect',
          load128(FILE_MEMORY, int(0), PLACES + 16 * q),
          splat(NOWHERE),
          laneBits(get(CANDIDATES), q),
        ),
      ),
    ),
    set(PLACE, lowest()),
    set(SELECTED, get(PLACE)),
    set(ACTIVE, bitsOf(chosen)),
    ...QUADS.map((q) => set(place(q), v('v128.bitselect', splat(NOWHERE), get(place(q)), chosen(q)))),
    set(OTHERS, lowest()),
    activate(),
  );
}

function lesser(bytes: readonly number[]): number[] {
  const x = get(SCRATCH + 4);
  return v('i32x4.min_s', x, shuffle(x, x, bytes));
}

export function leave(): number[] {
  const state = (word: number, local: number): number[] => store32(FILE_MEMORY, int(0), get(local), STATES + 4 * word);
  return join(
    settle(),
    state(STATE.PLACE, PLACE),
    state(STATE.ACTIVE, ACTIVE),
    state(STATE.BUDGET, BUDGET),
    state(STATE.CYCLES, CYCLES),
    state(STATE.LOADS, LOADS),
    state(STATE.STORES, STORES),
    state(STATE.MOVED, MOVED),
    state(STATE.SELECTED, SELECTED),
    state(STATE.CHANGED, CHANGED),
    get(EXITED),
  );
}

/** Executing lanes that take the branch whose tests were made. */
export function taken(): number[] {
  const tests = bitsOf((q) => get(TESTS + q));
  return set(TAKEN, i(W.and, tests, get(ACTIVE)));
}

/** Lanes go different ways. */
export function part(next: number, target: number): number[] {
  const places = QUADS.flatMap((q) => {
    const goes = v('v128.bitselect', splat(target), splat(next), get(TESTS + q));
    const old = load128(FILE_MEMORY, int(0), PLACES + 16 * q);
    return store128(FILE_MEMORY, int(0), v('v128.bitselect', goes, old, get(MASKS + q)), PLACES + 16 * q);
  });
  return join(places, set(MOVED, i(W.or, get(MOVED), get(ACTIVE))), set(TURNED, int(NOWHERE)));
}

/** A bit for each of 16 lanes. */
function bitsOf(mask: (q: number) => Code): number[] {
  return QUADS.map((q) => {
    const four = v('i32x4.bitmask', mask(q));
    return q === 0 ? four : i(W.shl, four, int(4 * q));
  }).reduce((sum, x) => i(W.or, sum, x));
}
