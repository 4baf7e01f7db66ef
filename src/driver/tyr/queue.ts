/**
 * One queue of a group: its ring buffer, the two cursor pages it shares with the firmware, the jobs in flight
 * and the job timer (Panthor `struct panthor_queue` in `panthor_sched.c`). Cursors are free-running byte counts.
 * A job is done when the queue's sync object, which the stream bumps, has reached the job's number.
 */
import { CS_INSTRUCTION_SIZE, QUEUE_INPUT, QUEUE_OUTPUT, QUEUE_OUTPUT_OFFSET } from '../../spec/firmware/interface.ts';
import type { Words } from '../../spec/registers/define.ts';
import type { Fence, FenceRef, Fences } from '../drm/fence.ts';
import { ERRNO } from '../kernel/errno.ts';
import { SEC } from '../kernel/time.ts';
import { DelayedWork } from '../kernel/workqueue.ts';
import { Entity } from './entity.ts';
import type { EntityState } from './entity.ts';
import type { KernelBo } from './gem.ts';
import { PROFILING_SLOT_BYTES, jobInstructionCount, jobInstructions, PROFILING, PROFILING_SLOT } from './job.ts';
import type { StreamShape } from './job.ts';
import type { Scheduler } from './sched.ts';
import type { Vm } from './vm.ts';

/** How long a job may run. */
const JOB_TIMEOUT = 5 * SEC;

export type JobError = 'EINVAL' | 'ETIMEDOUT' | 'ECANCELED';

/** A job in the ring: bytes [start, end) of the stream of all bytes ever written. */
interface InFlight {
  readonly fence: Fence;
  readonly seqno: number;
  readonly start: number;
  readonly end: number;
  /** What it records, and where in `times`. */
  readonly profiling: number;
  readonly times: number;
  error: JobError | undefined;
}

/** What a client submitted. `size` 0 means no instructions. */
export type JobCall = {
  readonly start: number;
  readonly size: number;
  readonly latestFlush: number;
  readonly profiling: number;
};

/** What a blocked queue waits for: the object at `va` greater than, or at most, `ref`. */
export type SyncWait = { readonly va: number; readonly ref: Words; readonly gt: boolean; readonly sync64: boolean };

export interface QueueMemory {
  readonly ring: KernelBo;
  /** The cursor pages, in the MCU VM. */
  readonly cursors: KernelBo;
  /** Profiling records, a ring of `PROFILING_SLOT_BYTES` each. */
  readonly times: KernelBo;
}

export interface QueueParts {
  readonly sched: Scheduler;
  readonly fences: Fences;
  readonly shape: StreamShape;
  /** Sync object of this queue. */
  readonly syncobjs: KernelBo;
  readonly syncobjOffset: number;
  /** A job's turn has come (under the scheduler's lock): its fence, undefined, or -errno. */
  readonly run: (call: JobCall, finished: Fence) => Fence | undefined | number;
  /** Called when a job made no progress. */
  readonly timedOut: (seqno: number) => void;
}

export class Queue {
  readonly index: number;
  readonly priority: number;
  readonly memory: QueueMemory;
  syncWait: SyncWait | undefined;
  private readonly parts: QueueParts;
  /** Jobs that are not in the ring yet. */
  readonly jobs: Entity<JobCall>;
  private readonly timer: DelayedWork;
  /** Fence context, taken with the first job. */
  private context = 0;
  private inFlight: InFlight[] = [];
  private lastFence: Fence | undefined;
  private assigned = 0;
  private profilingSeqno = 0;
  private remaining = JOB_TIMEOUT;
  /** What completed jobs have used while profiling was on: GPU cycles, timer ticks. */
  spent = { cycles: 0, ticks: 0 };

  constructor(name: string, index: number, priority: number, memory: QueueMemory, parts: QueueParts) {
    this.index = index;
    this.priority = priority;
    this.memory = memory;
    this.parts = parts;
    this.timer = new DelayedWork(parts.sched.queue, `${name}/timeout`, () => this.timeout(), [parts.sched.lock]);
    this.jobs = new Entity<JobCall>(
      `${name}/jobs`,
      parts.fences,
      parts.sched.queue,
      this.credits,
      { run: parts.run, cost: (call) => Queue.cost(call) },
      parts.sched.runLocks,
    );
  }

  get ring(): KernelBo {
    return this.memory.ring;
  }

  get inputVa(): number {
    return this.memory.cursors.va;
  }

  get outputVa(): number {
    return this.memory.cursors.va + QUEUE_OUTPUT_OFFSET;
  }

  get insert(): number {
    return this.memory.cursors.read64(QUEUE_INPUT.INSERT.offset);
  }

  /** Bytes the firmware has consumed. */
  get extract(): number {
    return this.memory.cursors.read64(QUEUE_OUTPUT_OFFSET + QUEUE_OUTPUT.EXTRACT.offset);
  }

  get hasWork(): boolean {
    return this.insert !== this.extract;
  }

  /** Number of the last job given to the ring. */
  get seqno(): number {
    return this.assigned;
  }

  get jobsInFlight(): number {
    return this.inFlight.length;
  }

  /** Bytes of ring credits: instructions that fit. */
  get credits(): number {
    return this.ring.size / CS_INSTRUCTION_SIZE;
  }

  /** Where a stream starts to read. */
  syncExtract(): void {
    this.memory.cursors.write64(QUEUE_INPUT.EXTRACT.offset, this.extract);
  }

  /** Completed jobs according to the sync object. */
  private get completed(): number {
    return this.parts.syncobjs.read64(this.parts.syncobjOffset);
  }

  /** The fence of the youngest job, for jobs without instructions. */
  get last(): Fence | undefined {
    return this.lastFence;
  }

  /** Writes a job into the ring and moves INSERT; the caller tells the firmware or the scheduler. */
  push(call: JobCall): Fence {
    const { fences, syncobjs, syncobjOffset, shape } = this.parts;
    const seqno = ++this.assigned;
    if (this.context === 0) this.context = fences.newContext();
    const fence = fences.create(this.context, seqno);
    const slots = this.memory.times.size / PROFILING_SLOT_BYTES;
    const times = (this.profilingSeqno++ % slots) * PROFILING_SLOT_BYTES;
    const words = jobInstructions(
      {
        start: call.start,
        size: call.size,
        latestFlush: call.latestFlush,
        syncobj: syncobjs.va + syncobjOffset,
        times: this.memory.times.va + times,
        profiling: call.profiling,
      },
      shape,
    );
    const start = this.insert;
    for (const [i, word] of words.entries()) this.ring.write32((start + i * 4) % this.ring.size, word);
    const end = start + words.length * 4;
    this.inFlight.push({ fence, seqno, start, end, profiling: call.profiling, times, error: undefined });
    this.syncExtract();
    this.memory.cursors.write64(QUEUE_INPUT.INSERT.offset, end);
    this.lastFence = fence;
    return fence;
  }

  /** Instructions a job takes in the ring; 0 for one without a stream. */
  static cost(call: JobCall): number {
    return call.size === 0 ? 0 : jobInstructionCount(call.profiling);
  }

  /** Signals the jobs the sync object says are done, in order. True when there were any. */
  complete(): boolean {
    const done = this.completed;
    const finished: InFlight[] = [];
    while (this.inFlight[0] !== undefined && this.inFlight[0].seqno <= done) {
      const job = this.inFlight.shift();
      if (job !== undefined) finished.push(job);
    }
    if (finished.length === 0) return false;
    for (const job of finished) this.account(job);
    const running = this.timer.pending;
    this.timer.cancel();
    this.remaining = JOB_TIMEOUT;
    if (this.inFlight.length > 0 && running) this.timer.schedule(this.remaining);
    for (const job of finished) job.fence.signal(job.error === undefined ? 0 : -ERRNO[job.error]);
    return true;
  }

  private account({ profiling, times }: InFlight): void {
    const record = this.memory.times;
    const used = (before: number, after: number): number =>
      Math.max(0, record.read64(times + after) - record.read64(times + before));
    const { CYCLES_BEFORE, CYCLES_AFTER, TIME_BEFORE, TIME_AFTER } = PROFILING_SLOT;
    if ((profiling & PROFILING.CYCLES) !== 0) this.spent.cycles += used(CYCLES_BEFORE, CYCLES_AFTER);
    if ((profiling & PROFILING.TIMESTAMP) !== 0) this.spent.ticks += used(TIME_BEFORE, TIME_AFTER);
  }

  /** The job the firmware is in has failed; its fence will say so. */
  blame(): void {
    const at = this.extract;
    const job = this.inFlight.find((j) => at < j.end);
    if (job !== undefined && at >= job.start) job.error = 'EINVAL';
  }

  /** Ends every job with an error and lets all who wait for the sync object go on. */
  terminate(error: JobError): void {
    const { syncobjs, syncobjOffset } = this.parts;
    this.timer.cancel();
    syncobjs.write32(syncobjOffset + SYNCOBJ_STATUS, 0xffff_ffff);
    syncobjs.write64(syncobjOffset, this.assigned);
    for (const job of this.inFlight.splice(0)) job.fence.signal(-ERRNO[error]);
  }

  /** Starts or goes on with the job timer. */
  resumeTimeout(): void {
    if (!this.timer.pending && this.inFlight.length > 0) this.timer.schedule(this.remaining);
  }

  /** Stops the job timer and keeps what is left. */
  suspendTimeout(): void {
    const expires = this.timer.expires;
    if (!this.timer.pending) return;
    this.remaining = Math.max(0, (expires ?? 0) - this.parts.sched.parts.kernel.now());
    this.timer.cancel();
  }

  private timeout(): void {
    if (this.complete() || this.inFlight.length === 0) return;
    this.parts.timedOut(this.inFlight[0]?.seqno ?? 0);
  }

  /** Whether the sync object a blocked queue waits for has got there; an unmapped object never does. */
  syncWaitMet(vm: Vm): boolean {
    const wait = this.syncWait;
    if (wait === undefined) return false;
    const lo = vm.readWord(wait.va);
    const hi = wait.sync64 ? vm.readWord(wait.va + 4) : 0;
    if (lo === undefined || hi === undefined) return false;
    const above = hi !== wait.ref.hi ? hi > wait.ref.hi : lo > wait.ref.lo;
    return wait.gt ? above : !above;
  }

  dispose(): void {
    this.jobs.dispose();
    this.timer.dispose();
    this.memory.ring.dispose();
    this.memory.cursors.dispose();
    this.memory.times.dispose();
  }

  /** Goes away without ending its jobs: saved state takes their place. */
  abandon(): void {
    this.jobs.abandon();
    this.timer.dispose();
  }

  save(fences: Fences): QueueState {
    return {
      syncWait: this.syncWait,
      jobs: this.jobs.save(),
      inFlight: this.inFlight.map((j) => ({ ...j, fence: fences.ref(j.fence) })),
      last: this.lastFence === undefined ? undefined : fences.ref(this.lastFence),
      context: this.context,
      assigned: this.assigned,
      profilingSeqno: this.profilingSeqno,
      remaining: this.remaining,
      spent: { ...this.spent },
    };
  }

  load(state: QueueState, fences: Fences): void {
    this.syncWait = state.syncWait;
    this.jobs.load(state.jobs);
    this.inFlight = state.inFlight.map((j) => ({ ...j, fence: fences.deref(j.fence) }));
    this.lastFence = state.last === undefined ? undefined : fences.deref(state.last);
    this.context = state.context;
    this.assigned = state.assigned;
    this.profilingSeqno = state.profilingSeqno;
    this.remaining = state.remaining;
    this.spent = { ...state.spent };
  }
}

/** Offset of the status word in a sync object. */
const SYNCOBJ_STATUS = 8;

export type QueueState = {
  readonly syncWait: SyncWait | undefined;
  readonly jobs: EntityState<JobCall>;
  readonly inFlight: readonly {
    readonly fence: FenceRef;
    readonly seqno: number;
    readonly start: number;
    readonly end: number;
    readonly profiling: number;
    readonly times: number;
    readonly error: JobError | undefined;
  }[];
  readonly last: FenceRef | undefined;
  readonly context: number;
  readonly assigned: number;
  readonly profilingSeqno: number;
  readonly remaining: number;
  readonly spent: { readonly cycles: number; readonly ticks: number };
};
