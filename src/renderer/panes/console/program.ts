/**
 * The worker's side of the console: runs programs with the interpreter, asks the bench through the page, and hands
 * over what is printed. Lines go in batches, the next one only when the page has shown the last: a program that prints
 * without end is slowed to the pace of the screen.
 */
import type { Client } from '../../../protocol/client.ts';
import type { Params, RequestName, Result } from '../../../protocol/messages.ts';
import { Bench } from '../../../protocol/scenario.ts';
import { messageOf } from '../../lib/errors.ts';
import { Interpreter, Stopped } from './interpreter.ts';
import type { FromWorker, LineKind, PrintedLine, ToWorker } from './messages.ts';

/** Lines wait this long for more of them, in ms (chosen: not seen). */
const GATHER_MS = 40;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class ConsoleProgram {
  private readonly post: (message: FromWorker) => void;
  private readonly interpreter: Interpreter;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private lines: PrintedLine[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The page has not shown the last batch yet. */
  private shown: Promise<void> | undefined;
  private onShown: () => void = () => {};

  constructor(post: (message: FromWorker) => void) {
    this.post = post;
    const print = (text: string, kind: LineKind = 'out') => this.print(text, kind);
    const client: Pick<Client, 'call'> = { call: (name, params) => this.ask(name, params) };
    this.interpreter = new Interpreter(new Bench(client, print), print, () => this.rest());
  }

  receive(message: ToWorker): void {
    switch (message.kind) {
      case 'run':
        void this.run(message.text);
        return;
      case 'stop':
        this.interpreter.stop();
        // What the bench is still at is not waited for.
        for (const w of this.waiting.values()) w.reject(new Stopped('stopped'));
        this.waiting.clear();
        return;
      case 'answer':
        this.take(message.id)?.resolve(message.result);
        return;
      case 'refused':
        this.take(message.id)?.reject(new Error(message.message));
        return;
      case 'shown':
        this.shown = undefined;
        this.onShown();
    }
  }

  private async run(text: string): Promise<void> {
    let problem: string | undefined;
    try {
      await this.interpreter.run(text);
    } catch (error) {
      problem = messageOf(error);
    }
    this.flush();
    this.post({ kind: 'done', problem, variables: [...this.interpreter.variables.keys()] });
  }

  private ask<K extends RequestName>(name: K, params: Params<K>): Promise<Result<K>> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.post({ kind: 'ask', id, name, params });
    });
  }

  private take(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    return waiting;
  }

  private print(text: string, kind: LineKind): void {
    this.lines.push({ kind, text });
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (this.shown === undefined) this.flush();
    }, GATHER_MS);
  }

  /** Hears what the page said meanwhile, and waits until it has shown what was printed. */
  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
    if (this.lines.length === 0) return;
    if (this.shown !== undefined) await this.shown;
    this.flush();
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines.length === 0) return;
    const { lines } = this;
    this.lines = [];
    this.shown = new Promise((resolve) => (this.onShown = resolve));
    this.post({ kind: 'print', lines });
  }
}
