/** What `tyr fw` says about images: plain objects for JSON, lines of text, and differences by meaning. */
import { hex } from '../../base/bits.ts';
import { cacheModeOf, sectionFlagsText } from '../../spec/firmware/image-format.ts';
import type { Entry, Inspection, Section } from '../../spec/firmware/image.ts';

/** Addresses become "0x..." strings, everything else stays a number. */
const address = (value: number): string => hex(value, 8);

function sectionReport(s: Section) {
  return {
    flags: s.flags,
    flagNames: sectionFlagsText(s.flags),
    cache: cacheModeOf(s.flags),
    vaStart: address(s.vaStart),
    vaEnd: address(s.vaEnd),
    fileStart: s.fileStart,
    fileEnd: s.fileEnd,
    name: s.name,
    ...(s.execStart === undefined ? {} : { execStart: address(s.execStart) }),
  };
}

function pick<K extends Entry['kind']>(found: Inspection, kind: K) {
  return found.entries.filter((e): e is Extract<Entry, { kind: K }> => e.kind === kind);
}

/** The image as `fw info --json` prints it. */
export function imageReport(found: Inspection) {
  const build = pick(found, 'build-info')[0];
  return {
    header: found.header,
    entries: found.entries.map(({ offset, type, typeName, length, optional, update }) => ({
      offset,
      type,
      typeName,
      length,
      optional,
      update,
    })),
    sections: pick(found, 'section').map(sectionReport),
    config: pick(found, 'config').map((c) => ({ name: c.name, address: address(c.address), min: c.min, max: c.max })),
    traceBuffers: pick(found, 'trace-buffer').map((t) => ({
      name: t.name,
      type: t.bufferType,
      sizeAddress: address(t.sizeAddress),
      insertAddress: address(t.insertAddress),
      extractAddress: address(t.extractAddress),
      dataAddress: address(t.dataAddress),
      traceEnableAddress: address(t.traceEnableAddress),
      traceEnableEntryCount: t.traceEnableEntryCount,
    })),
    timeline: pick(found, 'timeline').map((t) => ({ name: t.name, fileStart: t.fileStart, fileEnd: t.fileEnd })),
    buildInfo:
      build === undefined
        ? null
        : { gitSha: build.gitSha ?? null, text: build.text, fileStart: build.fileStart, fileEnd: build.fileEnd },
    problems: found.problems,
    warnings: found.warnings,
  };
}

/** The image as text, a line each. */
export function imageText(found: Inspection): string[] {
  const { header, entries } = found;
  const report = imageReport(found);
  const lines: string[] = [];
  if (header !== undefined) {
    lines.push(
      `format ${header.major}.${header.minor}, version hash ${address(header.versionHash)}, table of ${header.size} bytes`,
    );
  }
  if (report.buildInfo !== null) lines.push(`git sha ${report.buildInfo.gitSha ?? 'unreadable'}`);
  lines.push('', 'offset  type               length');
  for (const e of entries) {
    const marks = [...(e.optional ? ['optional'] : []), ...(e.update ? ['update'] : [])].join(', ');
    lines.push(`${hex(e.offset, 4)}  ${e.typeName.padEnd(17)}  ${String(e.length).padStart(6)}  ${marks}`.trimEnd());
  }
  lines.push('', 'sections');
  for (const s of report.sections) {
    const file = s.fileEnd > s.fileStart ? `file ${hex(s.fileStart)}..${hex(s.fileEnd)}` : 'no data';
    lines.push(`  ${s.vaStart}..${s.vaEnd}  ${s.flagNames.padEnd(20)}  ${file}  ${s.name}`.trimEnd());
  }
  for (const c of report.config) lines.push(`config "${c.name}" at ${c.address}, ${c.min}..${c.max}`);
  for (const t of report.traceBuffers) lines.push(`trace buffer "${t.name}", size at ${t.sizeAddress}`);
  for (const p of [...found.problems, ...found.warnings]) lines.push(problemText(p));
  return lines;
}

export function problemText(problem: Inspection['problems'][number]): string {
  return `offset ${hex(problem.offset)}: ${problem.rule}. ${problem.remedy}`;
}

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
