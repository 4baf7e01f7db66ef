/** Starts the query thread of one session file and asks it. */
import { Worker } from 'node:worker_threads';
import { LimitReached } from '../../base/errors.ts';
import { fromWire } from '../../protocol/client.ts';
import type { WireError } from '../../protocol/messages.ts';
import type { Questions, QueryWorkerData } from './query-worker.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Answer =
  | { readonly done: number }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: WireError }
  | { readonly opened: string }
  | { readonly refused: WireError };

export class QueryThread {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  /** Told how far long work is, in its own units. */
  onProgress: (done: number) => void = () => {};
  private over: Error | undefined;
  private readonly exited: Promise<void>;

  constructor(path: string, url = new URL('./query-worker.ts', import.meta.url)) {
    const workerData: QueryWorkerData = { path };
    this.worker = new Worker(url, { workerData });
    this.worker.unref();
    this.worker.on('message', (m: Answer) => this.receive(m));
    this.worker.on('error', (e) => this.end(e instanceof Error ? e : new Error(String(e))));
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.end(new LimitReached('the session was closed'));
        resolve();
      });
    });
  }

  ask<K extends keyof Questions>(
    name: K,
    ...[q]: Parameters<Questions[K]>
  ): Promise<Awaited<ReturnType<Questions[K]>>> {
    if (this.over !== undefined) return Promise.reject(this.over);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.worker.postMessage({ id, name, q });
    });
  }

  /** Closes the file; what was asked and not answered yet is answered first. */
  async close(): Promise<void> {
    if (this.over === undefined) this.worker.postMessage('close');
    // Whoever waits for the end must not run out of reasons to live before it.
    this.worker.ref();
    await this.exited;
  }

  private receive(m: Answer): void {
    if ('opened' in m) return;
    if ('done' in m) {
      this.onProgress(m.done);
      return;
    }
    if ('refused' in m) {
      this.end(fromWire(m.refused));
      return;
    }
    const waiting = this.waiting.get(m.id);
    this.waiting.delete(m.id);
    if ('error' in m) waiting?.reject(fromWire(m.error));
    else waiting?.resolve(m.result);
  }

  private end(error: Error): void {
    this.over ??= error;
    for (const w of this.waiting.values()) w.reject(this.over);
    this.waiting.clear();
  }
}
