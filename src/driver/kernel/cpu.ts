/**
 * The one virtual CPU: which contexts (system calls, interrupt handlers, work items, timers) are on its stack.
 * A context that sleeps stays below while others run above it, so the stack is what a deadlock report prints.
 * Sleeping is allowed in process, irq-thread and work context only, as in the kernel (might_sleep).
 */
import { Bug } from '../../base/errors.ts';

export type ContextKind = 'process' | 'irq' | 'irq-thread' | 'work' | 'timer';

/** Something that can be held by a context; sync.ts has the locks. */
export interface Held {
  readonly name: string;
  /** True when sleeping with it held is a bug (spinlock). */
  readonly atomic: boolean;
}

export interface Context {
  readonly kind: ContextKind;
  readonly name: string;
  /** Call names, outermost first; entered with `Cpu.frame`. */
  readonly frames: string[];
  readonly held: Held[];
  /** What it sleeps on, while it does. */
  waiting: string | undefined;
}

/** A state from which the driver can never go on, or a rule of the locks broken. The message has the stacks. */
export class DeadlockError extends Bug {}

export class Cpu {
  private readonly stack: Context[] = [];

  get current(): Context | undefined {
    return this.stack.at(-1);
  }

  /** Number of contexts on the CPU; 0 between events, when state may be saved. */
  get depth(): number {
    return this.stack.length;
  }

  get contexts(): readonly Context[] {
    return this.stack;
  }

  /** Runs `body` as a context of its own. Leaving with a lock held is a bug. */
  run<T>(kind: ContextKind, name: string, body: () => T): T {
    const context: Context = { kind, name, frames: [], held: [], waiting: undefined };
    this.stack.push(context);
    let result: T;
    try {
      result = body();
    } catch (error) {
      // The exception that is under way says more than the locks it leaves behind.
      this.stack.pop();
      throw error;
    }
    this.stack.pop();
    if (context.held.length > 0) {
      throw new Bug(`${describe(context)} ended with ${context.held.map((l) => l.name).join(', ')} held`);
    }
    return result;
  }

  /** Names a call for the reports while `body` runs. */
  frame<T>(name: string, body: () => T): T {
    const frames = this.current?.frames;
    frames?.push(name);
    try {
      return body();
    } finally {
      frames?.pop();
    }
  }

  /** Throws Bug when the current context may not sleep. */
  mightSleep(what: string): void {
    const context = this.current;
    if (context === undefined) return;
    const held = context.held.find((lock) => lock.atomic);
    if (context.kind === 'irq' || context.kind === 'timer' || held !== undefined) {
      const why = held === undefined ? `in ${context.kind} context` : `with spinlock ${held.name} held`;
      throw new Bug(`sleeping ${why}: ${what}\n${this.report()}`);
    }
  }

  /** All stacks, the running context first. */
  report(): string {
    return this.stack.map(describe).reverse().join('\n');
  }

  /** One context in the form of the report. */
  describe(context: Context): string {
    return describe(context);
  }
}

function describe(context: Context): string {
  const calls = context.frames.length > 0 ? ` in ${context.frames.join(' > ')}` : '';
  const waiting = context.waiting === undefined ? '' : `, waiting for ${context.waiting}`;
  const held = context.held.length > 0 ? `, holding ${context.held.map((l) => l.name).join(', ')}` : '';
  return `[${context.kind}] ${context.name}${calls}${waiting}${held}`;
}
