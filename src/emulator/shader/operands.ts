/**
 * Operands of one instruction: sources with what their modifiers do to them, results that only some lanes or halves
 * keep, and the float modes of the program (float-modes.ts).
 */
import type { Environment } from './environment.ts';
import { flushes, flushRow, suppressRow } from './float-modes.ts';
import { LANES, RESULT_TEMP_ROW, SOURCE_TEMP_ROW, SPECIAL_ROW, type LaneFile } from './layout.ts';
import type { MicroOp } from './micro-op.ts';
import { prepare } from './sources.ts';

const TWO32 = 2 ** 32;
const TEMP_A = SOURCE_TEMP_ROW * LANES;
const TEMP_STEP = 2 * LANES;
const RESULT = RESULT_TEMP_ROW * LANES;
const BOTH_HALVES = 3;

export class Operands {
  /** Rows of the prepared sources. */
  readonly sources = new Int32Array(4);
  /** The program flushes subnormals or keeps NaN or infinities out. */
  floatMode = false;
  private readonly file: LaneFile;
  private environment: Environment | undefined;

  constructor(file: LaneFile) {
    this.file = file;
  }

  /** Takes the float modes of a program. */
  open(environment: Environment): void {
    this.environment = environment;
    this.floatMode = environment.flush !== 0 || environment.suppressNan || environment.suppressInf;
  }

  /** Puts the rows of the prepared sources into `sources`. */
  prepare(op: MicroOp, base: number, next: number): void {
    const { sources, file } = this;
    const { I } = file;
    if (op.counter) {
      file.broadcast(SPECIAL_ROW.PROGRAM_COUNTER, next | 0);
      file.broadcast(SPECIAL_ROW.PROGRAM_COUNTER + 1, Math.floor(next / TWO32));
    }
    sources[0] = op.a + (base & op.am);
    sources[1] = op.b + (base & op.bm);
    sources[2] = op.c + (base & op.cm);
    sources[3] = op.e + (base & op.em);
    const { pa, pb, pc, pe } = op;
    if (pa !== undefined) sources[0] = prepared(I, pa, sources[0], TEMP_A);
    if (pb !== undefined) sources[1] = prepared(I, pb, sources[1], TEMP_A + TEMP_STEP);
    if (pc !== undefined) sources[2] = prepared(I, pc, sources[2], TEMP_A + 2 * TEMP_STEP);
    if (pe !== undefined) sources[3] = prepared(I, pe, sources[3], TEMP_A + 3 * TEMP_STEP);
  }

  /** An arithmetic instruction with prepared sources, a partial result, or float modes. */
  execute(op: MicroOp, base: number, next: number, whole: boolean): void {
    const { sources, file } = this;
    this.prepare(op, base, next);
    if (this.floatMode) this.flushSources(op);
    const direct = whole && op.halves === BOTH_HALVES;
    const d = direct ? base + op.dst : RESULT;
    op.alu(file, op, d, sources[0]!, sources[1]!, sources[2]!, sources[3]!);
    if (this.floatMode && op.floatResult !== 0) this.finishFloats(op, d);
    if (!direct) {
      keep(file, base + op.dst, RESULT, op.halves);
      if (op.wide) keep(file, base + op.dst + LANES, RESULT + LANES, BOTH_HALVES);
    }
  }

  private flushSources(op: MicroOp): void {
    const env = this.environment;
    if (env === undefined || !flushes(env.flush, op.float)) return;
    for (let n = 0; n < 4; n++) {
      if (((op.floatSources >>> n) & 1) === 0) continue;
      const to = TEMP_A + n * TEMP_STEP;
      flushRow(this.file.I, this.sources[n]!, to, op.float);
      this.sources[n] = to;
    }
  }

  private finishFloats(op: MicroOp, d: number): void {
    const env = this.environment;
    if (env === undefined) return;
    if (flushes(env.flush, op.floatResult)) flushRow(this.file.I, d, d, op.floatResult);
    suppressRow(this.file.I, d, op.floatResult, env.suppressNan, env.suppressInf);
  }
}

function prepared(I: Int32Array, prep: Parameters<typeof prepare>[1], from: number, to: number): number {
  prepare(I, prep, from, to);
  return to;
}

/** Keeps the results of active lanes, and of the halves that are written. */
function keep({ I, active }: LaneFile, to: number, from: number, halves: number): void {
  const mask = halves === BOTH_HALVES ? -1 : halves === 1 ? 0xffff : ~0xffff;
  for (let l = 0; l < LANES; l++) {
    if ((active >>> l) & 1) I[to + l] = (I[to + l]! & ~mask) | (I[from + l]! & mask);
  }
}
