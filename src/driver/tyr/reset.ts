/**
 * The device reset (Panthor `panthor_device_reset_work`, Tyr S `reset.rs`): asked for by whoever finds the
 * hardware or firmware stuck, done once by a work item in an ordered queue. Requests that come before the probe
 * is over wait for its end.
 */
import type { Plain, Stateful } from '../../base/stateful.ts';
import { KernelError } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import type { Mutex } from '../kernel/sync.ts';
import { Work, WorkQueue } from '../kernel/workqueue.ts';

/** The steps in their order; a step that throws makes the device unusable. */
export interface ResetSteps {
  before(): void;
  reset(): void;
  after(): void;
  /** Last, also after a failure. */
  finish(failed: boolean): void;
  /** The device did not come back: called last, with no lock held. */
  unplug(): void;
}

export type ResetState = { readonly pending: boolean; readonly count: number } & Plain;

export class Reset implements Stateful<ResetState> {
  readonly queue: WorkQueue;
  private readonly log: Log;
  private readonly locks: Mutex[] = [];
  /** Held during a reset, so that nothing suspends or wakes the device in the middle. */
  private pmLock: Mutex | undefined;
  private readonly isActive: () => boolean;
  private readonly work: Work;
  private steps: ResetSteps | undefined;
  private pending = false;
  /** Resets done since the probe. */
  count = 0;

  /** `isActive`: whether the device is on; a reset of one that sleeps happens when it wakes. */
  constructor(kernel: Kernel, log: Log, isActive: () => boolean) {
    this.log = log;
    this.isActive = isActive;
    this.queue = new WorkQueue(kernel, 'panthor-reset-wq', { ordered: true });
    this.work = new Work(this.queue, 'reset', () => this.run(), this.locks);
  }

  get isPending(): boolean {
    return this.pending;
  }

  /** End of the probe: from now on a request is acted on. `locks` are those the steps take. */
  enable(steps: ResetSteps, pmLock: Mutex, locks: readonly Mutex[]): void {
    this.steps = steps;
    this.pmLock = pmLock;
    this.locks.push(pmLock, ...locks);
    if (this.pending) this.work.queue();
  }

  /** Asks for a reset; more requests before it has happened change nothing. */
  schedule(): void {
    if (this.pending) return;
    this.pending = true;
    if (this.steps !== undefined && this.isActive()) this.work.queue();
  }

  /** A suspend is on its way: a reset that was asked for is left to the resume. */
  cancel(): void {
    this.work.cancel();
  }

  /** Whether a reset was asked for; it counts as done now. */
  take(): boolean {
    const was = this.pending;
    this.pending = false;
    return was;
  }

  private run(): void {
    const { steps, pmLock } = this;
    if (steps === undefined || pmLock === undefined || !this.isActive()) return;
    if (pmLock.with(() => this.carryOut(steps))) return;
    this.log.err('Failed to boot MCU after reset, making device unusable.');
    steps.unplug();
  }

  /** False when the device did not come back. */
  private carryOut(steps: ResetSteps): boolean {
    this.count++;
    let failed = false;
    try {
      steps.before();
      steps.reset();
      steps.after();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      failed = true;
    }
    this.pending = false;
    steps.finish(failed);
    return !failed;
  }

  /** No reset any more (unbind). */
  disable(): void {
    this.steps = undefined;
    this.work.cancel();
  }

  dispose(): void {
    this.work.dispose();
    this.queue.dispose();
  }

  save(): ResetState {
    return { pending: this.pending, count: this.count };
  }

  load(state: ResetState): void {
    this.pending = state.pending;
    this.count = state.count;
  }
}
