/** Integer arithmetic of 8, 16 and 32 bits: addition, multiplication, averages, selection, dot products. */
import type { AluFunction, AluTable } from './execute.ts';
import { LANES } from './layout.ts';
import { bytes, halves, words, type WordFunction } from './packed.ts';

/** Range of an element, for saturation. */
const clampTo = (low: number, high: number) => (x: number) => (x < low ? low : x > high ? high : x);
const LIMIT = {
  u8: clampTo(0, 0xff),
  s8: clampTo(-0x80, 0x7f),
  u16: clampTo(0, 0xffff),
  s16: clampTo(-0x8000, 0x7fff),
  u32: clampTo(0, 0xffff_ffff),
  s32: clampTo(-0x8000_0000, 0x7fff_ffff),
} as const;

const add =
  (limit: (x: number) => number): WordFunction =>
  (a, b, _c, op) =>
    op.flag ? limit(a + b) : a + b;
const subtract =
  (limit: (x: number) => number): WordFunction =>
  (a, b, _c, op) =>
    op.flag ? limit(a - b) : a - b;
const multiply =
  (limit: (x: number) => number): WordFunction =>
  (a, b, _c, op) =>
    op.flag ? limit(a * b) : Math.imul(a, b);
/** The sum has one bit more than its operands; Numbers hold it. */
const average: WordFunction = (a, b, _c, op) => Math.floor((a + b + (op.flag ? 1 : 0)) / 2);

/** Unsigned 32-bit operands for a function of Numbers; saturated products of 32 bits are exact enough to compare. */
const unsigned =
  (f: WordFunction): WordFunction =>
  (a, b, c, op) =>
    f(a >>> 0, b >>> 0, c, op) | 0;

const iadd32 =
  (limited: AluFunction): AluFunction =>
  (file, op, d, a, b, c, e) => {
    if (op.flag) return limited(file, op, d, a, b, c, e);
    const { I } = file;
    for (let l = 0; l < LANES; l++) I[d + l] = (I[a + l]! + I[b + l]!) | 0;
  };

const isub32 =
  (limited: AluFunction): AluFunction =>
  (file, op, d, a, b, c, e) => {
    if (op.flag) return limited(file, op, d, a, b, c, e);
    const { I } = file;
    for (let l = 0; l < LANES; l++) I[d + l] = (I[a + l]! - I[b + l]!) | 0;
  };

const imul32 =
  (limited: AluFunction): AluFunction =>
  (file, op, d, a, b, c, e) => {
    if (op.flag) return limited(file, op, d, a, b, c, e);
    const { I } = file;
    for (let l = 0; l < LANES; l++) I[d + l] = Math.imul(I[a + l]!, I[b + l]!);
  };

/** Results that saturate to a range above 2^31 are stored as words. */
const stored =
  (f: WordFunction): WordFunction =>
  (a, b, c, op) =>
    f(a, b, c, op) | 0;

const mov: AluFunction = ({ I }, _op, d, a) => {
  I.copyWithin(d, a, a + LANES);
};

const iaddImmediate: AluFunction = ({ I }, op, d, a) => {
  const imm = op.imm | 0;
  for (let l = 0; l < LANES; l++) I[d + l] = (I[a + l]! + imm) | 0;
};

/** Elements of a word plus the elements of the immediate. */
const immediate16: AluFunction = ({ I }, op, d, a) => {
  for (let l = 0; l < LANES; l++) {
    const x = I[a + l]!;
    I[d + l] = ((x + op.imm) & 0xffff) | (((x >>> 16) + (op.imm >>> 16)) << 16);
  }
};

const immediate8: AluFunction = ({ I }, op, d, a) => {
  for (let l = 0; l < LANES; l++) {
    const x = I[a + l]!;
    let out = 0;
    for (let s = 0; s < 32; s += 8) out |= (((x >>> s) + (op.imm >>> s)) & 0xff) << s;
    I[d + l] = out;
  }
};

/** Modes of MUX: sign bit, integer zero, floating-point zero, bitwise. */
const MUX_NEG = 0;
const MUX_INT_ZERO = 1;
const MUX_FP_ZERO = 2;

const mux =
  (width: number): WordFunction =>
  (a, b, mask, op) => {
    const all = width === 32 ? -1 : (1 << width) - 1;
    switch (op.select) {
      case MUX_NEG:
        return (mask >>> (width - 1)) & 1 ? a : b;
      case MUX_INT_ZERO:
        return (mask & all) === 0 ? a : b;
      case MUX_FP_ZERO:
        return (mask & (all >>> 1) & all) === 0 ? a : b;
      default:
        return (a & mask) | (b & ~mask);
    }
  };

const mux32: AluFunction = (file, op, d, a, b, c, e) => {
  if (op.select !== MUX_INT_ZERO) return muxSlow(file, op, d, a, b, c, e);
  const { I } = file;
  for (let l = 0; l < LANES; l++) I[d + l] = I[c + l] === 0 ? I[a + l]! : I[b + l]!;
};
const muxSlow = words(mux(32));

/** Sum of the products of bytes, plus a 32-bit accumulator. */
const dot =
  (signed: boolean): WordFunction =>
  (a, b, accumulator, op) => {
    let sum = signed ? accumulator : accumulator >>> 0;
    for (let up = 0; up < 32; up += 8) {
      sum += signed ? ((a << up) >> 24) * ((b << up) >> 24) : ((a << up) >>> 24) * ((b << up) >>> 24);
    }
    if (!op.flag) return sum | 0;
    return (signed ? LIMIT.s32(sum) : LIMIT.u32(sum)) | 0;
  };

/** Packs the low halves, and bytes with a half. */
const pack16: WordFunction = (a, b) => (a & 0xffff) | (b << 16);
const pack8: WordFunction = (a, b, c) => (a & 0xff) | ((b & 0xff) << 8) | (c << 16);

const magnitude: WordFunction = (a) => (a < 0 ? -a | 0 : a);

export const INTEGER: AluTable = {
  'MOV.i32': mov,
  'IADD_IMM.i32': iaddImmediate,
  'IADD_IMM.v2i16': immediate16,
  'IADD_IMM.v4i8': immediate8,
  'IADD.u32': iadd32(words(unsigned(add(LIMIT.u32)))),
  'IADD.s32': iadd32(words(stored(add(LIMIT.s32)))),
  'IADD.v2u16': halves(false, add(LIMIT.u16)),
  'IADD.v2s16': halves(true, add(LIMIT.s16)),
  'IADD.v4u8': bytes(false, add(LIMIT.u8)),
  'IADD.v4s8': bytes(true, add(LIMIT.s8)),
  'ISUB.u32': isub32(words(unsigned(subtract(LIMIT.u32)))),
  'ISUB.s32': isub32(words(stored(subtract(LIMIT.s32)))),
  'ISUB.v2u16': halves(false, subtract(LIMIT.u16)),
  'ISUB.v2s16': halves(true, subtract(LIMIT.s16)),
  'ISUB.v4u8': bytes(false, subtract(LIMIT.u8)),
  'ISUB.v4s8': bytes(true, subtract(LIMIT.s8)),
  'IMUL.i32': imul32(words(unsigned(multiply(LIMIT.u32)))),
  'IMUL.s32': imul32(words(stored(multiply(LIMIT.s32)))),
  'IMUL.v2i16': halves(false, multiply(LIMIT.u16)),
  'IMUL.v2s16': halves(true, multiply(LIMIT.s16)),
  'IMUL.v4i8': bytes(false, multiply(LIMIT.u8)),
  'IMUL.v4s8': bytes(true, multiply(LIMIT.s8)),
  'HADD.u32': words(unsigned(average)),
  'HADD.s32': words(stored(average)),
  'HADD.v2u16': halves(false, average),
  'HADD.v2s16': halves(true, average),
  'HADD.v4u8': bytes(false, average),
  'HADD.v4s8': bytes(true, average),
  'IABS.s32': words(magnitude),
  'IABS.v2s16': halves(true, magnitude),
  'IABS.v4s8': bytes(true, magnitude),
  'MUX.i32': mux32,
  'MUX.v2i16': halves(false, mux(16)),
  'MUX.v4i8': bytes(false, mux(8)),
  'IDP.v4s8': words(dot(true)),
  'IDP.v4u8': words(dot(false)),
  'MKVEC.v2i16': words(pack16),
  'MKVEC.v2i8': words(pack8),
};
