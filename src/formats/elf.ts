/**
 * ELF32 little-endian files: header, segments, sections, symbols. A pure reader for input from outside: every
 * offset and count is checked against the file and against limits before anything is taken, and data are views
 * of the file, never copies. Source: System V ABI, chapters 4 and 5; ELF for the Arm Architecture.
 */
import { BadInput } from '../base/errors.ts';
import { Cursor } from '../base/cursor.ts';

export const EM_ARM = 40;
export const PT_LOAD = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const SHF_COMPRESSED = 1 << 11;

const HEADER_BYTES = 52;
const SEGMENT_BYTES = 32;
const SECTION_BYTES = 40;
const SYMBOL_BYTES = 16;
const IDENT_BYTES = 16;
const CLASS_32 = 1;
const DATA_LITTLE = 1;

/** What a reader is willing to take (chosen: far above any firmware, far below what hurts). */
export interface ElfLimits {
  readonly segments: number;
  readonly sections: number;
  readonly symbols: number;
  /** Characters of a name. */
  readonly name: number;
}
export const ELF_LIMITS: ElfLimits = { segments: 256, sections: 4096, symbols: 1 << 20, name: 4096 };

export interface ElfSegment {
  readonly type: number;
  readonly offset: number;
  readonly vaddr: number;
  readonly paddr: number;
  readonly fileSize: number;
  readonly memSize: number;
  /** 1 execute, 2 write, 4 read. */
  readonly flags: number;
  readonly align: number;
  readonly data: Uint8Array;
}

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly addr: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
  /** Empty for NOBITS. */
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  /** Bit 0 of Thumb functions is set. */
  readonly value: number;
  readonly size: number;
  readonly type: number;
  readonly bind: number;
  readonly section: number;
}

export interface ElfFile {
  readonly type: number;
  readonly machine: number;
  readonly entry: number;
  readonly flags: number;
  readonly segments: readonly ElfSegment[];
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

/** True when the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Reads a file. Throws BadInput with the offset and the broken rule. */
export function readElf(bytes: Uint8Array, what = 'ELF file', limits: ElfLimits = ELF_LIMITS): ElfFile {
  if (!isElf(bytes)) refuse(what, 0, 'not an ELF file', 'Give a file made by a linker.');
  const c = new Cursor(bytes, what);
  if (bytes.length < HEADER_BYTES) refuse(what, bytes.length, `an ELF32 header has ${HEADER_BYTES} bytes`);
  if (bytes[4] !== CLASS_32) refuse(what, 4, 'not a 32-bit file', 'Build for a 32-bit Arm core.');
  if (bytes[5] !== DATA_LITTLE) refuse(what, 5, 'not a little-endian file', 'Build for a little-endian core.');
  c.seek(IDENT_BYTES);
  const type = c.u16();
  const machine = c.u16();
  c.skip(4);
  const entry = c.u32();
  const segmentsAt = c.u32();
  const sectionsAt = c.u32();
  const flags = c.u32();
  c.skip(2);
  const [segmentBytes, segmentCount, sectionBytes, sectionCount, namesIndex] = [
    c.u16(),
    c.u16(),
    c.u16(),
    c.u16(),
    c.u16(),
  ];
  const segments = table(c, segmentsAt, segmentCount, segmentBytes, SEGMENT_BYTES, limits.segments, 'segments').map(
    (at) => readSegment(c, at),
  );
  const raw = table(c, sectionsAt, sectionCount, sectionBytes, SECTION_BYTES, limits.sections, 'sections').map((at) =>
    readSection(c, at),
  );
  const names = raw[namesIndex];
  const sections = raw.map((s) => ({ ...s, name: names === undefined ? '' : textAt(names.data, s.nameAt, limits) }));
  return { type, machine, entry, flags, segments, sections, symbols: readSymbols(sections, what, limits) };
}

function refuse(file: string, offset: number, rule: string, remedy = 'The file is damaged.'): never {
  throw new BadInput({ file, offset, rule, remedy });
}

/** Offsets of a header table's entries. */
function table(
  c: Cursor,
  at: number,
  count: number,
  size: number,
  least: number,
  limit: number,
  what: string,
): number[] {
  if (count === 0) return [];
  if (size < least) c.refuse(`${what}: entries of ${size} bytes, ${least} are needed`, undefined, at);
  if (count > limit) c.refuse(`${count} ${what}, at most ${limit} are taken`, 'Strip the file.', at);
  if (at + count * size > c.bytes.length) c.refuse(`the table of ${what} lies outside the file`, undefined, at);
  return Array.from({ length: count }, (_, k) => at + k * size);
}

/** A view of part of the file. */
function view(c: Cursor, offset: number, size: number, what: string, headerAt: number): Uint8Array {
  if (offset + size > c.bytes.length)
    c.refuse(`${what}: bytes ${offset}..${offset + size} lie outside the file`, undefined, headerAt);
  return c.bytes.subarray(offset, offset + size);
}

function readSegment(c: Cursor, at: number): ElfSegment {
  c.seek(at);
  const [type, offset, vaddr, paddr, fileSize, memSize, flags, align] = words(c, 8);
  if (type === PT_LOAD && fileSize > memSize)
    c.refuse('a segment has more bytes in the file than in memory', undefined, at);
  return {
    type,
    offset,
    vaddr,
    paddr,
    fileSize,
    memSize,
    flags,
    align,
    data: view(c, offset, fileSize, 'segment', at),
  };
}

function readSection(c: Cursor, at: number): Omit<ElfSection, 'name'> & { readonly nameAt: number } {
  c.seek(at);
  const [nameAt, type, flags, addr, offset, size, link, info, align, entrySize] = words(c, 10);
  const data = type === SHT_NOBITS || type === 0 ? new Uint8Array(0) : view(c, offset, size, 'section', at);
  return { nameAt, type, flags, addr, offset, size, link, info, align, entrySize, data };
}

type Words = [number, number, number, number, number, number, number, number, number, number];
function words(c: Cursor, count: number): Words {
  const out: Words = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let k = 0; k < count; k++) out[k] = c.u32();
  return out;
}

/** A NUL-terminated string of a string table; '' outside of it. */
function textAt(strings: Uint8Array, at: number, limits: ElfLimits): string {
  let s = '';
  for (let k = at; k < strings.length && strings[k] !== 0 && s.length < limits.name; k++) {
    s += String.fromCharCode(strings[k]!);
  }
  return s;
}

function readSymbols(sections: readonly ElfSection[], what: string, limits: ElfLimits): ElfSymbol[] {
  const symbols: ElfSymbol[] = [];
  for (const section of sections) {
    if (section.type !== SHT_SYMTAB) continue;
    const strings = sections[section.link];
    if (strings === undefined || strings.type !== SHT_STRTAB) {
      refuse(what, section.offset, `symbol table ${section.name} has no string table`);
    }
    const count = Math.floor(section.data.length / SYMBOL_BYTES);
    if (symbols.length + count > limits.symbols) {
      refuse(what, section.offset, `${count} symbols, at most ${limits.symbols} are taken`, 'Strip the file.');
    }
    const c = new Cursor(section.data, what);
    for (let k = 0; k < count; k++) {
      const name = textAt(strings.data, c.u32(), limits);
      const value = c.u32();
      const size = c.u32();
      const info = c.u8();
      c.skip(1);
      symbols.push({ name, value, size, type: info & 15, bind: info >>> 4, section: c.u16() });
    }
  }
  return symbols;
}
