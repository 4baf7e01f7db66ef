/**
 * From a submission to the ring: checking jobs, ordering them, and what happens when a job's turn comes (Panthor
 * `panthor_sched.c`: panthor_job_create, queue_run_job).
 */
import { isAligned } from '../../base/bits.ts';
import type { panthorQueueSubmit } from '../../spec/uapi/panthor-structs.ts';
import { panthorSyncOp } from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import type { Fence } from '../drm/fence.ts';
import { lockAll } from '../drm/resv.ts';
import type { IoctlContext } from '../drm/ioctl.ts';
import { ERRNO, KernelError, ensure } from '../kernel/errno.ts';
import { CsgSlots } from './csg.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFile } from './file.ts';
import type { Group } from './group.ts';
import { Queue } from './queue.ts';
import type { JobCall } from './queue.ts';
import type { Scheduler } from './sched.ts';
import { SyncOps, checkSyncOp } from './sync-ops.ts';
import type { SyncOp } from './sync-ops.ts';
import { userArray } from './user-array.ts';

type Ctx = IoctlContext<TyrDevice, TyrFile>;

export type QueueSubmit = Struct<typeof panthorQueueSubmit>;

/** Small memory of a job (chosen). */
const JOB_BYTES = 512;
const STREAM_ALIGN = 64;
const INSTRUCTION = 8;
/** A submission keeps this much of a group's handle (`panthor_job_create`); no other call cuts it. */
const HANDLE_MASK = 0xffff;
/** Bits of a flush identifier that must be clear. */
const FLUSH_ID_RESERVED = 0x7f00_0000;

interface Job {
  readonly group: Group;
  readonly queue: Queue;
  readonly call: JobCall;
  readonly syncs: readonly SyncOp[];
}

/** Checks one element. KernelError EINVAL, EFAULT, E2BIG. */
function createJob(ctx: Ctx, handle: number, submit: QueueSubmit): Job {
  const file = ctx.file.driverData;
  const { stream_addr: start, stream_size: size, latest_flush: latestFlush } = submit;
  ensure(submit.pad === 0, 'EINVAL', 'queue_submit.pad is not 0');
  ensure((start === 0) === (size === 0), 'EINVAL', 'stream_addr and stream_size are not both zero or both set');
  ensure(isAligned(start, STREAM_ALIGN), 'EINVAL', `stream_addr is not ${STREAM_ALIGN}-byte aligned`);
  ensure(isAligned(size, INSTRUCTION), 'EINVAL', `stream_size is not a multiple of ${INSTRUCTION}`);
  ensure((latestFlush & FLUSH_ID_RESERVED) === 0, 'EINVAL', 'latest_flush has bits 30:24 set');
  const group = file.group(handle & HANDLE_MASK);
  ensure(group.canRun, 'EINVAL', `group ${handle} cannot run any more`);
  const queue = group.queues[submit.queue_index];
  ensure(queue !== undefined, 'EINVAL', `queue_index ${submit.queue_index}`);
  ctx.slab.take(JOB_BYTES, 'a job');
  const syncs = userArray(ctx, submit.syncs, panthorSyncOp);
  for (const op of syncs) checkSyncOp(op);
  return { group, queue, call: { start, size, latestFlush, profiling: file.device.profiling }, syncs };
}

/** GROUP_SUBMIT: all jobs are checked and ordered before the first is pushed. */
export function submitJobs(ctx: Ctx, handle: number, submits: readonly QueueSubmit[]): void {
  const file = ctx.file.driverData;
  const jobs = submits.map((submit) => createJob(ctx, handle, submit));
  const [first] = jobs;
  if (first === undefined) return;
  const ops = new SyncOps(ctx.file);
  for (const job of jobs) ops.collect(job.syncs);
  // Fences of this call are made only when every wait has been found: a job may wait for an earlier one.
  const planned: { job: Job; finished: Fence; dependencies: Fence[] }[] = [];
  try {
    for (const job of jobs) {
      const dependencies = ops.dependencies(job.syncs);
      const finished = job.queue.jobs.arm();
      planned.push({ job, finished, dependencies });
      ops.armed(job.syncs, finished);
    }
  } catch (error) {
    for (const { finished } of planned) finished.signal(-ERRNO.ECANCELED);
    throw error;
  }
  const { vm } = first.group;
  const reservations = [vm.resv, ...vm.gpuvm.bos.map(({ obj }) => obj.resv)];
  lockAll(reservations, () => {
    for (const resv of new Set(reservations)) for (const { finished } of planned) resv.add(finished, 'BOOKKEEP');
  });
  const { trace } = file.device.sched;
  for (const { job, finished, dependencies } of planned) {
    const { start, size } = job.call;
    trace.submitted?.({ id: finished.id, group: job.group.id, queue: job.queue.index, start, size });
    job.queue.jobs.push(job.call, finished, dependencies);
  }
  ops.publish();
}

/** A job's turn: writes it into the ring and tells whoever has to know. */
export function runJob(
  sched: Scheduler,
  group: Group,
  queue: Queue,
  call: JobCall,
  finished: Fence,
): Fence | undefined | number {
  if (call.size === 0) return queue.last;
  const { pm } = sched.parts;
  try {
    return pm.with(() => sched.lock.with(() => start(sched, group, queue, call, finished)));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return error.ret;
  }
}

/** The device is on, the scheduler's lock is held. */
function start(sched: Scheduler, group: Group, queue: Queue, call: JobCall, finished: Fence): Fence | number {
  if (!group.canRun) return -ERRNO.ECANCELED;
  const bit = 1 << queue.index;
  const fence = queue.push(call);
  sched.trace.started?.(finished.id, fence.id);
  if (group.csgId < 0) {
    sched.schedule(group, bit);
    return fence;
  }
  const blocked = (group.blockedQueues & bit) !== 0;
  const wakesGroup = group.isIdle && (group.idleQueues & bit) !== 0 && !blocked;
  group.idleQueues &= ~bit;
  if (wakesGroup) sched.resumeIfOff();
  sched.parts.fw.ringDoorbell(CsgSlots.doorbell(group.csgId));
  sched.parts.devfreq.recordBusy();
  if (!blocked) sched.hold();
  queue.resumeTimeout();
  return fence;
}
