/** Exports as JSON and CSV: every documented view, whole, in the order of its key. Streams; never holds a session in memory. */
import type { SessionReader } from '../reader.ts';
import { VIEW_NAMES } from '../schema.ts';

/** Receives text; files are written through it. */
export type Sink = (text: string) => void;

const FORMAT = 'tyr-session';
const FORMAT_VERSION = 1;

function* viewRows(session: SessionReader, view: string): Generator<unknown[]> {
  const statement = session.db.prepare(`SELECT * FROM ${view}`).raw(true);
  for (const row of statement.iterate()) yield row as unknown[];
}

function columnsOf(session: SessionReader, view: string): string[] {
  return session.db
    .prepare(`SELECT * FROM ${view} LIMIT 0`)
    .columns()
    .map((c) => c.name);
}

/** One JSON document: `{format, version, views: {name: {columns, rows}}}`, one row a line. */
export function exportJson(session: SessionReader, out: Sink): void {
  out(`{"format":"${FORMAT}","version":${FORMAT_VERSION},"schemaVersion":${session.schemaVersion},"views":{`);
  VIEW_NAMES.forEach((view, i) => {
    out(`${i === 0 ? '' : ','}\n"${view}":{"columns":${JSON.stringify(columnsOf(session, view))},"rows":[`);
    let first = true;
    for (const row of viewRows(session, view)) {
      out(`${first ? '' : ','}\n${JSON.stringify(row)}`);
      first = false;
    }
    out(']}');
  });
  out('}}\n');
}

/** One view as CSV (RFC 4180) with a header line. */
export function exportCsv(session: SessionReader, view: (typeof VIEW_NAMES)[number], out: Sink): void {
  out(`${columnsOf(session, view).join(',')}\r\n`);
  for (const row of viewRows(session, view)) out(`${row.map(csvCell).join(',')}\r\n`);
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
