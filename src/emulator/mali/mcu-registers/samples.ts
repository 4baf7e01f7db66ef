/**
 * Performance counters: seven blocks of 256 bytes that a command writes into memory of an address space. Places
 * are fixed, blocks that are not enabled are left out of the write (chosen). The memory block counts what passes
 * the registers and windows of the MCU and the samples themselves: ordinary accesses go past all counters at full
 * speed, and translations are cached invisibly, so walks and TLB misses read 0 (chosen).
 */
import type { PlainObject, Stateful } from '../../../base/stateful.ts';
import { MCU_PRF, MCU_REG_BASE, MCU_TIMING, NVIC_LINE, PRF_SAMPLE } from '../../../spec/registers/mcu-private.ts';
import { ACCESS, ORDER, UNIT, type EventTarget, type Mmu } from '../../wiring.ts';
import { EventPair, numberOf, type Chip } from '../chip.ts';
import type { Counters } from '../counters.ts';

const { PRF_CTRL, PRF_CMD, PRF_EVENT, PRF_MASK, PRF_DST, PRF_ENABLE } = MCU_PRF;
const REFUSED = 4;
const { blocks, blockSize } = PRF_SAMPLE;
/** PRF_ENABLE bit of each block. */
const ENABLES = blocks.map((name) => PRF_ENABLE.field(name.startsWith('SHADER') ? 'shader' : blockKey(name)).lsb);

function blockKey(name: string): 'csf' | 'mem' | 'tiler' {
  return name === 'CSF' ? 'csf' : name === 'MEM' ? 'mem' : 'tiler';
}

/** Running values of a block, in the order of spec PRF_SAMPLE.counters. */
export type BlockCounters = (block: number) => readonly number[];

export class Samples implements EventTarget, Stateful<PlainObject> {
  readonly id = 'mcu-samples';
  private readonly chip: Chip;
  private readonly mmu: Mmu;
  private readonly counters: Counters;
  private readonly events: EventPair;
  private readonly source: BlockCounters;
  private enabled = false;
  private pending = false;
  private number = 0;
  /** Per block: values at the last clear or start, and what was counted before the last stop. */
  private base: number[][] = blocks.map(() => []);
  private counted: number[][] = blocks.map(() => []);

  constructor(chip: Chip, mmu: Mmu, counters: Counters, source: BlockCounters) {
    this.chip = chip;
    this.mmu = mmu;
    this.counters = counters;
    this.source = source;
    chip.clock.register(this);
    this.events = new EventPair(chip, PRF_EVENT, PRF_MASK, NVIC_LINE.PRF);
    chip.inner.on(PRF_CTRL, { stored: () => this.follow() });
    chip.inner.on(PRF_CMD, { write: (value) => this.command(value) });
  }

  fire(_kind: number, clear: number): void {
    this.pending = false;
    const done = this.writeSample();
    if (clear !== 0) this.clear();
    this.events.raise(done ? PRF_EVENT.encode({ done: 1 }) : PRF_EVENT.encode({ fail: 1 }));
  }

  reset(): void {
    this.chip.clock.cancelAll(this.id);
    this.enabled = false;
    this.pending = false;
    this.number = 0;
    this.clear();
    this.update();
  }

  update(): void {
    this.events.update();
  }

  save(): PlainObject {
    return {
      enabled: this.enabled ? 1 : 0,
      pending: this.pending ? 1 : 0,
      number: this.number,
      base: this.base.map((row) => [...row]),
      counted: this.counted.map((row) => [...row]),
    };
  }

  load(state: PlainObject): void {
    this.enabled = numberOf(state, 'enabled') !== 0;
    this.pending = numberOf(state, 'pending') !== 0;
    this.number = numberOf(state, 'number');
    this.base = ((state['base'] ?? []) as readonly (readonly number[])[]).map((row) => [...row]);
    this.counted = ((state['counted'] ?? []) as readonly (readonly number[])[]).map((row) => [...row]);
  }

  private command(value: number): void {
    const sample = PRF_CMD.get('sample', value) !== 0;
    const clear = PRF_CMD.get('clear', value) !== 0;
    if (!sample) {
      if (clear) this.clear();
      return;
    }
    if (this.pending) {
      this.chip.log.report(REFUSED, MCU_REG_BASE + PRF_CMD.offset, true, 4, value);
      return;
    }
    this.pending = true;
    const { clock, gpuClock } = this.chip;
    clock.schedule(gpuClock.after(MCU_TIMING.PRF), ORDER.CORE, 0, this.id, 0, clear ? 1 : 0);
  }

  /** PRF_CTRL.en changed: counting starts from or stops at the present values. */
  private follow(): void {
    const on = PRF_CTRL.get('en', this.chip.inner.get(PRF_CTRL)) !== 0;
    if (on === this.enabled) return;
    if (on) this.base = blocks.map((_, b) => [...this.source(b)]);
    else this.counted = blocks.map((_, b) => this.values(b));
    this.enabled = on;
  }

  private clear(): void {
    this.counted = blocks.map(() => []);
    this.base = blocks.map((_, b) => [...this.source(b)]);
  }

  private values(block: number): number[] {
    const counted = this.counted[block]!;
    const base = this.base[block]!;
    return this.source(block).map((now, i) => (counted[i] ?? 0) + (this.enabled ? now - (base[i] ?? 0) : 0));
  }

  private writeSample(): boolean {
    const { inner } = this.chip;
    const enable = inner.get(PRF_ENABLE);
    const start = inner.get(PRF_DST, 1) * 2 ** 32 + inner.get(PRF_DST, 0);
    const number = ++this.number;
    let done = true;
    ENABLES.forEach((bit, block) => {
      if (!done || ((enable >>> bit) & 1) === 0) return;
      const words: number[] = [...split(this.counters.timestamp()), block, number];
      for (const value of this.values(block)) words.push(...split(value));
      done = this.store(start + block * blockSize, words);
    });
    return done;
  }

  /** A block lies within one page: blocks are 256 bytes at multiples of 256. */
  private store(va: number, words: readonly number[]): boolean {
    const as = PRF_CTRL.get('as', this.chip.inner.get(PRF_CTRL));
    const offset = this.mmu.ramOffset(as, va, ACCESS.WRITE);
    if (offset < 0) {
      this.mmu.raise(as, this.mmu.fault, { unit: UNIT.PRF, cs: 0, ctx: 0, core: 0 });
      return false;
    }
    const { ram32 } = this.chip.memory;
    ram32.fill(0, offset >>> 2, (offset + blockSize) >>> 2);
    ram32.set(words, offset >>> 2);
    return true;
  }
}

const split = (value: number): [number, number] => [value | 0, Math.floor(value / 2 ** 32) | 0];
