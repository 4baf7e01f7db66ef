/**
 * The session's thread: takes rows from the ring and the port and writes them in batches. It never yields to
 * its event loop while the session is open; messages are taken synchronously.
 */
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { CTRL, RING_RECORDS, type RingMemory } from '../../protocol/ring.ts';
import type { RowMessage } from '../../protocol/ring-recorder.ts';
import { BUILD, buildId } from './build-id.ts';
import { BATCH_MS, SessionWriter } from './writer.ts';

export interface SessionWorkerData {
  readonly path: string;
  readonly memory: RingMemory;
  /** Where the engine's rows come from. */
  readonly rows: MessagePort;
}

/** Records taken before the engine is told of the room (chosen: it goes on long before the ring is empty). */
const PIECE = 8192;

function main(data: SessionWorkerData): void {
  const control = new Int32Array(data.memory.control);
  const words = new Int32Array(data.memory.records);
  const writer = new SessionWriter(data.path);
  parentPort?.postMessage({ opened: data.path });
  let tail = 0;
  let lastCommit = Date.now();
  let failed = false;

  /** Runs one step of writing; a failure (disk full) ends writing but not the machine. */
  const attempt = (step: () => void): void => {
    if (failed) return;
    try {
      step();
    } catch (error) {
      failed = true;
      Atomics.store(control, CTRL.FAILED, 1);
      parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) });
    }
  };

  attempt(() => {
    writer.begin();
    writer.row('info', { key: BUILD, value: buildId() });
  });

  const takeRows = (): boolean => {
    let any = false;
    for (let m = receiveMessageOnPort(data.rows); m !== undefined; m = receiveMessageOnPort(data.rows)) {
      any = true;
      attempt(() => {
        writer.begin();
        for (const { kind, row } of m.message as readonly RowMessage[]) writer.row(kind, row);
      });
      Atomics.add(control, CTRL.TAKEN, 1);
      Atomics.notify(control, CTRL.TAKEN);
    }
    return any;
  };

  const takeAccesses = (): boolean => {
    const head = Atomics.load(control, CTRL.HEAD);
    let left = (head - tail) | 0;
    if (left === 0) return false;
    while (left > 0) {
      const first = tail & (RING_RECORDS - 1);
      const count = Math.min(left, RING_RECORDS - first, PIECE);
      attempt(() => {
        writer.begin();
        writer.accesses(words, first, count);
      });
      tail = (tail + count) | 0;
      left -= count;
      Atomics.store(control, CTRL.TAIL, tail);
      Atomics.notify(control, CTRL.TAIL);
    }
    return true;
  };

  for (;;) {
    const head = Atomics.load(control, CTRL.HEAD);
    const asked = Atomics.load(control, CTRL.FLUSH_ASKED);
    const closing = Atomics.load(control, CTRL.CLOSE_ASKED) !== 0;
    const rows = takeRows();
    const accesses = takeAccesses();
    if (asked !== Atomics.load(control, CTRL.FLUSH_DONE)) {
      attempt(() => writer.commit());
      lastCommit = Date.now();
      Atomics.store(control, CTRL.FLUSH_DONE, asked);
      Atomics.notify(control, CTRL.FLUSH_DONE);
    } else if (Date.now() - lastCommit > BATCH_MS) {
      attempt(() => writer.commit());
      lastCommit = Date.now();
    }
    if (closing && !rows && !accesses) break;
    if (!rows && !accesses) Atomics.wait(control, CTRL.HEAD, head, BATCH_MS / 4);
  }
  attempt(() => writer.close());
  Atomics.store(control, CTRL.CLOSED, 1);
  Atomics.notify(control, CTRL.CLOSED);
  data.rows.close();
  parentPort?.postMessage({ closed: data.path });
}

const data = workerData as SessionWorkerData;
try {
  main(data);
} catch (error) {
  const control = new Int32Array(data.memory.control);
  parentPort?.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  for (const word of [CTRL.FAILED, CTRL.CLOSED]) {
    Atomics.store(control, word, 1);
    Atomics.notify(control, word);
  }
  data.rows.close();
}
