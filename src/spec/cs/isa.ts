/**
 * The command stream instruction set as the execution unit, the driver, the assembler and the editor use it:
 * rows per architecture, a decode that costs two table reads, field access over two int32 words without
 * BigInt, and an encoder. The data is in isa-table.ts.
 */
import { TWO32 } from '../../base/bits.ts';
import { Bug } from '../../base/errors.ts';
import type { Arch, Definition, Field } from './define.ts';
import { ARCHS } from './define.ts';
import { TABLE } from './isa-table.ts';

export type { Arch, Definition, Entry, Execution, Field, FieldType, Modifier, Operand, PseudoOp } from './define.ts';
export { ARCHS } from './define.ts';
export { PSEUDO_OPS } from './isa-table.ts';
export * from './enums.ts';

export type InstructionName = (typeof TABLE)[number]['name'];

/** An instruction as one architecture has it. */
export interface Row extends Definition<InstructionName> {
  /** Place in `INSTRUCTIONS`, the same on every architecture: an index for handler arrays. */
  readonly id: number;
  readonly arch: Arch;
  /** Fields by name, for access outside loops. */
  readonly byName: Readonly<Record<string, Field | undefined>>;
  /** Bits that belong to opcode, sub-opcode or a field, as two words; the rest is reserved, written as 0. */
  readonly usedLo: number;
  readonly usedHi: number;
}

/** Names in table order; `Row.id` is the index. */
export const INSTRUCTIONS: readonly InstructionName[] = TABLE.map((d) => d.name);

/** Facts of an architecture that the stream interface reports at run time; these are the usual values. */
export interface Limits {
  /** 32-bit registers of a queue (CS_FEATURES.WORK_REGISTERS + 1). */
  readonly registers: number;
  /** Scoreboard entries of a queue. */
  readonly scoreboards: number;
  /** Frames of the call stack, the ring included. */
  readonly callFrames: number;
  /** Registers at the top that the kernel uses around a job. */
  readonly kernelRegisters: number;
}

const small = { callFrames: 8, kernelRegisters: 4 };
export const LIMITS: Readonly<Record<Arch, Limits>> = {
  10: { registers: 96, scoreboards: 8, ...small },
  11: { registers: 96, scoreboards: 16, ...small },
  12: { registers: 128, scoreboards: 16, ...small },
  13: { registers: 128, scoreboards: 16, ...small },
};

/** The low word's mask of bits [lsb+width-1 : lsb] of a 64-bit word, as int32. */
function lowMask(lsb: number, width: number): number {
  if (lsb >= 32) return 0;
  const end = Math.min(lsb + width, 32);
  return (end - lsb === 32 ? -1 : ((1 << (end - lsb)) - 1) << lsb) | 0;
}

function highMask(lsb: number, width: number): number {
  return lsb + width <= 32 ? 0 : lsb >= 32 ? lowMask(lsb - 32, width) : lowMask(0, lsb + width - 32);
}

function expand(definition: Definition<InstructionName>, id: number, arch: Arch): Row {
  const fields = definition.fields.filter((f) => arch >= f.since && arch <= f.until);
  const names = new Set(fields.map((f) => f.name));
  const sub = definition.sub !== undefined && arch >= definition.sub.since ? definition.sub : undefined;
  let usedLo = sub === undefined ? 0 : lowMask(sub.lsb, 8);
  let usedHi = (0xff << 24) | (sub === undefined ? 0 : highMask(sub.lsb, 8));
  for (const f of fields) {
    usedLo |= lowMask(f.lsb, f.width);
    usedHi |= highMask(f.lsb, f.width);
  }
  return {
    ...definition,
    sub,
    id,
    arch,
    fields,
    modifiers: definition.modifiers.filter((m) => names.has(m.field)),
    operands: definition.operands.filter((o) => o.kind !== 'field' || names.has(o.field)),
    byName: Object.fromEntries(fields.map((f) => [f.name, f])),
    usedLo,
    usedHi,
  };
}

/** Where the sub-opcode of an opcode lies. */
const SUB_NONE = 0;
const SUB_HIGH = 1;
const SUB_LOW = 2;

interface Tables {
  readonly rows: readonly Row[];
  readonly byName: ReadonlyMap<string, Row>;
  /** Per opcode: SUB_*. */
  readonly subKind: Uint8Array;
  /** Per opcode * 256 + sub-opcode. */
  readonly decode: readonly (Row | undefined)[];
}

function build(arch: Arch): Tables {
  const rows = TABLE.map((d, id) => expand(d, id, arch)).filter((r) => arch >= r.since && arch <= r.until);
  const subKind = new Uint8Array(256);
  const decoded: (Row | undefined)[] = Array.from({ length: 65536 }, () => undefined);
  for (const row of rows) {
    if (row.sub !== undefined) subKind[row.opcode] = row.sub.lsb === 32 ? SUB_HIGH : SUB_LOW;
    decoded[row.opcode * 256 + (row.sub?.value ?? 0)] = row;
  }
  return { rows, byName: new Map(rows.map((r) => [r.name, r])), subKind, decode: decoded };
}

const TABLES: readonly (Tables | undefined)[] = Array.from({ length: 14 }, (_, n) => {
  const arch = ARCHS.find((a) => a === n);
  return arch === undefined ? undefined : build(arch);
});

function tables(arch: Arch): Tables {
  const found = TABLES[arch];
  if (found === undefined) throw new Bug(`no command stream table for architecture ${arch}`);
  return found;
}

/** All instructions of an architecture, in table order. */
export function rowsOf(arch: Arch): readonly Row[] {
  return tables(arch).rows;
}

/** The instruction called `name` (not an alias) on `arch`, if it has one. */
export function rowNamed(name: string, arch: Arch): Row | undefined {
  return tables(arch).byName.get(name);
}

/**
 * The instruction of a word given as two int32, or undefined for an opcode or sub-opcode that `arch` lacks.
 * Reserved bits and reserved enum values do not matter here; see `reserved`.
 */
export function decode(lo: number, hi: number, arch: Arch): Row | undefined {
  const t = TABLES[arch]!;
  const opcode = hi >>> 24;
  const kind = t.subKind[opcode];
  return t.decode[(opcode << 8) | (kind === SUB_NONE ? 0 : kind === SUB_HIGH ? hi & 0xff : lo >>> 24)];
}

/** Reserved bits set in a word of `row`, as two unsigned words. */
export function reserved(row: Row, lo: number, hi: number): { readonly lo: number; readonly hi: number } {
  return { lo: (lo & ~row.usedLo) >>> 0, hi: (hi & ~row.usedHi) >>> 0 };
}

/** The value of a field: unsigned, or sign-extended for `int`. Up to 48 bits as a Number. */
export function field(lo: number, hi: number, f: Field): number {
  const { lsb, width } = f;
  if (lsb >= 32) return (hi >>> (lsb - 32)) & (width === 32 ? -1 : (1 << width) - 1);
  if (lsb + width > 32) return (hi & ((1 << (lsb + width - 32)) - 1)) * TWO32 + (lo >>> 0);
  if (f.type === 'int') return (lo << (32 - lsb - width)) >> (32 - width);
  return (lo << (32 - lsb - width)) >>> (32 - width);
}

/** The field `name` of a word; a Bug when the row has no such field. For code outside hot loops. */
export function valueOf(row: Row, name: string, lo: number, hi: number): number {
  const f = row.byName[name];
  if (f === undefined) throw new Bug(`${row.name} of architecture ${row.arch} has no field ${name}`);
  return field(lo, hi, f);
}

/** Smallest and largest value a field holds. */
export function rangeOf(f: Field): { readonly min: number; readonly max: number } {
  return f.type === 'int'
    ? { min: -(2 ** (f.width - 1)), max: 2 ** (f.width - 1) - 1 }
    : { min: 0, max: 2 ** f.width - 1 };
}

/** An instruction word as two unsigned 32-bit words, low first. */
export interface Word {
  readonly lo: number;
  readonly hi: number;
}

/** The word of `row` with the given field values, 0 where none is given. RangeError when one does not fit. */
export function encodeRow(row: Row, values: Readonly<Record<string, number>>): Word {
  let lo = 0;
  let hi = row.opcode << 24;
  if (row.sub?.lsb === 24) lo |= row.sub.value << 24;
  if (row.sub?.lsb === 32) hi |= row.sub.value;
  for (const [name, value] of Object.entries(values)) {
    const f = row.byName[name];
    if (f === undefined) throw new RangeError(`${row.name} of architecture ${row.arch} has no field ${name}`);
    const { min, max } = rangeOf(f);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`${row.name}.${name}: ${value} is outside ${min}..${max}`);
    }
    const low = (value % TWO32) | 0;
    if (f.lsb >= 32) hi |= low << (f.lsb - 32);
    else lo |= (low & (f.width >= 32 ? -1 : (1 << f.width) - 1)) << f.lsb;
    if (f.lsb + f.width > 32 && f.lsb < 32) hi |= Math.floor(value / TWO32);
  }
  return { lo: lo >>> 0, hi: hi >>> 0 };
}

/** The word of the instruction `name` on `arch`: what a driver or a test emits. RangeError for an unknown name or a bad value. */
export function encode(name: InstructionName, values: Readonly<Record<string, number>>, arch: Arch): Word {
  const row = rowNamed(name, arch);
  if (row === undefined) throw new RangeError(`architecture ${arch} has no instruction ${name}`);
  return encodeRow(row, values);
}
