/**
 * What the translator works on: instructions as the interpreter's lowering sees them (lower.ts), joined into items.
 * An item is executed as a whole: one instruction, or an IT instruction with the instructions it governs. The last
 * instruction of an item may end its block, by one of the ways of `End`.
 */
import type { Decoded } from '../../../spec/thumb/decode.ts';
import { advanceIt } from '../state.ts';
import type { Operation } from '../lower.ts';

export interface Instruction extends Operation {
  readonly pc: number;
  readonly decoded: Decoded;
  /** Number for slow execution. */
  readonly index: number;
  /** ITSTATE before it, 0 outside IT blocks. */
  readonly it: number;
}

/** Where instructions come from: undefined where code cannot be read ahead, or must not be translated. */
export type Fetch = (pc: number, it: number) => Instruction | undefined;

/** How a block ends. Addresses without bit 0. */
export type End =
  | { readonly kind: 'jump'; readonly target: number }
  | { readonly kind: 'branch'; readonly condition: number; readonly target: number; readonly next: number }
  | {
      readonly kind: 'compare';
      readonly zero: boolean;
      readonly n: number;
      readonly target: number;
      readonly next: number;
    }
  | { readonly kind: 'call'; readonly target: number; readonly back: number }
  /** To an address in a local; `returns` is true for the usual ways out of a function. */
  | { readonly kind: 'indirect'; readonly returns: boolean }
  | { readonly kind: 'table'; readonly targets: ReadonlyMap<number, number> }
  /** Slow execution goes somewhere else by itself. */
  | { readonly kind: 'gone' };

export interface Item {
  readonly pc: number;
  /** Address of what follows. */
  readonly next: number;
  readonly instructions: readonly Instruction[];
  readonly end: End | undefined;
}

/** Instructions that always leave: the interpreter has them. */
const LEFT_ALONE = new Set(['svc', 'bkpt', 'udf', 'undefined', 'coprocessor', 'wfi', 'wfe']);
/** Entry words per byte of code, as near branches are lowered. */
const WORDS_PER_BYTE = 2;
const LR = 14;
const PC = 15;

/** Whether slow execution of it sets PC. */
function leaves({ row, d, list }: Decoded): boolean {
  if (row.key === 'tbb' || row.key === 'tbh' || row.key.endsWith('.pc')) return true;
  if (row.key.startsWith('ldr') && d === PC) return true;
  return /^(ldm|pop)/.test(row.key) && list >>> PC !== 0;
}

/** How an instruction ends its block, or undefined. `tableOf` reads the targets of a table branch. */
function endOf(i: Instruction, tableOf: (i: Instruction) => ReadonlyMap<number, number>): End | undefined {
  const next = (i.pc + i.decoded.length) | 0;
  const near = (i.pc + i.imm / WORDS_PER_BYTE) | 0;
  const [name, condition] = i.op.split('.');
  switch (name) {
    case 'bcc':
      return { kind: 'branch', condition: Number(condition), target: near, next };
    case 'bccFar':
      return { kind: 'branch', condition: i.d, target: i.imm, next };
    case 'b':
      return { kind: 'jump', target: near };
    case 'bFar':
      return { kind: 'jump', target: i.imm };
    case 'cbz':
    case 'cbnz':
      return { kind: 'compare', zero: name === 'cbz', n: i.n, target: near, next };
    case 'cbzFar':
    case 'cbnzFar':
      return { kind: 'compare', zero: name === 'cbzFar', n: i.n, target: i.imm, next };
    case 'bl':
      return { kind: 'call', target: i.imm, back: next };
    case 'bx':
      return { kind: 'indirect', returns: i.decoded.m === LR };
    case 'ldmPc':
    case 'ldrPc':
      return { kind: 'indirect', returns: true };
    case 'blx':
    case 'movPc':
    case 'addPc':
      return { kind: 'indirect', returns: false };
    case 'tbbPc':
    case 'tbhPc':
      return { kind: 'table', targets: tableOf(i) };
    default:
      return i.op === 'slow' && leaves(i.decoded) ? { kind: 'gone' } : undefined;
  }
}

/** The item at pc, or undefined where translated code must stop. */
export function itemAt(
  pc: number,
  fetch: Fetch,
  tableOf: (i: Instruction) => ReadonlyMap<number, number>,
): Item | undefined {
  const first = fetch(pc, 0);
  if (first === undefined || LEFT_ALONE.has(first.decoded.row.key)) return undefined;
  const instructions = [first];
  let next = (pc + first.decoded.length) | 0;
  let end = endOf(first, tableOf);
  for (let it = first.op === 'it' ? first.imm : 0; it !== 0; it = advanceIt(it)) {
    const i = fetch(next, it);
    // A branch anywhere but at the end of an IT block is UNPREDICTABLE: left to the interpreter.
    if (i === undefined || end !== undefined || i.op === 'it' || LEFT_ALONE.has(i.decoded.row.key)) return undefined;
    instructions.push(i);
    next = (next + i.decoded.length) | 0;
    end = endOf(i, tableOf);
  }
  return { pc, next, instructions, end };
}
