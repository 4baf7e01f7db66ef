/**
 * Work queues. An item declares the locks it takes and starts only when all are free; it never starts while it
 * runs already. In an ordered queue one item runs at a time, in the order of queueing. Items run
 * while the virtual CPU sleeps, and between events.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Mutex } from './sync.ts';
import { Timer } from './time.ts';
import type { Kernel } from './kernel.ts';

export interface WorkQueueOptions {
  /** One item at a time, in order. */
  readonly ordered?: boolean;
  /** Chosen before items of other queues (WQ_HIGHPRI). */
  readonly highPriority?: boolean;
}

export class WorkQueue implements Disposable {
  readonly name: string;
  readonly kernel: Kernel;
  readonly ordered: boolean;
  readonly highPriority: boolean;

  constructor(kernel: Kernel, name: string, options: WorkQueueOptions = {}) {
    this.kernel = kernel;
    this.name = name;
    this.ordered = options.ordered ?? false;
    this.highPriority = options.highPriority ?? false;
  }

  /** Waits until the queue is empty and nothing of it runs. */
  flush(): void {
    const { work } = this.kernel;
    if (work.isIdle(this)) return;
    this.kernel.sleepUntil(`flush of ${this.name}`, Infinity, () => work.isIdle(this));
  }

  /** destroy_workqueue: flushes first. */
  dispose(): void {
    this.flush();
  }
}

/** A work item, bound to its queue. */
export class Work implements Disposable {
  /** Stable and unique in the kernel. */
  readonly id: string;
  readonly queueOf: WorkQueue;
  readonly locks: readonly Mutex[];
  readonly run: () => void;
  /** True while it is on the stack. */
  running = false;
  protected readonly kernel: Kernel;
  private readonly registration: Disposable;

  constructor(queue: WorkQueue, id: string, run: () => void, locks: readonly Mutex[] = []) {
    this.queueOf = queue;
    this.kernel = queue.kernel;
    this.id = id;
    this.run = run;
    this.locks = locks;
    this.registration = this.kernel.work.register(this);
  }

  get pending(): boolean {
    return this.kernel.work.isPending(this.id);
  }

  /** False when it was queued already. */
  queue(): boolean {
    this.kernel.service(`queue ${this.id}`);
    return this.kernel.work.add(this.id);
  }

  /** Takes it off the queue; true when it was pending. Does not wait for a running one. */
  cancel(): boolean {
    return this.kernel.work.remove(this.id);
  }

  /** As `cancel`, then waits until it does not run. DeadlockError when it sleeps below the caller. */
  cancelSync(): boolean {
    const was = this.cancel();
    if (this.running) this.kernel.sleepUntil(`cancel of ${this.id}`, Infinity, () => !this.running);
    return was;
  }

  /** Waits until it is neither pending nor running. */
  flush(): void {
    if (!this.pending && !this.running) return;
    this.kernel.sleepUntil(`flush of ${this.id}`, Infinity, () => !this.pending && !this.running);
  }

  dispose(): void {
    this.cancelSync();
    this.registration.dispose();
  }

  /** As `dispose`, from inside the item itself: it is not waited for. */
  disposeFromWithin(): void {
    this.cancel();
    this.registration.dispose();
  }
}

/** A work item that a timer queues. */
export class DelayedWork extends Work {
  private readonly timer: Timer;

  constructor(queue: WorkQueue, id: string, run: () => void, locks: readonly Mutex[] = []) {
    super(queue, id, run, locks);
    this.timer = new Timer(queue.kernel, `${id}/timer`, () => this.kernel.work.add(this.id));
    this.kernel.work.adoptTimer(this.timer);
  }

  override get pending(): boolean {
    return this.timer.pending || super.pending;
  }

  /** When the timer queues it, or undefined. */
  get expires(): number | undefined {
    return this.timer.expires;
  }

  /** queue_delayed_work: false when it is pending already, which then keeps its time. */
  schedule(delayNs: number): boolean {
    if (this.pending) return false;
    return delayNs <= 0 ? this.queue() : (this.timer.start(delayNs), true);
  }

  /** mod_delayed_work: pending or not, runs `delayNs` from now; true when it was pending. */
  mod(delayNs: number): boolean {
    const was = this.cancel();
    this.schedule(delayNs);
    return was;
  }

  override cancel(): boolean {
    const armed = this.timer.cancel();
    return super.cancel() || armed;
  }

  /** Queues it now if the timer is armed, then waits. */
  override flush(): void {
    if (this.timer.cancel()) this.queue();
    super.flush();
  }

  override dispose(): void {
    super.dispose();
    this.kernel.work.forgetTimer(this.timer);
    this.timer.dispose();
  }
}

export type WorksState = {
  readonly pending: readonly string[];
  readonly timers: readonly { readonly id: string; readonly handle: number }[];
};

/** All work of the kernel: which items exist, which are pending, which comes next. */
export class Works implements Stateful<WorksState> {
  private readonly kernel: Kernel;
  private readonly items = new Map<string, Work>();
  private readonly timers = new Set<Timer>();
  /** Ids in order of queueing. */
  private pending: string[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  register(work: Work): Disposable {
    if (this.items.has(work.id)) throw new Bug(`work item ${work.id} made twice`);
    this.items.set(work.id, work);
    return { dispose: () => this.items.delete(work.id) };
  }

  adoptTimer(timer: Timer): void {
    this.timers.add(timer);
  }

  forgetTimer(timer: Timer): void {
    this.timers.delete(timer);
  }

  isPending(id: string): boolean {
    return this.pending.includes(id);
  }

  get pendingCount(): number {
    return this.pending.length;
  }

  add(id: string): boolean {
    if (this.isPending(id)) return false;
    this.pending.push(id);
    return true;
  }

  remove(id: string): boolean {
    const at = this.pending.indexOf(id);
    if (at >= 0) this.pending.splice(at, 1);
    return at >= 0;
  }

  isIdle(queue: WorkQueue): boolean {
    for (const work of this.items.values()) {
      if (work.queueOf === queue && (work.running || this.isPending(work.id))) return false;
    }
    return true;
  }

  private item(id: string): Work {
    const work = this.items.get(id);
    if (work === undefined) throw new Bug(`work item ${id} is pending, but does not exist`);
    return work;
  }

  private next(): Work | undefined {
    const closed = new Set<WorkQueue>();
    for (const work of this.items.values()) if (work.running && work.queueOf.ordered) closed.add(work.queueOf);
    let normal: Work | undefined;
    for (const id of this.pending) {
      const work = this.item(id);
      if (closed.has(work.queueOf)) continue;
      if (work.queueOf.ordered) closed.add(work.queueOf);
      if (work.running || work.locks.some((l) => l.isLocked)) continue;
      if (work.queueOf.highPriority) return work;
      normal ??= work;
    }
    return normal;
  }

  /** Runs the oldest item that may start; false when there is none. */
  runOne(): boolean {
    if (this.pending.length === 0) return false;
    const work = this.next();
    if (work === undefined) return false;
    this.remove(work.id);
    work.running = true;
    try {
      this.kernel.cpu.run('work', `${work.queueOf.name}/${work.id}`, work.run);
    } finally {
      work.running = false;
    }
    return true;
  }

  /** Pending items and what keeps them from starting, for the deadlock report. */
  stuck(): readonly string[] {
    return this.pending.map((id) => {
      const locks = this.item(id).locks.filter((l) => l.isLocked);
      return `work ${id} pending${locks.length > 0 ? `, needs ${locks.map((l) => l.name).join(', ')}` : ''}`;
    });
  }

  save(): WorksState {
    const armed = [...this.timers].filter((t) => t.pending);
    return { pending: [...this.pending], timers: armed.map((t) => ({ id: t.id, handle: t.save().handle })) };
  }

  /** Items of the same ids must exist by the time they are to run. */
  load(state: WorksState): void {
    this.pending = [...state.pending];
    const handles = new Map(state.timers.map((t) => [t.id, t.handle]));
    for (const timer of this.timers) timer.load({ handle: handles.get(timer.id) ?? 0 });
  }
}
