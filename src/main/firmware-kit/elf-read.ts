/**
 * The little of ELF that a firmware image needs: 32-bit little-endian ARM executables, their loadable segments and
 * their symbols.
 */
import { Cursor } from '../../base/cursor.ts';

export interface Segment {
  /** Offset of its program header, for messages. */
  readonly offset: number;
  readonly address: number;
  /** Bytes in memory; beyond `data` they are zero. */
  readonly size: number;
  readonly data: Uint8Array;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  /** Functions without the Thumb bit. */
  readonly address: number;
  readonly size: number;
  readonly kind: 'function' | 'object';
}

export interface ElfImage {
  readonly entry: number;
  readonly segments: readonly Segment[];
  readonly symbols: readonly ElfSymbol[];
}

const ELF_MAGIC = 0x464c_457f;
const CLASS_32 = 1;
const LITTLE_ENDIAN = 1;
const TYPE_EXEC = 2;
const MACHINE_ARM = 40;
const PT_LOAD = 1;
const SHT_SYMTAB = 2;
const SYMBOL_KIND: Readonly<Record<number, ElfSymbol['kind']>> = { 1: 'object', 2: 'function' };
const KIND = 'Link the firmware with arm-none-eabi-gcc as an executable.';

/** True when the bytes begin as an ELF file does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === ELF_MAGIC;
}

/** Segments and symbols of an ARM executable; BadInput when it is something else or damaged. */
export function readElf(bytes: Uint8Array): ElfImage {
  const c = new Cursor(bytes, 'ELF file');
  if (c.u32() !== ELF_MAGIC) c.refuse('An ELF file begins with 7f 45 4c 46', KIND, 0);
  if (c.u8() !== CLASS_32 || c.u8() !== LITTLE_ENDIAN) c.refuse('The file must be 32-bit little-endian', KIND, 4);
  c.seek(0x10);
  if (c.u16() !== TYPE_EXEC) c.refuse('The file must be a linked executable', KIND, 0x10);
  if (c.u16() !== MACHINE_ARM) c.refuse('The file must be for ARM', KIND, 0x12);
  c.skip(4);
  const [entry, phoff, shoff] = [c.u32(), c.u32(), c.u32()];
  c.seek(0x2a);
  const [phentsize, phnum, shentsize, shnum] = [c.u16(), c.u16(), c.u16(), c.u16()];
  const segments = Array.from({ length: phnum }, (_, i) => segment(c, phoff + i * phentsize)).filter(
    (s) => s !== undefined,
  );
  return { entry, segments, symbols: symbols(c, shoff, shentsize, shnum) };
}

function at(c: Cursor, offset: number, size: number): Uint8Array {
  c.seek(offset);
  return c.take8(size);
}

function segment(c: Cursor, offset: number): Segment | undefined {
  c.seek(offset);
  const type = c.u32();
  const [fileOffset, address] = [c.u32(), c.u32()];
  c.skip(4);
  const [fileSize, size, flags] = [c.u32(), c.u32(), c.u32()];
  if (type !== PT_LOAD || size === 0) return undefined;
  if (fileSize > size) c.refuse('A segment must not have more bytes in the file than in memory', KIND, offset + 0x10);
  return {
    offset,
    address,
    size,
    data: fileSize === 0 ? new Uint8Array(0) : at(c, fileOffset, fileSize),
    readable: (flags & 4) !== 0,
    writable: (flags & 2) !== 0,
    executable: (flags & 1) !== 0,
  };
}

interface SectionHeader {
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

function symbols(c: Cursor, shoff: number, shentsize: number, shnum: number): ElfSymbol[] {
  const headers = Array.from({ length: shoff === 0 ? 0 : shnum }, (_, i): SectionHeader => {
    c.seek(shoff + i * shentsize + 4);
    const type = c.u32();
    c.skip(8);
    const [offset, size, link] = [c.u32(), c.u32(), c.u32()];
    return { type, offset, size, link };
  });
  const table = headers.find((h) => h.type === SHT_SYMTAB);
  const names = table === undefined ? undefined : headers[table.link];
  if (table === undefined || names === undefined) return [];
  const found: ElfSymbol[] = [];
  for (let entry = table.offset; entry + 16 <= table.offset + table.size; entry += 16) {
    c.seek(entry);
    const [nameAt, value, size, info] = [c.u32(), c.u32(), c.u32(), c.u8()];
    const kind = SYMBOL_KIND[info & 15];
    if (kind === undefined || nameAt >= names.size) continue;
    c.seek(names.offset + nameAt);
    const name = c.text();
    found.push({ name, address: kind === 'function' ? value - (value & 1) : value, size, kind });
  }
  return found.toSorted((a, b) => a.address - b.address || (a.name < b.name ? -1 : 1));
}
