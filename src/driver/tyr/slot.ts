/**
 * A small generic slot manager, after Tyr's `slot.rs`: a few hardware slots are shared by many users (address
 * spaces by VMs, group slots by groups). A user keeps a seat; an idle user keeps its slot programmed until
 * somebody else needs it, so that coming back costs nothing.
 *
 * The sequence number of a slot changes whenever its user does, so a seat that names an older number has been
 * evicted. Idle slots are evicted oldest first. A failed eviction leaves the old user seated: its data must
 * stay alive because the hardware may still look at it.
 */
import { invariant } from '../../base/errors.ts';
import type { PlainObject } from '../../base/stateful.ts';
import { fail } from '../kernel/errno.ts';

/** Where a user sits. `slot` and `seqno` have meaning only together. */
export type Seat =
  | { readonly state: 'NoSeat' }
  | { readonly state: 'Active'; readonly slot: number; readonly seqno: number }
  | { readonly state: 'Idle'; readonly slot: number; readonly seqno: number };

export const NO_SEAT: Seat = { state: 'NoSeat' };

/** What the manager needs of a user: a place for its seat. Only the manager writes it. */
export interface Seated {
  seat: Seat;
}

/** What taking and leaving a slot means for the hardware. Both may throw a KernelError. */
export interface SlotOperations<T extends Seated> {
  activate(slot: number, user: T): void;
  /** `recycled`: the slot is handed to another user at once. */
  evict(slot: number, user: T, recycled: boolean): void;
}

interface Slot<T> {
  user: T | undefined;
  seqno: number;
}

/** Seats up to `count` users; slots missing from `present` are never used. */
export class SlotManager<T extends Seated> {
  readonly count: number;
  private readonly slots: Slot<T>[];
  private readonly present: (slot: number) => boolean;
  private readonly operations: SlotOperations<T>;
  private nextSeqno = 1;

  constructor(count: number, present: (slot: number) => boolean, operations: SlotOperations<T>) {
    this.count = count;
    this.slots = Array.from({ length: count }, () => ({ user: undefined, seqno: 0 }));
    this.present = present;
    this.operations = operations;
  }

  /** The user that owns a slot, active or idle. */
  userOf(slot: number): T | undefined {
    return this.slots[slot]?.user;
  }

  /** The slot a user still owns, or undefined when it has none or was evicted. */
  slotOf(user: T): number | undefined {
    const seat = user.seat;
    if (seat.state === 'NoSeat') return undefined;
    const slot = this.slots[seat.slot];
    return slot !== undefined && slot.user === user && slot.seqno === seat.seqno ? seat.slot : undefined;
  }

  /** Users with a slot, by slot. */
  *entries(): Generator<readonly [number, T]> {
    for (const [i, slot] of this.slots.entries()) if (slot.user !== undefined) yield [i, slot.user];
  }

  /** True when a slot at or above `from` has no user. */
  hasFree(from = 0): boolean {
    return this.free(from) !== undefined;
  }

  /**
   * Makes `user` active: in its own slot if it still has one, else in the first free slot of
   * [`from`, `to`), else in the slot of the user that has been idle longest. KernelError EBUSY when all are
   * active, or what the operations throw.
   */
  activate(user: T, from = 0, to = this.count): void {
    const own = this.slotOf(user);
    if (own !== undefined) {
      user.seat = { state: 'Active', slot: own, seqno: this.seqnoOf(own) };
      return;
    }
    user.seat = NO_SEAT;
    let chosen = this.free(from, to);
    if (chosen === undefined) {
      chosen = this.oldestIdle(from, to);
      if (chosen === undefined) fail('EBUSY', 'every slot is active');
      this.vacate(chosen, true);
    }
    this.operations.activate(chosen, user);
    this.seat(chosen, user);
  }

  /** The user needs its slot no longer but may come back; it keeps the slot until somebody else wants it. */
  idle(user: T): void {
    const slot = this.slotOf(user);
    if (slot === undefined) return;
    const seqno = this.renumber(slot);
    user.seat = { state: 'Idle', slot, seqno };
  }

  /** Takes the slot away from the user, who keeps it when the operation throws. */
  evict(user: T): void {
    const slot = this.slotOf(user);
    if (slot === undefined) user.seat = NO_SEAT;
    else this.vacate(slot, false);
  }

  /** Frees the user's slot without touching the hardware, which does not answer. */
  release(user: T): void {
    const slot = this.slotOf(user);
    const entry = slot === undefined ? undefined : this.slots[slot];
    if (entry !== undefined) entry.user = undefined;
    user.seat = NO_SEAT;
  }

  /** Frees all slots without touching the hardware, which has just been reset. */
  releaseAll(): void {
    for (const slot of this.slots) {
      if (slot.user !== undefined) slot.user.seat = NO_SEAT;
      slot.user = undefined;
    }
  }

  /** Saved with the users' names; seats come back through `load`. */
  save(nameOf: (user: T) => number): PlainObject {
    return {
      nextSeqno: this.nextSeqno,
      slots: this.slots.map((s) => ({
        user: s.user === undefined ? -1 : nameOf(s.user),
        seqno: s.seqno,
        active: s.user?.seat.state === 'Active',
      })),
    };
  }

  load(state: SavedSlots, userNamed: (name: number) => T): void {
    this.nextSeqno = state.nextSeqno;
    for (const [i, saved] of state.slots.entries()) {
      const slot = this.slots[i];
      invariant(slot !== undefined, 'saved slot table is longer than the hardware has slots');
      slot.user = saved.user < 0 ? undefined : userNamed(saved.user);
      slot.seqno = saved.seqno;
      if (slot.user !== undefined) {
        slot.user.seat = { state: saved.active ? 'Active' : 'Idle', slot: i, seqno: saved.seqno };
      }
    }
  }

  private free(from = 0, to = this.count): number | undefined {
    for (let i = from; i < to; i++) if (this.present(i) && this.slots[i]?.user === undefined) return i;
    return undefined;
  }

  private oldestIdle(from: number, to: number): number | undefined {
    let best: number | undefined;
    for (let i = from; i < to; i++) {
      const user = this.slots[i]?.user;
      if (user?.seat.state !== 'Idle') continue;
      if (best === undefined || this.seqnoOf(i) < this.seqnoOf(best)) best = i;
    }
    return best;
  }

  private vacate(index: number, recycled: boolean): void {
    const slot = this.slots[index];
    if (slot?.user === undefined) return;
    this.operations.evict(index, slot.user, recycled);
    slot.user.seat = NO_SEAT;
    slot.user = undefined;
  }

  private seat(index: number, user: T): void {
    const slot = this.slots[index];
    invariant(slot !== undefined, `slot ${index} does not exist`);
    slot.user = user;
    user.seat = { state: 'Active', slot: index, seqno: this.renumber(index) };
  }

  private renumber(index: number): number {
    const slot = this.slots[index];
    invariant(slot !== undefined, `slot ${index} does not exist`);
    slot.seqno = this.nextSeqno++;
    return slot.seqno;
  }

  private seqnoOf(index: number): number {
    return this.slots[index]?.seqno ?? 0;
  }
}

/** What `SlotManager.save` returns, for `load`. */
export interface SavedSlots {
  readonly nextSeqno: number;
  readonly slots: readonly { readonly user: number; readonly seqno: number; readonly active: boolean }[];
}
