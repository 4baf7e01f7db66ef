/**
 * Runtime power management of a device (drivers/base/power/runtime.c): a use count, and a suspend some time after
 * the last use. Transitions sleep and happen under `lock`; a work item that may wake the device declares that lock
 * among its own, so that it never starts in the middle of one.
 */
import type { Disposable } from '../../base/disposable.ts';
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import { KernelError, ensure } from './errno.ts';
import type { Kernel } from './kernel.ts';
import { Mutex } from './sync.ts';
import { DelayedWork, WorkQueue } from './workqueue.ts';

export type PmState = 'SUSPENDED' | 'RESUMING' | 'ACTIVE' | 'SUSPENDING';

/** What a driver does at a transition. A KernelError leaves the device in the state it was in. */
export interface PmOps {
  suspend(): void;
  resume(): void;
}

export type RuntimePmState = {
  readonly state: PmState;
  readonly uses: number;
  readonly lastBusy: number;
  readonly forbidden: boolean;
  readonly lost: boolean;
  readonly suspends: number;
};

export class RuntimePm implements Stateful<RuntimePmState>, Disposable {
  readonly lock: Mutex;
  /** What a suspend takes; `guard` adds to it. */
  private readonly locks: Mutex[] = [];
  private readonly kernel: Kernel;
  private readonly ops: PmOps;
  /** Ns between the last use and the suspend. */
  readonly delay: number;
  private readonly queue: WorkQueue;
  private readonly work: DelayedWork;
  private current: PmState = 'ACTIVE';
  /** Holders; the probe is the first. */
  private uses = 1;
  private lastBusy = 0;
  /** power/control is `on`. */
  private forbidden = false;
  private lost = false;
  /** Suspends since the probe. */
  suspends = 0;

  /** An active device with one use. `delay`: ns between the last use and the suspend. */
  constructor(kernel: Kernel, name: string, delay: number, ops: PmOps) {
    this.kernel = kernel;
    this.ops = ops;
    this.delay = delay;
    this.lock = new Mutex(kernel, `${name} pm`);
    this.queue = new WorkQueue(kernel, `${name}-pm`);
    this.work = new DelayedWork(this.queue, `${name}/autosuspend`, () => this.autosuspend(), this.locks);
    this.locks.push(this.lock);
    this.lastBusy = kernel.now();
  }

  /** Names locks that a suspend takes: it starts only while all are free. */
  guard(locks: readonly Mutex[]): void {
    this.locks.push(...locks);
  }

  get state(): PmState {
    return this.current;
  }

  get isActive(): boolean {
    return this.current === 'ACTIVE';
  }

  /** It is kept on (power/control `on`). */
  get isForbidden(): boolean {
    return this.forbidden;
  }

  get useCount(): number {
    return this.uses;
  }

  /** pm_runtime_resume_and_get. KernelError of the resume; then no use is taken. */
  get(): void {
    ensure(!this.lost, 'ENODEV', 'the device is gone');
    if (this.current !== 'ACTIVE') this.resume();
    this.uses++;
    this.work.cancel();
  }

  /** pm_runtime_put_autosuspend after pm_runtime_mark_last_busy. */
  put(): void {
    if (this.uses === 0) throw new Bug('runtime PM reference put once too often');
    this.uses--;
    this.lastBusy = this.kernel.now();
    this.arm();
  }

  /** Runs `body` with the device on. */
  with<T>(body: () => T): T {
    this.get();
    try {
      return body();
    } finally {
      this.put();
    }
  }

  /** Keeps the device on (power/control `on`), or lets it sleep again (`auto`). */
  forbid(on: boolean): void {
    if (on === this.forbidden) return;
    if (on) this.get();
    this.forbidden = on;
    if (!on) this.put();
  }

  private arm(): void {
    if (this.uses === 0 && this.current === 'ACTIVE') {
      this.work.mod(Math.max(0, this.lastBusy + this.delay - this.kernel.now()));
    }
  }

  private resume(): void {
    this.lock.with(() => {
      this.current = 'RESUMING';
      try {
        this.ops.resume();
        this.current = 'ACTIVE';
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
        this.current = 'SUSPENDED';
        throw error;
      }
    });
  }

  private autosuspend(): void {
    if (this.uses > 0 || this.current !== 'ACTIVE') return;
    if (this.kernel.now() < this.lastBusy + this.delay) return this.arm();
    this.suspendNow();
  }

  /** Suspends at once whatever the count (unplug); the caller has the locks free. */
  suspendNow(): void {
    if (this.current !== 'ACTIVE') return;
    this.lock.with(() => {
      this.current = 'SUSPENDING';
      this.suspends++;
      this.ops.suspend();
      this.current = 'SUSPENDED';
    });
  }

  /** The device is gone while it was on: it neither sleeps nor wakes again. */
  lose(): void {
    this.disable();
    this.lost = true;
    this.current = 'SUSPENDED';
  }

  get isLost(): boolean {
    return this.lost;
  }

  /** No suspend any more. */
  disable(): void {
    this.work.cancel();
  }

  dispose(): void {
    this.work.dispose();
    this.queue.dispose();
  }

  save(): RuntimePmState {
    const { current: state, uses, lastBusy, forbidden, lost, suspends } = this;
    return { state, uses, lastBusy, forbidden, lost, suspends };
  }

  load(state: RuntimePmState): void {
    this.current = state.state;
    this.uses = state.uses;
    this.lastBusy = state.lastBusy;
    this.forbidden = state.forbidden;
    this.lost = state.lost;
    this.suspends = state.suspends;
  }
}
