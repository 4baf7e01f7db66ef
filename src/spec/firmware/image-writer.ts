/**
 * Writes firmware images: header, entry table, then the bytes the entries point at, in the order of the entries.
 * The result depends on the content only, so the same content gives the same file. `parseImage` of it gives the
 * content back.
 */
import { alignUp } from '../../base/bits.ts';
import {
  ENTRY_SIZE_MAX,
  ENTRY_TYPE,
  HEADER,
  HEADER_SIZE,
  IMAGE_MAGIC,
  IMAGE_MAJOR,
  IMAGE_MINOR,
  TRACE_BUFFER_WORDS,
} from './image-format.ts';
import type { EntryContent } from './image.ts';

export interface ImageContent {
  /** Minor version of the format; 2 unless given. */
  readonly minor?: number;
  /** Free word that tells versions of one firmware apart; 0 unless given. */
  readonly versionHash?: number;
  readonly entries: readonly EntryContent[];
}

/** Data begin at multiples of this in the file (chosen: a line of a hex dump). */
const DATA_ALIGN = 16;
const UPDATE = 1 << 30;
const OPTIONAL = 1 << 31;

/** The file. RangeError when an entry does not fit its 252 bytes. */
export function writeImage(content: ImageContent): Uint8Array<ArrayBuffer> {
  const sizes = content.entries.map(entrySize);
  const tableSize = HEADER_SIZE + sizes.reduce((sum, s) => sum + s, 0);
  const blobs = content.entries.map(blobOf);
  const starts: number[] = [];
  let end = tableSize;
  for (const blob of blobs) {
    // An entry without data points at the end of the table, so that it never lies outside the file.
    if (blob.length > 0) end = alignUp(end, DATA_ALIGN);
    starts.push(blob.length > 0 ? end : tableSize);
    end += blob.length;
  }

  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  view.setUint32(HEADER.magic, IMAGE_MAGIC, true);
  view.setUint8(HEADER.minor, content.minor ?? IMAGE_MINOR);
  view.setUint8(HEADER.major, IMAGE_MAJOR);
  view.setUint32(HEADER.versionHash, content.versionHash ?? 0, true);
  view.setUint32(HEADER.size, tableSize, true);

  let at = HEADER_SIZE;
  content.entries.forEach((entry, i) => {
    const size = sizes[i] ?? 0;
    const start = starts[i] ?? 0;
    const blob = blobs[i] ?? EMPTY;
    const flags = (entry.update ? UPDATE : 0) | (entry.optional ? OPTIONAL : 0);
    view.setUint32(at, (typeOf(entry) | (size << 8) | flags) >>> 0, true);
    payloadWords(entry, start, start + blob.length).forEach((w, k) => view.setUint32(at + 4 + 4 * k, w, true));
    tail(entry, file, view, at);
    file.set(blob, start);
    at += size;
  });
  return file;
}

const EMPTY = new Uint8Array(0);

function typeOf(entry: EntryContent): number {
  switch (entry.kind) {
    case 'section':
      return ENTRY_TYPE.IFACE;
    case 'config':
      return ENTRY_TYPE.CONFIG;
    case 'trace-buffer':
      return ENTRY_TYPE.TRACE_BUFFER;
    case 'timeline':
      return ENTRY_TYPE.TIMELINE_METADATA;
    case 'build-info':
      return ENTRY_TYPE.BUILD_INFO;
    case 'raw':
      return entry.type;
  }
}

/** Bytes outside the table. */
function blobOf(entry: EntryContent): Uint8Array {
  if (entry.kind === 'section' || entry.kind === 'timeline') return entry.data;
  if (entry.kind === 'build-info') return latin1(entry.text);
  return EMPTY;
}

/** Words after the entry word, before name or payload. */
function payloadWords(entry: EntryContent, start: number, end: number): readonly number[] {
  switch (entry.kind) {
    case 'section':
      return [entry.flags, entry.vaStart, entry.vaEnd, start, end];
    case 'config':
      return [entry.address, entry.min, entry.max];
    case 'trace-buffer':
      return TRACE_BUFFER_WORDS.map((word) => entry[word]);
    case 'timeline':
    case 'build-info':
      return [start, end - start];
    case 'raw':
      return [];
  }
}

/** Bytes of a name with its NUL; no bytes for an empty name of a section without an execution address. */
function nameSize(entry: EntryContent): number {
  if (entry.kind === 'build-info' || entry.kind === 'raw') return 0;
  const bare = entry.kind === 'section' && entry.name === '' && entry.execStart === undefined;
  return bare ? 0 : alignUp(entry.name.length + 1, 4);
}

function entrySize(entry: EntryContent): number {
  const words = 4 * payloadWords(entry, 0, 0).length;
  const rest = entry.kind === 'raw' ? entry.payload.length : nameSize(entry);
  const exec = entry.kind === 'section' && entry.execStart !== undefined ? 4 : 0;
  const size = 4 + words + rest + exec;
  if (size > ENTRY_SIZE_MAX || size % 4 !== 0) {
    throw new RangeError(`an entry has ${size} bytes; multiples of 4 up to ${ENTRY_SIZE_MAX} are possible`);
  }
  return size;
}

function tail(entry: EntryContent, file: Uint8Array, view: DataView, at: number): void {
  const from = at + 4 + 4 * payloadWords(entry, 0, 0).length;
  if (entry.kind === 'raw') file.set(entry.payload, from);
  else if (entry.kind !== 'build-info') file.set(latin1(entry.name), from);
  if (entry.kind === 'section' && entry.execStart !== undefined) {
    view.setUint32(from + nameSize(entry), entry.execStart, true);
  }
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
