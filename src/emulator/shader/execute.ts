/**
 * Arithmetic instructions by name: what each does to the rows of its operands. A function computes all 16 lanes, also
 * those that do not execute; the engine keeps only what is meant. Rows are given as word offsets; the high words of
 * 64-bit operands are in the row that follows.
 */
import { BITS } from './execute-bits.ts';
import { COMPARE } from './execute-compare.ts';
import { CONVERT } from './execute-convert.ts';
import { FLOAT } from './execute-float.ts';
import { INTEGER } from './execute-integer.ts';
import { CROSS_LANE } from './execute-lanes.ts';
import { SPECIAL } from './execute-special.ts';
import { WIDE } from './execute-wide.ts';
import type { LaneFile } from './layout.ts';
import type { MicroOp } from './micro-op.ts';

export type AluFunction = (file: LaneFile, op: MicroOp, d: number, a: number, b: number, c: number, e: number) => void;

export type AluTable = Readonly<Record<string, AluFunction>>;

/** Every arithmetic instruction this machine knows. */
export const ALU: AluTable = {
  ...INTEGER,
  ...BITS,
  ...WIDE,
  ...COMPARE,
  ...FLOAT,
  ...SPECIAL,
  ...CONVERT,
  ...CROSS_LANE,
};
