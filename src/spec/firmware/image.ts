/**
 * Reads firmware images. One reader, two uses: `parseImage` is what a driver does (the first broken rule refuses
 * the image, nothing of it remains), `inspectImage` is what a person wants (everything that can be read, and all
 * that is wrong with it). The checks and their order are those of panthor_fw.c; a rule names the offset of the
 * field that breaks it. Section data are views of the input, so hostile sizes cost no memory.
 */
import { Cursor } from '../../base/cursor.ts';
import { BadInput, invariant } from '../../base/errors.ts';
import { bits, hex } from '../../base/bits.ts';
import { SHARED_BASE } from './interface.ts';
import {
  ENTRY_TYPE,
  ENTRY_WORD,
  entryTypeName,
  GIT_SHA_PREFIX,
  HEADER,
  HEADER_SIZE,
  IMAGE_MAGIC,
  IMAGE_MAJOR,
  OVERLAP,
  REFUSALS,
  SECTION_ALIGN,
  SECTION_FLAG,
  SECTION_FLAGS_KNOWN,
  SKIPPED_TYPES,
  WARNINGS,
} from './image-format.ts';
import type { RefusalId, WarningId } from './image-format.ts';

export interface ImageHeader {
  readonly magic: number;
  readonly minor: number;
  readonly major: number;
  readonly padding1: number;
  readonly versionHash: number;
  readonly padding2: number;
  /** Bytes of header and entry table. */
  readonly size: number;
}

/** What every entry has. */
export interface EntryFlags {
  readonly optional: boolean;
  readonly update: boolean;
}

/** A memory section (IFACE). Addresses are MCU virtual, ends are exclusive. */
export interface SectionContent extends EntryFlags {
  readonly kind: 'section';
  readonly flags: number;
  readonly vaStart: number;
  readonly vaEnd: number;
  readonly name: string;
  /** Execution start address behind the name (kbase only). */
  readonly execStart?: number | undefined;
  readonly data: Uint8Array;
}

/** A value the host may set (CONFIG): at `address` of a SHARED section, within min..max. */
export interface ConfigContent extends EntryFlags {
  readonly kind: 'config';
  readonly address: number;
  readonly min: number;
  readonly max: number;
  readonly name: string;
}

/** A trace buffer the host allocates; addresses are of words in the shared section. */
export interface TraceBufferContent extends EntryFlags {
  readonly kind: 'trace-buffer';
  readonly bufferType: number;
  readonly sizeAddress: number;
  readonly insertAddress: number;
  readonly extractAddress: number;
  readonly dataAddress: number;
  readonly traceEnableAddress: number;
  readonly traceEnableEntryCount: number;
  readonly name: string;
}

/** Description of the timeline's messages, opaque. */
export interface TimelineContent extends EntryFlags {
  readonly kind: 'timeline';
  readonly name: string;
  readonly data: Uint8Array;
}

/** Text about the build; `gitSha` is what the driver prints, undefined when it only warns. */
export interface BuildInfoContent extends EntryFlags {
  readonly kind: 'build-info';
  /** All bytes the entry points at, as Latin-1, the final NUL included. */
  readonly text: string;
}

/** Anything else, and entries too short for their type. */
export interface RawContent extends EntryFlags {
  readonly kind: 'raw';
  readonly type: number;
  readonly payload: Uint8Array;
}

export type EntryContent =
  SectionContent | ConfigContent | TraceBufferContent | TimelineContent | BuildInfoContent | RawContent;

/** Where an entry was found. */
export interface EntryPlace {
  readonly offset: number;
  readonly type: number;
  readonly typeName: string;
  /** Bytes of the entry itself. */
  readonly length: number;
}

/** Where the bytes an entry points at lie in the file. */
export interface DataPlace {
  readonly fileStart: number;
  readonly fileEnd: number;
}

export type Section = SectionContent & EntryPlace & DataPlace;
export type BuildInfo = BuildInfoContent & EntryPlace & DataPlace & { readonly gitSha: string | undefined };
export type Entry =
  | Section
  | BuildInfo
  | (ConfigContent & EntryPlace)
  | (TraceBufferContent & EntryPlace)
  | (TimelineContent & EntryPlace & DataPlace)
  | (RawContent & EntryPlace);

/** An image a driver accepts. */
export interface Image {
  readonly header: ImageHeader;
  readonly entries: readonly Entry[];
  /** Sections to load, in order: neither protected nor empty. */
  readonly sections: readonly Section[];
  /** The one of `sections` that holds the interface. */
  readonly shared: Section;
  readonly warnings: readonly Problem[];
}

/** A broken rule. `id` is a key of REFUSALS or WARNINGS, or `overlap`. */
export interface Problem {
  readonly id: string;
  readonly offset: number;
  readonly rule: string;
  readonly remedy: string;
}

/** Whatever could be read. */
export interface Inspection {
  /** Undefined when the file has less than 20 bytes. */
  readonly header: ImageHeader | undefined;
  readonly entries: readonly Entry[];
  /** Why a driver refuses the image; empty means it loads. */
  readonly problems: readonly Problem[];
  /** What a driver passes over. */
  readonly warnings: readonly Problem[];
}

export interface ImageRules {
  /** Refuse padding that is not zero, as Tyr's parser does; panthor does not look. */
  readonly strictPadding?: boolean;
}

/** The image as a driver takes it, or BadInput with the first broken rule. */
export function parseImage(bytes: Uint8Array, rules: ImageRules = {}): Image {
  const reader = new ImageReader(bytes, rules, (p) => {
    throw new BadInput({ file: 'firmware image', offset: p.offset, rule: p.rule, remedy: p.remedy });
  });
  const { header, entries, warnings } = reader.read();
  const sections = loadable(entries);
  const shared = sections.find((s) => s.vaStart === SHARED_BASE);
  invariant(header !== undefined && shared !== undefined, 'an image without interface was accepted');
  return { header, entries, sections, shared, warnings };
}

/** Everything readable and everything wrong. Never throws. */
export function inspectImage(bytes: Uint8Array, rules: ImageRules = {}): Inspection {
  const problems: Problem[] = [];
  const found = new ImageReader(bytes, rules, (p) => problems.push(p)).read();
  problems.push(...overlaps(loadable(found.entries)));
  return { ...found, problems };
}

/** Sections the driver gives memory to: not for protected mode, not empty. */
export function loadable(entries: readonly Entry[]): Section[] {
  return entries.filter(
    (e): e is Section => e.kind === 'section' && (e.flags & SECTION_FLAG.PROT) === 0 && e.vaEnd > e.vaStart,
  );
}

function overlaps(sections: readonly Section[]): Problem[] {
  const sorted = sections.toSorted((a, b) => a.vaStart - b.vaStart || a.offset - b.offset);
  const problems: Problem[] = [];
  let last: Section | undefined;
  for (const s of sorted) {
    if (last !== undefined && s.vaStart < last.vaEnd) {
      const at = Math.max(s.offset, last.offset);
      const other = Math.min(s.offset, last.offset);
      const rule = `${OVERLAP.rule}: ${hex(s.vaStart)} lies in the section of the entry at ${hex(other)}`;
      problems.push({ id: 'overlap', offset: at, rule, remedy: OVERLAP.remedy });
    }
    if (last === undefined || s.vaEnd > last.vaEnd) last = s;
  }
  return problems.toSorted((a, b) => a.offset - b.offset);
}

interface Found {
  readonly header: ImageHeader | undefined;
  readonly entries: readonly Entry[];
  readonly warnings: readonly Problem[];
}

/** Offsets inside an IFACE entry, its first word included. */
const IFACE = { flags: 4, vaStart: 8, vaEnd: 12, dataStart: 16, dataEnd: 20, name: 24 } as const;
const WORD = 4;

class ImageReader {
  private readonly bytes: Uint8Array;
  private readonly rules: ImageRules;
  private readonly onRefusal: (problem: Problem) => void;
  private readonly entries: Entry[] = [];
  private readonly warnings: Problem[] = [];

  constructor(bytes: Uint8Array, rules: ImageRules, onRefusal: (problem: Problem) => void) {
    this.bytes = bytes;
    this.rules = rules;
    this.onRefusal = onRefusal;
  }

  private refuse(id: RefusalId, offset: number, detail: string): void {
    const { rule, remedy } = REFUSALS[id];
    this.onRefusal({ id, offset, rule: `${rule}; ${detail}`, remedy });
  }

  private warn(id: WarningId, offset: number, detail: string): void {
    const { rule, remedy } = WARNINGS[id];
    this.warnings.push({ id, offset, rule: `${rule}; ${detail}`, remedy });
  }

  read(): Found {
    const header = this.header();
    if (header !== undefined && header.magic === IMAGE_MAGIC) {
      this.table(Math.min(header.size, this.bytes.length));
      this.whole(header.size);
    }
    return { header, entries: this.entries, warnings: this.warnings };
  }

  private header(): ImageHeader | undefined {
    const { bytes } = this;
    if (bytes.length < HEADER_SIZE) {
      this.refuse('header-short', 0, `the file has ${bytes.length} bytes`);
      return undefined;
    }
    const c = new Cursor(bytes, 'firmware image');
    const header: ImageHeader = {
      magic: c.u32(),
      minor: c.u8(),
      major: c.u8(),
      padding1: c.u16(),
      versionHash: c.u32(),
      padding2: c.u32(),
      size: c.u32(),
    };
    if (header.magic !== IMAGE_MAGIC) {
      this.refuse('magic', HEADER.magic, `found ${hex(header.magic, 8)}`);
      return header;
    }
    if (header.major !== IMAGE_MAJOR) this.refuse('major', HEADER.major, `found ${header.major}`);
    for (const key of ['padding1', 'padding2'] as const) {
      if (header[key] === 0) continue;
      const detail = `found ${hex(header[key])}`;
      if (this.rules.strictPadding === true) this.refuse('padding', HEADER[key], detail);
      else this.warn('padding-warn', HEADER[key], detail);
    }
    if (header.size > bytes.length) {
      this.refuse('table-truncated', HEADER.size, `it takes ${header.size} bytes, the file has ${bytes.length}`);
    }
    return header;
  }

  /** Walks the entries of bytes[20, end). */
  private table(end: number): void {
    let offset = HEADER_SIZE;
    while (offset < end) {
      if (end - offset < WORD) return this.refuse('entry-word', offset, `${end - offset} bytes are left`);
      const word = new Cursor(this.bytes, 'firmware entry', offset, end).u32();
      const size = bits(word, ENTRY_WORD.size.lsb, ENTRY_WORD.size.width);
      if (offset % WORD !== 0 || size % WORD !== 0) {
        return this.refuse('entry-aligned', offset, `the size is ${size}`);
      }
      if (size < WORD || size > end - offset) {
        return this.refuse('entry-long', offset, `it has ${size} bytes, ${end - offset} are left`);
      }
      this.entry(offset, size, word);
      offset += size;
    }
  }

  private entry(offset: number, size: number, word: number): void {
    const type = bits(word, ENTRY_WORD.type.lsb, ENTRY_WORD.type.width);
    const place: EntryPlace & EntryFlags = {
      offset,
      type,
      typeName: entryTypeName(type),
      length: size,
      optional: bits(word, ENTRY_WORD.optional.lsb, 1) === 1,
      update: bits(word, ENTRY_WORD.update.lsb, 1) === 1,
    };
    const c = new Cursor(this.bytes, 'firmware entry', offset + WORD, offset + size);
    const row = ENTRY_READERS[type];
    if (row !== undefined && c.remaining >= row.words * WORD) {
      this.entries.push(row.read(this, c, place));
      return;
    }
    if (row !== undefined) {
      // Panthor reads the words of IFACE and BUILD_INFO; of the other types it never looks inside.
      const detail = `${c.remaining} of ${row.words * WORD} bytes`;
      if (SKIPPED_TYPES.includes(type)) this.warn('metadata-short', offset, detail);
      else this.refuse('entry-short', offset, detail);
    } else if (!SKIPPED_TYPES.includes(type) && !place.optional) {
      this.refuse('entry-unknown', offset, `the type is ${type}`);
    }
    this.entries.push({ ...place, kind: 'raw', payload: c.take8(c.remaining) });
  }

  /** The bytes [start, end) as far as the file has them. */
  slice(start: number, end: number): Uint8Array {
    const from = Math.min(start, this.bytes.length);
    return this.bytes.subarray(from, Math.max(from, Math.min(end, this.bytes.length)));
  }

  section(c: Cursor, place: EntryPlace & EntryFlags): Section {
    const at = place.offset;
    const [flags, vaStart, vaEnd, fileStart, fileEnd] = [c.u32(), c.u32(), c.u32(), c.u32(), c.u32()];
    const name = c.text();
    const rest = c.remaining - ((WORD - ((c.offset - at) % WORD)) % WORD);
    let execStart: number | undefined;
    if (rest >= WORD) {
      c.skip(c.remaining - rest);
      execStart = c.u32();
    }
    const vas = `${hex(vaStart, 8)}..${hex(vaEnd, 8)}`;
    const files = `${hex(fileStart)}..${hex(fileEnd)}`;
    if (fileEnd < fileStart) this.refuse('data-reversed', at + IFACE.dataEnd, files);
    if (vaEnd < vaStart) this.refuse('va-reversed', at + IFACE.vaEnd, vas);
    if (fileEnd > this.bytes.length) {
      this.refuse('data-truncated', at + IFACE.dataEnd, `${files} in a file of ${hex(this.bytes.length)} bytes`);
    }
    if (vaStart % SECTION_ALIGN !== 0) this.refuse('va-aligned', at + IFACE.vaStart, vas);
    if (vaEnd % SECTION_ALIGN !== 0) this.refuse('va-aligned', at + IFACE.vaEnd, vas);
    if ((flags & ~SECTION_FLAGS_KNOWN) !== 0) this.refuse('flags-unknown', at + IFACE.flags, hex(flags, 8));
    if ((flags & SECTION_FLAG.PROT) !== 0) {
      this.warn('protected', at, vas);
    } else {
      if (vaStart === SHARED_BASE && (flags & SECTION_FLAG.SHARED) === 0) {
        this.refuse('shared-flag', at + IFACE.flags, hex(flags, 8));
      }
      if (fileEnd >= fileStart && vaEnd >= vaStart && fileEnd - fileStart > vaEnd - vaStart) {
        this.refuse('data-large', at + IFACE.dataEnd, `${files} for ${vas}`);
      }
    }
    const data = this.slice(fileStart, fileEnd);
    return { ...place, kind: 'section', flags, vaStart, vaEnd, fileStart, fileEnd, name, execStart, data };
  }

  buildInfo(c: Cursor, place: EntryPlace & EntryFlags): BuildInfo {
    const fileStart = c.u32();
    const fileEnd = fileStart + c.u32();
    const text = latin1(this.slice(fileStart, fileEnd));
    const sound = fileEnd <= this.bytes.length && text.startsWith(GIT_SHA_PREFIX) && text.endsWith('\0');
    if (!sound) this.warn('build-info', place.offset, `${hex(fileStart)}..${hex(fileEnd)}`);
    const gitSha = sound ? text.slice(GIT_SHA_PREFIX.length).split('\0', 1)[0] : undefined;
    return { ...place, kind: 'build-info', fileStart, fileEnd, text, gitSha };
  }

  /** Rules about the image as a whole. */
  private whole(tableSize: number): void {
    const sections = loadable(this.entries);
    if (!sections.some((s) => s.vaStart === SHARED_BASE)) {
      this.refuse('shared-missing', HEADER.size, `${sections.length} sections have memory`);
    }
    if (!sections.some((s) => s.vaStart === 0 && (s.flags & SECTION_FLAG.RD) !== 0)) {
      this.warn('no-vectors', HEADER.size, `${sections.length} sections have memory`);
    }
    for (const s of sections) {
      if (s.data.length > 0 && s.fileStart < tableSize) {
        this.warn('entry-after-table', s.offset + IFACE.dataStart, `data begin at ${hex(s.fileStart)}`);
      }
    }
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const b of bytes) text += String.fromCharCode(b);
  return text;
}

interface EntryReader {
  /** Words it must hold after the entry word. */
  readonly words: number;
  read(reader: ImageReader, c: Cursor, place: EntryPlace & EntryFlags): Entry;
}

const ENTRY_READERS: Readonly<Record<number, EntryReader>> = {
  [ENTRY_TYPE.IFACE]: { words: 5, read: (reader, c, place) => reader.section(c, place) },
  [ENTRY_TYPE.BUILD_INFO]: { words: 2, read: (reader, c, place) => reader.buildInfo(c, place) },
  [ENTRY_TYPE.CONFIG]: {
    words: 3,
    read: (_, c, place) => ({
      ...place,
      kind: 'config',
      address: c.u32(),
      min: c.u32(),
      max: c.u32(),
      name: c.text(),
    }),
  },
  [ENTRY_TYPE.TRACE_BUFFER]: {
    words: 7,
    read: (_, c, place) => ({
      ...place,
      kind: 'trace-buffer',
      bufferType: c.u32(),
      sizeAddress: c.u32(),
      insertAddress: c.u32(),
      extractAddress: c.u32(),
      dataAddress: c.u32(),
      traceEnableAddress: c.u32(),
      traceEnableEntryCount: c.u32(),
      name: c.text(),
    }),
  },
  [ENTRY_TYPE.TIMELINE_METADATA]: {
    words: 2,
    read: (reader, c, place) => {
      const fileStart = c.u32();
      const fileEnd = fileStart + c.u32();
      const data = reader.slice(fileStart, fileEnd);
      return { ...place, kind: 'timeline', name: c.text(), fileStart, fileEnd, data };
    },
  },
};
