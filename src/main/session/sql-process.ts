/**
 * Runs statements a person wrote, in a process of its own: one that never ends is stopped by ending the process,
 * which no thread allows. Speaks over the channel of a forked Node or of an Electron utility process.
 */
import { toWire } from '../../protocol/client.ts';
import { runQuery } from './query.ts';
import { openSession } from './reader.ts';

export interface SqlJob {
  readonly path: string;
  readonly query: string;
  readonly limit: number;
}

/** The channel to the host: Electron's utility processes have `parentPort`, forked ones `send`. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const { parentPort } = process as unknown as { parentPort?: ParentPort };

function answer(job: SqlJob): unknown {
  try {
    const session = openSession(job.path);
    try {
      const from = performance.now();
      const { columns, rows } = runQuery(session, job.query, job.limit + 1);
      const truncated = rows.length > job.limit;
      return {
        result: { columns, rows: truncated ? rows.slice(0, job.limit) : rows, truncated, ms: performance.now() - from },
      };
    } finally {
      session.close();
    }
  } catch (error) {
    return { error: toWire(error) };
  }
}

if (parentPort === undefined) process.on('message', (job) => process.send?.(answer(job as SqlJob)));
else parentPort.on('message', (event) => parentPort.postMessage(answer(event.data as SqlJob)));
