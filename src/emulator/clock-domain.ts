/**
 * A clock domain: cycles of one clock against integer nanoseconds of virtual time, exact for ever. An anchor
 * (instant, cycles, remainder in 1e-9 cycles) is set anew only when the frequency changes; everything else is
 * computed from it, so that asking more or less often never changes an answer.
 *
 * Products of the arithmetic stay below 2^53 by splitting one factor at 15 bits; quotients are taken as
 * (x - x % d) / d, because x / d may round up to the next integer.
 */
import { invariant } from '../base/errors.ts';
import type { Stateful } from '../base/stateful.ts';
import type { Clock, ClockDomain } from './wiring.ts';

const NS_PER_S = 1e9;
const SPLIT = 0x8000;
/** Highest frequency the arithmetic is exact for. */
const MAX_HZ = 4e9;

export interface ClockDomainState {
  readonly hz: number;
  readonly running: boolean;
  readonly at: number;
  readonly count: number;
  readonly rem: number;
  readonly [key: string]: number | boolean;
}

export class GpuClockDomain implements ClockDomain, Stateful<ClockDomainState> {
  hz: number;
  /** False while the clock is gated: cycles stand still. Delays already under way end as if it ran (chosen). */
  running = true;
  /** Told after the frequency changed. */
  onChange: () => void = () => undefined;
  private readonly clock: Pick<Clock, 'now'>;
  private at = 0;
  private count = 0;
  private rem = 0;
  private readonly quotient = { q: 0, r: 0 };

  constructor(clock: Pick<Clock, 'now'>, hz: number) {
    invariant(Number.isInteger(hz) && hz > 0 && hz <= MAX_HZ, `clock of ${hz} Hz`);
    this.clock = clock;
    this.hz = hz;
  }

  cycles(): number {
    return this.running ? this.cyclesAt(this.clock.now) : this.count;
  }

  /** Cycles elapsed at `ns`, which is not before the last frequency change. */
  cyclesAt(ns: number): number {
    const elapsed = ns - this.at;
    const below = elapsed % NS_PER_S;
    const { q } = this.mulDiv(below, this.hz, NS_PER_S, this.rem);
    return this.count + ((elapsed - below) / NS_PER_S) * this.hz + q;
  }

  /** The first instant at which `cycle` cycles have elapsed, in ns; not before the last frequency change. */
  instantOf(cycle: number): number {
    const ahead = cycle - this.count;
    if (ahead <= 0) return this.at;
    const below = ahead % this.hz;
    const { q, r } = this.mulDiv(below, NS_PER_S, this.hz, 0);
    // The remainder already there shortens the wait.
    return this.at + ((ahead - below) / this.hz) * NS_PER_S + q + Math.ceil((r - this.rem) / this.hz);
  }

  after(cycles: number): number {
    const { now } = this.clock;
    if (!this.running) return now + Math.ceil((cycles * NS_PER_S) / this.hz);
    return Math.max(now, this.instantOf(this.cyclesAt(now) + cycles));
  }

  until(atNs: number): number {
    return this.running ? this.cyclesAt(atNs) - this.cyclesAt(this.clock.now) : 0;
  }

  /** Changes the frequency from now on; 0 gates the clock. Events already scheduled keep their instants. */
  setHz(hz: number): void {
    invariant(Number.isInteger(hz) && hz >= 0 && hz <= MAX_HZ, `clock of ${hz} Hz`);
    const { now } = this.clock;
    if (this.running) {
      const elapsed = now - this.at;
      const below = elapsed % NS_PER_S;
      const { q, r } = this.mulDiv(below, this.hz, NS_PER_S, this.rem);
      this.count += ((elapsed - below) / NS_PER_S) * this.hz + q;
      this.rem = r;
    }
    this.at = now;
    this.running = hz > 0;
    if (hz > 0) this.hz = hz;
    this.onChange();
  }

  save(): ClockDomainState {
    return { hz: this.hz, running: this.running, at: this.at, count: this.count, rem: this.rem };
  }

  load(state: ClockDomainState): void {
    this.hz = state.hz;
    this.running = state.running;
    this.at = state.at;
    this.count = state.count;
    this.rem = state.rem;
  }

  /** (a * b + c) divided by d, exactly: a < 2^32, b and d < 2^32, c < 2^32. */
  private mulDiv(a: number, b: number, d: number, c: number): { q: number; r: number } {
    const low = a % SPLIT;
    const high = ((a - low) / SPLIT) * b;
    const highRest = high % d;
    const rest = highRest * SPLIT + low * b + c;
    const r = rest % d;
    this.quotient.q = ((high - highRest) / d) * SPLIT + (rest - r) / d;
    this.quotient.r = r;
    return this.quotient;
  }
}
