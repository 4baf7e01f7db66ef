/**
 * The group scheduler (Panthor `panthor_sched.c`, Tyr S `sched.rs`): run lists by priority, the tick that hands
 * out group slots, events of the firmware, sync waits of groups without a slot, suspend and reset. One lock
 * covers all of it; work items start only when it is free.
 */
import type { Plain } from '../../base/stateful.ts';
import { GROUP_PRIORITY } from '../../spec/uapi/constants.ts';
import { CSG_STATE } from '../../spec/firmware/interface.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import type { Devfreq } from '../kernel/devfreq.ts';
import { KernelError } from '../kernel/errno.ts';
import type { RuntimePm } from '../kernel/runtime-pm.ts';
import { Mutex } from '../kernel/sync.ts';
import { MSEC } from '../kernel/time.ts';
import { DelayedWork, Work, WorkQueue } from '../kernel/workqueue.ts';
import { CSG_BITS, CsgSlots, CsgUpdate } from './csg.ts';
import { processCsgEvents, processGlobalEvents } from './events.ts';
import type { Firmware } from './fw.ts';
import { FLUSH_CLEAN } from './gpu.ts';
import type { Gpu } from './gpu.ts';
import type { Group } from './group.ts';
import type { Heaps } from './heap.ts';
import type { Reset } from './reset.ts';
import { Tick, groupLists } from './tick.ts';
import type { GroupLists, TickHost } from './tick.ts';
import type { JobTrace } from './trace.ts';

const TICK_PERIOD = 10 * MSEC;
/** Slots the scheduler uses at most, whatever the firmware offers. */
const MAX_CSG_SLOTS = 16;
/** Bit of the firmware event word for the global interface; the others are group slots. */
const GLOBAL_EVENT = 2 ** 31;

/** The tick is off. */
const NEVER = Infinity;

export interface SchedParts {
  readonly kernel: Kernel;
  readonly log: Log;
  readonly fw: Firmware;
  readonly gpu: Gpu;
  readonly reset: Reset;
  readonly heaps: Heaps;
  readonly pm: RuntimePm;
  readonly devfreq: Devfreq;
  readonly asSlotCount: number;
  /** What giving a VM an address space takes. */
  readonly hwLocks: readonly Mutex[];
}

export class Scheduler implements TickHost {
  readonly lock: Mutex;
  readonly queue: WorkQueue;
  readonly heapQueue: WorkQueue;
  readonly csgs: CsgSlots;
  readonly runnable: GroupLists = groupLists();
  readonly idle: GroupLists = groupLists();
  readonly waiting: Group[] = [];
  readonly asSlotCount: number;
  readonly parts: SchedParts;
  /** Every group that has memory, by id. */
  readonly groups = new Map<number, Group>();
  readonly trace: JobTrace = {};
  private readonly tickWork: DelayedWork;
  private readonly eventsWork: Work;
  private readonly syncWork: Work;
  private events = 0;
  private lastTick = 0;
  private target = NEVER;
  private usedSlots = 0;
  private mightHaveIdleGroups = false;
  private resetInProgress = false;
  /** A use of the device is held because a group on a slot has work. */
  private hasRef = false;

  constructor(parts: SchedParts) {
    const { kernel, fw, log } = parts;
    this.parts = parts;
    this.asSlotCount = parts.asSlotCount;
    this.lock = new Mutex(kernel, 'sched');
    this.queue = new WorkQueue(kernel, 'panthor-csf-sched');
    this.heapQueue = new WorkQueue(kernel, 'panthor-heap-alloc');
    this.csgs = new CsgSlots(fw, log, Math.min(MAX_CSG_SLOTS, fw.glb.groups.length), {
      scheduleReset: () => parts.reset.schedule(),
      addWaiting: (group) => {
        if (!this.waiting.includes(group)) this.waiting.push(group);
      },
    });
    this.tickWork = new DelayedWork(this.queue, 'sched/tick', () => this.tick(), this.runLocks);
    this.eventsWork = new Work(this.queue, 'sched/fw-events', () => this.handleEvents(), [this.lock]);
    this.syncWork = new Work(this.queue, 'sched/sync-upd', () => this.syncUpdate(), [this.lock]);
  }

  /** A tick as soon as possible. */
  tickNow(): void {
    this.tickWork.mod(0);
  }

  /** No tick until the reset has happened. */
  cancelTick(): void {
    this.tickWork.cancel();
  }

  /** Bits of JOB_INT that have arrived; called by the interrupt thread. */
  reportEvents(bits: number): void {
    this.events = (this.events | bits) >>> 0;
    this.eventsWork.queue();
  }

  /** VMs have faulted: the next tick sorts out their groups. */
  reportFault(): void {
    this.tickNow();
  }

  private handleEvents(): void {
    const events = this.events;
    this.events = 0;
    this.lock.with(() => {
      if (events >= GLOBAL_EVENT) processGlobalEvents(this);
      for (let csg = 0; csg < this.csgs.slots.length; csg++) if (((events >>> csg) & 1) === 1) this.processCsg(csg);
    });
  }

  processCsg(csg: number): void {
    processCsgEvents(this, csg);
  }

  /** An idle event: slots may be free for others. */
  noteIdle(): void {
    this.mightHaveIdleGroups = true;
    this.tickNow();
  }

  /** Sync objects may have changed: look at the groups that wait. */
  queueSyncUpdate(): void {
    this.syncWork.queue();
  }

  /** A new group: idle in the list of its priority. */
  add(group: Group): void {
    this.groups.set(group.id, group);
    this.lock.with(() => this.idle[group.priority]?.push(group));
  }

  /** Takes a group off all lists. */
  unlist(group: Group): void {
    for (const list of [...this.runnable, ...this.idle, this.waiting]) {
      const at = list.indexOf(group);
      if (at >= 0) list.splice(at, 1);
    }
  }

  private enqueue(lists: GroupLists, group: Group): void {
    for (const list of [...this.runnable, ...this.idle]) {
      const at = list.indexOf(group);
      if (at >= 0) list.splice(at, 1);
    }
    lists[group.priority]?.push(group);
  }

  release(group: Group): void {
    if (group.canRun) this.enqueue(group.isIdle ? this.idle : this.runnable, group);
    else this.retire(group);
  }

  /** A group that cannot run and has no slot: its jobs end with an error. */
  retire(group: Group): void {
    this.unlist(group);
    group.work.queueTermination();
  }

  /** Work has been written to queues of the group. Under the lock. */
  schedule(group: Group, queueMask: number): void {
    if (!group.canRun) return;
    if ((queueMask & group.blockedQueues) >>> 0 === queueMask) return;
    const wasIdle = group.isIdle;
    group.idleQueues &= ~queueMask;
    if (this.resetInProgress) return;
    if (wasIdle && !group.isIdle) this.enqueue(this.runnable, group);
    if (group.priority === GROUP_PRIORITY.REALTIME || this.mightHaveIdleGroups) return this.tickNow();
    if (this.target !== NEVER) {
      if (this.usedSlots < this.csgs.slots.length) this.tickNow();
      return;
    }
    this.resume();
  }

  /** Restarts a tick that was off: at once when a slot is free or the period is over. */
  resume(): void {
    const now = this.parts.kernel.now();
    this.target = this.lastTick + TICK_PERIOD;
    const wait = this.usedSlots === this.csgs.slots.length ? Math.max(0, this.target - now) : 0;
    this.tickWork.mod(wait);
  }

  /** A group on a slot has got work again and nothing would look at it. */
  resumeIfOff(): void {
    if (this.target === NEVER) this.resume();
  }

  /** Locks of work that may wake the device and changes slots. */
  get runLocks(): readonly Mutex[] {
    return [this.parts.pm.lock, this.lock, ...this.parts.hwLocks];
  }

  private tick(): void {
    const { pm, log } = this.parts;
    try {
      pm.get();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      log.err(`no tick: the device does not wake up (${error.message})`);
      return;
    }
    this.tickAwake();
    pm.put();
  }

  /** Somebody on a slot has work: the device stays on until a tick finds all idle. */
  hold(): void {
    this.parts.devfreq.recordBusy();
    if (this.hasRef) return;
    this.hasRef = true;
    this.parts.pm.get();
  }

  private unhold(): void {
    this.parts.devfreq.recordIdle();
    if (!this.hasRef) return;
    this.hasRef = false;
    this.parts.pm.put();
  }

  /** The device is on again: groups that have work want their slots back. */
  resumeAfterSuspend(): void {
    this.tickNow();
  }

  private tickAwake(): void {
    const { kernel, reset } = this.parts;
    this.lock.with(() => {
      const now = kernel.now();
      const target = this.target === NEVER ? this.lastTick + TICK_PERIOD : this.target;
      if (reset.isPending) return;
      const tick = new Tick(this);
      if (!tick.readSlots()) {
        tick.putBack();
        return reset.schedule();
      }
      tick.pick(now >= target);
      if (!tick.apply()) {
        tick.putBack();
        return reset.schedule();
      }
      this.usedSlots = tick.groupCount;
      this.mightHaveIdleGroups = tick.idleGroupCount > 0;
      this.lastTick = now;
      if (tick.idleGroupCount === tick.groupCount) this.unhold();
      else this.hold();
      // A group that was destroyed while we slept still sits on its slot.
      const gone = this.csgs.slots.some((s) => s.group !== undefined && !s.group.canRun);
      if (tick.stopTick) {
        this.target = NEVER;
        if (gone) this.tickNow();
      } else {
        // A tick before its time does not postpone the rotation.
        if (this.target <= now || this.target > now + TICK_PERIOD) this.target = now + TICK_PERIOD;
        this.tickWork.mod(gone ? 0 : Math.max(0, this.target - kernel.now()));
      }
    });
  }

  private syncUpdate(): void {
    this.lock.with(() => {
      let immediate = false;
      for (const group of this.waiting.slice()) {
        let unblocked = 0;
        for (const queue of group.queues) {
          const bit = 1 << queue.index;
          if ((group.blockedQueues & bit) !== 0 && queue.syncWaitMet(group.vm)) unblocked |= bit;
        }
        if (unblocked !== 0) {
          group.blockedQueues &= ~unblocked;
          if (group.csgId < 0 && group.canRun) {
            this.enqueue(this.runnable, group);
            if (group.priority === GROUP_PRIORITY.REALTIME) immediate = true;
          }
        }
        if (group.blockedQueues === 0) this.waiting.splice(this.waiting.indexOf(group), 1);
      }
      if (immediate) this.tickNow();
    });
  }

  /** The client has dropped the group. */
  destroy(group: Group): void {
    this.lock.with(() => {
      group.destroyed = true;
      this.stop(group);
    });
  }

  /** A terminated group that nobody can name any more. */
  free(group: Group): void {
    this.groups.delete(group.id);
    group.dispose();
  }

  /** A queue of the group made no progress in time. */
  timeout(group: Group): void {
    this.lock.with(() => {
      group.timedout = true;
      this.stop(group);
    });
  }

  private stop(group: Group): void {
    if (group.csgId >= 0) this.tickNow();
    else if (!this.resetInProgress) this.retire(group);
  }

  /** Takes every group off its slot; those that do not leave in time lose their state. */
  suspend(): void {
    this.lock.with(() => {
      const { gpu, log } = this.parts;
      const resident = [...this.csgs.slots.entries()].flatMap(([csg, s]) => (s.group ? [{ csg, group: s.group }] : []));
      const ask = (state: number, which: typeof resident): number => {
        const update = new CsgUpdate();
        for (const { csg } of which) update.queue(csg, state, CSG_BITS.STATE);
        return this.csgs.apply(update);
      };
      const late =
        ask(
          CSG_STATE.SUSPEND,
          resident.filter(({ group }) => group.canRun),
        ) |
        ask(
          CSG_STATE.TERMINATE,
          resident.filter(({ group }) => !group.canRun),
        );
      const stuck = resident.filter(({ csg }) => ((late >>> csg) & 1) === 1);
      for (const { group } of stuck) {
        // It might have gone on if somebody else had not hung the GPU.
        if (group.canRun) group.innocent = true;
        group.timedout = true;
      }
      const dead = ask(CSG_STATE.TERMINATE, stuck);
      for (const { csg, group } of resident) {
        if (((dead >>> csg) & 1) === 0) continue;
        group.state = 'TERMINATED';
        this.csgs.stopStreams(csg);
      }
      if (resident.some(({ group }) => group.state === 'SUSPENDED')) this.flushSuspended(resident, gpu, log);
      for (const { csg, group } of resident) {
        this.processCsg(csg);
        this.csgs.unbind(group);
        this.release(group);
      }
      this.usedSlots = 0;
    });
  }

  /** Suspend buffers must reach memory before the caches lose power. */
  private flushSuspended(resident: readonly { group: Group }[], gpu: Gpu, log: Log): void {
    try {
      gpu.flushCaches(FLUSH_CLEAN);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      log.err('Failed to flush suspended groups');
      for (const { group } of resident) if (group.state === 'SUSPENDED') group.state = 'TERMINATED';
    }
  }

  /** Before a reset: nothing is scheduled any more. */
  preReset(): void {
    this.resetInProgress = true;
    this.syncWork.cancelSync();
    this.tickWork.cancelSync();
    this.suspend();
    for (const group of this.groups.values()) for (const queue of group.queues) queue.jobs.stop();
  }

  /** After a reset; when it failed every group is lost. */
  postReset(failed: boolean): void {
    for (const group of this.groups.values()) {
      if (failed && group.canRun) group.state = 'TERMINATED';
      // Groups that were dropped or timed out meanwhile have no slot that would tell.
      const over = !group.canRun && group.csgId < 0 && (group.destroyed || !group.drained);
      if (over) this.lock.with(() => this.retire(group));
      for (const queue of group.queues) queue.jobs.resume();
    }
    this.resetInProgress = false;
    if (failed) return;
    this.tickNow();
    this.syncWork.queue();
  }

  dispose(): void {
    for (const work of [this.tickWork, this.eventsWork, this.syncWork]) work.dispose();
    this.queue.dispose();
    this.heapQueue.dispose();
  }

  save(): SchedState {
    const ids = (lists: GroupLists): number[][] => lists.map((list) => list.map((g) => g.id));
    return {
      runnable: ids(this.runnable),
      idle: ids(this.idle),
      waiting: this.waiting.map((g) => g.id),
      slots: this.csgs.slots.map((s) => ({ group: s.group?.id ?? -1, priority: s.priority })),
      events: this.events,
      lastTick: this.lastTick,
      target: this.target,
      usedSlots: this.usedSlots,
      mightHaveIdleGroups: this.mightHaveIdleGroups,
      resetInProgress: this.resetInProgress,
      hasRef: this.hasRef,
    };
  }

  /** Into a scheduler whose groups exist already. */
  load(state: SchedState): void {
    const named = (ids: readonly number[]): Group[] => ids.flatMap((id) => this.groups.get(id) ?? []);
    for (const [i, list] of this.runnable.entries()) list.splice(0, Infinity, ...named(state.runnable[i] ?? []));
    for (const [i, list] of this.idle.entries()) list.splice(0, Infinity, ...named(state.idle[i] ?? []));
    this.waiting.splice(0, Infinity, ...named(state.waiting));
    for (const [i, slot] of this.csgs.slots.entries()) {
      slot.group = this.groups.get(state.slots[i]?.group ?? -1);
      slot.priority = state.slots[i]?.priority ?? 0;
    }
    this.events = state.events;
    this.lastTick = state.lastTick;
    this.target = state.target;
    this.usedSlots = state.usedSlots;
    this.mightHaveIdleGroups = state.mightHaveIdleGroups;
    this.resetInProgress = state.resetInProgress;
    this.hasRef = state.hasRef;
  }
}

export type SchedState = {
  readonly runnable: readonly (readonly number[])[];
  readonly idle: readonly (readonly number[])[];
  readonly waiting: readonly number[];
  readonly slots: readonly { readonly group: number; readonly priority: number }[];
  readonly events: number;
  readonly lastTick: number;
  readonly target: number;
  readonly usedSlots: number;
  readonly mightHaveIdleGroups: boolean;
  readonly resetInProgress: boolean;
  readonly hasRef: boolean;
} & Plain;
