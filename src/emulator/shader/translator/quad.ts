/**
 * Four of the 16 lanes of a run of arithmetic instructions. Registers are read from the register file when they are
 * first used and written back at the end of the run; in between they are locals. A run is written out once for each
 * quarter of the lanes, so that few vectors are alive at a time.
 */
import { CONSTANT_ROW, LANES, WARP_ROW } from '../layout.ts';
import type { MicroOp } from '../micro-op.ts';
import { NAN32 } from '../choices.ts';
import { PREP, ZERO_BYTE, type Prep } from '../sources.ts';
import { FILE_MEMORY, get, int, load128, set, shuffle, splat, store128, tee, v, type Code } from './wasm.ts';

const WORD = 4;
const QUAD_BYTES = 16;

/** Locals of the function that hold what all blocks need. */
export interface Frame {
  /** Byte address of the warp's registers. */
  readonly base: number;
  /** Lanes that execute are all there are. */
  readonly full: number;
  /** First of four vectors of lane masks. */
  readonly masks: number;
  /** A vector local, by number; they are handed out from 0 in each run. */
  vector(n: number): number;
}

/** True where a source is the same in all lanes and known. */
export function constantOf(I: Int32Array, op: MicroOp, n: number): number | undefined {
  const [row, mask, prep] = sourceOf(op, n);
  if (mask !== 0 || prep !== undefined || op.counter) return undefined;
  if (row === 0) return 0;
  return row >= CONSTANT_ROW * LANES && row < WARP_ROW * LANES ? I[row]! : undefined;
}

/** Row as a word offset, -1 where it is relative to the warp, what is done to it. */
export function sourceOf(op: MicroOp, n: number): readonly [row: number, mask: number, prep: Prep | undefined] {
  switch (n) {
    case 0:
      return [op.a, op.am, op.pa];
    case 1:
      return [op.b, op.bm, op.pb];
    case 2:
      return [op.c, op.cm, op.pc];
    default:
      return [op.e, op.em, op.pe];
  }
}

const NO_CODE: Code = [];

export class Quad {
  readonly code: number[] = [];
  op!: MicroOp;
  private readonly quarter: number;
  private readonly frame: Frame;
  private readonly I: Int32Array;
  private next = 0;
  /** Locals of rows: keys are word offsets, registers of the warp negative. */
  private readonly rows = new Map<number, Code>();
  private readonly written = new Set<number>();
  /** Locals of rows at the beginning of a loop. */
  private readonly loop = new Map<number, number>();

  constructor(quarter: number, frame: Frame, I: Int32Array) {
    this.quarter = quarter;
    this.frame = frame;
    this.I = I;
  }

  /** A value kept in a local, to be used more than once. */
  keep(value: Code): Code {
    const local = this.frame.vector(this.next++);
    this.code.push(...set(local, value));
    return get(local);
  }

  /** Sets a local of the function. */
  put(local: number, value: Code): void {
    this.code.push(...set(local, value));
  }

  /** Source n as it is after its modifiers; cheap to use again. */
  s(n: number): Code {
    const constant = constantOf(this.I, this.op, n);
    if (constant !== undefined) return splat(constant);
    const [row, mask, prep] = sourceOf(this.op, n);
    const value = this.row(row, mask);
    return prep === undefined ? value : this.keep(prepared(value, prep));
  }

  /** High words of source n. */
  high(n: number): Code {
    const [row, mask, prep] = sourceOf(this.op, n);
    if (prep?.kind === PREP.WIDE) return prep.p === 1 ? this.keep(v('i32x4.shr_s', this.s(n), int(31))) : splat(0);
    if (mask === 0 && row >= CONSTANT_ROW * LANES && row < WARP_ROW * LANES) return splat(this.I[row + LANES]!);
    return this.row(row + LANES, mask);
  }

  constant(n: number): number | undefined {
    return constantOf(this.I, this.op, n);
  }

  /** The row of register offset `dst`, for results. */
  write(dst: number, value: Code): void {
    const key = -1 - dst;
    const local = this.frame.vector(this.next++);
    this.code.push(...set(local, value));
    this.rows.set(key, get(local));
    this.written.add(key);
  }

  /** A value for the executing lanes of a register, in the bits of `part`; the others keep what they have. */
  partly(dst: number, value: Code, part: number): Code {
    const lanes = get(this.frame.masks + this.quarter);
    const mask = part === -1 ? lanes : v('v128.and', lanes, splat(part));
    return v('v128.bitselect', value, this.row(dst, -1), mask);
  }

  /** The canonical NaN in place of every NaN. */
  canonical(value: Code): Code {
    const local = this.frame.vector(this.next++);
    const again = get(local);
    return v('v128.bitselect', tee(local, value), splat(NAN32), v('f32x4.eq', again, again));
  }

  /** All code so far, and what writes back; lanes that do not execute keep what they have. */
  finish(): Code {
    return [...this.take(), ...this.store()];
  }

  /** The code since the last time. */
  take(): Code {
    return this.code.splice(0);
  }

  /** Writes registers back. */
  store(): Code {
    const { frame, quarter } = this;
    if (this.written.size === 0) return NO_CODE;
    const all: number[] = [];
    const some: number[] = [];
    for (const key of this.written) {
      const offset = (-1 - key) * WORD + quarter * QUAD_BYTES;
      const value = this.rows.get(key) ?? NO_CODE;
      all.push(...store128(FILE_MEMORY, get(frame.base), value, offset));
      const old = load128(FILE_MEMORY, get(frame.base), offset);
      const kept = v('v128.bitselect', value, old, get(frame.masks + quarter));
      some.push(...store128(FILE_MEMORY, get(frame.base), kept, offset));
    }
    return [...get(frame.full), 0x04, 0x40, ...all, 0x05, ...some, 0x0b];
  }

  /** Rows this has read or written so far, and those it has written. */
  get used(): { readonly rows: readonly number[]; readonly written: ReadonlySet<number> } {
    return { rows: [...this.rows.keys()], written: this.written };
  }

  /** Loads what another has used before a loop; the locals are those of `again`. */
  hoist({ rows, written }: Quad['used']): void {
    for (const key of rows) {
      const local = this.frame.vector(this.next++);
      const address = key < 0 ? get(this.frame.base) : int(0);
      const offset = (key < 0 ? -1 - key : key) * WORD + this.quarter * QUAD_BYTES;
      this.put(local, load128(FILE_MEMORY, address, offset));
      this.rows.set(key, get(local));
      this.loop.set(key, local);
    }
    for (const key of written) this.written.add(key);
  }

  /** At the end of a turn of the loop: the locals of its beginning take what is in the registers now. */
  again(): void {
    for (const key of this.written) {
      const local = this.loop.get(key)!;
      this.put(local, this.rows.get(key)!);
      this.rows.set(key, get(local));
    }
  }

  private row(row: number, mask: number): Code {
    const key = mask === 0 ? row : -1 - row;
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    const offset = row * WORD + this.quarter * QUAD_BYTES;
    const value = this.keep(load128(FILE_MEMORY, mask === 0 ? int(0) : get(this.frame.base), offset));
    this.rows.set(key, value);
    return value;
  }
}

/** Bytes of a vector picked as a source selection says; bytes that are not there are zero. */
function pickBytes(value: Code, pick: readonly number[]): Code {
  const bytes = [0, 4, 8, 12].flatMap((first) => pick.map((b) => (b === ZERO_BYTE ? 16 : first + b)));
  return shuffle(value, splat(0), bytes);
}

function prepared(value: Code, prep: Prep): Code {
  const { kind, p, q, pick } = prep;
  switch (kind) {
    case PREP.MASK: {
      const kept = p === -1 ? value : v('v128.and', value, splat(p));
      return q === 0 ? kept : v('v128.xor', kept, splat(q));
    }
    case PREP.EXTEND_SIGNED:
    case PREP.EXTEND_UNSIGNED: {
      const up = p === 0 ? value : v('i32x4.shl', value, int(p));
      return q === 0 ? up : v(kind === PREP.EXTEND_SIGNED ? 'i32x4.shr_s' : 'i32x4.shr_u', up, int(q));
    }
    case PREP.WIDE:
      return prep.inner === undefined ? value : prepared(value, prep.inner);
    default:
      return pickBytes(value, pick ?? []);
  }
}

/** True when what is done to a source can be written out here. */
export function canPrepare(prep: Prep | undefined, wide: boolean): boolean {
  if (prep === undefined) return true;
  if (wide) return prep.kind === PREP.WIDE;
  return prep.kind !== PREP.CHANGE || prep.pick !== undefined;
}

/** Which part of a word a branch looks at: all of it, the low or the high half. */
const COMBINE_MASK = 7;
const COMBINE_HIGH = 2;

export function zeroPart(op: MicroOp, word: number): boolean {
  const part = op.select & COMBINE_MASK;
  return (part === 0 ? word : part === COMBINE_HIGH ? word >>> 16 : word & 0xffff) === 0;
}

/** Lanes that take a branch, if they execute. */
export function zeroTest(q: Quad, op: MicroOp): Code {
  const part = op.select & COMBINE_MASK;
  const x = q.s(0);
  const value = part === 0 ? x : part === COMBINE_HIGH ? v('i32x4.shr_u', x, int(16)) : v('i32x4.shl', x, int(16));
  return v(op.flag ? 'i32x4.eq' : 'i32x4.ne', value, splat(0));
}
