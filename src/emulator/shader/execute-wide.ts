/** Arithmetic on 64-bit pairs: low word first, in two rows that follow each other. */
import type { AluFunction, AluTable } from './execute.ts';
import { LANES } from './layout.ts';

/** Words of a result, set by the functions of one lane. */
let low = 0;
let high = 0;

type PairFunction = (
  aLo: number,
  aHi: number,
  bLo: number,
  bHi: number,
  cLo: number,
  cHi: number,
  op: { readonly flag: boolean; readonly select: number; readonly imm: number },
) => void;

/** Applies `f`, which leaves its result in `low` and `high`. */
const pairs =
  (f: PairFunction): AluFunction =>
  ({ I }, op, d, a, b, c) => {
    for (let l = 0; l < LANES; l++) {
      f(I[a + l]!, I[a + LANES + l]!, I[b + l]!, I[b + LANES + l]!, I[c + l]!, I[c + LANES + l]!, op);
      I[d + l] = low;
      I[d + LANES + l] = high;
    }
  };

function set(lo: number, hi: number): void {
  low = lo;
  high = hi;
}

/** Sum; true when it carried out of 64 bits. */
function add(aLo: number, aHi: number, bLo: number, bHi: number): boolean {
  const lo = (aLo >>> 0) + (bLo >>> 0);
  const hi = (aHi >>> 0) + (bHi >>> 0) + (lo > 0xffff_ffff ? 1 : 0);
  set(lo | 0, hi | 0);
  return hi > 0xffff_ffff;
}

const addUnsigned: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  if (add(aLo, aHi, bLo, bHi) && op.flag) set(-1, -1);
};

const addSigned: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  add(aLo, aHi, bLo, bHi);
  // Overflow: both operands have the sign the result lacks.
  if (op.flag && (aHi ^ high) < 0 && (bHi ^ high) < 0) limit(aHi);
};

/** The extreme value with the sign of `hi`. */
function limit(hi: number): void {
  if (hi < 0) set(0, 0x8000_0000 | 0);
  else set(-1, 0x7fff_ffff);
}

function subtract(aLo: number, aHi: number, bLo: number, bHi: number): void {
  const borrow = aLo >>> 0 < bLo >>> 0 ? 1 : 0;
  set((aLo - bLo) | 0, (aHi - bHi - borrow) | 0);
}

const below = (aLo: number, aHi: number, bLo: number, bHi: number): boolean =>
  aHi === bHi ? aLo >>> 0 < bLo >>> 0 : aHi >>> 0 < bHi >>> 0;

const subUnsigned: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  if (op.flag && below(aLo, aHi, bLo, bHi)) set(0, 0);
  else subtract(aLo, aHi, bLo, bHi);
};

const subSigned: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  subtract(aLo, aHi, bLo, bHi);
  if (op.flag && (aHi ^ bHi) < 0 && (aHi ^ high) < 0) limit(aHi);
};

/** 32 x 32 bits; the high words of the operands do not count. Saturation never happens. */
const multiplyLong: PairFunction = (aLo, _aHi, bLo) => {
  const a0 = aLo & 0xffff;
  const a1 = aLo >>> 16;
  const b0 = bLo & 0xffff;
  const b1 = bLo >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carry = a0 * b1 + (middle & 0xffff);
  set(Math.imul(aLo, bLo), (a1 * b1 + Math.floor(middle / 0x1_0000) + Math.floor(carry / 0x1_0000)) | 0);
};

/** (a64 shifted left by 0..7) into `low` and `high`. */
function shiftLeft(lo: number, hi: number, n: number): void {
  if (n === 0) set(lo, hi);
  else if (n < 32) set(lo << n, (hi << n) | (lo >>> (32 - n)));
  else set(0, n === 32 ? lo : lo << (n - 32));
}

function shiftRight(lo: number, hi: number, n: number, arithmetic: boolean): void {
  const fill = arithmetic ? hi >> 31 : 0;
  if (n === 0) set(lo, hi);
  else if (n < 32) set((lo >>> n) | (hi << (32 - n)), arithmetic ? hi >> n : hi >>> n);
  else if (n === 32) set(hi, fill);
  else set(arithmetic ? hi >> (n - 32) : hi >>> (n - 32), fill);
}

const scaledAdd: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  shiftLeft(bLo, bHi, op.imm);
  add(aLo, aHi, low, high);
};

/** A pointer plus an offset; a null pointer may be kept. */
const segmentAdd: PairFunction = (aLo, aHi, bLo, bHi, _cLo, _cHi, op) => {
  if (op.flag && (aLo | aHi) === 0) set(0, 0);
  else if (op.select === 1) subtract(aLo, aHi, bLo, bHi);
  else add(aLo, aHi, bLo, bHi);
};

type Combine = (x: number, y: number) => number;
const COMBINE: Readonly<Record<string, Combine>> = {
  AND: (x, y) => x & y,
  OR: (x, y) => x | y,
  XOR: (x, y) => x ^ y,
};

const shift =
  (leftwards: boolean, combine: Combine): PairFunction =>
  (aLo, aHi, amount, _bHi, cLo, cHi, op) => {
    const n = amount & 63;
    if (leftwards) shiftLeft(aLo, aHi, n);
    else shiftRight(aLo, aHi, n, op.select === 1);
    const flip = op.flag ? -1 : 0;
    set(combine(low, cLo) ^ flip, combine(high, cHi) ^ flip);
  };

function shifts(): AluTable {
  const table: Record<string, AluFunction> = {};
  for (const [name, combine] of Object.entries(COMBINE)) {
    table[`LSHIFT_${name}.i64`] = pairs(shift(true, combine));
    table[`RSHIFT_${name}.i64`] = pairs(shift(false, combine));
  }
  return table;
}

export const WIDE: AluTable = {
  'IADD.u64': pairs(addUnsigned),
  'IADD.s64': pairs(addSigned),
  'ISUB.u64': pairs(subUnsigned),
  'ISUB.s64': pairs(subSigned),
  'IMULD.u64': pairs(multiplyLong),
  'SHADDX.u64': pairs(scaledAdd),
  'SHADDX.s64': pairs(scaledAdd),
  'SEG_ADD.u64': pairs(segmentAdd),
  'NOT_OLD.i64': pairs((aLo, aHi) => set(~aLo, ~aHi)),
  ...shifts(),
};
