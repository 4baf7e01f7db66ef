/**
 * The Valhall shader instruction set (v9/v10) as the shader core, the assembler and the editor use it: a
 * decode that costs three table reads, and field access over the two int32 halves of a word without BigInt.
 * The data is in the table-*.ts files.
 */
import type { Definition, Modifier, Staging } from './define.ts';
import { ENUM_SPECS, FLOWS, SPECIALS } from './enums.ts';
import { CVT_TABLE } from './table-cvt.ts';
import { FMA_TABLE } from './table-fma.ts';
import { GRAPHICS_TABLE } from './table-graphics.ts';
import { MEMORY_TABLE } from './table-memory.ts';
import { SFU_TABLE } from './table-sfu.ts';

export type { Definition, Immediate, Modifier, Secondary, Select, Source, Staging, Unit } from './define.ts';
export * from './enums.ts';

const TABLE = [...FMA_TABLE, ...CVT_TABLE, ...SFU_TABLE, ...MEMORY_TABLE, ...GRAPHICS_TABLE] as const;

export type InstructionName = (typeof TABLE)[number]['name'];

/** An instruction with what follows from its definition. */
export interface Row extends Definition<InstructionName> {
  /** Place in `ROWS`: an index for handler arrays. */
  readonly id: number;
  /** Asynchronous, with a dependency slot. */
  readonly message: boolean;
  /** Neither destination nor staging registers: bits 46 and 47 are set all the same. */
  readonly placeholder: boolean;
  /** `word & mask == value` for the words of this row, as two int32 each. */
  readonly maskLo: number;
  readonly maskHi: number;
  readonly valueLo: number;
  readonly valueHi: number;
  /** Bits that mean something in this row; the others are reserved, written as 0. */
  readonly usedLo: number;
  readonly usedHi: number;
  /** Modifiers by name, for access outside loops. */
  readonly byName: Readonly<Record<string, Modifier | undefined>>;
}

/** Registers of a lane with the large allocation. */
export const REGISTERS = 64;

const OPCODE_LSB = 48;
const OPCODE_WIDTH = 9;
const PAGE_LSB = 57;
const FLOW_LSB = 59;
const REGISTER_LSB = 40;
const FLAGS_LSB = 46;

/** A set of bits of the word, as two int32. */
class Bits {
  lo = 0;
  hi = 0;
  /** Adds `value` (below 2^32), shifted to `lsb`. */
  add(lsb: number, value: number): this {
    if (lsb >= 32) this.hi |= value << (lsb - 32);
    else {
      this.lo |= value << lsb;
      if (lsb > 0) this.hi |= value >>> (32 - lsb);
    }
    return this;
  }
  field(lsb: number, width: number): this {
    return this.add(lsb, width >= 32 ? 0xffff_ffff : (1 << width) - 1);
  }
}

function usedBits(d: Definition): Bits {
  const used = new Bits().field(OPCODE_LSB, OPCODE_WIDTH).field(PAGE_LSB, 2).field(FLOW_LSB, 4);
  if (d.secondary !== undefined) used.add(d.secondary.lsb, d.secondary.mask);
  for (const s of d.sources) {
    used.field(s.lsb, 8);
    for (const bit of [s.neg, s.abs, s.not]) if (bit >= 0) used.field(bit, 1);
    if (s.select !== undefined) used.field(s.select.lsb, s.select.width);
  }
  for (const s of d.staging) {
    used.field(s.lsb, 6).field(s.countLsb, 3);
    if (s.flags !== undefined) used.field(FLAGS_LSB, 2);
  }
  for (const m of [...d.modifiers, ...d.immediates]) used.field(m.lsb, m.width);
  if (d.destination) used.field(REGISTER_LSB, 8);
  else if (d.staging.length === 0) used.field(FLAGS_LSB, 2);
  return used;
}

function expand(d: Definition<InstructionName>, id: number): Row {
  const mask = new Bits().field(OPCODE_LSB, OPCODE_WIDTH);
  const value = new Bits().add(OPCODE_LSB, d.opcode);
  if (d.secondary !== undefined) {
    mask.add(d.secondary.lsb, d.secondary.mask);
    value.add(d.secondary.lsb, d.secondary.value);
  }
  const used = usedBits(d);
  return {
    ...d,
    id,
    message: d.unit !== 'FMA' && d.unit !== 'CVT' && d.unit !== 'SFU',
    placeholder: !d.destination && d.staging.length === 0,
    maskLo: mask.lo,
    maskHi: mask.hi,
    valueLo: value.lo,
    valueHi: value.hi,
    usedLo: used.lo,
    usedHi: used.hi,
    byName: Object.fromEntries(d.modifiers.map((m) => [m.name, m])),
  };
}

/** All instructions; `Row.id` is the index. */
export const ROWS: readonly Row[] = TABLE.map(expand);

const BY_NAME: ReadonlyMap<string, Row> = new Map(ROWS.map((r) => [r.name, r]));

/** The instruction with this exact name. */
export function rowNamed(name: string): Row | undefined {
  return BY_NAME.get(name);
}

/** Secondary values of an opcode fit five bits once those above bit 31 are moved next to the others. */
const SECONDARY_BITS = 5;
/** Per opcode: how to gather its secondary value from the two words. */
const LOW_SHIFT = new Uint8Array(1 << OPCODE_WIDTH);
const LOW_MASK = new Uint8Array(1 << OPCODE_WIDTH);
const HIGH_SHIFT = new Uint8Array(1 << OPCODE_WIDTH);
const HIGH_MASK = new Uint8Array(1 << OPCODE_WIDTH);
const HIGH_PLACE = new Uint8Array(1 << OPCODE_WIDTH);
const BUCKETS: (Row | undefined)[] = Array.from({ length: 1 << (OPCODE_WIDTH + SECONDARY_BITS) }, () => undefined);

for (const row of ROWS) {
  const { opcode, secondary } = row;
  if (secondary !== undefined) {
    const { lsb, mask } = secondary;
    const below = lsb >= 32 ? 0 : mask & (2 ** (32 - lsb) - 1);
    const above = lsb >= 32 ? mask : Math.floor(mask / 2 ** (32 - lsb));
    LOW_SHIFT[opcode] = lsb & 31;
    LOW_MASK[opcode] = below;
    HIGH_SHIFT[opcode] = lsb >= 32 ? lsb - 32 : 0;
    HIGH_MASK[opcode] = above;
    HIGH_PLACE[opcode] = 32 - Math.clz32(below);
  }
  BUCKETS[bucket(row.valueLo, row.valueHi)] = row;
}

function bucket(lo: number, hi: number): number {
  const opcode = (hi >>> 16) & 0x1ff;
  const low = (lo >>> LOW_SHIFT[opcode]!) & LOW_MASK[opcode]!;
  const high = ((hi >>> HIGH_SHIFT[opcode]!) & HIGH_MASK[opcode]!) << HIGH_PLACE[opcode]!;
  return (opcode << SECONDARY_BITS) | high | low;
}

/**
 * The instruction of a word given as two int32, or undefined for a combination of opcode and secondary
 * opcode that does not exist. Other bits do not matter here; see `invalid`.
 */
export function decode(lo: number, hi: number): Row | undefined {
  return BUCKETS[bucket(lo, hi)];
}

/** Bits [lsb+width-1 : lsb] of a word, unsigned; width 1 to 32. */
export function field(lo: number, hi: number, lsb: number, width: number): number {
  const from = lsb >= 32 ? hi >>> (lsb - 32) : lsb === 0 ? lo : (lo >>> lsb) | (hi << (32 - lsb));
  return width === 32 ? from >>> 0 : from & ((1 << width) - 1);
}

/** The same, sign-extended. */
export function signedField(lo: number, hi: number, lsb: number, width: number): number {
  return (field(lo, hi, lsb, width) << (32 - width)) >> (32 - width);
}

/** One bit as 0 or 1; -1 (a bit that does not exist) reads as 0. */
export function bit(lo: number, hi: number, n: number): number {
  return n < 0 ? 0 : n >= 32 ? (hi >>> (n - 32)) & 1 : (lo >>> n) & 1;
}

/** Value of the modifier `name`; undefined if the instruction has none. For decoding, not for hot loops. */
export function modifierOf(row: Row, name: string, lo: number, hi: number): number | undefined {
  const m = row.byName[name];
  return m === undefined ? undefined : field(lo, hi, m.lsb, m.width);
}

/** Bits 59..62: one of FLOW_*. */
export const flowOf = (hi: number): number => (hi >>> 27) & 15;
/** Bits 57..58: the page of uniforms and special values. */
export const pageOf = (hi: number): number => (hi >>> 25) & 3;
/** Bits 40..45: destination or staging register. */
export const registerOf = (hi: number): number => (hi >>> 8) & 63;
/** Bits 46..47: halves written (1 low, 2 high, 3 both), or for messages 1 reads, 2 writes. */
export const flagsOf = (hi: number): number => (hi >>> 14) & 3;
/** Bits 30..32: the slot of a message. */
export const slotOf = (lo: number, hi: number): number => (lo >>> 30) | ((hi & 1) << 2);

/** First register of a staging set. */
export const stagingBase = (s: Staging, lo: number, hi: number): number => field(lo, hi, s.lsb, 6);
/** Registers in a staging set; 0 is possible. */
export const stagingCount = (s: Staging, lo: number, hi: number): number => field(lo, hi, s.countLsb, 3) + s.bias;

/** Bits 6..7 of a source byte. */
export const SOURCE_REGISTER = 0;
/** A register whose content is undefined afterwards. */
export const SOURCE_LAST_USE = 1;
export const SOURCE_UNIFORM = 2;
/** Below 32 an entry of `CONSTANTS`, from 32 a word of `SPECIALS`. */
export const SOURCE_CONSTANT = 3;

/** The byte of a source at `lsb` 0, 8, 16 or 24. */
export const sourceByte = (lo: number, lsb: number): number => (lo >>> lsb) & 0xff;

/** The name of a special value's byte (0xe0..0xff) in `page`, without its word; undefined if reserved. */
export function specialName(byte: number, page: number): string | undefined {
  return SPECIALS[page]?.[(byte - 0xe0) >> 1];
}

/**
 * Why hardware reports an invalid encoding for a word of `row`; undefined when it is a good one. Reserved
 * bits inside the word are not looked at, see `reserved`.
 */
export function invalid(row: Row, lo: number, hi: number): string | undefined {
  if (hi < 0 || hi > 0x7fff_ffff) return 'bit 63 is set';
  if (FLOWS[flowOf(hi)] === undefined) return `flow ${flowOf(hi)} is reserved`;
  if (row.destination && flagsOf(hi) === 0) return 'the write mask is empty';
  if (row.placeholder && flagsOf(hi) !== 3) return 'bits 46 and 47 are not both set';
  for (const s of row.staging) {
    if (s.flags !== undefined && flagsOf(hi) !== s.flags && !withoutResult(row, s, lo, hi)) {
      return `bits 46 and 47 are ${flagsOf(hi)}, not ${s.flags}`;
    }
    if (stagingBase(s, lo, hi) + stagingCount(s, lo, hi) > REGISTERS) return 'the staging registers end above r63';
  }
  for (const m of row.modifiers) {
    const value = field(lo, hi, m.lsb, m.width);
    if (m.kind !== undefined && ENUM_SPECS[m.kind].names[value] === undefined) return `${m.name} ${value} is reserved`;
  }
  for (const s of row.sources) {
    const byte = sourceByte(lo, s.lsb);
    if (byte >= 0xe0 && specialName(byte, pageOf(hi)) === undefined) {
      return `special value ${(byte - 0xe0) >> 1} of page ${pageOf(hi)} is reserved`;
    }
    if (s.select === undefined) continue;
    const value = field(lo, hi, s.select.lsb, s.select.width);
    if (ENUM_SPECS[s.select.kind].names[value] === undefined) return `${s.select.kind} ${value} is reserved`;
  }
  return undefined;
}

/** ATOM1_RETURN without a result comes with flags 2 and 3. */
function withoutResult(row: Row, s: Staging, lo: number, hi: number): boolean {
  return row.opcode === OPCODE_ATOM1 && flagsOf(hi) === 3 && stagingCount(s, lo, hi) === 0;
}
const OPCODE_ATOM1 = 0x69;

/** Reserved bits that are set in a word of `row`, as two unsigned words. */
export function reserved(row: Row, lo: number, hi: number): { readonly lo: number; readonly hi: number } {
  return { lo: (lo & ~row.usedLo) >>> 0, hi: (hi & ~row.usedHi) >>> 0 };
}
