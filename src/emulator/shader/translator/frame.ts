/** Parameters, locals and state of the function of a region (compile.ts). */
import { PLACE_ROW, STATE_ROW } from '../layout.ts';
import { ROW_BYTES } from './access.ts';

/**
 * How translated code ended: at an instruction for the interpreter, a fault, the end of all lanes, where lanes meet
 * behind an instruction after which code may have changed, or all lanes behind a barrier.
 */
export const EXIT = { INTERPRET: 0, FAULT: 1, ENDED: 2, TURN: 3, BARRIER: 4 } as const;
/** Words of the state row. */
export const STATE = {
  PLACE: 0,
  ACTIVE: 1,
  BUDGET: 2,
  CYCLES: 3,
  LOADS: 4,
  STORES: 5,
  MOVED: 6,
  SELECTED: 7,
  /** The last message of the interpreter may have changed code. */
  CHANGED: 8,
  /** What `phase` leaves: how the warps it is done with ended, at which place, and how the next one did. */
  HOW: 9,
  WHERE: 10,
  NEXT: 11,
} as const;
/** No place. */
export const NOWHERE = 0x7fff_ffff;
/** What the interpreter's message answers: done, fault, code or translations may have changed. */
export const ANSWER = { DONE: 0, FAULT: 1, CHANGED: 2 } as const;

// Parameters and locals.
export const BASE = 0;
export const PLACE = 1;
export const ACTIVE = 2;
export const ALIVE = 3;
export const CANDIDATES = 4;
export const OTHERS = 5;
export const BUDGET = 6;
export const CYCLES = 7;
export const LOADS = 8;
export const STORES = 9;
export const FULL = 10;
export const TURNED = 11;
export const MOVED = 12;
export const SELECTED = 13;
export const TAKEN = 14;
export const EXITED = 15;
export const CHANGED = 16;
export const INTS = 10;
export const MASKS = 17;
export const TESTS = 21;
export const SCRATCH = 25;
export const PARAMETERS = 7;

export const QUADS = [0, 1, 2, 3] as const;
export const PLACES = PLACE_ROW * ROW_BYTES;
export const STATES = STATE_ROW * ROW_BYTES;
