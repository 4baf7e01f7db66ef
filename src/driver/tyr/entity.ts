/**
 * A ring of its own for each submission queue and each queue of binds, as Panthor has one scheduler and one entity
 * for each of them. The driver's own timers limit jobs, because a group may be off its slot.
 */
import type { Plain } from '../../base/stateful.ts';
import type { Fences } from '../drm/fence.ts';
import { JobQueue, JobRing } from '../drm/job-queue.ts';
import type { JobOps, JobQueueState, JobRingState } from '../drm/job-queue.ts';
import type { Mutex } from '../kernel/sync.ts';
import type { WorkQueue } from '../kernel/workqueue.ts';

export type EntityState<Call extends Plain> = JobQueueState<Call> & { readonly ring: JobRingState };

export class Entity<Call extends Plain> extends JobQueue<Call> {
  /** `limit`: credits of the ring; `locks`: what `run` takes. */
  constructor(id: string, fences: Fences, queue: WorkQueue, limit: number, ops: JobOps<Call>, locks: readonly Mutex[]) {
    super(id, new JobRing(id, { fences, queue, credits: limit, locks }), ops);
  }

  override dispose(): void {
    super.dispose();
    this.ring.dispose();
  }

  /** Goes away without ending its jobs; its work goes with it. */
  override abandon(): void {
    super.abandon();
    this.ring.dispose();
  }

  override save(): EntityState<Call> {
    return { ...super.save(), ring: this.ring.save() };
  }

  override load(state: EntityState<Call>): void {
    this.ring.load(state.ring);
    super.load(state);
  }
}
