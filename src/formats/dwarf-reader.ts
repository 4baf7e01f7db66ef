/**
 * The primitives of DWARF 2 to 5: LEB128 numbers, units with their length, and the forms attributes come in. Input
 * from outside: every number is checked, work is counted against a budget, nothing recurses. 32-bit DWARF only, as
 * compilers for Arm cores write it. Source: DWARF 5 standard, chapter 7.
 */
import { BadInput } from '../base/errors.ts';
import { Cursor } from '../base/cursor.ts';

/** Steps a reader is willing to make in all (chosen: some hundred times what a firmware takes, a second of work). */
export const WORK_LIMIT = 8_000_000;
const LONGEST_LEB = 10;
const DWARF_64 = 0xffff_ffff;
const RESERVED_LENGTH = 0xffff_fff0;
const OLDEST = 2;
const NEWEST = 5;

/** Counts work, so that a small file cannot ask for a lot of it. */
export class Budget {
  private left: number;
  private readonly what: string;

  constructor(what: string, limit = WORK_LIMIT) {
    this.what = what;
    this.left = limit;
  }

  spend(amount = 1): void {
    this.left -= amount;
    if (this.left >= 0) return;
    throw new BadInput({
      file: this.what,
      rule: 'its debug information asks for more work than is done for one file',
      remedy: 'Strip the file, or build it with less debug information (-g1).',
    });
  }
}

/** Unsigned LEB128 below 2^53. */
export function uleb(c: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let k = 0; k < LONGEST_LEB; k++) {
    const byte = c.u8();
    value += (byte & 0x7f) * scale;
    if ((byte & 0x80) === 0) {
      if (!Number.isSafeInteger(value)) c.refuse('a LEB128 number above 2^53');
      return value;
    }
    scale *= 128;
  }
  return c.refuse(`a LEB128 number of more than ${LONGEST_LEB} bytes`);
}

/** Signed LEB128 within 2^53. */
export function sleb(c: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let k = 0; k < LONGEST_LEB; k++) {
    const byte = c.u8();
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if ((byte & 0x80) !== 0) continue;
    if ((byte & 0x40) !== 0) value -= scale;
    if (!Number.isSafeInteger(value)) c.refuse('a LEB128 number beyond 2^53');
    return value;
  }
  return c.refuse(`a LEB128 number of more than ${LONGEST_LEB} bytes`);
}

/** A cursor over the rest of a unit whose length stands at `c`; moves `c` behind the unit. */
export function unitAt(c: Cursor): Cursor {
  const length = c.u32();
  if (length === DWARF_64) c.refuse('64-bit DWARF is not taken', 'Build with -gdwarf32.');
  if (length >= RESERVED_LENGTH) c.refuse('a reserved unit length');
  return c.sub(length);
}

/** DWARF version of a unit, which stands at `c`. */
export function versionAt(c: Cursor, oldest = OLDEST): number {
  const version = c.u16();
  if (version < oldest || version > NEWEST) {
    c.refuse(`DWARF version ${version}; ${oldest} to ${NEWEST} are taken`, 'Build with -gdwarf-4 or -gdwarf-5.');
  }
  return version;
}

/** Sections by name; empty where the file has none. */
export interface DwarfSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly line: Uint8Array;
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
  readonly strOffsets: Uint8Array;
  readonly addr: Uint8Array;
  readonly ranges: Uint8Array;
  readonly rngLists: Uint8Array;
  readonly frame: Uint8Array;
  /** Location lists before and of DWARF 5. */
  readonly loc: Uint8Array;
  readonly locLists: Uint8Array;
}

/** What a unit says about how its attributes are written. */
export interface FormContext {
  readonly version: number;
  readonly addressSize: number;
  readonly sections: DwarfSections;
  strOffsetsBase: number;
  addrBase: number;
}

export type FormValue = number | string | Uint8Array | undefined;

const FORM_INDIRECT = 0x16;
export const FORM_IMPLICIT_CONST = 0x21;
export const FORM_RNGLISTX = 0x23;

/** Longest name taken. */
const NAME_LIMIT = 4096;

/** A string of a string section; '' outside of it. */
export function stringAt(section: Uint8Array, at: number): string {
  let s = '';
  for (let k = at; k < section.length && section[k] !== 0 && s.length < NAME_LIMIT; k++) {
    s += String.fromCharCode(section[k]!);
  }
  return s;
}

function wordOf(section: Uint8Array, at: number): number {
  if (at < 0 || at + 4 > section.length) return 0;
  return (section[at]! | (section[at + 1]! << 8) | (section[at + 2]! << 16) | (section[at + 3]! << 24)) >>> 0;
}

function three(c: Cursor): number {
  return c.u8() | (c.u8() << 8) | (c.u8() << 16);
}

const strx = (u: FormContext, index: number): string =>
  stringAt(u.sections.str, wordOf(u.sections.strOffsets, u.strOffsetsBase + index * 4));
const addrx = (u: FormContext, index: number): number => wordOf(u.sections.addr, u.addrBase + index * 4);

/** How each form is read: numbers, strings, and the bytes of blocks and of what is wider than a number. */
const FORMS: Readonly<Record<number, (c: Cursor, u: FormContext) => FormValue>> = {
  0x01: (c, u) => (u.addressSize === 8 ? c.u64() : c.u32()),
  0x03: (c) => c.take8(c.u16()),
  0x04: (c) => c.take8(c.u32()),
  0x05: (c) => c.u16(),
  0x06: (c) => c.u32(),
  0x07: (c) => c.take8(8),
  0x08: (c) => c.text(),
  0x09: (c) => c.take8(uleb(c)),
  0x0a: (c) => c.take8(c.u8()),
  0x0b: (c) => c.u8(),
  0x0c: (c) => c.u8(),
  0x0d: (c) => sleb(c),
  0x0e: (c, u) => stringAt(u.sections.str, c.u32()),
  0x0f: (c) => uleb(c),
  0x10: (c, u) => (u.version === OLDEST && u.addressSize === 8 ? c.u64() : c.u32()),
  0x11: (c) => c.u8(),
  0x12: (c) => c.u16(),
  0x13: (c) => c.u32(),
  0x14: (c) => c.u64(),
  0x15: (c) => uleb(c),
  0x17: (c) => c.u32(),
  0x18: (c) => c.take8(uleb(c)),
  0x19: () => 1,
  0x1a: (c, u) => strx(u, uleb(c)),
  0x1b: (c, u) => addrx(u, uleb(c)),
  0x1c: (c) => c.take8(4),
  0x1d: (c) => c.take8(4),
  0x1e: (c) => c.take8(16),
  0x1f: (c, u) => stringAt(u.sections.lineStr, c.u32()),
  0x20: (c) => c.take8(8),
  0x22: (c) => uleb(c),
  [FORM_RNGLISTX]: (c) => uleb(c),
  0x24: (c) => c.take8(8),
  0x25: (c, u) => strx(u, c.u8()),
  0x26: (c, u) => strx(u, c.u16()),
  0x27: (c, u) => strx(u, three(c)),
  0x28: (c, u) => strx(u, c.u32()),
  0x29: (c, u) => addrx(u, c.u8()),
  0x2a: (c, u) => addrx(u, c.u16()),
  0x2b: (c, u) => addrx(u, three(c)),
  0x2c: (c, u) => addrx(u, c.u32()),
};

/** References within the unit: their value counts from the unit's beginning. */
export const UNIT_REFERENCES: ReadonlySet<number> = new Set([0x11, 0x12, 0x13, 0x14, 0x15]);

/** Reads one attribute's value. BadInput for a form that does not exist, or one that only names another. */
export function readForm(c: Cursor, form: number, unit: FormContext): FormValue {
  const known = form === FORM_INDIRECT ? uleb(c) : form;
  const read = FORMS[known];
  if (read === undefined) return c.refuse(`attribute form 0x${known.toString(16)} is not known here`);
  return read(c, unit);
}
