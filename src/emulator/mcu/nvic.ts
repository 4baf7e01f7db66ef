/**
 * Exception numbers, priorities and the NVIC: what is pending, active and enabled, and who goes first.
 * 32 external lines, level-sensitive, four priority bits. Source: ARMv7-M ARM, B1.5 and B3.4.
 */
import type { Stateful } from '../../base/stateful.ts';

export const NMI = 2;
export const HARD_FAULT = 3;
export const MEM_MANAGE = 4;
export const BUS_FAULT_EXCEPTION = 5;
export const USAGE_FAULT = 6;
export const SVCALL = 11;
export const DEBUG_MONITOR = 12;
export const PENDSV = 14;
export const SYSTICK = 15;
/** Exception number of external line 0. */
export const FIRST_IRQ = 16;
/** Lower than every configurable priority: Thread mode with nothing active. */
export const THREAD_PRIORITY = 0x100;

export interface NvicState {
  readonly [key: string]: number | Int32Array;
}

export class Nvic implements Stateful<NvicState> {
  readonly count: number;
  /** The implemented bits of a priority byte, from the top. */
  readonly priorityMask: number;
  /** One word an exception: 0 or 1; `level` the input lines. */
  readonly pending: Int32Array;
  readonly active: Int32Array;
  readonly enabled: Int32Array;
  readonly level: Int32Array;
  /** Priority bytes; the fixed ones are negative. */
  readonly priority: Int32Array;
  /** AIRCR.PRIGROUP. */
  prigroup = 0;
  nmiLevel = 0;

  constructor(lines: number, priorityBits: number) {
    this.priorityMask = (0xff00 >> priorityBits) & 0xff;
    this.count = FIRST_IRQ + lines;
    this.pending = new Int32Array(this.count);
    this.active = new Int32Array(this.count);
    this.enabled = new Int32Array(this.count);
    this.level = new Int32Array(this.count);
    this.priority = new Int32Array(this.count);
    this.reset();
  }

  /** Lines keep their level: they belong to the outside. */
  reset(): void {
    for (const a of [this.pending, this.active, this.enabled, this.priority]) a.fill(0);
    this.priority[1] = -3;
    this.priority[NMI] = -2;
    this.priority[HARD_FAULT] = -1;
    // System exceptions have no enable, but for the configurable faults: SHCSR holds theirs.
    for (let e = 1; e < FIRST_IRQ; e++) this.enabled[e] = 1;
    for (const e of [MEM_MANAGE, BUS_FAULT_EXCEPTION, USAGE_FAULT]) this.enabled[e] = 0;
    this.prigroup = 0;
    for (let e = FIRST_IRQ; e < this.count; e++) this.pending[e] = this.level[e]!;
  }

  setLevel(exception: number, level: boolean): void {
    if (level && this.level[exception] === 0) this.pending[exception] = 1;
    this.level[exception] = level ? 1 : 0;
  }

  setNmi(level: boolean): void {
    if (level && this.nmiLevel === 0) this.pending[NMI] = 1;
    this.nmiLevel = level ? 1 : 0;
  }

  /** A line that is still high pends again at once. */
  clearPending(exception: number): void {
    this.pending[exception] = exception >= FIRST_IRQ && this.active[exception] === 0 ? this.level[exception]! : 0;
  }

  activate(exception: number): void {
    this.pending[exception] = 0;
    this.active[exception] = 1;
  }

  deactivate(exception: number): void {
    this.active[exception] = 0;
    if (exception >= FIRST_IRQ && this.level[exception] !== 0) this.pending[exception] = 1;
  }

  /** The group part of a priority: what decides about preemption. */
  group(priority: number): number {
    return priority < 0 ? priority : priority & ~((2 << this.prigroup) - 1) & 0xff;
  }

  activeCount(): number {
    let n = 0;
    for (let e = 1; e < this.count; e++) n += this.active[e]!;
    return n;
  }

  /** Execution priority from the active exceptions and the mask registers. */
  executionPriority(primask: number, faultmask: number, basepri: number): number {
    let p = THREAD_PRIORITY;
    for (let e = 1; e < this.count; e++) {
      if (this.active[e] !== 0) p = Math.min(p, this.group(this.priority[e]!));
    }
    if (basepri !== 0) p = Math.min(p, this.group(basepri));
    if (primask !== 0) p = Math.min(p, 0);
    if (faultmask !== 0) p = Math.min(p, -1);
    return p;
  }

  /** The pending and enabled exception of the highest priority (lowest number on a tie) that preempts, or 0. */
  candidate(below: number): number {
    let best = 0;
    let bestPriority = THREAD_PRIORITY;
    for (let e = 1; e < this.count; e++) {
      if (this.pending[e] === 0 || this.enabled[e] === 0) continue;
      const p = this.priority[e]!;
      if (p < bestPriority) {
        best = e;
        bestPriority = p;
      }
    }
    return best !== 0 && this.group(bestPriority) < below ? best : 0;
  }

  save(): NvicState {
    const { pending, active, enabled, level, priority, prigroup, nmiLevel } = this;
    return {
      pending: pending.slice(),
      active: active.slice(),
      enabled: enabled.slice(),
      level: level.slice(),
      priority: priority.slice(),
      prigroup,
      nmiLevel,
    };
  }

  load(state: NvicState): void {
    for (const key of ['pending', 'active', 'enabled', 'level', 'priority'] as const) {
      const words = state[key];
      if (words instanceof Int32Array) this[key].set(words);
    }
    this.prigroup = Number(state['prigroup']);
    this.nmiLevel = Number(state['nmiLevel']);
  }
}
