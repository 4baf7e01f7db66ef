/** Shifts with a logical operation, counting and reversing bits, complement. */
import type { AluFunction, AluTable } from './execute.ts';
import { LANES } from './layout.ts';
import { bytes, halves, words, type WordFunction } from './packed.ts';

type Combine = (shifted: number, other: number) => number;

const COMBINE: Readonly<Record<'AND' | 'OR' | 'XOR', Combine>> = {
  AND: (x, y) => x & y,
  OR: (x, y) => x | y,
  XOR: (x, y) => x ^ y,
};

/** The shifted value of an element of `width` bits; amounts count modulo the width. Left, right, right arithmetic. */
const left =
  (width: number) =>
  (a: number, amount: number): number =>
    a << (amount & (width - 1));
const right =
  (width: number) =>
  (a: number, amount: number, arithmetic: boolean): number => {
    const n = amount & (width - 1);
    const up = 32 - width;
    return arithmetic ? (a << up) >> (up + n) : ((a << up) >>> up) >>> n;
  };

const shift =
  (width: number, leftwards: boolean, combine: Combine): WordFunction =>
  (a, amount, other, op) => {
    const shifted = leftwards ? left(width)(a, amount) : right(width)(a, amount, op.select === 1);
    const result = combine(shifted, other);
    return op.flag ? ~result : result;
  };

/** The frequent one: left shift with OR, which serves as shift, as move of a byte and as scaled addition. */
const leftOr: AluFunction = ({ I }, op, d, a, b, c) => {
  const flip = op.flag ? -1 : 0;
  for (let l = 0; l < LANES; l++) I[d + l] = ((I[a + l]! << I[b + l]!) | I[c + l]!) ^ flip;
};
const leftAnd: AluFunction = ({ I }, op, d, a, b, c) => {
  const flip = op.flag ? -1 : 0;
  for (let l = 0; l < LANES; l++) I[d + l] = ((I[a + l]! << I[b + l]!) & I[c + l]!) ^ flip;
};
const leftXor: AluFunction = ({ I }, op, d, a, b, c) => {
  const flip = op.flag ? -1 : 0;
  for (let l = 0; l < LANES; l++) I[d + l] = (I[a + l]! << I[b + l]!) ^ I[c + l]! ^ flip;
};
const rightOr: AluFunction = ({ I }, op, d, a, b, c) => {
  const flip = op.flag ? -1 : 0;
  if (op.select === 1) for (let l = 0; l < LANES; l++) I[d + l] = ((I[a + l]! >> I[b + l]!) | I[c + l]!) ^ flip;
  else for (let l = 0; l < LANES; l++) I[d + l] = ((I[a + l]! >>> I[b + l]!) | I[c + l]!) ^ flip;
};

function shifts(): AluTable {
  const table: Record<string, AluFunction> = {};
  for (const [name, combine] of Object.entries(COMBINE)) {
    for (const leftwards of [true, false]) {
      const key = `${leftwards ? 'L' : 'R'}SHIFT_${name}`;
      table[`${key}.i32`] = words(shift(32, leftwards, combine));
      table[`${key}.v2i16`] = halves(false, shift(16, leftwards, combine));
      table[`${key}.v4i8`] = bytes(false, shift(8, leftwards, combine));
    }
  }
  return table;
}

const leadingZeros = (width: number): WordFunction => {
  const above = 32 - width;
  return (a) => Math.clz32(a) - above;
};

const population: WordFunction = (a) => {
  let v = a - ((a >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
};

const reverse: WordFunction = (a) => {
  let v = ((a >>> 1) & 0x5555_5555) | ((a & 0x5555_5555) << 1);
  v = ((v >>> 2) & 0x3333_3333) | ((v & 0x3333_3333) << 2);
  v = ((v >>> 4) & 0x0f0f_0f0f) | ((v & 0x0f0f_0f0f) << 4);
  v = ((v >>> 8) & 0x00ff_00ff) | ((v & 0x00ff_00ff) << 8);
  return (v >>> 16) | (v << 16);
};

export const BITS: AluTable = {
  ...shifts(),
  'LSHIFT_OR.i32': leftOr,
  'LSHIFT_AND.i32': leftAnd,
  'LSHIFT_XOR.i32': leftXor,
  'RSHIFT_OR.i32': rightOr,
  'CLZ.u32': words(leadingZeros(32)),
  'CLZ.v2u16': halves(false, leadingZeros(16)),
  'CLZ.v4u8': bytes(false, leadingZeros(8)),
  'POPCOUNT.i32': words(population),
  'BITREV.i32': words(reverse),
  'NOT_OLD.i32': words((a) => ~a),
};
