/** What atomics do to memory: operations by the numbers in the instruction, on words and on pairs. */
import type { MicroOp } from './micro-op.ts';

/**
 * Applies the operation of `op` at word `at` of RAM. `operand`: the operand, then (with `compare`) the value compared
 * with. `old` receives what was there.
 */
export type AtomicFunction = (
  ram: Int32Array,
  at: number,
  op: MicroOp,
  one: boolean,
  operand: Int32Array,
  old: Int32Array,
) => void;

const ADD = 2;
const SMIN = 8;
const SMAX = 9;
const UMIN = 10;
const UMAX = 11;
const AND = 12;
const OR = 13;
const XOR = 14;

/** Operations with the constant 1, by their numbers: increment, decrement, maxima, or. */
const WITH_ONE = [ADD, ADD, UMAX, SMAX, OR] as const;
const DECREMENT = 1;

/** The operation an instruction names; the operand of those with the constant. */
const operationOf = (op: MicroOp, one: boolean): number => (one ? WITH_ONE[op.select]! : op.select);
const constantOf = (op: MicroOp): number => (op.select === DECREMENT ? -1 : 1);

export const atomicWord: AtomicFunction = (ram, at, op, one, operand, old) => {
  const before = ram[at]!;
  old[0] = before;
  const value = one ? constantOf(op) : operand[0]!;
  switch (operationOf(op, one)) {
    case ADD:
      ram[at] = before + value;
      break;
    case SMIN:
      ram[at] = Math.min(before, value);
      break;
    case SMAX:
      ram[at] = Math.max(before, value);
      break;
    case UMIN:
      ram[at] = Math.min(before >>> 0, value >>> 0);
      break;
    case UMAX:
      ram[at] = Math.max(before >>> 0, value >>> 0);
      break;
    case AND:
      ram[at] = before & value;
      break;
    case OR:
      ram[at] = before | value;
      break;
    case XOR:
      ram[at] = before ^ value;
      break;
    default:
      if (!op.flag || before === operand[1]) ram[at] = value;
  }
};

/** True when pair a is below pair b. */
function below(aLo: number, aHi: number, bLo: number, bHi: number, signed: boolean): boolean {
  if (aHi === bHi) return aLo >>> 0 < bLo >>> 0;
  return signed ? aHi < bHi : aHi >>> 0 < bHi >>> 0;
}

export const atomicPair: AtomicFunction = (ram, at, op, one, operand, old) => {
  const lo = ram[at]!;
  const hi = ram[at + 1]!;
  old[0] = lo;
  old[1] = hi;
  const vLo = one ? constantOf(op) : operand[0]!;
  const vHi = one ? vLo >> 31 : operand[1]!;
  const operation = operationOf(op, one);
  let take = true;
  switch (operation) {
    case ADD: {
      const sum = (lo >>> 0) + (vLo >>> 0);
      ram[at] = sum;
      ram[at + 1] = hi + vHi + (sum > 0xffff_ffff ? 1 : 0);
      return;
    }
    case AND:
      ram[at] = lo & vLo;
      ram[at + 1] = hi & vHi;
      return;
    case OR:
      ram[at] = lo | vLo;
      ram[at + 1] = hi | vHi;
      return;
    case XOR:
      ram[at] = lo ^ vLo;
      ram[at + 1] = hi ^ vHi;
      return;
    case SMIN:
    case UMIN:
      take = below(vLo, vHi, lo, hi, operation === SMIN);
      break;
    case SMAX:
    case UMAX:
      take = below(lo, hi, vLo, vHi, operation === SMAX);
      break;
    default:
      take = !op.flag || (lo === operand[2] && hi === operand[3]);
  }
  if (!take) return;
  ram[at] = vLo;
  ram[at + 1] = vHi;
};
