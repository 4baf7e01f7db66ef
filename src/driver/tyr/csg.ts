/**
 * Group slots as the firmware shows them: programming a slot, sending state requests to several slots at once,
 * and reading back what a slot does (Panthor `panthor_sched.c`: csg_slot_prog, csgs_upd_ctx, csg_slot_sync).
 * Everything here runs under the scheduler's lock.
 */
import { invariant } from '../../base/errors.ts';
import {
  CSG_INPUT,
  CSG_REQ,
  CSG_STATE,
  CS_BLOCKED_REASON,
  CS_INPUT,
  CS_OUTPUT,
  CS_REQ,
  CS_STATE,
  VERSION_ENDPOINT_REQ2,
  requestMask,
} from '../../spec/firmware/interface.ts';
import { bounded } from '../../spec/registers/define.ts';
import { MSEC } from '../kernel/time.ts';
import type { Log } from '../kernel/log.ts';
import type { Firmware } from './fw.ts';
import type { CsgInterface } from './fw/interfaces.ts';
import type { Group, GroupState } from './group.ts';

/** How long a slot may take for a request. */
const CSG_UPDATE_LIMIT = 100 * MSEC;

export const CSG_BITS = {
  STATE: requestMask(CSG_REQ, 'STATE'),
  ENDPOINT_CONFIG: requestMask(CSG_REQ, 'ENDPOINT_CONFIG'),
  STATUS_UPDATE: requestMask(CSG_REQ, 'STATUS_UPDATE'),
} as const;
const CS_IDLE = requestMask(CS_REQ, 'IDLE_SYNC_WAIT', 'IDLE_EMPTY');
const CS_STATE_MASK = requestMask(CS_REQ, 'STATE');
const ALL = 0xffff_ffff;

/** Group state that follows from an acknowledged request. */
const STATE_OF_ACK: ReadonlyMap<number, GroupState> = new Map<number, GroupState>([
  [CSG_STATE.START, 'ACTIVE'],
  [CSG_STATE.RESUME, 'ACTIVE'],
  [CSG_STATE.SUSPEND, 'SUSPENDED'],
  [CSG_STATE.TERMINATE, 'TERMINATED'],
]);

export interface CsgSlot {
  group: Group | undefined;
  priority: number;
}

export interface CsgHooks {
  scheduleReset(): void;
  /** A queue of the group waits for a sync object. */
  addWaiting(group: Group): void;
}

/** Requests to several slots, sent together. */
export class CsgUpdate {
  readonly requests = new Map<number, { value: number; mask: number }>();

  /** Adds the bits of `mask` with their values in `value`. */
  queue(csg: number, value: number, mask: number): void {
    const entry = this.requests.get(csg) ?? { value: 0, mask: 0 };
    entry.value = ((entry.value & ~mask) | (value & mask)) >>> 0;
    entry.mask = (entry.mask | mask) >>> 0;
    this.requests.set(csg, entry);
  }
}

export class CsgSlots {
  readonly slots: readonly CsgSlot[];
  private readonly fw: Firmware;
  private readonly log: Log;
  private readonly hooks: CsgHooks;

  constructor(fw: Firmware, log: Log, count: number, hooks: CsgHooks) {
    this.fw = fw;
    this.log = log;
    this.hooks = hooks;
    this.slots = Array.from({ length: count }, () => ({ group: undefined, priority: 0 }));
  }

  /** Firmware interface of a slot. */
  iface(csg: number): CsgInterface {
    const iface = this.fw.glb.groups[csg];
    invariant(iface !== undefined, `CSG slot ${csg} does not exist`);
    return iface;
  }

  slot(csg: number): CsgSlot {
    const slot = this.slots[csg];
    invariant(slot !== undefined, `CSG slot ${csg} does not exist`);
    return slot;
  }

  lowestFree(): number | undefined {
    const at = this.slots.findIndex((s) => s.group === undefined);
    return at < 0 ? undefined : at;
  }

  /** Seats a group: its VM gets an address space, its queues the doorbell of the slot. */
  bind(group: Group, csg: number): void {
    const slot = this.slot(csg);
    invariant(slot.group === undefined && group.csgId < 0, `CSG slot ${csg} is taken`);
    group.vm.activate();
    slot.group = group;
    group.csgId = csg;
  }

  unbind(group: Group): void {
    if (group.csgId < 0) return;
    this.slot(group.csgId).group = undefined;
    group.csgId = -1;
    group.vm.idle();
  }

  /** Doorbell page of the queues on a slot. */
  static doorbell(csg: number): number {
    return csg + 1;
  }

  /** Writes everything the firmware needs to start or resume the group on its slot. */
  program(csg: number, priority: number): void {
    const slot = this.slot(csg);
    const group = slot.group;
    invariant(group !== undefined, `CSG slot ${csg} is empty`);
    const iface = this.iface(csg);
    slot.priority = priority;
    for (const queue of group.queues) {
      const cs = iface.streams[queue.index];
      invariant(cs !== undefined, `CS ${queue.index} does not exist`);
      queue.syncExtract();
      cs.input.write64(CS_INPUT.RINGBUF_BASE, queue.ring.va);
      cs.input.write(CS_INPUT.RINGBUF_SIZE, queue.ring.size);
      cs.input.write64(CS_INPUT.RINGBUF_INPUT, queue.inputVa);
      cs.input.write64(CS_INPUT.RINGBUF_OUTPUT, queue.outputVa);
      const config = { priority: bounded(4, queue.priority), doorbell: bounded(8, CsgSlots.doorbell(csg)) };
      cs.input.write(CS_INPUT.CONFIG, CS_INPUT.CONFIG.encode(config));
      cs.input.write(CS_INPUT.ACK_IRQ_MASK, ALL);
      cs.requests.update(CS_IDLE | CS_STATE.START, CS_IDLE | CS_STATE_MASK);
      if (queue.hasWork) queue.resumeTimeout();
    }
    const { config } = group;
    iface.input.write64(CSG_INPUT.ALLOW_COMPUTE, config.computeMask);
    iface.input.write64(CSG_INPUT.ALLOW_FRAGMENT, config.fragmentMask);
    iface.input.write(CSG_INPUT.ALLOW_OTHER, config.tilerMask.lo);
    this.writeEndpoints(iface, group, priority);
    iface.input.write(CSG_INPUT.CONFIG, CSG_INPUT.CONFIG.encode({ as: bounded(4, group.vm.as) }));
    iface.input.write64(CSG_INPUT.SUSPEND_BUF, group.memory.suspendBuf.va);
    iface.input.write64(CSG_INPUT.PROTM_SUSPEND_BUF, group.memory.protmSuspendBuf.va);
    iface.input.write(CSG_INPUT.ACK_IRQ_MASK, ALL);
    iface.doorbells.toggle(group.queueMask);
  }

  private writeEndpoints(iface: CsgInterface, group: Group, priority: number): void {
    const { config } = group;
    const word = CSG_INPUT.ENDPOINT_REQ.encode({
      compute: bounded(8, config.maxCompute),
      fragment: bounded(8, config.maxFragment),
      tiler: bounded(4, config.maxTiler),
      priority: bounded(4, priority),
    });
    if (this.fw.glb.version >= VERSION_ENDPOINT_REQ2) iface.input.write64(CSG_INPUT.ENDPOINT_REQ2, word);
    else iface.input.write(CSG_INPUT.ENDPOINT_REQ, word);
  }

  /** Gives a running group another slot priority. */
  changePriority(csg: number, priority: number, update: CsgUpdate): void {
    const slot = this.slot(csg);
    if (slot.group === undefined || slot.priority === priority) return;
    slot.priority = priority;
    this.writeEndpoints(this.iface(csg), slot.group, priority);
    update.queue(csg, ~this.iface(csg).requests.ack, CSG_BITS.ENDPOINT_CONFIG);
  }

  /** Sends the requests and waits for all; returns the slots that did not answer as a mask. */
  apply(update: CsgUpdate): number {
    let rung = 0;
    for (const [csg, { value, mask }] of update.requests) {
      this.iface(csg).requests.update(value, mask);
      rung |= 1 << csg;
    }
    if (rung === 0) return 0;
    this.fw.ringCsgDoorbells(rung);
    let late = 0;
    for (const [csg, { mask }] of update.requests) if (!this.await(csg, mask)) late |= 1 << csg;
    return late;
  }

  private await(csg: number, mask: number): boolean {
    const iface = this.iface(csg);
    let acked = this.fw.waitAcks(iface.requests, mask, CSG_UPDATE_LIMIT);
    // A state that only half matches is no answer.
    if ((acked & CSG_BITS.STATE) !== CSG_BITS.STATE) acked &= ~CSG_BITS.STATE;
    if ((acked & CSG_BITS.STATE) !== 0) this.syncState(csg);
    if ((acked & CSG_BITS.STATUS_UPDATE) !== 0) this.syncQueues(csg);
    if (acked >>> 0 === mask || (iface.requests.pending & mask) === 0) return true;
    this.log.err(`CSG ${csg} update request timedout`);
    return false;
  }

  /** Takes over the state the firmware has acknowledged. */
  syncState(csg: number): void {
    const group = this.slot(csg).group;
    if (group === undefined) return;
    const ack = this.iface(csg).requests.ack & CSG_BITS.STATE;
    const next = STATE_OF_ACK.get(ack) ?? 'UNKNOWN';
    const old = group.state;
    if (next === old) return;
    if (next === 'UNKNOWN') {
      this.log.err(`Invalid state on CSG ${csg} (state=${ack})`);
      this.hooks.scheduleReset();
    }
    if (next === 'SUSPENDED') this.syncQueues(csg);
    if (old === 'ACTIVE') this.stopStreams(csg);
    group.state = next;
  }

  /** Makes every stream of the slot start from a clean state next time; nobody is told. */
  stopStreams(csg: number): void {
    const group = this.slot(csg).group;
    if (group === undefined) return;
    for (const queue of group.queues) {
      this.iface(csg).streams[queue.index]?.requests.update(CS_STATE.STOP, CS_STATE_MASK);
      // A blocked queue of an idle group keeps its timer: a wait for somebody else's signal is limited, too.
      const blocked = (group.blockedQueues & (1 << queue.index)) !== 0;
      if (!blocked || !group.isIdle) queue.suspendTimeout();
    }
  }

  /** Reads which queues are empty and which wait; valid after STATUS_UPDATE and SUSPEND. */
  syncQueues(csg: number): void {
    const group = this.slot(csg).group;
    if (group === undefined) return;
    group.idleQueues = 0;
    group.blockedQueues = 0;
    for (const queue of group.queues) {
      const cs = this.iface(csg).streams[queue.index];
      if (cs === undefined) continue;
      const bit = 1 << queue.index;
      const quiet = cs.output.read(CS_OUTPUT.STATUS_SCOREBOARDS) === 0;
      const reason = cs.output.field(CS_OUTPUT.STATUS_BLOCKED_REASON, 'reason');
      if (reason === CS_BLOCKED_REASON.UNBLOCKED) {
        if (quiet && queue.insert === queue.extract) group.idleQueues |= bit;
      } else if (reason === CS_BLOCKED_REASON.SYNC_WAIT) {
        this.hooks.addWaiting(group);
        if (quiet) group.blockedQueues |= bit;
        const wait = cs.output.read(CS_OUTPUT.STATUS_WAIT);
        const sync64 = CS_OUTPUT.STATUS_WAIT.get('sync_64bit', wait) === 1;
        queue.syncWait = {
          va: cs.output.read64(CS_OUTPUT.STATUS_WAIT_SYNC_POINTER),
          ref: {
            lo: cs.output.read(CS_OUTPUT.STATUS_WAIT_SYNC_VALUE),
            hi: sync64 ? cs.output.read(CS_OUTPUT.STATUS_WAIT_SYNC_VALUE_HI) : 0,
          },
          gt: CS_OUTPUT.STATUS_WAIT.get('sync_condition', wait) === 1,
          sync64,
        };
      }
    }
  }
}
