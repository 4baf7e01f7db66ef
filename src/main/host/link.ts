/**
 * Starts an engine thread with its session thread and gives the client that talks to it. The only place where
 * a host touches threads.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import { Client, type Transport } from '../../protocol/client.ts';
import { startSessionThread } from '../session/thread.ts';
import { CONTROL, CONTROL_WORDS } from '../engine/control.ts';
import type { EngineWorkerData } from '../engine/worker.ts';

/** How long an engine may take to notice an abort before its thread is ended, in ms. */
const ABORT_GRACE_MS = 2000;

export interface Link {
  readonly client: Client;
  readonly sessionPath: string;
  /** Told when recording had to stop (disk full). */
  onRecordingFailed(listener: (reason: string) => void): void;
  /** Told when the engine's thread ended without being asked to. */
  onLost(listener: (reason: string) => void): void;
  /** Stops what the engine is doing now; its request fails with LimitReached. */
  abort(): void;
  /** Ends the engine's thread where it stands, as a crash would; for tests. */
  kill(): Promise<void>;
  /** Ends the engine, writes and closes the session. */
  close(): Promise<void>;
}

export interface LinkUrls {
  readonly engine: URL;
  readonly session: URL;
}

/** The workers as they lie beside each other in the sources; a bundled host passes its own. */
export const sourceUrls: LinkUrls = {
  engine: new URL('../engine/worker.ts', import.meta.url),
  session: new URL('../session/worker.ts', import.meta.url),
};

/** Starts both threads; the session file is created at `sessionPath`. */
export function startLink(sessionPath: string, urls: LinkUrls = sourceUrls): Link {
  const session = startSessionThread(sessionPath, urls.session);
  const control = new SharedArrayBuffer(CONTROL_WORDS * 4);
  const words = new Int32Array(control);
  const { port1, port2 } = new MessageChannel();
  const workerData: EngineWorkerData = { port: port2, control, ring: session.memory, rows: session.rows };
  const worker = new Worker(urls.engine, { workerData, transferList: [port2, session.rows] });
  const closed = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let ending = false;

  const ring = (): void => {
    Atomics.add(words, CONTROL.BELL, 1);
    Atomics.notify(words, CONTROL.BELL);
  };
  const transport: Transport = {
    send(frame) {
      port1.postMessage(frame);
      ring();
    },
    onFrame: (listener) => void port1.on('message', listener),
    onClose(listener) {
      worker.on('error', (e) => listener(e instanceof Error ? (e.stack ?? e.message) : String(e)));
      worker.on('exit', (code) => listener(ending ? 'closed' : `its thread ended with code ${code}`));
    },
  };
  const abort = (value: number): void => {
    Atomics.store(words, CONTROL.ABORT, value);
    ring();
  };
  return {
    client: new Client(transport),
    sessionPath,
    onRecordingFailed: (listener) => session.onFailed(listener),
    onLost(listener) {
      transport.onClose((reason) => {
        if (!ending) listener(reason);
      });
    },
    abort: () => abort(1),
    async kill() {
      await worker.terminate();
    },
    async close() {
      if (ending) return;
      ending = true;
      abort(2);
      const timer = setTimeout(() => void worker.terminate(), ABORT_GRACE_MS);
      await closed;
      clearTimeout(timer);
      port1.close();
      session.close();
    },
  };
}
