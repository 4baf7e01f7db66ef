/**
 * Reservations (dma-buf/dma-resv.c): the lock and the implicit fences of buffer objects, and `lockAll`, the part
 * of drm_exec that is left when nothing preempts: every reservation once, in the order given.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { Mutex } from '../kernel/sync.ts';
import type { Fence, FenceRef, Fences } from './fence.ts';

/** Weakest first: asking for a use gives it and all before it. */
const USES = ['KERNEL', 'WRITE', 'READ', 'BOOKKEEP'] as const;
export type ResvUse = (typeof USES)[number];

interface Entry {
  readonly fence: Fence;
  readonly use: ResvUse;
}

export type ResvState = readonly { readonly fence: FenceRef; readonly use: ResvUse }[];

export class Resv {
  readonly lock: Mutex;
  private entries: Entry[] = [];

  constructor(kernel: Kernel, name: string) {
    this.lock = new Mutex(kernel, `resv ${name}`, 'resv');
  }

  /** Adds a fence; it replaces what is done and what it makes superfluous. The lock must be held. */
  add(fence: Fence, use: ResvUse): void {
    this.lock.assertHeld();
    const superfluous = (e: Entry): boolean =>
      e.fence.isSignaled ||
      (e.fence.context === fence.context && !e.fence.isLaterThan(fence) && USES.indexOf(e.use) >= USES.indexOf(use));
    this.entries = [...this.entries.filter((e) => !superfluous(e)), { fence, use }];
  }

  /** Unsignalled fences of this use and the stronger ones. */
  pending(use: ResvUse): readonly Fence[] {
    return this.entries
      .filter((e) => !e.fence.isSignaled && USES.indexOf(e.use) <= USES.indexOf(use))
      .map((e) => e.fence);
  }

  save(fences: Fences): ResvState {
    return this.entries.filter((e) => !e.fence.isSignaled).map((e) => ({ fence: fences.ref(e.fence), use: e.use }));
  }

  load(state: ResvState, fences: Fences): void {
    this.entries = state.map((e) => ({ fence: fences.deref(e.fence), use: e.use }));
  }
}

/** Runs `body` with all of the reservations locked; one named twice is locked once. */
export function lockAll<T>(reservations: Iterable<Resv>, body: () => T): T {
  const [first, ...rest] = new Set(reservations);
  return first === undefined ? body() : first.lock.with(() => lockAll(rest, body));
}
