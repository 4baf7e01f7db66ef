/**
 * Starts the session's thread for a new file. The host owns it, not the engine: when the engine dies, what it
 * has handed over is still written and the file is closed whole.
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { existsSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { CTRL, createRingMemory, type RingMemory } from '../../protocol/ring.ts';
import type { SessionWorkerData } from './worker.ts';

export interface SessionThread {
  readonly path: string;
  /** What the engine's recorder needs: transfer `rows` to its thread. */
  readonly memory: RingMemory;
  readonly rows: MessagePort;
  /** Told once when writing had to stop, with the reason. */
  onFailed(listener: (reason: string) => void): void;
  /** Writes everything handed over so far, closes the file and ends the thread. Blocks. */
  close(): void;
}

/** Creates `path`; a file that is there already is refused, nothing is overwritten. */
export function startSessionThread(path: string, workerUrl = new URL('./worker.ts', import.meta.url)): SessionThread {
  if (existsSync(path)) throw new UsageError(`${path} exists already: name a new session file`);
  const memory = createRingMemory();
  const { port1, port2 } = new MessageChannel();
  const workerData: SessionWorkerData = { path, memory, rows: port2 };
  const worker = new Worker(workerUrl, { workerData, transferList: [port2] });
  worker.unref();
  const control = new Int32Array(memory.control);
  const listeners: ((reason: string) => void)[] = [];
  const fail = (reason: string): void => {
    for (const l of listeners) l(reason);
  };
  worker.on('message', (m: { failed?: string }) => {
    if (m.failed !== undefined) fail(m.failed);
  });
  worker.on('error', (e) => {
    for (const word of [CTRL.FAILED, CTRL.CLOSED]) {
      Atomics.store(control, word, 1);
      Atomics.notify(control, word);
    }
    fail(e instanceof Error ? e.message : String(e));
  });
  return {
    path,
    memory,
    rows: port1,
    onFailed: (listener) => void listeners.push(listener),
    close() {
      Atomics.store(control, CTRL.CLOSE_ASKED, 1);
      Atomics.notify(control, CTRL.HEAD);
      while (Atomics.load(control, CTRL.CLOSED) === 0) Atomics.wait(control, CTRL.CLOSED, 0, 1000);
    },
  };
}
