/** Sessions as files of other kinds, for `session.export` and `session.saveAs`; runs in a query thread. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import type { LogView } from '../../protocol/window.ts';
import { exportCsv, exportJson } from './export/text.ts';
import type { SessionReader } from './reader.ts';

type Sink = (text: string) => void;
export type ExportFormat = 'sqlite' | 'json' | 'csv';

const SUFFIX: Readonly<Record<ExportFormat, string>> = { sqlite: 'tyrsession', json: 'json', csv: 'csv' };
/** Characters collected before they are written. */
const BUFFER = 1 << 20;

/** A file name for the export of a session called `stem`. */
export function exportName(stem: string, format: ExportFormat, view: LogView | undefined): string {
  return `${stem}${view === undefined ? '' : `.${view}`}.${SUFFIX[format]}`;
}

export interface ExportJob {
  readonly target: string;
  readonly format: ExportFormat;
  readonly view: LogView | undefined;
}

/** Writes a session that may still be recorded to `target`. Nothing stays behind when it fails. */
export async function exportToFile(session: SessionReader, { target, format, view }: ExportJob): Promise<void> {
  if (format === 'csv' && view === undefined) throw new UsageError('a CSV file holds one view: name it');
  try {
    if (format === 'sqlite') await session.db.backup(target);
    else {
      writeText(target, (sink) => {
        if (format === 'csv' && view !== undefined) exportCsv(session, view, sink);
        else exportJson(session, sink);
      });
    }
  } catch (error) {
    rmSync(target, { force: true });
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
