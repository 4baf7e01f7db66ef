/** Where an export goes, and how a caller follows and stops it. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { LimitReached } from '../../../base/errors.ts';

/** Receives text in order. */
export type Sink = (text: string) => void;

/** Called while rows are written; throws to give up. `done` counts rows. */
export type Progress = (done: number) => void;

export interface ExportOptions {
  /** Leave out the bytes of blobs (firmware, command streams): they stay named by hash and size. */
  readonly withoutBlobs: boolean;
  readonly progress: Progress;
}

export const quiet: ExportOptions = { withoutBlobs: false, progress: () => {} };

/** Bytes, or characters, collected before they are written. */
const BATCH = 1 << 20;

/** A progress that gives up once `stopped` says so. */
export function stoppable(report: Progress, stopped: () => boolean): Progress {
  return (done) => {
    if (stopped()) throw new LimitReached('stopped on request');
    report(done);
  };
}

/**
 * Writes a new file beside its final name and moves it there when it is whole: an export that fails or is stopped
 * leaves nothing behind. Throws when `file` exists.
 */
export function writeWhole(file: string, fill: (text: Sink, bytes: (data: Uint8Array) => void) => void): void {
  closeSync(openSync(file, 'wx'));
  const partial = `${file}.partial`;
  let fd: number | undefined;
  try {
    fd = openSync(partial, 'w');
    const to = fd;
    const write = (data: Uint8Array): void => {
      for (let at = 0; at < data.length;) at += writeSync(to, data, at);
    };
    const buffer = new Uint8Array(BATCH);
    let used = 0;
    const flush = (): void => {
      write(buffer.subarray(0, used));
      used = 0;
    };
    const put = (data: Uint8Array): void => {
      if (used + data.length > BATCH) flush();
      if (data.length > BATCH) return write(data);
      buffer.set(data, used);
      used += data.length;
    };
    let texts: string[] = [];
    let length = 0;
    const flushText = (): void => {
      if (texts.length > 0) put(Buffer.from(texts.join('')));
      texts = [];
      length = 0;
    };
    fill(
      (text) => {
        texts.push(text);
        length += text.length;
        if (length > BATCH) flushText();
      },
      (data) => {
        if (length > 0) flushText();
        put(data);
      },
    );
    flushText();
    flush();
    closeSync(fd);
    fd = undefined;
    renameSync(partial, file);
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    rmSync(partial, { force: true });
    rmSync(file, { force: true });
    throw error;
  }
}
