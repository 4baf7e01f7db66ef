/** Reading registers for people and checks: fields of a value, access masks per word, words for access modes. */

import type { Access, Field, Register, Words } from './define.ts';

export interface DecodedField {
  readonly name: string;
  /** A BigInt only for values of 2^53 and above. */
  readonly value: number | bigint;
  readonly enumName: string | undefined;
}

/**
 * Fields of a value given as two words, in order of the description. Fields that depend on another field or on the
 * architecture are left out when they do not apply; without `arch` all architectures count.
 */
export function decodeFields(register: Register, lo: number, hi = 0, arch?: number): readonly DecodedField[] {
  return register.fields
    .filter((f) => applies(register, f, lo, hi) && inArch(f, arch))
    .map((f) => {
      const value = fieldValueOf(f, lo, hi);
      return { name: f.name, value, enumName: typeof value === 'number' ? f.nameOf(value) : undefined };
    });
}

function applies(register: Register, f: Field, lo: number, hi: number): boolean {
  if (f.when === undefined) return true;
  return register.find(f.when.field)?.get(lo, hi) === f.when.value;
}

function inArch(f: Field, arch: number | undefined): boolean {
  if (f.arch === undefined || arch === undefined) return true;
  return arch >= f.arch[0] && arch <= (f.arch[1] ?? Infinity);
}

/** A field's value in two words, whole: a BigInt from 2^53 on. */
export function fieldValueOf(f: Field, lo: number, hi = 0): number | bigint {
  if (f.lsb >= 32 || f.lsb + f.width <= 53) return f.get(lo, hi);
  const word = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  const value = BigInt.asUintN(f.width, word >> BigInt(f.lsb));
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** One line for a value: `code=RESET reset_mode=SOFT_RESET`; one-bit fields appear as their name when set. */
export function describeValue(register: Register, lo: number, hi = 0, arch?: number): string {
  const flags = new Set(register.fields.filter((f) => f.width === 1 && f.enum === undefined).map((f) => f.name));
  return decodeFields(register, lo, hi, arch)
    .filter((f) => !(flags.has(f.name) && f.value === 0))
    .map((f) => (flags.has(f.name) ? f.name : `${f.name}=${f.enumName ?? `0x${f.value.toString(16)}`}`))
    .join(' ');
}

/** Bits of one 32-bit word by what an access does to them; all unsigned. */
export interface WordMasks {
  /** Described bits; all of them when the register has no fields. Others are unmodelled. */
  readonly known: number;
  readonly readable: number;
  /** Bits on which a write has any effect. */
  readonly writable: number;
  /** Bits a write of 1 sets, or clears; the rest of `writable` takes the written value. */
  readonly oneSets: number;
  readonly oneClears: number;
}

const READABLE: ReadonlySet<Access> = new Set(['RO', 'RW', 'W1C', 'RW1S', 'RC']);
const WRITABLE: ReadonlySet<Access> = new Set(['RW', 'WO', 'W1C', 'RW1S']);

const masks = new WeakMap<object, readonly [WordMasks, WordMasks]>();

/** Masks of a word of a register (0 low, 1 high). Elements of an array share theirs. */
export function registerMask(register: Register, word: 0 | 1 = 0): WordMasks {
  let pair = masks.get(register.init);
  if (pair === undefined) {
    pair = [compute(register, 'lo'), compute(register, 'hi')];
    masks.set(register.init, pair);
  }
  return pair[word];
}

function compute(register: Register, half: keyof Words): WordMasks {
  const all = half === 'lo' || register.width === 64 ? 0xffff_ffff : 0;
  const parts =
    register.fields.length === 0
      ? [{ access: register.access, mask: all }]
      : register.fields.map((f) => ({ access: f.access, mask: f.mask[half] }));
  const union = (take: (access: Access) => boolean) =>
    parts.reduce((bits, part) => (take(part.access) ? bits | part.mask : bits), 0) >>> 0;
  return {
    known: union(() => true),
    readable: union((a) => READABLE.has(a)),
    writable: union((a) => WRITABLE.has(a)),
    oneSets: union((a) => a === 'RW1S'),
    oneClears: union((a) => a === 'W1C'),
  };
}

const ACCESS_TEXT: Readonly<Record<Access, string>> = {
  RO: 'read only',
  RW: 'read and write',
  WO: 'write only, reads 0',
  W1C: 'writing 1 clears',
  RW1S: 'reads, writing 1 sets',
  RC: 'reading clears',
};

/** Words for who may do what to a register. */
export function describeAccess(register: Register): string {
  const text = ACCESS_TEXT[register.access];
  return register.init.writeWhen === undefined ? text : `${text}, writable while ${register.init.writeWhen}`;
}
