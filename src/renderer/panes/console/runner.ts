/**
 * The page's side of the console: one worker that runs the programs, made at the first one. What it asks goes to the
 * bench over the page's own client. A worker that does not stop when told is ended; its variables go with it.
 */
import type { Client } from '../../../protocol/client.ts';
import type { RequestName } from '../../../protocol/messages.ts';
import { messageOf } from '../../lib/errors.ts';
import type { FromWorker, PrintedLine, ToWorker } from './messages.ts';

/** How long a program may take to hear that it is to stop, in ms (chosen). */
const GRACE_MS = 1000;

/** The part of `Worker` that is used. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export class ConsoleRunner {
  /** Names of the variables there are. */
  variables: readonly string[] = [];
  private readonly make: () => Promise<WorkerLike>;
  private readonly print: (lines: readonly PrintedLine[]) => void;
  private worker: WorkerLike | undefined;
  private client: Pick<Client, 'call'> | undefined;
  private finish: ((problem: string | undefined) => void) | undefined;
  /** The worker of a program is being made; `stopped` when the program is not wanted any more. */
  private making: { stopped: boolean } | undefined;
  private grace: ReturnType<typeof setTimeout> | undefined;

  constructor(make: () => Promise<WorkerLike>, print: (lines: readonly PrintedLine[]) => void) {
    this.make = make;
    this.print = print;
  }

  /** Runs a program to its end; gives what it ended with when not well. One at a time. */
  async run(client: Pick<Client, 'call'>, text: string): Promise<string | undefined> {
    this.client = client;
    const making = (this.making = { stopped: false });
    let worker: WorkerLike;
    try {
      worker = this.worker ??= this.attach(await this.make());
    } catch (error) {
      return `the console's worker cannot be had: ${messageOf(error)}`;
    } finally {
      this.making = undefined;
    }
    if (making.stopped) return 'stopped';
    return new Promise((resolve) => {
      this.finish = resolve;
      worker.postMessage({ kind: 'run', text });
    });
  }

  stop(): void {
    if (this.making !== undefined) this.making.stopped = true;
    if (this.finish === undefined || this.grace !== undefined) return;
    this.worker?.postMessage({ kind: 'stop' });
    this.grace = setTimeout(() => this.end('ended: it did not stop by itself, its variables are lost'), GRACE_MS);
  }

  private attach(worker: WorkerLike): WorkerLike {
    worker.onmessage = ({ data }) => this.receive(worker, data);
    worker.onerror = (event) => this.end(`the console's worker failed: ${event.message}`);
    return worker;
  }

  private receive(worker: WorkerLike, message: FromWorker): void {
    switch (message.kind) {
      case 'ask':
        this.ask(worker, message.id, message.name, message.params);
        return;
      case 'print':
        this.print(message.lines);
        // Behind the drawing of these lines.
        requestAnimationFrame(() => worker.postMessage({ kind: 'shown' }));
        return;
      case 'done':
        this.variables = message.variables;
        this.settle(message.problem);
    }
  }

  private ask(worker: WorkerLike, id: number, name: RequestName, params: unknown): void {
    const call = this.client?.call(name, params as never) ?? Promise.reject(new Error('there is no bench'));
    call.then(
      (result: unknown) => worker.postMessage({ kind: 'answer', id, result }),
      (error: unknown) => worker.postMessage({ kind: 'refused', id, message: messageOf(error) }),
    );
  }

  private end(problem: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.variables = [];
    this.settle(problem);
  }

  private settle(problem: string | undefined): void {
    clearTimeout(this.grace);
    this.grace = undefined;
    const { finish } = this;
    this.finish = undefined;
    finish?.(problem);
  }
}
