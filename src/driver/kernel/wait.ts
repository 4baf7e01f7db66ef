/**
 * Wait queues and completions. As in the kernel the condition is looked at when the waiter goes to sleep, after
 * each wake-up of its queue and once more when time is over: a forgotten wake-up is a time-out here, too.
 */
import type { Stateful } from '../../base/stateful.ts';
import type { Kernel } from './kernel.ts';

export class WaitQueue {
  readonly name: string;
  private readonly kernel: Kernel;
  private wakes = 0;

  constructor(kernel: Kernel, name: string) {
    this.kernel = kernel;
    this.name = name;
  }

  wakeUp(): void {
    this.wakes++;
  }

  /**
   * Sleeps until `cond` holds: then the ns that were left, at least 1. 0 when `timeoutNs` passed first.
   * DeadlockError when there is no time limit (Infinity) and nothing is left that could wake it.
   */
  waitEventTimeout(cond: () => boolean, timeoutNs: number): number {
    const { kernel } = this;
    kernel.service(`wait ${this.name}`);
    if (cond()) return Math.max(1, timeoutNs);
    const until = kernel.now() + timeoutNs;
    let seen = this.wakes;
    kernel.sleepUntil(this.name, until, () => {
      if (seen === this.wakes) return false;
      seen = this.wakes;
      return cond();
    });
    return cond() ? Math.max(1, until - kernel.now()) : 0;
  }

  /** Waits without limit. */
  waitEvent(cond: () => boolean): void {
    this.waitEventTimeout(cond, Infinity);
  }
}

/** What completeAll sets: never counted down (UINT_MAX). */
const ALL = 0xffff_ffff;

/** struct completion. */
export class Completion implements Stateful<number> {
  private readonly queue: WaitQueue;
  private count = 0;

  constructor(kernel: Kernel, name: string) {
    this.queue = new WaitQueue(kernel, name);
  }

  get isDone(): boolean {
    return this.count > 0;
  }

  complete(): void {
    if (this.count !== ALL) this.count++;
    this.queue.wakeUp();
  }

  completeAll(): void {
    this.count = ALL;
    this.queue.wakeUp();
  }

  reinit(): void {
    this.count = 0;
  }

  /** Ns left (at least 1), 0 on time-out; takes one completion. */
  waitTimeout(timeoutNs: number): number {
    const left = this.queue.waitEventTimeout(() => this.count > 0, timeoutNs);
    if (left > 0 && this.count !== ALL) this.count--;
    return left;
  }

  wait(): void {
    this.waitTimeout(Infinity);
  }

  save(): number {
    return this.count;
  }

  load(state: number): void {
    this.count = state;
  }
}
