/** The formats a session can be exported to, one row each. A failed or stopped export leaves no half file. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { nearest } from '../../../base/nearest.ts';
import type { SessionReader } from '../reader.ts';
import { SCHEMA_VERSION, VIEW_NAMES } from '../schema.ts';
import { upgradeSession } from '../upgrade.ts';
import { exportPerfetto } from './perfetto.ts';
import { exportPokes, type PokeLanguage } from './pokes.ts';
import { sectionsOf, writeHtml, writeMarkdown } from './report.ts';
import { quiet, writeWhole, type ExportOptions } from './sink.ts';
import { exportCsv, exportJson } from './text.ts';
import { exportVcd } from './vcd.ts';

/** Writes the session to `file`, which does not exist; gives the files made. */
type Exporter = (session: SessionReader, file: string, options: ExportOptions) => readonly string[];

const one =
  (fill: (session: SessionReader, file: string, options: ExportOptions) => void): Exporter =>
  (session, file, options) => {
    fill(session, file, options);
    return [file];
  };

const pokes = (language: PokeLanguage): Exporter =>
  one((session, file, { progress }) => writeWhole(file, (out) => exportPokes(session, language, out, progress)));

const FORMATS = {
  sqlite: one(exportSqlite),
  json: one((session, file, options) => writeWhole(file, (out) => exportJson(session, out, options))),
  csv: exportAllCsv,
  perfetto: one((session, file, { progress }) =>
    writeWhole(file, (_, bytes) => exportPerfetto(session, bytes, progress)),
  ),
  vcd: one((session, file) => writeWhole(file, (out) => exportVcd(session, out))),
  html: one((session, file) => writeWhole(file, (out) => writeHtml(titleOf(session), sectionsOf(session), out))),
  markdown: one((session, file) =>
    writeWhole(file, (out) => writeMarkdown(titleOf(session), sectionsOf(session), out)),
  ),
  'pokes-c': pokes('c'),
  'pokes-rust': pokes('rust'),
  'pokes-python': pokes('python'),
  'pokes-sh': pokes('sh'),
} satisfies Readonly<Record<string, Exporter>>;

export type ExportFormat = keyof typeof FORMATS;
export const EXPORT_FORMATS = Object.keys(FORMATS) as readonly ExportFormat[];

/** The format of that name. UsageError, with the nearest name, when there is none. */
export function exportFormatOf(name: string | undefined): ExportFormat {
  const found = EXPORT_FORMATS.find((f) => f === name);
  if (found !== undefined) return found;
  const near = name === undefined ? undefined : nearest(name, EXPORT_FORMATS);
  throw new UsageError(
    `--format must be one of ${EXPORT_FORMATS.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

/** Exports to `file`; UsageError when it exists. Gives the names of the files written. */
export function exportSession(
  session: SessionReader,
  format: ExportFormat,
  file: string,
  options: ExportOptions = quiet,
): readonly string[] {
  if (existsSync(file)) throw new UsageError(`${file} exists already: name a new file`);
  try {
    return FORMATS[format](session, file, options);
  } catch (error) {
    // Values that SQLite or a text cannot hold, pages that are damaged: the file's fault.
    if (!(error instanceof RangeError || error instanceof Database.SqliteError)) throw error;
    if ('code' in error && error.code === 'SQLITE_FULL') throw new UsageError(`${file}: ${error.message}`);
    const rule = `it cannot be exported: ${error.message}`;
    throw new BadInput({ file: session.path, rule, remedy: 'tyr session verify says what is wrong with it.' });
  }
}

function titleOf(session: SessionReader): string {
  return `Session ${path.basename(session.path)}`;
}

/** A copy of the newest schema, in one file without a log beside it. */
function exportSqlite(session: SessionReader, file: string, { withoutBlobs }: ExportOptions): void {
  const partial = `${file}.partial`;
  try {
    if (session.schemaVersion < SCHEMA_VERSION) upgradeSession(session, partial);
    else {
      const source = new Database(session.path, { readonly: true, fileMustExist: true });
      try {
        source.pragma('trusted_schema = OFF');
        source.prepare('VACUUM INTO ?').run(partial);
      } finally {
        source.close();
      }
    }
    if (withoutBlobs) {
      const db = new Database(partial);
      db.exec('UPDATE blob_row SET bytes = NULL');
      db.exec('VACUUM');
      db.close();
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

/** One file a view: `file` without its extension names the first part of each. */
function exportAllCsv(session: SessionReader, file: string, options: ExportOptions): readonly string[] {
  const { dir, name } = path.parse(file);
  const files = VIEW_NAMES.map((view) => path.join(dir, `${name}.${view}.csv`));
  const there = files.find((f) => existsSync(f));
  if (there !== undefined) throw new UsageError(`${there} exists already: name a new file`);
  const made: string[] = [];
  try {
    VIEW_NAMES.forEach((view, i) => {
      writeWhole(files[i]!, (out) => exportCsv(session, view, out, options));
      made.push(files[i]!);
    });
  } catch (error) {
    for (const f of made) rmSync(f, { force: true });
    throw error;
  }
  return made;
}
