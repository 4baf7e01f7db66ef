/**
 * Sources of instructions: which row an operand is, and what must be done to it first (widening, halves, bytes,
 * sign bits, complement). What is done to a constant is done once, when the instruction is decoded.
 */
import { Bug } from '../../base/errors.ts';
import { bit, field, pageOf, sourceByte, specialName, type Row, type Source } from '../../spec/valhall/isa.ts';
import { CONSTANTS, ENUM_SPECS } from '../../spec/valhall/enums.ts';
import { bitsOf, HALF } from './float.ts';
import { CONSTANT_ROW, CONSTANT_ROWS, LANES, SPECIAL_ROW, UNIFORM_ROW, type LaneFile } from './layout.ts';

/** A change of one 32-bit word. */
export type Change = (word: number) => number;

/** What is done to a row before it is used; kinds in order of how often they occur. */
export const PREP = { MASK: 0, EXTEND_SIGNED: 1, EXTEND_UNSIGNED: 2, CHANGE: 3, WIDE: 4 } as const;

export interface Prep {
  readonly kind: number;
  /** MASK: (word & p) ^ q. EXTEND_*: shift left by p, then right by q. */
  readonly p: number;
  readonly q: number;
  /** CHANGE: of each word. WIDE: of the low word; the high one is its sign (p = 1) or 0. */
  readonly change: Change;
  /** The same as `change` where it only moves bytes: the byte of the word that each byte of the result is. */
  readonly pick?: readonly number[];
  /** WIDE: what is done to the low word, undefined for nothing. */
  readonly inner?: Prep | undefined;
}

/** In `Prep.pick`: a byte of zeros. */
export const ZERO_BYTE = -1;

const same: Change = (word) => word;

const mask = (p: number, q: number): Prep => ({ kind: PREP.MASK, p, q, change: (w) => (w & p) ^ q });
const extend = (p: number, q: number, signed: boolean): Prep => ({
  kind: signed ? PREP.EXTEND_SIGNED : PREP.EXTEND_UNSIGNED,
  p,
  q,
  change: signed ? (w) => (w << p) >> q : (w) => ((w << p) >>> q) | 0,
});
const changed = (change: Change): Prep => ({ kind: PREP.CHANGE, p: 0, q: 0, change });
/** Bytes moved about; `pick` names them from the lowest. */
const moved = (bytes: readonly number[]): Prep => ({
  ...changed((w) => bytes.reduce((out, n, i) => (n === ZERO_BYTE ? out : out | (byteOf(w, n) << (8 * i))), 0)),
  pick: [0, 1, 2, 3].map((i) => bytes[i] ?? ZERO_BYTE),
});

/** Fills the temporary row(s) at word `to` from the row at word `from`. */
export function prepare(I: Int32Array, prep: Prep, from: number, to: number): void {
  const { kind, p, q } = prep;
  if (kind === PREP.MASK) for (let l = 0; l < LANES; l++) I[to + l] = (I[from + l]! & p) ^ q;
  else if (kind === PREP.EXTEND_SIGNED) for (let l = 0; l < LANES; l++) I[to + l] = (I[from + l]! << p) >> q;
  else if (kind === PREP.EXTEND_UNSIGNED) for (let l = 0; l < LANES; l++) I[to + l] = (I[from + l]! << p) >>> q;
  else {
    const { change } = prep;
    for (let l = 0; l < LANES; l++) I[to + l] = change(I[from + l]!);
    if (kind === PREP.WIDE) for (let l = 0; l < LANES; l++) I[to + LANES + l] = p === 1 ? I[to + l]! >> 31 : 0;
  }
}

/** Bytes of a packed word as the names of 8-bit selections give them: `b3210`, `b02`, `b2`. */
function bytesNamed(name: string): readonly number[] {
  return Array.from(name.slice(1), Number);
}

const byteOf = (w: number, n: number): number => (w >>> (8 * n)) & 0xff;
const signedByte = (w: number, n: number): number => (w << (24 - 8 * n)) >> 24;

/** Halves of a 16-bit selection: two halves, or two bytes extended. */
function halves(name: string, signed: boolean): Prep | undefined {
  const [low, high] = bytesNamed(name);
  if (low === undefined || high === undefined) return undefined;
  if (name.startsWith('h')) {
    // The first digit selects for the low half; h01 changes nothing.
    if (low === 0 && high === 1) return undefined;
    const change: Change = (w) => ((w >>> (16 * low)) & 0xffff) | ((w >>> (16 * high)) << 16);
    return { ...changed(change), pick: [2 * low, 2 * low + 1, 2 * high, 2 * high + 1] };
  }
  if (!signed) return moved([low, ZERO_BYTE, high, ZERO_BYTE]);
  return changed((w) => (signedByte(w, low) & 0xffff) | (signedByte(w, high) << 16));
}

/** What a selection does; undefined when it does nothing. */
function selection(source: Source, kind: string, value: number, signed: boolean): Prep | undefined {
  const name = ENUM_SPECS[source.select!.kind].names[value];
  if (name === undefined) throw new Bug(`${kind} ${value} passed the check for reserved values`);
  switch (kind) {
    case 'widen':
      return value === 0 ? undefined : changed((w) => bitsOf(HALF[(w >>> (value === 2 ? 16 : 0)) & 0xffff]!));
    case 'swizzles_16_bit':
      return halves(name, signed);
    case 'swizzles_32_bit':
      return name === 'none' ? undefined : part(name, signed);
    case 'swizzles_64_bit':
      return name === 'none' ? undefined : wide(name, signed);
    case 'swizzles_8_bit': {
      const order = bytesNamed(name);
      if (value === 0) return undefined;
      return moved(order);
    }
    case 'half_swizzles_8_bit': {
      // Two bits each: the byte for the low half, then for the high one; extended by the instruction.
      const low = value & 3;
      const high = value >>> 2;
      return moved([low, ZERO_BYTE, high, ZERO_BYTE]);
    }
    case 'lane_8_bit':
      return extend(24 - 8 * value, 24, signed);
    case 'lane_16_bit':
      return value === 0 ? undefined : extend(0, 16, false);
    default:
      return undefined;
  }
}

/** One half or byte, extended to 32 bits. */
function part(name: string, signed: boolean): Prep {
  const n = Number(name[1]);
  return name.startsWith('h') ? extend(16 - 16 * n, 16, signed) : extend(24 - 8 * n, 24, signed);
}

/** A part extended to 64 bits; `w0` is the whole low word. */
function wide(name: string, signed: boolean): Prep {
  const inner = name === 'w0' ? undefined : part(name, signed);
  return { kind: PREP.WIDE, p: signed ? 1 : 0, q: 0, change: inner?.change ?? same, inner };
}

/**
 * The shift amounts of a `lanes_8_bit` selection, one per element of `size` bits, each in the low bits of its
 * element. Pairs of bytes serve two halves; for 8-bit elements each byte of a pair serves two (chosen).
 */
function amounts(value: number, size: number): Prep {
  const name = ENUM_SPECS.lanes_8_bit.names[value] ?? 'b00';
  const [low, high] = bytesNamed(name);
  const a = low ?? 0;
  const b = high ?? 0;
  if (size === 16) return moved([a, ZERO_BYTE, b, ZERO_BYTE]);
  if (size === 8) return moved([a, a, b, b]);
  return extend(24 - 8 * a, 24, false);
}

/** Sign bits of a float of this size: both halves for binary16. */
const signBits = (size: number): number => (size === 16 ? 0x8000_8000 | 0 : 0x8000_0000 | 0);

const then = (first: Prep | undefined, second: Prep | undefined): Prep | undefined =>
  first === undefined ? second : second === undefined ? first : changed((w) => second.change(first.change(w)));

/** True where the elements of the instruction's integer sources carry a sign. */
function isSigned(row: Row): boolean {
  return /S(8|16|32)_TO|\.(v\d)?s\d+$/.test(row.name);
}

/** What the modifiers of a source do to it; undefined when nothing. */
export function prepOf(row: Row, source: Source, lo: number, hi: number): Prep | undefined {
  const { select, neg, abs, not } = source;
  const signed = isSigned(row);
  let prep: Prep | undefined;
  if (select !== undefined && select.kind !== 'combine') {
    const value = field(lo, hi, select.lsb, select.width);
    prep = select.kind === 'lanes_8_bit' ? amounts(value, row.typeSize) : selection(source, select.kind, value, signed);
  }
  const bits = signBits(row.name === 'V2F32_TO_V2F16' ? 32 : source.size);
  const keep = bit(lo, hi, abs) === 1 ? ~bits : -1;
  const flip = bit(lo, hi, neg) === 1 ? bits : 0;
  if (keep !== -1 || flip !== 0) prep = then(prep, mask(keep, flip));
  if (bit(lo, hi, not) === 1) prep = then(prep, mask(-1, -1));
  return prep;
}

/** Rows of constants, shared by all decoded instructions. */
export class ConstantPool {
  private readonly file: LaneFile;
  private readonly rows = new Map<number, number>();
  private next = CONSTANT_ROW;

  constructor(file: LaneFile) {
    this.file = file;
  }

  /** True when a decode may not find room: forget all decoded instructions and call `clear`. */
  get full(): boolean {
    return this.next + MAX_ROWS_PER_INSTRUCTION > CONSTANT_ROW + CONSTANT_ROWS;
  }

  clear(): void {
    this.rows.clear();
    this.next = CONSTANT_ROW;
  }

  /** The first of two rows: the value, and the high word `high` of a 64-bit source. */
  row(value: number, high: number): number {
    const key = (value >>> 0) + (high === 0 ? 0 : 2 ** 32);
    const known = this.rows.get(key);
    if (known !== undefined) return known;
    const row = this.next;
    this.next += 2;
    this.file.broadcast(row, value);
    this.file.broadcast(row + 1, high);
    this.rows.set(key, row);
    return row;
  }
}

/** Four sources of two rows. */
const MAX_ROWS_PER_INSTRUCTION = 8;

/** An operand: a row (of the warp's registers when `register`), and what is done to it. */
export interface Operand {
  readonly register: boolean;
  readonly row: number;
  readonly prep: Prep | undefined;
  /** Reads the program counter, which must be put into its row first. */
  readonly counter: boolean;
}

const SPECIAL_ROWS: Readonly<Record<string, number>> = {
  warp_id: SPECIAL_ROW.WARP_ID,
  thread_local_pointer: SPECIAL_ROW.THREAD_LOCAL,
  workgroup_local_pointer: SPECIAL_ROW.WORKGROUP_LOCAL,
  resource_table_pointer: SPECIAL_ROW.RESOURCE_TABLE,
  lane_id: SPECIAL_ROW.LANE_ID,
  core_id: SPECIAL_ROW.CORE_ID,
  program_counter: SPECIAL_ROW.PROGRAM_COUNTER,
};

/** Decodes one source; undefined when a 64-bit source names an odd register or a value compute shaders do not have. */
export function operandOf(row: Row, source: Source, lo: number, hi: number, pool: ConstantPool): Operand | undefined {
  const byte = sourceByte(lo, source.lsb);
  const value = byte & 63;
  const pair = source.size === 64;
  const prep = prepOf(row, source, lo, hi);
  const place = (register: boolean, at: number, counter = false): Operand => ({ register, row: at, prep, counter });
  switch (byte >>> 6) {
    case 0:
    case 1:
      return pair && (value & 1) === 1 ? undefined : place(true, value);
    case 2:
      return place(false, UNIFORM_ROW + pageOf(hi) * 64 + (pair ? value & ~1 : value));
    default: {
      if (value < 32) {
        const constant = CONSTANTS[value]! | 0;
        const low = prep === undefined ? constant : prep.change(constant);
        const high = prep?.kind === PREP.WIDE && prep.p === 1 ? low >> 31 : 0;
        return { register: false, row: pool.row(low, high), prep: undefined, counter: false };
      }
      const name = specialName(byte, pageOf(hi)) ?? '';
      const first = Object.hasOwn(SPECIAL_ROWS, name) ? SPECIAL_ROWS[name]! : undefined;
      if (first === undefined) return undefined;
      return place(false, pair ? first : first + (value & 1), name === 'program_counter');
    }
  }
}
