/**
 * Jobs waiting for their turn on something that runs them (the place of drm_gpu_scheduler; after the JobQueue planned
 * for Rust drivers). A `JobRing` is what jobs run on: it has credits and a time limit. Each `JobQueue` on it is the
 * jobs of one user queue: they start in the order they were pushed, each when its dependencies have signalled.
 * Among queues whose head is ready the one whose head was pushed first goes first; when the credits do not suffice
 * for it nobody overtakes it. A job's finished fence follows the fence of its run. What a job is, and what running it
 * means, is the owner's business. State is plain data, callbacks name their target.
 */
import type { Disposable } from '../../base/disposable.ts';
import { invariant } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import { ERRNO } from '../kernel/errno.ts';
import type { Mutex } from '../kernel/sync.ts';
import type { Target } from '../kernel/targets.ts';
import { DelayedWork, Work } from '../kernel/workqueue.ts';
import type { WorkQueue } from '../kernel/workqueue.ts';
import type { Fence, FenceRef, Fences } from './fence.ts';

/** How an owner runs a job: the fence to wait for, undefined when it is done already, or -errno. */
export interface JobOps<Call> {
  run(call: Call, finished: Fence): Fence | undefined | number;
  /** Credits a job holds while it runs. */
  cost(call: Call): number;
  /** Forgets what an ended job held. */
  release?(call: Call): void;
}

export interface RingOptions {
  readonly fences: Fences;
  readonly queue: WorkQueue;
  /** Credits that running jobs share. */
  readonly credits: number;
  /** What `run` of any job takes. */
  readonly locks: readonly Mutex[];
  /** The oldest job may run for so many ns; `expired` is told and says what becomes of it. No limit when left out. */
  readonly timeout?: { readonly ns: number; expired(finished: Fence): TimeoutAnswer };
}

/** The job is dead (it ends with ETIMEDOUT), or a false alarm: its time begins anew. */
export type TimeoutAnswer = 'kill' | 'no-hang';

interface Entry<Call> {
  readonly call: Call;
  readonly finished: Fence;
  readonly dependencies: Fence[];
  /** Place among all jobs pushed to the ring. */
  readonly order: number;
}

const KIND = { DEPENDENCY: 0, DONE: 1 } as const;

/** What a ring needs of its queues. */
interface Source {
  /** Place of the head among all jobs when it may run now, else undefined. */
  readyAt(): number | undefined;
  /** Credits of the head. */
  headCost(): number;
  start(): void;
  /** Place and fence of the oldest running job. */
  oldest(): { readonly order: number; readonly finished: Fence } | undefined;
  expire(finished: Fence): void;
}

export class JobRing implements Disposable {
  readonly id: string;
  readonly options: RingOptions;
  readonly work: Work;
  private readonly timer: DelayedWork | undefined;
  private readonly queues: Source[] = [];
  /** Finished fence of the job the timer is for. */
  private timed = 0;
  used = 0;
  order = 0;

  constructor(id: string, options: RingOptions) {
    this.id = id;
    this.options = options;
    const { queue, locks, timeout } = options;
    this.work = new Work(queue, `${id}/run`, () => this.run(), locks);
    if (timeout !== undefined) this.timer = new DelayedWork(queue, `${id}/limit`, () => this.expired(), locks);
  }

  attach(queue: Source): Disposable {
    this.queues.push(queue);
    return { dispose: () => this.queues.splice(this.queues.indexOf(queue), 1) };
  }

  /** Starts what may start now. */
  private run(): void {
    for (;;) {
      let best: Source | undefined;
      let bestAt = Infinity;
      for (const queue of this.queues) {
        const at = queue.readyAt();
        if (at !== undefined && at < bestAt) [best, bestAt] = [queue, at];
      }
      if (best === undefined || this.used + best.headCost() > this.options.credits) return;
      best.start();
      this.arm();
    }
  }

  private oldest(): { readonly order: number; readonly finished: Fence; readonly queue: Source } | undefined {
    let found: { order: number; finished: Fence; queue: Source } | undefined;
    for (const queue of this.queues) {
      const first = queue.oldest();
      if (first !== undefined && first.order < (found?.order ?? Infinity)) found = { ...first, queue };
    }
    return found;
  }

  /** The limit is that of the oldest job; it begins anew when another one becomes the oldest. */
  arm(): void {
    const { timeout } = this.options;
    if (this.timer === undefined || timeout === undefined) return;
    const id = this.oldest()?.finished.id ?? 0;
    if (id === this.timed) return;
    this.timed = id;
    if (id === 0) this.timer.cancel();
    else this.timer.mod(timeout.ns);
  }

  private expired(): void {
    const { timeout } = this.options;
    const oldest = this.oldest();
    this.timed = 0;
    if (timeout === undefined || oldest === undefined) return;
    if (timeout.expired(oldest.finished) === 'kill') oldest.queue.expire(oldest.finished);
    this.arm();
  }

  dispose(): void {
    this.work.dispose();
    this.timer?.dispose();
  }

  save(): JobRingState {
    return { order: this.order, timed: this.timed };
  }

  load(state: JobRingState): void {
    this.order = state.order;
    this.timed = state.timed;
  }
}

export type JobRingState = { readonly order: number; readonly timed: number };

export class JobQueue<Call extends Plain> implements Target, Disposable, Source {
  readonly id: string;
  readonly ring: JobRing;
  private readonly fences: Fences;
  private readonly ops: JobOps<Call>;
  /** Fence context, taken with the first job. */
  private context = 0;
  private readonly registration: Disposable;
  private readonly attachment: Disposable;
  private waiting: Entry<Call>[] = [];
  private running: Entry<Call>[] = [];
  private seqno = 0;
  private stopped = false;

  constructor(id: string, ring: JobRing, ops: JobOps<Call>) {
    this.id = id;
    this.ring = ring;
    this.fences = ring.options.fences;
    this.ops = ops;
    this.registration = this.fences.kernel.targets.register(this);
    this.attachment = ring.attach(this);
  }

  /** Jobs that wait or run. */
  get pending(): number {
    return this.waiting.length + this.running.length;
  }

  /** The fence of the next job; the job must be pushed with it before another one is armed. */
  arm(): Fence {
    if (this.context === 0) this.context = this.fences.newContext();
    return this.fences.create(this.context, ++this.seqno);
  }

  push(call: Call, finished: Fence, dependencies: readonly Fence[]): void {
    this.waiting.push({ call, finished, dependencies: [...dependencies], order: ++this.ring.order });
    this.ring.work.queue();
  }

  readyAt(): number | undefined {
    const head = this.waiting[0];
    if (head === undefined || this.stopped) return undefined;
    // The order of the queue is kept anyhow: a fence of its own is no reason to wait.
    const over = (fence: Fence | undefined): boolean =>
      fence !== undefined && (fence.isSignaled || fence.context === this.context);
    while (over(head.dependencies[0])) head.dependencies.shift();
    const blocker = head.dependencies[0];
    if (blocker === undefined) return head.order;
    const callback = this.dependencyOf(head);
    blocker.removeCallback(callback);
    blocker.addCallback(callback);
    return undefined;
  }

  private dependencyOf(entry: Entry<Call>) {
    return { target: this.id, kind: KIND.DEPENDENCY, payload: entry.finished.seqno };
  }

  private cost(entry: Entry<Call>): number {
    return Math.min(this.ops.cost(entry.call), this.ring.options.credits);
  }

  headCost(): number {
    const [head] = this.waiting;
    return head === undefined ? 0 : this.cost(head);
  }

  start(): void {
    const entry = this.waiting.shift();
    invariant(entry !== undefined, `${this.id}: nothing to start`);
    const result = this.ops.run(entry.call, entry.finished);
    if (typeof result === 'number') return this.finish(entry, result);
    if (result === undefined || result.isSignaled) return this.finish(entry, result?.error ?? 0);
    this.ring.used += this.cost(entry);
    this.running.push(entry);
    // The fence of the run stays first in its list, so that completion can read its error.
    entry.dependencies.splice(0, Infinity, result);
    result.addCallback({ target: this.id, kind: KIND.DONE, payload: entry.finished.seqno });
  }

  private finish(entry: Entry<Call>, error: number): void {
    this.ops.release?.(entry.call);
    entry.finished.signal(error);
  }

  oldest(): { readonly order: number; readonly finished: Fence } | undefined {
    return this.running[0];
  }

  /** The limit of a running job is over: it ends, whatever its run does later. */
  expire(finished: Fence): void {
    const entry = this.running.find((e) => e.finished === finished);
    if (entry === undefined) return;
    this.detach(entry);
    this.finish(entry, -ERRNO.ETIMEDOUT);
    this.ring.work.queue();
  }

  private detach(entry: Entry<Call>): void {
    entry.dependencies[0]?.removeCallback({ target: this.id, kind: KIND.DONE, payload: entry.finished.seqno });
    this.running.splice(this.running.indexOf(entry), 1);
    this.ring.used -= this.cost(entry);
  }

  fire(kind: number, payload: number): void {
    if (kind === KIND.DONE) {
      const at = this.running.findIndex((e) => e.finished.seqno === payload);
      const entry = this.running[at];
      invariant(entry !== undefined, `${this.id}: job ${payload} is not running`);
      this.running.splice(at, 1);
      this.ring.used -= this.cost(entry);
      this.finish(entry, entry.dependencies[0]?.error ?? 0);
      this.ring.arm();
    }
    this.ring.work.queue();
  }

  /** No job is started until `resume`. */
  stop(): void {
    this.stopped = true;
  }

  resume(): void {
    this.stopped = false;
    this.ring.work.queue();
  }

  /** Ends all jobs that have not started. */
  kill(): void {
    for (const entry of this.waiting.splice(0)) {
      entry.dependencies[0]?.removeCallback(this.dependencyOf(entry));
      this.finish(entry, -ERRNO.ECANCELED);
    }
  }

  dispose(): void {
    this.kill();
    for (const entry of this.running.slice()) {
      this.detach(entry);
      this.finish(entry, -ERRNO.ECANCELED);
    }
    this.abandon();
  }

  /** Goes away without ending its jobs: saved state takes their place. */
  abandon(): void {
    this.attachment.dispose();
    this.registration.dispose();
  }

  save(): JobQueueState<Call> {
    const entries = (list: readonly Entry<Call>[]): JobQueueState<Call>['waiting'] =>
      list.map((e) => ({
        call: e.call,
        finished: this.fences.ref(e.finished),
        dependencies: e.dependencies.map((d) => this.fences.ref(d)),
        order: e.order,
      }));
    return {
      waiting: entries(this.waiting),
      running: entries(this.running),
      context: this.context,
      seqno: this.seqno,
      stopped: this.stopped,
    };
  }

  load(state: JobQueueState<Call>): void {
    const entries = (list: JobQueueState<Call>['waiting']): Entry<Call>[] =>
      list.map((e) => ({
        call: e.call,
        finished: this.fences.deref(e.finished),
        dependencies: e.dependencies.map((d) => this.fences.deref(d)),
        order: e.order,
      }));
    this.waiting = entries(state.waiting);
    this.running = entries(state.running);
    for (const entry of this.running) this.ring.used += this.cost(entry);
    this.context = state.context;
    this.seqno = state.seqno;
    this.stopped = state.stopped;
  }
}

export type JobQueueState<Call extends Plain> = {
  readonly waiting: readonly {
    readonly call: Call;
    readonly finished: FenceRef;
    readonly dependencies: readonly FenceRef[];
    readonly order: number;
  }[];
  readonly running: JobQueueState<Call>['waiting'];
  readonly context: number;
  readonly seqno: number;
  readonly stopped: boolean;
};
