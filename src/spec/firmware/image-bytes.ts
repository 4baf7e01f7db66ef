/**
 * What each byte of a firmware image is: fields of the header, words of the entries, names, data, and bytes nobody points
 * at. For views that show the container byte by byte; pure, and total for hostile images: stretches stay in the file.
 */
import { hex } from '../../base/bits.ts';
import { HEADER, HEADER_SIZE, TRACE_BUFFER_WORDS } from './image-format.ts';
import type { Entry, Inspection } from './image.ts';

export interface Stretch {
  /** Offsets in the file, `to` excluded. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
  /** The value as printed; empty for data. */
  readonly value: string;
  readonly kind: 'header' | 'entry' | 'data' | 'unused';
  /** Offset of the entry it belongs to. */
  readonly entry?: number;
}

const WORD = 4;
/** Header fields with their sizes in bytes. */
const HEADER_FIELDS = [
  ['magic', 4],
  ['minor', 1],
  ['major', 1],
  ['padding1', 2],
  ['versionHash', 4],
  ['padding2', 4],
  ['size', 4],
] as const;

/** Words of each kind of entry behind its first one; what follows them is the name. */
const WORDS: Readonly<Record<Entry['kind'], readonly string[]>> = {
  section: ['flags', 'vaStart', 'vaEnd', 'fileStart', 'fileEnd'],
  config: ['address', 'min', 'max'],
  'trace-buffer': TRACE_BUFFER_WORDS,
  timeline: ['fileStart', 'size'],
  'build-info': ['fileStart', 'size'],
  raw: [],
};

/** All stretches by rising offset: fields and data, and the gaps between them. */
export function stretches(bytes: Uint8Array, { header, entries }: Inspection): Stretch[] {
  const found: Stretch[] = [];
  const add = (from: number, to: number, rest: Omit<Stretch, 'from' | 'to'>): void => {
    const end = Math.min(to, bytes.length);
    if (from < end) found.push({ from, to: end, ...rest });
  };
  if (header !== undefined) {
    for (const [name, size] of HEADER_FIELDS) {
      add(HEADER[name], HEADER[name] + size, { name, value: hex(header[name]), kind: 'header' });
    }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const entry of entries) {
    const { offset, length, kind, typeName } = entry;
    const own = { kind: 'entry', entry: offset } as const;
    const end = offset + length;
    const word = (name: string, at: number): void => {
      if (at + WORD <= Math.min(end, bytes.length)) {
        add(at, at + WORD, { ...own, name, value: hex(view.getUint32(at, true), 8) });
      }
    };
    word(`${typeName} entry`, offset);
    WORDS[kind].forEach((name, i) => word(name, offset + WORD * (i + 1)));
    const nameAt = offset + WORD * (WORDS[kind].length + 1);
    const text = 'name' in entry ? entry.name : '';
    add(nameAt, end, { ...own, name: kind === 'raw' ? 'payload' : 'name', value: text });
    if ('fileStart' in entry && entry.fileEnd > entry.fileStart) {
      const name = kind === 'section' ? `data of ${text === '' ? hex(entry.vaStart, 8) : text}` : `${typeName} data`;
      add(entry.fileStart, entry.fileEnd, { name, value: '', kind: 'data', entry: offset });
    }
  }
  const sorted = found.toSorted((a, b) => a.from - b.from || a.to - b.to);
  let covered = header === undefined ? 0 : HEADER_SIZE;
  const gaps: Stretch[] = [];
  for (const s of [...sorted, { from: bytes.length, to: bytes.length }]) {
    if (s.from > covered) gaps.push({ from: covered, to: s.from, name: 'unused', value: '', kind: 'unused' });
    covered = Math.max(covered, s.to);
  }
  return [...sorted, ...gaps].toSorted((a, b) => a.from - b.from || a.to - b.to);
}

/** The smallest stretch that holds a byte. */
export function stretchAt(all: readonly Stretch[], offset: number): Stretch | undefined {
  let best: Stretch | undefined;
  for (const s of all) {
    if (offset < s.from || offset >= s.to) continue;
    if (best === undefined || s.to - s.from < best.to - best.from) best = s;
  }
  return best;
}
