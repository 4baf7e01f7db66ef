/**
 * Rows of `job` and `fence`: follows the driver's observers and writes a row again whenever it changes. Ids are
 * those of the driver's fences, with the branch of the history above bit 32, so that what one branch recorded is
 * not overwritten by another.
 */
import { TWO32 } from '../../base/bits.ts';
import type { Fence } from '../../driver/drm/fence.ts';
import { FenceArray, FenceChain } from '../../driver/drm/fence.ts';
import { errnoName } from '../../driver/kernel/errno.ts';
import type { TyrDevice } from '../../driver/tyr/driver.ts';
import type { FenceRow, JobRow, RecordKind, RecordKinds } from '../../protocol/records.ts';

export interface RecordsHost {
  now(): number;
  branch(): number;
  /** Name of what runs now. */
  cause(): string;
  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void;
  /** What the hardware reported for a queue since an instant, or undefined. */
  faultSince(group: number, queue: number, sinceNs: number): string | undefined;
  jobStarted(): void;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** Names of the errors a job ends with. */
const STATUS: Readonly<Record<string, string>> = { EINVAL: 'faulted', ETIMEDOUT: 'timeout', ECANCELED: 'cancelled' };

export type RecordsState = {
  readonly jobCount: number;
  readonly jobs: readonly JobRow[];
  readonly fences: readonly FenceRow[];
};

export class Records {
  /** Jobs accepted so far. */
  jobCount = 0;
  private readonly host: RecordsHost;
  private readonly jobs = new Map<number, Draft<JobRow>>();
  private readonly fences = new Map<number, Draft<FenceRow>>();

  constructor(host: RecordsHost) {
    this.host = host;
  }

  /** Looks at a device that has just been bound. */
  connect(device: TyrDevice): void {
    const { fences } = device.drm;
    fences.trace.created = (fence) => this.created(fence);
    fences.trace.signalled = (fence) => this.signalled(fence);
    const { trace } = device.sched;
    trace.submitted = ({ id, group, queue, start, size }) => {
      this.jobCount++;
      this.putJob({
        id,
        groupId: group,
        queue,
        submittedNs: this.host.now(),
        startedNs: undefined,
        finishedNs: undefined,
        streamVa: start,
        streamSize: size,
        status: 'pending',
        fault: undefined,
      });
      this.rename(id, 'job');
    };
    trace.started = (id, hardware) => {
      const job = this.jobs.get(id);
      if (job === undefined) return;
      job.startedNs = this.host.now();
      job.status = 'running';
      this.putJob(job);
      this.rename(hardware, 'hardware');
      this.host.jobStarted();
    };
  }

  private created(fence: Fence): void {
    const kind = fence instanceof FenceChain ? 'chain' : fence instanceof FenceArray ? 'array' : 'fence';
    this.putFence({
      id: fence.id,
      kind,
      point: fence.seqno,
      createdNs: this.host.now(),
      signalledNs: undefined,
      cause: this.host.cause(),
    });
  }

  private rename(id: number, kind: string): void {
    const row = this.fences.get(id);
    if (row === undefined) return;
    row.kind = kind;
    this.putFence(row);
  }

  private signalled(fence: Fence): void {
    const row = this.fences.get(fence.id);
    if (row !== undefined) {
      row.signalledNs = this.host.now();
      row.cause = this.host.cause();
      this.putFence(row);
      this.fences.delete(fence.id);
    }
    const job = this.jobs.get(fence.id);
    if (job === undefined) return;
    this.jobs.delete(fence.id);
    job.finishedNs = this.host.now();
    const error = fence.error === 0 ? undefined : (errnoName(fence.error) ?? String(fence.error));
    job.status = error === undefined ? 'done' : (STATUS[error] ?? error);
    if (error !== undefined) job.fault = this.host.faultSince(job.groupId, job.queue, job.startedNs ?? Infinity);
    this.putJob(job);
  }

  private putJob(job: Draft<JobRow>): void {
    this.jobs.set(job.id, job);
    this.host.record('job', { ...job, id: this.unique(job.id) });
    if (job.finishedNs !== undefined) this.jobs.delete(job.id);
  }

  private putFence(row: Draft<FenceRow>): void {
    this.fences.set(row.id, row);
    this.host.record('fence', { ...row, id: this.unique(row.id) });
  }

  /** Rows that are not closed yet. */
  save(): RecordsState {
    return {
      jobCount: this.jobCount,
      jobs: [...this.jobs.values()].map((j) => ({ ...j })),
      fences: [...this.fences.values()].map((f) => ({ ...f })),
    };
  }

  load(state: RecordsState): void {
    this.jobCount = state.jobCount;
    this.jobs.clear();
    this.fences.clear();
    for (const job of state.jobs) this.jobs.set(job.id, { ...job });
    for (const fence of state.fences) this.fences.set(fence.id, { ...fence });
  }

  private unique(id: number): number {
    return this.host.branch() * TWO32 + id;
  }
}
