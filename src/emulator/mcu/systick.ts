/**
 * SysTick: a 24-bit down-counter of core cycles. It is not ticked: its value follows from the cycle count, and
 * the core asks how far the next interrupt is. Source: ARMv7-M ARM, B3.3.
 */
import type { Stateful } from '../../base/stateful.ts';

const ENABLE = 1;
const TICKINT = 2;
/** There is no reference clock, so the counter always uses the core's (chosen). */
const CLKSOURCE = 4;
const COUNTFLAG = 1 << 16;
const MASK = 0xffffff;
/** NOREF: no reference clock. No calibration value is given. */
export const SYSTICK_CALIB = 0x8000_0000 | 0;

export interface SysTickState {
  readonly [key: string]: number;
}

export class SysTick implements Stateful<SysTickState> {
  private control = 0;
  private reload = 0;
  private value = 0;
  private counted = 0;
  /** Core cycle at which `value` held. */
  private since = 0;

  reset(now: number): void {
    this.control = this.reload = this.value = this.counted = 0;
    this.since = now;
  }

  /** Brings the counter to a cycle. Returns true when it reached 0 on the way with its interrupt enabled. */
  sync(now: number): boolean {
    let passed = now - this.since;
    this.since = now;
    if ((this.control & ENABLE) === 0 || passed <= 0) return false;
    if (this.value === 0) {
      if (this.reload === 0) return false;
      this.value = this.reload;
      passed--;
    }
    if (passed < this.value) {
      this.value -= passed;
      return false;
    }
    passed = (passed - this.value) % (this.reload + 1);
    this.value = passed === 0 || this.reload === 0 ? 0 : this.reload - (passed - 1);
    this.counted = 1;
    return (this.control & TICKINT) !== 0;
  }

  /** Cycles from `since` until the interrupt; Infinity when none will come. */
  cyclesToFire(): number {
    if ((this.control & (ENABLE | TICKINT)) !== (ENABLE | TICKINT)) return Infinity;
    if (this.value !== 0) return this.value;
    return this.reload === 0 ? Infinity : this.reload + 1;
  }

  /** Control register; reading clears COUNTFLAG. */
  readControl(): number {
    const v = this.control | CLKSOURCE | (this.counted ? COUNTFLAG : 0);
    this.counted = 0;
    return v;
  }
  /** As `readControl`, without the side effect. */
  peekControl(): number {
    return this.control | CLKSOURCE | (this.counted ? COUNTFLAG : 0);
  }
  writeControl(v: number): void {
    this.control = v & (ENABLE | TICKINT);
  }
  get reloadValue(): number {
    return this.reload;
  }
  writeReload(v: number): void {
    this.reload = v & MASK;
  }
  get current(): number {
    return this.value;
  }
  /** Any write clears the counter and COUNTFLAG. */
  clear(): void {
    this.value = 0;
    this.counted = 0;
  }

  save(): SysTickState {
    const { control, reload, value, counted, since } = this;
    return { control, reload, value, counted, since };
  }

  load(s: SysTickState): void {
    this.control = s['control'] ?? 0;
    this.reload = s['reload'] ?? 0;
    this.value = s['value'] ?? 0;
    this.counted = s['counted'] ?? 0;
    this.since = s['since'] ?? 0;
  }
}
