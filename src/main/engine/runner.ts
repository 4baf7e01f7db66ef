/**
 * Lets time pass by itself while a person looks on: at the pace of the wall clock, or as fast as the engine can.
 * Time is granted in slices, each a journalled `advance`, between which messages are answered. While the machine is
 * idle no time is granted and nothing is journalled; the next input that gives it work makes it go on.
 *
 * The wall clock decides only how much is granted; the grant is an input, so a replay does the same.
 */
import type { Timeline } from './timeline.ts';

export type RunMode = 'paced' | 'fast';

/** Wall time between two grants at pace, in ms: one frame of a display. */
const PACE_MS = 16;
/** Behind by more than this, the pace begins anew instead of catching up, in ms (chosen). */
const BEHIND_MS = 100;
/** Wall time a slice may take before the next is made shorter, in ms: how late a pause may come (chosen). */
const SLICE_MS = 20;
/** Shortest and longest grant, in virtual ns (chosen). */
const LEAST_NS = 10_000;
const MOST_NS = 100_000_000;
const NS_PER_MS = 1_000_000;

export class Runner {
  running = false;
  mode: RunMode = 'paced';
  /** Running, but the machine has nothing to do. */
  idle = false;
  private sliceNs = 1_000_000;
  /** Wall ms and virtual ns that pace is reckoned from. */
  private baseMs = 0;
  private baseNs = 0;

  start(mode: RunMode): void {
    this.running = true;
    this.mode = mode;
    this.wake();
  }

  stop(): void {
    this.running = false;
  }

  /** The machine may have work again. */
  wake(): void {
    this.idle = false;
    this.baseMs = -1;
  }

  /**
   * Grants one slice when it is time for one; the ms after which it wants to be called again. `advance` grants the
   * time in another way (a debugger's) and says whether the bench stands still now.
   */
  turn(history: Timeline, clock: () => number, advance?: (ns: number) => boolean): number {
    if (!this.running || this.idle) return Infinity;
    const { engine } = history;
    if (engine.idle) {
      this.idle = true;
      return Infinity;
    }
    const from = clock();
    let grant = this.sliceNs;
    if (this.mode === 'paced') {
      const due = this.due(engine.now, from);
      if (due < LEAST_NS) return PACE_MS;
      grant = Math.min(grant, due);
    }
    if (advance === undefined) history.apply({ kind: 'advance', limitNs: grant, until: 'idle' });
    else if (advance(grant)) {
      this.stop();
      return Infinity;
    }
    const took = clock() - from;
    if (took > SLICE_MS) this.sliceNs = Math.max(LEAST_NS, Math.floor(this.sliceNs / 2));
    else if (took < SLICE_MS / 2 && grant === this.sliceNs) this.sliceNs = Math.min(MOST_NS, this.sliceNs * 2);
    return this.mode === 'fast' || this.due(engine.now, clock()) > LEAST_NS ? 0 : PACE_MS;
  }

  /** Virtual ns that the machine is behind the wall; reckoned anew after a rest, or when it fell too far behind. */
  private due(nowNs: number, nowMs: number): number {
    const due = Math.floor((nowMs - this.baseMs) * NS_PER_MS) - (nowNs - this.baseNs);
    if (this.baseMs >= 0 && due <= BEHIND_MS * NS_PER_MS) return due;
    this.baseMs = nowMs;
    this.baseNs = nowNs;
    return LEAST_NS;
  }
}
