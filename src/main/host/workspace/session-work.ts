/**
 * Long work on sessions for a window: exports and comparisons, each in a thread of its own, with progress, and given
 * up when the person has enough.
 */
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import type { NoticeName, ParsedParams, Result } from '../../../protocol/messages.ts';
import { LIVE } from '../../../protocol/window.ts';
import { exportName, type ExportJob } from '../../session/export-file.ts';
import type { QueryThread } from '../../session/query-thread.ts';
import { openSession } from '../../session/reader.ts';
import { writeWhole } from '../../session/export/sink.ts';
import type { Outside, SavedFile } from './outside.ts';
import type { Sessions } from './sessions.ts';

export interface WorkHost {
  readonly outside: Outside;
  readonly sessions: Sessions;
  notify(notice: NoticeName, data: unknown): void;
  /** Makes sure that what was recorded so far can be read. */
  flush(): Promise<void>;
}

const stemOf = (file: string): string => path.basename(file).replace(/\.tyrsession$/, '');

export class SessionWork {
  private readonly host: WorkHost;
  /** Flags of the exports under way. */
  private readonly stops = new Set<SharedArrayBuffer>();
  private compared: { readonly thread: QueryThread; readonly a: string; readonly b: string } | undefined;

  constructor(host: WorkHost) {
    this.host = host;
  }

  export({ session, format, view, withoutBlobs }: ParsedParams<'session.export'>): Promise<SavedFile> {
    return this.write(session, (stem) => exportName(stem, format, view), { format, view, withoutBlobs });
  }

  saveAs({ session }: { readonly session: string }, name: string): Promise<SavedFile> {
    const job = { format: 'sqlite', view: undefined, withoutBlobs: false } as const;
    return this.write(session, () => exportName(name, 'sqlite', undefined), job);
  }

  async toTest({ session }: { readonly session: string }): Promise<SavedFile> {
    const file = await this.file(session);
    const { writeScenario } = await import('../../lab/to-test.ts');
    return this.host.outside.save(`${stemOf(file)}.ts`, async (target) => {
      const reader = openSession(file);
      try {
        writeWhole(target, (out) => writeScenario(reader, out));
      } finally {
        reader.close();
      }
    });
  }

  cancel(): void {
    for (const stop of this.stops) Atomics.store(new Int32Array(stop), 0, 1);
  }

  async compare({ a, b }: ParsedParams<'session.compare'>): Promise<Result<'session.compare'>> {
    const [fileA, fileB] = [await this.file(a), await this.file(b)];
    await this.close();
    const thread = this.host.sessions.worker(fileA);
    thread.onProgress = (done) => this.host.notify('progress', { what: 'comparing, lane', done });
    const names = [stemOf(fileA), stemOf(fileB)] as const;
    this.compared = { thread, a: names[0], b: names[0] === names[1] ? `${names[1]} (B)` : names[1] };
    return thread.ask('compare', { other: fileB });
  }

  pairs(q: ParsedParams<'session.comparePairs'>): Promise<Result<'session.comparePairs'>> {
    return this.comparison.thread.ask('pairs', q);
  }

  find(q: ParsedParams<'session.compareFind'>): Promise<Result<'session.compareFind'>> {
    return this.comparison.thread.ask('findPair', q);
  }

  report(): Promise<SavedFile> {
    const { thread, a, b } = this.comparison;
    return this.host.outside.save(`${a}-and-${b}.html`, async (target) => {
      await thread.ask('report', { target, nameA: a, nameB: b });
    });
  }

  /** Lets go of the sessions that were compared. */
  async close(): Promise<void> {
    const { compared } = this;
    this.compared = undefined;
    await compared?.thread.close();
  }

  private get comparison(): NonNullable<SessionWork['compared']> {
    if (this.compared === undefined) throw new UsageError('nothing is compared yet');
    return this.compared;
  }

  private async file(session: string): Promise<string> {
    // A bench that is being made is waited for.
    if (session === LIVE) await this.host.flush();
    return this.host.sessions.anyPath(session);
  }

  private async write(
    session: string,
    nameOf: (stem: string) => string,
    job: Omit<ExportJob, 'target' | 'stop'>,
  ): Promise<SavedFile> {
    // Known before anything is waited for, so that it can be given up from the beginning.
    const stop = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.stops.add(stop);
    try {
      const file = await this.file(session);
      const name = nameOf(stemOf(file));
      return await this.host.outside.save(name, async (target) => {
        const thread = this.host.sessions.worker(file);
        const what = `exporting ${name}, ${job.format === 'sqlite' ? 'pages' : 'rows'}`;
        thread.onProgress = (done) => this.host.notify('progress', { what, done });
        try {
          await thread.ask('export', { ...job, target, stop });
        } finally {
          await thread.close();
        }
      });
    } finally {
      this.stops.delete(stop);
    }
  }
}
