/**
 * Exports as JSON and CSV: every documented view, whole, in the order of its key. Streams; never holds a session
 * in memory. The JSON is complete: `tyr session import` makes the same session of it again.
 */
import { Buffer } from 'node:buffer';
import { accessLog, type AccessKind } from '../accesses.ts';
import type { SessionReader } from '../reader.ts';
import { VIEW_NAMES } from '../schema.ts';
import { quiet, type ExportOptions, type Sink } from './sink.ts';

export const JSON_FORMAT = 'tyr-session';
export const JSON_VERSION = 1;

/** Order of the rows of each view: by its first column, which is its key. */
function* viewRows(session: SessionReader, view: string): Generator<unknown[]> {
  const statement = session.db.prepare(`SELECT * FROM ${view} ORDER BY 1`).raw(true);
  for (const row of statement.iterate()) yield row as unknown[];
}

/** How a row of `register_access` is written: what all accesses of a kind have in common is made once. */
interface AccessForm {
  readonly open: string;
  readonly close: string;
  /** A row, between rows of a list. */
  readonly between: string;
  /** Between time and value, and behind the old value. */
  middle(kind: AccessKind): string;
  end(kind: AccessKind): string;
}

/** All rows of `register_access`, straight from the chunks; a text for each chunk. Undefined for files without chunks. */
function accessTexts(session: SessionReader, form: AccessForm): Generator<readonly [string, number]> | undefined {
  const log = accessLog(session);
  if (log === undefined) return undefined;
  const { open, close, between } = form;
  return (function* () {
    const kinds = log.kindsThat(() => true);
    const middles = new Map([...kinds].map(([id, kind]) => [id, form.middle(kind)]));
    const ends = new Map([...kinds].map(([id, kind]) => [id, `${form.end(kind)}${close}`]));
    let first = true;
    for (const { count, seq, timeNs, kind, value, old } of log.chunksFrom(0)) {
      let text = '';
      let rows = 0;
      for (let i = 0; i < count; i++) {
        const middle = middles.get(kind[i]!);
        if (middle === undefined) continue;
        if (!first) text += between;
        first = false;
        rows++;
        text += `${open}${seq[i]!},${timeNs[i]!},${middle}${value[i]!},${old[i]!},${ends.get(kind[i]!)!}`;
      }
      yield [text, rows];
    }
  })();
}

const JSON_FORM: AccessForm = {
  open: '\n[',
  close: ']',
  between: ',',
  middle: ({ branch, initiator, op, block, name, offset, width }) =>
    `${[branch, initiator, op, block, name, offset, width].map((v) => JSON.stringify(v)).join()},`,
  end: ({ cause, space }) => `${JSON.stringify(cause)},${JSON.stringify(space)}`,
};

const CSV_FORM: AccessForm = {
  open: '',
  close: '\r\n',
  between: '',
  middle: ({ branch, initiator, op, block, name, offset, width }) =>
    `${[branch, initiator, op, block, name, offset, width].map(csvCell).join()},`,
  end: ({ cause, space }) => `${csvCell(cause)},${csvCell(space)}`,
};

function columnsOf(session: SessionReader, view: string): string[] {
  return session.db
    .prepare(`SELECT * FROM ${view} LIMIT 0`)
    .columns()
    .map((c) => c.name);
}

/**
 * One JSON document, one row a line: `{format, version, schemaVersion, views: {name: {columns, rows}}}` and what the
 * views leave out: `snapshotHash` by snapshot id, `blobs` in base64 by SHA-256.
 */
export function exportJson(session: SessionReader, out: Sink, options: ExportOptions = quiet): void {
  let done = 0;
  out(
    `{"format":"${JSON_FORMAT}","version":${JSON_VERSION},"schemaVersion":${session.schemaVersion},` +
      `"withoutBlobs":${options.withoutBlobs},"views":{`,
  );
  VIEW_NAMES.forEach((view, i) => {
    out(`${i === 0 ? '' : ','}\n"${view}":{"columns":${JSON.stringify(columnsOf(session, view))},"rows":[`);
    const accesses = view === 'register_access' ? accessTexts(session, JSON_FORM) : undefined;
    if (accesses !== undefined) {
      for (const [text, rows] of accesses) {
        out(text);
        options.progress((done += rows));
      }
    } else {
      let first = true;
      for (const row of viewRows(session, view)) {
        out(`${first ? '' : ','}\n${JSON.stringify(row)}`);
        first = false;
        options.progress(++done);
      }
    }
    out(']}');
  });
  const hashes = session.db.prepare('SELECT id, hash FROM snapshot_row').raw(true).all() as [number, string][];
  out(`},\n"snapshotHash":${JSON.stringify(Object.fromEntries(hashes))},\n"blobs":{`);
  if (!options.withoutBlobs) {
    let first = true;
    const rows = session.db.prepare('SELECT sha256, bytes FROM blob_row WHERE bytes IS NOT NULL ORDER BY 1').iterate();
    for (const row of rows as IterableIterator<{ sha256: string; bytes: Uint8Array }>) {
      out(`${first ? '' : ','}\n"${row.sha256}":"${Buffer.from(row.bytes).toString('base64')}"`);
      first = false;
    }
  }
  out('}}\n');
}

/** One view as CSV (RFC 4180) with a header line. */
export function exportCsv(
  session: SessionReader,
  view: (typeof VIEW_NAMES)[number],
  out: Sink,
  options: ExportOptions = quiet,
): void {
  let done = 0;
  out(`${columnsOf(session, view).join(',')}\r\n`);
  const accesses = view === 'register_access' ? accessTexts(session, CSV_FORM) : undefined;
  if (accesses !== undefined) {
    for (const [text, rows] of accesses) {
      out(text);
      options.progress((done += rows));
    }
    return;
  }
  for (const row of viewRows(session, view)) {
    out(`${row.map(csvCell).join(',')}\r\n`);
    options.progress(++done);
  }
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
