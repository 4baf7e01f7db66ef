/**
 * One scheduler tick: which groups shall have the slots, and making it so (Panthor `panthor_sched.c`: tick_work
 * and the tick_ctx functions). Non-idle groups go before idle ones, higher priorities before lower ones; among
 * equals the group that had the highest slot priority goes to the back, so that all get a turn. Runs under the
 * scheduler's lock.
 */
import { CSG_STATE } from '../../spec/firmware/interface.ts';
import { CSG_BITS, CsgUpdate } from './csg.ts';
import type { CsgSlots } from './csg.ts';
import type { Group } from './group.ts';
import { PRIORITY_COUNT } from './group.ts';
import type { Vm } from './vm.ts';

/** Highest priority of a slot; the first group gets it, each next one less. */
const MAX_SLOT_PRIORITY = 15;

const REALTIME = PRIORITY_COUNT - 1;

/** Groups by priority. */
export type GroupLists = readonly Group[][];

export function groupLists(): GroupLists {
  return Array.from({ length: PRIORITY_COUNT }, () => []);
}

/** What a tick needs of the scheduler. */
export interface TickHost {
  readonly csgs: CsgSlots;
  readonly runnable: GroupLists;
  readonly idle: GroupLists;
  /** Distinct VMs that can be on slots at a time. */
  readonly asSlotCount: number;
  /** Handles events of a slot. */
  processCsg(csg: number): void;
  /** Returns a group that has left its slot to its run list, or terminates it. */
  release(group: Group): void;
}

function remove(list: Group[], group: Group): void {
  const at = list.indexOf(group);
  if (at >= 0) list.splice(at, 1);
}

export class Tick {
  private readonly host: TickHost;
  /** On slots when the tick began, not picked again yet; by descending slot priority. */
  private readonly old = groupLists();
  private readonly picked = groupLists();
  private readonly vms: Vm[] = [];
  groupCount = 0;
  idleGroupCount = 0;
  /** False when two non-idle groups of one priority take turns. */
  stopTick = true;
  /** A destroyed group was seen: the next tick comes at once. */
  immediate = false;

  constructor(host: TickHost) {
    this.host = host;
  }

  private get isFull(): boolean {
    return this.groupCount === this.host.csgs.slots.length;
  }

  /**
   * Reads the state of every slot. False when a slot does not answer (the caller asks for a reset).
   * A group whose VM has faulted learns here which of its queues are to blame; all, when no queue reported it.
   */
  readSlots(): boolean {
    const { csgs } = this.host;
    const update = new CsgUpdate();
    for (const [csg, slot] of csgs.slots.entries()) {
      const group = slot.group;
      if (group === undefined) continue;
      if (group.vm.unhandledFault) {
        this.host.processCsg(csg);
        if (group.fatalQueues === 0) group.fatalQueues = group.queueMask;
      }
      this.insertOld(group);
      update.queue(csg, ~csgs.iface(csg).requests.ack, CSG_BITS.STATUS_UPDATE);
    }
    return csgs.apply(update) === 0;
  }

  private insertOld(group: Group): void {
    const list = this.old[group.priority] ?? [];
    const priority = this.slotPriority(group);
    const at = list.findIndex((other) => this.slotPriority(other) < priority);
    list.splice(at < 0 ? list.length : at, 0, group);
  }

  private slotPriority(group: Group): number {
    return this.host.csgs.slot(group.csgId).priority;
  }

  /** Chooses the groups. A tick before its time only lets real-time groups in. */
  pick(fullTick: boolean): void {
    const { runnable, idle } = this.host;
    if (!fullTick) {
      this.eachPriority((prio) => {
        this.pickFrom(this.old[prio], true);
        if (prio === REALTIME) this.pickFrom(runnable[prio], true);
      });
    }
    this.eachPriority((prio) => {
      const old = this.old[prio];
      const first = old?.shift();
      this.pickFrom(old, true);
      this.pickFrom(runnable[prio], true);
      if (first !== undefined) old?.push(first);
      this.pickFrom(old, true);
    });
    this.eachPriority((prio) => {
      this.pickFrom(this.old[prio], false);
      this.pickFrom(idle[prio], false);
    });
  }

  private eachPriority(body: (priority: number) => void): void {
    for (let prio = REALTIME; prio >= 0 && !this.isFull; prio--) body(prio);
  }

  private pickFrom(list: Group[] | undefined, skipIdle: boolean): void {
    if (list === undefined) return;
    for (const group of list.slice()) {
      if (this.isFull) return;
      if (!group.canRun || (skipIdle && group.isIdle)) continue;
      const known = this.vms.includes(group.vm);
      if (!known && this.vms.length === this.host.asSlotCount) continue;
      if (!known) this.vms.push(group.vm);
      remove(list, group);
      const chosen = this.picked[group.priority];
      if (group.isIdle) this.idleGroupCount++;
      else if (chosen?.some((other) => !other.isIdle)) this.stopTick = false;
      chosen?.push(group);
      this.groupCount++;
    }
  }

  /** Picked groups by priority, highest first, with the slot priority each gets. */
  private *ranked(): Generator<readonly [Group, number]> {
    let priority = MAX_SLOT_PRIORITY;
    for (const list of this.picked.toReversed()) for (const group of list) yield [group, priority--];
  }

  /** Evicts, reprioritises, starts. False when a slot does not answer; nothing is returned to lists then. */
  apply(): boolean {
    const { csgs } = this.host;
    const leaving = this.old.flat();
    const first = new CsgUpdate();
    for (const group of leaving) {
      first.queue(group.csgId, group.canRun ? CSG_STATE.SUSPEND : CSG_STATE.TERMINATE, CSG_BITS.STATE);
    }
    for (const [group, priority] of this.ranked()) {
      if (group.csgId >= 0) csgs.changePriority(group.csgId, priority, first);
    }
    if (csgs.apply(first) !== 0) return false;

    for (const group of leaving) {
      // Events that are pending must not be taken for those of the next group on this slot.
      if (group.csgId >= 0) this.host.processCsg(group.csgId);
      csgs.unbind(group);
    }
    const second = new CsgUpdate();
    for (const [group, priority] of this.ranked()) {
      if (group.csgId >= 0) continue;
      const csg = csgs.lowestFree();
      if (csg === undefined) break;
      csgs.bind(group, csg);
      csgs.program(csg, priority);
      second.queue(csg, group.state === 'SUSPENDED' ? CSG_STATE.RESUME : CSG_STATE.START, CSG_BITS.STATE);
      second.queue(csg, ~csgs.iface(csg).requests.ack, CSG_BITS.ENDPOINT_CONFIG);
    }
    if (csgs.apply(second) !== 0) return false;
    this.putBack();
    return true;
  }

  /** Gives back what has left its slot; also after a failure, before the reset. */
  putBack(): void {
    for (const list of this.old) for (const group of list.splice(0)) this.returnGroup(group);
    for (const list of this.picked) {
      for (const group of list.splice(0)) if (group.csgId < 0) this.returnGroup(group);
    }
  }

  private returnGroup(group: Group): void {
    if (group.destroyed) this.immediate = true;
    if (group.csgId < 0) this.host.release(group);
  }
}
