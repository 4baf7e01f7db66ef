/**
 * Best-fit allocation of GPU virtual addresses for kernel objects (Panthor's automatic VA placement in
 * `panthor_gem.c` and `panthor_mmu.c`): ring buffers, sync objects, heap contexts and chunks above the user
 * range of a VM, queue interfaces and suspend buffers in the automatic window of the MCU VM.
 */
import { alignUp } from '../../base/bits.ts';
import { invariant } from '../../base/errors.ts';
import type { Plain, Stateful } from '../../base/stateful.ts';

/** Objects from this size on are aligned to it, so that they can use 2 MiB blocks. */
export const HUGE = 0x20_0000;
export const PAGE = 0x1000;

interface Taken {
  readonly start: number;
  readonly size: number;
}

/** Addresses [start, end) handed out in pieces; the pieces are kept sorted. */
export class VaRange implements Stateful {
  readonly start: number;
  readonly end: number;
  private readonly autoStart: number;
  private readonly autoEnd: number;
  private taken: Taken[] = [];

  /** Automatic placement stays inside [autoStart, autoEnd). */
  constructor(start: number, end: number, autoStart = start, autoEnd = end) {
    this.start = start;
    this.end = end;
    this.autoStart = autoStart;
    this.autoEnd = autoEnd;
  }

  /** A free address for `size` bytes (a page multiple): the smallest hole that fits, undefined when none does. */
  alloc(size: number): number | undefined {
    const alignment = size >= HUGE ? HUGE : PAGE;
    let best: { at: number; va: number; hole: number } | undefined;
    let from = this.start;
    for (let i = 0; i <= this.taken.length; i++) {
      const next = this.taken[i];
      const to = Math.min(next?.start ?? this.end, this.autoEnd);
      const at = Math.max(from, this.autoStart);
      const va = alignUp(at, alignment);
      const hole = to - at;
      if (va + size <= to && (best === undefined || hole < best.hole)) best = { at: i, va, hole };
      if (next !== undefined) from = next.start + next.size;
    }
    if (best === undefined) return undefined;
    this.taken.splice(best.at, 0, { start: best.va, size });
    return best.va;
  }

  /** Takes a fixed piece; false when it overlaps another one or leaves the range. */
  reserve(va: number, size: number): boolean {
    if (va < this.start || va + size > this.end) return false;
    const at = this.taken.findIndex((t) => t.start + t.size > va);
    const index = at < 0 ? this.taken.length : at;
    const next = this.taken[index];
    if (next !== undefined && next.start < va + size) return false;
    this.taken.splice(index, 0, { start: va, size });
    return true;
  }

  free(va: number): void {
    const at = this.taken.findIndex((t) => t.start === va);
    invariant(at >= 0, `VA 0x${va.toString(16)} was not handed out`);
    this.taken.splice(at, 1);
  }

  /** Number of pieces in use. */
  get used(): number {
    return this.taken.length;
  }

  save(): Plain {
    return this.taken.map((t) => [t.start, t.size]);
  }

  load(state: Plain): void {
    this.taken = (state as readonly (readonly [number, number])[]).map(([start, size]) => ({ start, size }));
  }
}
