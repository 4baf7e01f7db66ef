/**
 * Time of the virtual CPU: the clock, timers (hrtimer), sleeping and polling. All times are integer
 * nanoseconds. Rust counterparts: kernel::time, kernel::time::delay::fsleep, kernel::io::poll.
 */
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import { fail } from './errno.ts';
import type { Kernel } from './kernel.ts';

export const USEC = 1_000;
export const MSEC = 1_000_000;
export const SEC = 1_000_000_000;

type Pending = {
  readonly at: number;
  readonly seq: number;
  readonly target: string;
  readonly kind: number;
  readonly payload: number;
};

export type TimersState = {
  readonly nextSeq: number;
  readonly pending: readonly Pending[];
};

/** Pending timers in order of (time, age). Callbacks run in timer context: they may not sleep. */
export class Timers implements Stateful<TimersState> {
  private readonly kernel: Kernel;
  private pending: Pending[] = [];
  private nextSeq = 1;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get nextAt(): number {
    return this.pending[0]?.at ?? Infinity;
  }

  get count(): number {
    return this.pending.length;
  }

  /** Calls `fire(kind, payload)` of the target at `at` (or at once when that is past). Returns a handle. */
  schedule(at: number, target: string, kind = 0, payload = 0): number {
    const entry: Pending = { at, seq: this.nextSeq++, target, kind, payload };
    let i = this.pending.length;
    while (i > 0 && (this.pending[i - 1]?.at ?? 0) > at) i--;
    this.pending.splice(i, 0, entry);
    return entry.seq;
  }

  /** True when it was still pending. */
  cancel(handle: number): boolean {
    const at = this.pending.findIndex((p) => p.seq === handle);
    if (at < 0) return false;
    this.pending.splice(at, 1);
    return true;
  }

  expiryOf(handle: number): number | undefined {
    return this.pending.find((p) => p.seq === handle)?.at;
  }

  /** Fires the oldest timer that is due; false when none is. */
  fireDue(): boolean {
    const head = this.pending[0];
    if (head === undefined || head.at > this.kernel.now()) return false;
    this.pending.shift();
    this.kernel.cpu.run('timer', head.target, () => this.kernel.targets.fire(head.target, head.kind, head.payload));
    return true;
  }

  save(): TimersState {
    return { nextSeq: this.nextSeq, pending: this.pending.map((p) => ({ ...p })) };
  }

  load(state: TimersState): void {
    this.nextSeq = state.nextSeq;
    this.pending = state.pending.map((p) => ({ ...p }));
  }
}

export type TimerState = { readonly handle: number };

/** One timer of an owner (struct hrtimer): at most once pending. */
export class Timer implements Disposable, Stateful<TimerState> {
  readonly id: string;
  private readonly kernel: Kernel;
  private readonly expired: () => void;
  private readonly registration: Disposable;
  private handle = 0;

  /** `expired` runs in timer context. */
  constructor(kernel: Kernel, id: string, expired: () => void) {
    this.kernel = kernel;
    this.id = id;
    this.expired = expired;
    this.registration = kernel.targets.register(this);
  }

  get pending(): boolean {
    return this.handle !== 0;
  }

  /** When it fires, or undefined. */
  get expires(): number | undefined {
    return this.handle === 0 ? undefined : this.kernel.timers.expiryOf(this.handle);
  }

  /** (Re)arms it `delay` ns from now. */
  start(delay: number): void {
    this.startAt(this.kernel.now() + delay);
  }

  startAt(at: number): void {
    this.cancel();
    this.handle = this.kernel.timers.schedule(at, this.id);
  }

  /** True when it was pending. */
  cancel(): boolean {
    if (this.handle === 0) return false;
    this.kernel.timers.cancel(this.handle);
    this.handle = 0;
    return true;
  }

  fire(): void {
    this.handle = 0;
    this.expired();
  }

  dispose(): void {
    this.cancel();
    this.registration.dispose();
  }

  save(): TimerState {
    return { handle: this.handle };
  }

  load(state: TimerState): void {
    this.handle = state.handle;
  }
}

/** Sleeps for `ns`; interrupts, timers and work run meanwhile, and may make it later. */
export function fsleep(kernel: Kernel, ns: number): void {
  kernel.service(`fsleep ${ns} ns`);
  const until = kernel.now() + ns;
  kernel.sleepUntil(`sleep until ${until} ns`, until, () => false);
}

/**
 * Reads with `op` until `cond` holds and gives the value; between reads it sleeps `sleepNs` (0: spins, only the
 * cost of `op` passes). KernelError ETIMEDOUT when `cond` still fails at the first read later than `timeoutNs`
 * after the start (Rust `read_poll_timeout`). When `op` costs no time and `sleepNs` is 0, 1 ns is charged.
 */
export function readPollTimeout<T>(
  kernel: Kernel,
  op: () => T,
  cond: (value: T) => boolean,
  sleepNs: number,
  timeoutNs: number,
): T {
  const start = kernel.now();
  for (;;) {
    const before = kernel.now();
    const value = op();
    if (cond(value)) return value;
    if (kernel.now() - start > timeoutNs) fail('ETIMEDOUT', `condition not met in ${timeoutNs} ns`);
    if (sleepNs > 0) fsleep(kernel, sleepNs);
    else if (kernel.now() === before) kernel.platform.time.run(before + 1);
  }
}
