/**
 * What happens to a group outside the scheduler's lock: completion of jobs, the end of a group, and growing a
 * tiler heap that ran out (Panthor `panthor_sched.c`: group_sync_upd_work, group_term_work,
 * group_tiler_oom_work).
 */
import type { Disposable } from '../../base/disposable.ts';
import { CS_INPUT, CS_OUTPUT, CS_REQ, requestMask } from '../../spec/firmware/interface.ts';
import { KernelError } from '../kernel/errno.ts';
import type { Mutex } from '../kernel/sync.ts';
import { Work } from '../kernel/workqueue.ts';
import type { Group } from './group.ts';
import type { Scheduler } from './sched.ts';

const TILER_OOM = requestMask(CS_REQ, 'TILER_OOM');

export class GroupWork implements Disposable {
  private readonly group: Group;
  private readonly sched: Scheduler;
  private readonly sync: Work;
  private readonly term: Work;
  private readonly oom: Work;
  /** Streams whose heap ran out. */
  tilerOom = 0;

  /** `memoryLocks`: what mapping and unmapping in the VMs of the group takes. */
  constructor(group: Group, sched: Scheduler, memoryLocks: readonly Mutex[]) {
    this.group = group;
    this.sched = sched;
    const name = `group${group.id}`;
    this.sync = new Work(sched.queue, `${name}/sync-upd`, () => this.completeJobs());
    this.term = new Work(sched.queue, `${name}/term`, () => this.terminate(), [sched.lock, ...memoryLocks]);
    this.oom = new Work(sched.heapQueue, `${name}/tiler-oom`, () => this.growHeaps(), [sched.lock, ...memoryLocks]);
  }

  queueSyncUpdate(): void {
    this.sync.queue();
  }

  queueTermination(): void {
    this.term.queue();
  }

  queueTilerOom(cs: number): void {
    this.tilerOom |= 1 << cs;
    this.oom.queue();
  }

  private completeJobs(): void {
    for (const queue of this.group.queues) queue.complete();
  }

  /** The group has left its slot and cannot run: its jobs end with an error, a destroyed group goes away. */
  private terminate(): void {
    const { group, sched } = this;
    for (const queue of group.queues) queue.terminate(group.terminationError(queue.index));
    group.drained = true;
    sched.queueSyncUpdate();
    if (group.destroyed) sched.free(group);
  }

  private growHeaps(): void {
    const streams = this.tilerOom;
    this.tilerOom = 0;
    for (const queue of this.group.queues) if (((streams >>> queue.index) & 1) === 1) this.growHeap(queue.index);
  }

  /** Answers one stream: with a new chunk, or with 0 to make it go on without. */
  private growHeap(cs: number): void {
    const { group, sched } = this;
    const { fw, heaps } = sched.parts;
    const stream = sched.lock.with(() => (group.csgId < 0 ? undefined : sched.csgs.iface(group.csgId).streams[cs]));
    // Off its slot: the event comes again after the resume.
    if (stream === undefined) return;
    const context = stream.output.read64(CS_OUTPUT.HEAP_ADDRESS);
    const vtStart = stream.output.read(CS_OUTPUT.HEAP_VT_START);
    const vtEnd = stream.output.read(CS_OUTPUT.HEAP_VT_END);
    const fragEnd = stream.output.read(CS_OUTPUT.HEAP_FRAG_END);
    let chunk = 0;
    try {
      chunk = heaps.grow(group.vm, context, { vtStart, vtEnd, fragEnd });
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (error.code !== 'ENOMEM') {
        sched.parts.log.warn(`Failed to extend the tiler heap: ${error.message}`);
        group.fatalQueues = (group.fatalQueues | (1 << cs)) >>> 0;
        sched.tickNow();
      }
    }
    sched.lock.with(() => {
      if (group.csgId < 0) {
        if (chunk !== 0) heaps.giveBack(group.vm, context, chunk);
        return;
      }
      const iface = sched.csgs.iface(group.csgId);
      stream.input.write64(CS_INPUT.HEAP_START, chunk);
      stream.input.write64(CS_INPUT.HEAP_END, chunk);
      stream.requests.acknowledge(TILER_OOM);
      iface.doorbells.toggle(1 << cs);
      fw.ringCsgDoorbells(1 << group.csgId);
    });
  }

  dispose(): void {
    this.sync.dispose();
    this.oom.dispose();
    // The group goes away from inside this very item.
    if (this.term.running) this.term.disposeFromWithin();
    else this.term.dispose();
  }
}
