/** Two firmware images compared by meaning: order and placement in the file do not count. Pure. */
import { hex } from '../../base/bits.ts';
import { sectionFlagsText } from './image-format.ts';
import type { Entry, Inspection } from './image.ts';

const address = (value: number): string => hex(value, 8);

/** One thing in which two images differ; a side that lacks it is undefined. */
export interface Difference {
  readonly what: string;
  readonly a?: string | undefined;
  readonly b?: string | undefined;
}

/** Bytes compared, then named by their first difference. */
function dataDifference(a: Uint8Array, b: Uint8Array): { a: string; b: string } | undefined {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  if (at === length && a.length === b.length) return undefined;
  const show = (d: Uint8Array): string =>
    at < d.length ? `${d.length} bytes, ${hex(d[at] ?? 0, 2)} at ${hex(at)}` : `${d.length} bytes`;
  return { a: show(a), b: show(b) };
}

/** What an entry is called when two images are matched: sections by address, the others by type and name. */
function keyOf(entry: Entry): string {
  if (entry.kind === 'section') return `section ${address(entry.vaStart)}`;
  if (entry.kind === 'build-info') return 'build information';
  if (entry.kind === 'raw') return entry.typeName;
  return `${entry.typeName} "${entry.name}"`;
}

/** Meaning of an entry: where it lies in the file does not count. */
function meaning(entry: Entry): Readonly<Record<string, string>> {
  const skip = new Set(['offset', 'length', 'fileStart', 'fileEnd', 'kind', 'type', 'typeName', 'data', 'payload']);
  const rows = Object.entries(entry).filter(([key, value]) => !skip.has(key) && value !== undefined);
  return Object.fromEntries(
    rows.map(([key, value]) => [
      key,
      key === 'flags' && typeof value === 'number' ? sectionFlagsText(value) : printable(value),
    ]),
  );
}

function printable(value: unknown): string {
  return typeof value === 'number' ? hex(value) : JSON.stringify(value);
}

function keyed(found: Inspection): Map<string, Entry> {
  const map = new Map<string, Entry>();
  for (const entry of found.entries) {
    const key = keyOf(entry);
    let unique = key;
    for (let n = 2; map.has(unique); n++) unique = `${key} (${n})`;
    map.set(unique, entry);
  }
  return map;
}

/** Differences of two images by meaning; order and placement in the file do not count. */
export function imageDifferences(a: Inspection, b: Inspection): Difference[] {
  const found: Difference[] = [];
  for (const key of ['major', 'minor', 'versionHash'] as const) {
    const [x, y] = [a.header?.[key], b.header?.[key]];
    if (x !== y) found.push({ what: `header ${key}`, a: printable(x), b: printable(y) });
  }
  const [left, right] = [keyed(a), keyed(b)];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [x, y] = [left.get(key), right.get(key)];
    if (x === undefined || y === undefined) {
      found.push({ what: key, a: x && 'present', b: y && 'present' });
      continue;
    }
    const [mx, my] = [meaning(x), meaning(y)];
    for (const name of new Set([...Object.keys(mx), ...Object.keys(my)])) {
      if (mx[name] !== my[name]) found.push({ what: `${key} ${name}`, a: mx[name], b: my[name] });
    }
    const bytes = dataDifference(bytesOf(x), bytesOf(y));
    if (bytes !== undefined) found.push({ what: `${key} contents`, ...bytes });
  }
  return found;
}

function bytesOf(entry: Entry): Uint8Array {
  if (entry.kind === 'raw') return entry.payload;
  return entry.kind === 'section' || entry.kind === 'timeline' ? entry.data : new Uint8Array(0);
}
