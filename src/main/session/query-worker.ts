/**
 * A thread that answers questions about one session file over its own reading connection, so that neither the host
 * nor the writer waits for them. Its questions are bounded (pages, marks); free SQL runs in a process of its own
 * (sql-process.ts), because a statement that never ends cannot be stopped from outside a thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { UsageError } from '../../base/errors.ts';
import { toWire } from '../../protocol/client.ts';
import type { FlowStep } from '../../protocol/window.ts';
import { Comparison, type FindQuery, type PairsQuery } from './compare.ts';
import type { SessionDiff } from './diff.ts';
import { exportToFile, type ExportJob } from './export-file.ts';
import { openingPlace } from './opening-place.ts';
import { LogReader, type LogFind, type LogQuery } from './log-query.ts';
import { countRows, openSession, readInfo } from './reader.ts';
import { flowOf } from './timeline-flow.ts';
import { TimelineReader, type SliceQuery } from './timeline-query.ts';

export interface QueryWorkerData {
  readonly path: string;
}

/** The questions, by name. */
export interface Questions {
  query(q: LogQuery): ReturnType<LogReader['query']>;
  find(q: LogFind): ReturnType<LogReader['find']>;
  tracks(): ReturnType<TimelineReader['tracks']>;
  slices(q: SliceQuery): ReturnType<TimelineReader['slices']>;
  flow(q: { readonly track: string; readonly key: number }): { steps: FlowStep[] };
  about(): {
    info: Record<string, string>;
    counts: Record<string, number>;
    problems: readonly string[];
    place: ReturnType<typeof openingPlace>;
  };
  /** Compares with another file, which the questions below are about from then on. Ask a thread of its own. */
  compare(q: { readonly other: string }): SessionDiff;
  pairs(q: PairsQuery): ReturnType<Comparison['page']>;
  findPair(q: FindQuery): ReturnType<Comparison['find']>;
  report(q: { readonly target: string; readonly nameA: string; readonly nameB: string }): void;
  /** Takes as long as it takes: ask a thread of its own. */
  export(job: ExportJob): Promise<void>;
}

export interface Question {
  readonly id: number;
  readonly name: keyof Questions;
  readonly q: unknown;
}

function main({ path }: QueryWorkerData): void {
  const session = openSession(path);
  const log = new LogReader(session);
  const timeline = new TimelineReader(session);
  let comparison: Comparison | undefined;
  const compared = (): Comparison => {
    if (comparison === undefined) throw new UsageError('nothing is compared yet');
    return comparison;
  };
  const report = (done: number): void => parentPort?.postMessage({ done });
  const questions: Questions = {
    query: (q) => log.query(q),
    find: (q) => log.find(q),
    tracks: () => timeline.tracks(),
    slices: (q) => timeline.slices(q),
    flow: ({ track, key }) => ({ steps: flowOf(session, track, key) }),
    about: () => ({
      info: readInfo(session),
      counts: countRows(session),
      problems: session.problems,
      place: openingPlace(session),
    }),
    export: (job) => exportToFile(session, job, report),
    compare: ({ other }) => {
      comparison?.close();
      comparison = new Comparison(session, other);
      return comparison.diff(report);
    },
    pairs: (q) => compared().page(q),
    findPair: (q) => compared().find(q),
    report: ({ target, nameA, nameB }) => compared().report(target, nameA, nameB),
  };
  parentPort?.on('message', (message: Question | 'close') => {
    if (message === 'close') {
      comparison?.close();
      session.close();
      parentPort?.close();
      return;
    }
    const { id, name, q } = message;
    const refuse = (error: unknown): void => parentPort?.postMessage({ id, error: toWire(error) });
    try {
      const result = (questions[name] as (q: unknown) => unknown)(q);
      if (result instanceof Promise) result.then(() => parentPort?.postMessage({ id, result: undefined }), refuse);
      else parentPort?.postMessage({ id, result });
    } catch (error) {
      refuse(error);
    }
  });
  parentPort?.postMessage({ opened: path });
}

try {
  main(workerData as QueryWorkerData);
} catch (error) {
  parentPort?.postMessage({ refused: toWire(error) });
  parentPort?.close();
}
