/** Sessions as files of other kinds, for `session.export` and `session.saveAs`; runs in a query thread. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { LimitReached, UsageError } from '../../base/errors.ts';
import type { LogView } from '../../protocol/window.ts';
import { exportSession, type ExportFormat } from './export/index.ts';
import { stoppable, type Progress } from './export/sink.ts';
import { exportCsv } from './export/text.ts';
import type { SessionReader } from './reader.ts';

type Sink = (text: string) => void;
export type { ExportFormat };

const SUFFIX: Readonly<Record<ExportFormat, string>> = {
  sqlite: 'tyrsession',
  json: 'json',
  csv: 'csv',
  perfetto: 'perfetto-trace',
  vcd: 'vcd',
  html: 'html',
  markdown: 'md',
  'pokes-c': 'c',
  'pokes-rust': 'rs',
  'pokes-python': 'py',
  'pokes-sh': 'sh',
};
/** Characters collected before they are written. */
const BUFFER = 1 << 20;
/** Rows between two reports of progress, and pages of a copied database (chosen). */
const REPORT_EVERY = 20_000;
const PAGES = 1000;

/** A file name for the export of a session called `stem`. */
export function exportName(stem: string, format: ExportFormat, view: LogView | undefined): string {
  return `${stem}${view === undefined ? '' : `.${view}`}.${SUFFIX[format]}`;
}

export interface ExportJob {
  readonly target: string;
  readonly format: ExportFormat;
  readonly view: LogView | undefined;
  readonly withoutBlobs: boolean;
  /** One Int32: not 0 to give up. */
  readonly stop: SharedArrayBuffer;
}

/** Writes a session that may still be recorded to `target`. Nothing stays behind when it fails or is stopped. */
export async function exportToFile(session: SessionReader, job: ExportJob, report: Progress): Promise<void> {
  const { target, format, view, withoutBlobs } = job;
  if (format === 'csv' && view === undefined) throw new UsageError('a CSV file holds one view: name it');
  const flag = new Int32Array(job.stop);
  const stopped = (): boolean => Atomics.load(flag, 0) !== 0;
  let next = REPORT_EVERY;
  const progress = stoppable((done) => {
    if (done < next) return;
    next = done + REPORT_EVERY;
    report(done);
  }, stopped);
  const whole = `${target}.whole`;
  try {
    if (format === 'csv' && view !== undefined) {
      writeText(whole, (sink) => exportCsv(session, view, sink, { withoutBlobs, progress }));
    } else if (format === 'sqlite' && !withoutBlobs) {
      await session.db.backup(whole, {
        progress: ({ totalPages, remainingPages }) => {
          if (stopped()) throw new LimitReached('stopped on request');
          report(totalPages - remainingPages);
          return PAGES;
        },
      });
    } else exportSession(session, format, whole, { withoutBlobs, progress });
    if (stopped()) throw new LimitReached('stopped on request');
    renameSync(whole, target);
  } catch (error) {
    rmSync(whole, { force: true });
    throw error;
  }
}

function writeText(file: string, fill: (sink: Sink) => void): void {
  const fd = openSync(file, 'w');
  let parts: string[] = [];
  let size = 0;
  const flush = (): void => {
    writeSync(fd, parts.join(''));
    parts = [];
    size = 0;
  };
  try {
    fill((text) => {
      parts.push(text);
      size += text.length;
      if (size > BUFFER) flush();
    });
    flush();
  } finally {
    closeSync(fd);
  }
}
