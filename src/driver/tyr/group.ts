/**
 * A scheduling group: queues of one client that share a VM, priority and slot (Panthor `struct panthor_group` in
 * `panthor_sched.c`). A group is in one run list or on a slot; it may wait for sync objects besides. What cannot
 * run any more (faulted, timed out, destroyed) leaves its slot at the next tick and is terminated.
 */
import type { PlainObject } from '../../base/stateful.ts';
import { popcount32 } from '../../base/bits.ts';
import type { Words } from '../../spec/registers/define.ts';
import { GROUP_STATE_FLAGS } from '../../spec/uapi/constants.ts';
import type { Mutex } from '../kernel/sync.ts';
import type { KernelBo } from './gem.ts';
import { GroupWork } from './group-work.ts';
import type { Queue } from './queue.ts';
import type { Scheduler } from './sched.ts';
import type { Vm } from './vm.ts';

/** Priorities of the uAPI (GROUP_PRIORITY); a higher number goes first. */
export const PRIORITY_COUNT = 4;

export type GroupState = 'CREATED' | 'ACTIVE' | 'SUSPENDED' | 'TERMINATED' | 'UNKNOWN';

/** Bytes of a queue's sync object: u64 seqno, u32 status, u32 pad. */
export const SYNCOBJ_BYTES = 16;

/** What GROUP_CREATE fixes. */
export interface GroupConfig {
  readonly priority: number;
  readonly maxCompute: number;
  readonly maxFragment: number;
  readonly maxTiler: number;
  readonly computeMask: Words;
  readonly fragmentMask: Words;
  readonly tilerMask: Words;
}

/** Memory a group owns. */
export interface GroupMemory {
  readonly suspendBuf: KernelBo;
  readonly protmSuspendBuf: KernelBo;
  /** One sync object per queue, in the group's VM. */
  readonly syncobjs: KernelBo;
}

export class Group {
  /** Unique on the device. */
  readonly id: number;
  readonly config: GroupConfig;
  readonly vm: Vm;
  readonly memory: GroupMemory;
  readonly queues: readonly Queue[];
  /** Who made it, for log lines. */
  readonly owner: string;
  state: GroupState = 'CREATED';
  /** CSG slot, or -1. */
  csgId = -1;
  destroyed = false;
  timedout = false;
  innocent = false;
  /** Terminated: no job is left, the memory may go. */
  drained = false;
  fatalQueues = 0;
  idleQueues: number;
  blockedQueues = 0;
  /** Completion, termination and heap growth. */
  readonly work: GroupWork;

  constructor(
    id: number,
    config: GroupConfig,
    vm: Vm,
    memory: GroupMemory,
    queues: readonly Queue[],
    owner: string,
    sched: Scheduler,
    memoryLocks: readonly Mutex[],
  ) {
    this.id = id;
    this.config = config;
    this.vm = vm;
    this.memory = memory;
    this.queues = queues;
    this.owner = owner;
    this.idleQueues = this.queueMask;
    this.work = new GroupWork(this, sched, memoryLocks);
  }

  get priority(): number {
    return this.config.priority;
  }

  /** A bit for each queue. */
  get queueMask(): number {
    return (2 ** this.queues.length - 1) >>> 0;
  }

  get canRun(): boolean {
    return (
      this.state !== 'TERMINATED' &&
      this.state !== 'UNKNOWN' &&
      !this.destroyed &&
      this.fatalQueues === 0 &&
      !this.timedout
    );
  }

  /** Every queue is empty or waits for a sync object. */
  get isIdle(): boolean {
    return popcount32(this.idleQueues | this.blockedQueues) === this.queues.length;
  }

  /** Flags of GROUP_GET_STATE. */
  get stateFlags(): number {
    return (
      (this.timedout ? GROUP_STATE_FLAGS.TIMEDOUT : 0) |
      (this.fatalQueues !== 0 ? GROUP_STATE_FLAGS.FATAL_FAULT : 0) |
      (this.innocent ? GROUP_STATE_FLAGS.INNOCENT : 0)
    );
  }

  /** Errno that fences of a queue get when the group is terminated. */
  terminationError(queue: number): 'EINVAL' | 'ETIMEDOUT' | 'ECANCELED' {
    if ((this.fatalQueues & (1 << queue)) !== 0) return 'EINVAL';
    return this.timedout ? 'ETIMEDOUT' : 'ECANCELED';
  }

  /** Gives back its memory; nothing of it runs or is queued any more. */
  dispose(): void {
    this.work.dispose();
    for (const queue of this.queues) queue.dispose();
    this.memory.syncobjs.dispose();
    this.memory.protmSuspendBuf.dispose();
    this.memory.suspendBuf.dispose();
    this.vm.put();
  }

  /** Goes away without ending its jobs: saved state takes its place. */
  abandon(): void {
    this.work.dispose();
    for (const queue of this.queues) queue.abandon();
  }

  /** The flags that change; configuration and memory are saved by whoever makes groups. */
  saveFlags(): PlainObject {
    return {
      state: this.state,
      csgId: this.csgId,
      destroyed: this.destroyed,
      timedout: this.timedout,
      innocent: this.innocent,
      drained: this.drained,
      fatalQueues: this.fatalQueues,
      idleQueues: this.idleQueues,
      blockedQueues: this.blockedQueues,
    };
  }

  loadFlags(state: GroupFlags): void {
    this.state = state.state;
    this.csgId = state.csgId;
    this.destroyed = state.destroyed;
    this.timedout = state.timedout;
    this.innocent = state.innocent;
    this.drained = state.drained;
    this.fatalQueues = state.fatalQueues;
    this.idleQueues = state.idleQueues;
    this.blockedQueues = state.blockedQueues;
  }
}

export interface GroupFlags {
  readonly state: GroupState;
  readonly csgId: number;
  readonly destroyed: boolean;
  readonly timedout: boolean;
  readonly innocent: boolean;
  readonly drained: boolean;
  readonly fatalQueues: number;
  readonly idleQueues: number;
  readonly blockedQueues: number;
}
