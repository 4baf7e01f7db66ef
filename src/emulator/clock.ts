/**
 * The one clock and event queue (engine law 1). Events are plain data in a binary heap; they name their target by
 * its id, so a queue can be saved, loaded and printed. Order is exact: (time, order, sub, age).
 *
 * The MCU core is not in the heap: it has one standing slot, the tail, always last of its instant (ORDER.MCU).
 * Its slices are cut wherever a host stops granting time, and events of the heap must not be numbered differently
 * for that: handles are part of what blocks save.
 */
import { Bug, invariant } from '../base/errors.ts';
import type { Stateful } from '../base/stateful.ts';
import type { Clock, EventTarget, Order } from './wiring.ts';

interface Entry {
  at: number;
  /** order * 65536 + sub. */
  rank: number;
  /** Age and handle in one: grows with each schedule. */
  seq: number;
  target: string;
  kind: number;
  payload: number;
}

/** `events` are in the order they will fire. */
export interface ClockState {
  readonly now: number;
  readonly seq: number;
  readonly events: readonly (readonly [
    at: number,
    rank: number,
    seq: number,
    target: string,
    kind: number,
    payload: number,
  ])[];
  readonly [key: string]: number | ClockState['events'];
}

const SUB_LIMIT = 0x10000;

export class VirtualClock implements Clock, Stateful<ClockState> {
  /** ns. Moved by `moveTo` and `fireNext` only. */
  now = 0;
  /** When the MCU core wants to run next, Infinity while it does not. */
  tailAt = Infinity;
  private seq = 0;
  private readonly heap: Entry[] = [];
  private readonly targets = new Map<string, EventTarget>();

  register(target: EventTarget): void {
    invariant(!this.targets.has(target.id), `event target ${target.id} is registered twice`);
    this.targets.set(target.id, target);
  }

  schedule(atNs: number, order: Order, sub: number, target: string, kind: number, payload: number): number {
    if (!(atNs >= this.now) || sub < 0 || sub >= SUB_LIMIT) {
      throw new Bug(`event for ${target} at ${atNs} ns (now ${this.now}), sub ${sub}`);
    }
    const seq = ++this.seq;
    this.heap.push({ at: atNs, rank: order * SUB_LIMIT + sub, seq, target, kind, payload });
    this.up(this.heap.length - 1);
    return seq;
  }

  cancel(handle: number): void {
    if (handle === 0) return;
    const index = this.heap.findIndex((entry) => entry.seq === handle);
    if (index >= 0) this.removeAt(index);
  }

  /** Cancels everything a target has pending: it was reset. */
  cancelAll(target: string): void {
    const { heap } = this;
    for (let index = heap.length - 1; index >= 0; index--) {
      if (heap[index]!.target === target) heap.splice(index, 1);
    }
    // A sorted array is a heap.
    heap.sort((a, b) => (before(a, b) ? -1 : 1));
  }

  get nextAt(): number {
    const queued = this.queuedAt;
    return queued <= this.tailAt ? queued : this.tailAt;
  }

  /** Time of the next event of the heap, without the MCU. */
  get queuedAt(): number {
    const first = this.heap[0];
    return first === undefined ? Infinity : first.at;
  }

  /** Number of pending events, without the MCU. */
  get pending(): number {
    return this.heap.length;
  }

  /** Moves time forward without firing; nothing of the heap may lie before `ns`. */
  moveTo(ns: number): void {
    if (ns <= this.now) return;
    if (ns > this.queuedAt) throw new Bug(`clock moved to ${ns} ns over an event at ${this.queuedAt} ns`);
    this.now = ns;
  }

  /** Fires the first event of the heap at its time. */
  fireNext(): void {
    const entry = this.removeAt(0);
    this.now = entry.at;
    const target = this.targets.get(entry.target);
    if (target === undefined) throw new Bug(`event for unknown target ${entry.target}`);
    target.fire(entry.kind, entry.payload);
  }

  save(): ClockState {
    const sorted = this.heap.toSorted((a, b) => (before(a, b) ? -1 : 1));
    return {
      now: this.now,
      seq: this.seq,
      events: sorted.map((e) => [e.at, e.rank, e.seq, e.target, e.kind, e.payload] as const),
    };
  }

  /** The tail is not loaded: the machine sets it from the MCU's own state. */
  load(state: ClockState): void {
    this.now = state.now;
    this.seq = state.seq;
    // A sorted array is a heap.
    this.heap.length = 0;
    for (const [at, rank, seq, target, kind, payload] of state.events) {
      this.heap.push({ at, rank, seq, target, kind, payload });
    }
    this.tailAt = Infinity;
  }

  private removeAt(index: number): Entry {
    const { heap } = this;
    const entry = heap[index];
    const last = heap.pop();
    if (entry === undefined || last === undefined) throw new Bug('no event to remove');
    if (entry !== last) {
      heap[index] = last;
      this.down(index);
      this.up(index);
    }
    return entry;
  }

  private up(from: number): void {
    const { heap } = this;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(heap[index]!, heap[parent]!)) return;
      this.swap(index, parent);
      index = parent;
    }
  }

  private down(from: number): void {
    const { heap } = this;
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left;
      if (!before(heap[child]!, heap[index]!)) return;
      this.swap(index, child);
      index = child;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = held;
  }
}

function before(a: Entry, b: Entry): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.rank !== b.rank) return a.rank < b.rank;
  return a.seq < b.seq;
}
