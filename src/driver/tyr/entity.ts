/**
 * Jobs of one submission queue waiting for their turn (the GPU scheduler's entity and ring in one, as Panthor has
 * one of each per queue; Tyr S uses a JobQueue). Jobs start in the order they were pushed, each when its
 * dependencies have signalled and credits are free; a finished fence follows the hardware fence. What a job is,
 * and what running it means, is the owner's business.
 */
import type { Disposable } from '../../base/disposable.ts';
import { invariant } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { Fence, FenceRef, Fences } from '../drm/fence.ts';
import { ERRNO } from '../kernel/errno.ts';
import type { Mutex } from '../kernel/sync.ts';
import type { Target } from '../kernel/targets.ts';
import { Work } from '../kernel/workqueue.ts';
import type { WorkQueue } from '../kernel/workqueue.ts';

/** How an owner runs a job: the fence to wait for, undefined when it is done already, or -errno. */
export interface EntityOps<Call> {
  run(call: Call, finished: Fence): Fence | undefined | number;
  /** Credits a job holds while it runs. */
  cost(call: Call): number;
  /** Forgets what an ended job held. */
  release?(call: Call): void;
}

interface Entry<Call> {
  readonly call: Call;
  readonly finished: Fence;
  readonly dependencies: Fence[];
}

const KIND = { DEPENDENCY: 0, DONE: 1 } as const;

export class Entity<Call extends Plain> implements Target, Disposable {
  readonly id: string;
  private readonly fences: Fences;
  private readonly ops: EntityOps<Call>;
  /** Fence context, taken with the first job. */
  private context = 0;
  private readonly work: Work;
  private readonly registration: Disposable;
  private readonly limit: number;
  private waiting: Entry<Call>[] = [];
  private running: Entry<Call>[] = [];
  private used = 0;
  private seqno = 0;
  private stopped = false;

  /** `locks`: what `run` takes. */
  constructor(
    id: string,
    fences: Fences,
    queue: WorkQueue,
    limit: number,
    ops: EntityOps<Call>,
    locks: readonly Mutex[],
  ) {
    this.id = id;
    this.fences = fences;
    this.ops = ops;
    this.limit = limit;
    this.work = new Work(queue, `${id}/run`, () => this.run(), locks);
    this.registration = fences.kernel.targets.register(this);
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
    this.waiting.push({ call, finished, dependencies: [...dependencies] });
    this.work.queue();
  }

  /** Starts what may start now; in a context that may take the locks of `run`. */
  run(): void {
    for (;;) {
      const head = this.waiting[0];
      if (head === undefined || this.stopped) return;
      while (head.dependencies[0]?.isSignaled === true) head.dependencies.shift();
      const callback = { target: this.id, kind: KIND.DEPENDENCY, payload: head.finished.seqno };
      const blocker = head.dependencies[0];
      if (blocker !== undefined) {
        blocker.removeCallback(callback);
        blocker.addCallback(callback);
        return;
      }
      const cost = Math.min(this.ops.cost(head.call), this.limit);
      if (this.used + cost > this.limit) return;
      this.waiting.shift();
      this.start(head, cost);
    }
  }

  private start(entry: Entry<Call>, cost: number): void {
    const result = this.ops.run(entry.call, entry.finished);
    if (typeof result === 'number') return this.finish(entry, result);
    if (result === undefined || result.isSignaled) return this.finish(entry, result?.error ?? 0);
    this.used += cost;
    this.running.push(entry);
    // The job's hardware fence stays first in its list, so that completion can read its error.
    entry.dependencies.splice(0, Infinity, result);
    result.addCallback({ target: this.id, kind: KIND.DONE, payload: entry.finished.seqno });
  }

  private finish(entry: Entry<Call>, error: number): void {
    this.ops.release?.(entry.call);
    entry.finished.signal(error);
  }

  fire(kind: number, payload: number): void {
    if (kind === KIND.DONE) {
      const at = this.running.findIndex((e) => e.finished.seqno === payload);
      const entry = this.running[at];
      invariant(entry !== undefined, `${this.id}: job ${payload} is not running`);
      this.running.splice(at, 1);
      this.used -= Math.min(this.ops.cost(entry.call), this.limit);
      this.finish(entry, entry.dependencies[0]?.error ?? 0);
    }
    this.work.queue();
  }

  /** No job is started until `start`. */
  stop(): void {
    this.stopped = true;
    this.work.cancel();
  }

  resume(): void {
    this.stopped = false;
    this.work.queue();
  }

  /** Ends all jobs that have not started. */
  kill(): void {
    this.work.cancel();
    for (const entry of this.waiting.splice(0)) {
      entry.dependencies[0]?.removeCallback({
        target: this.id,
        kind: KIND.DEPENDENCY,
        payload: entry.finished.seqno,
      });
      this.finish(entry, -ERRNO.ECANCELED);
    }
  }

  dispose(): void {
    this.kill();
    for (const entry of this.running.splice(0)) {
      entry.dependencies[0]?.removeCallback({ target: this.id, kind: KIND.DONE, payload: entry.finished.seqno });
      this.finish(entry, -ERRNO.ECANCELED);
    }
    this.work.dispose();
    this.registration.dispose();
  }

  /** Goes away without ending its jobs: saved state takes their place. */
  abandon(): void {
    this.work.dispose();
    this.registration.dispose();
  }

  save(): EntityState<Call> {
    const entries = (list: readonly Entry<Call>[]): EntityState<Call>['waiting'] =>
      list.map((e) => ({
        call: e.call,
        finished: this.fences.ref(e.finished),
        dependencies: e.dependencies.map((d) => this.fences.ref(d)),
      }));
    return {
      waiting: entries(this.waiting),
      running: entries(this.running),
      context: this.context,
      used: this.used,
      seqno: this.seqno,
      stopped: this.stopped,
    };
  }

  load(state: EntityState<Call>): void {
    const entries = (list: EntityState<Call>['waiting']): Entry<Call>[] =>
      list.map((e) => ({
        call: e.call,
        finished: this.fences.deref(e.finished),
        dependencies: e.dependencies.map((d) => this.fences.deref(d)),
      }));
    this.waiting = entries(state.waiting);
    this.running = entries(state.running);
    this.context = state.context;
    this.used = state.used;
    this.seqno = state.seqno;
    this.stopped = state.stopped;
  }
}

export type EntityState<Call extends Plain> = {
  readonly waiting: readonly {
    readonly call: Call;
    readonly finished: FenceRef;
    readonly dependencies: readonly FenceRef[];
  }[];
  readonly running: EntityState<Call>['waiting'];
  readonly context: number;
  readonly used: number;
  readonly seqno: number;
  readonly stopped: boolean;
};
