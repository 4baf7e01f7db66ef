/**
 * The counters the host sees, GPU_CYCLE_COUNT and GPU_TIMESTAMP, and the ones only the MCU sees, TIME_CYCLES and
 * TIME_STAMP. The latter never stop. The former run while GPU_CMD TIME or TIME_CTRL.count_en lets them, and show
 * the value they stopped at otherwise (chosen). The system counter is the Arm architected one, 24 MHz on RK3588.
 */
import { TWO32 } from '../../base/bits.ts';
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_CORE } from '../../spec/registers/mcu-private.ts';
import { GpuClockDomain } from '../clock-domain.ts';
import { numberOf, type Chip } from './chip.ts';

/** Ticks per second of the system counter (RK3588). */
export const SYSTEM_COUNTER_HZ = 24_000_000;

const word = (value: number, half: 0 | 1) => (half === 0 ? value >>> 0 : Math.floor(value / TWO32) >>> 0);

export class Counters implements Stateful<PlainObject> {
  private readonly chip: Chip;
  /** System counter; never gated, never changes frequency. */
  readonly system: GpuClockDomain;
  private hostEnable = false;
  private wasRunning = false;
  /** Cycles counted before the last start, and where the start was. */
  private counted = 0;
  private startedAt = 0;
  /** System counter when propagation stopped. */
  private frozen = 0;

  constructor(chip: Chip) {
    this.chip = chip;
    this.system = new GpuClockDomain(chip.clock, SYSTEM_COUNTER_HZ);
    chip.host.on(GPU_CONTROL.GPU_CYCLE_COUNT, { read: (half) => word(this.cycleCount(), half) });
    chip.host.on(GPU_CONTROL.GPU_TIMESTAMP, {
      read: (half) => this.stamp(this.wasRunning ? this.system.cycles() : this.frozen, half),
    });
    chip.inner.on(MCU_CORE.TIME_STAMP, { read: (half) => this.stamp(this.system.cycles(), half) });
    chip.inner.on(MCU_CORE.TIME_CYCLES, { read: (half) => word(chip.gpuClock.cycles(), half) });
    chip.inner.on(MCU_CORE.TIME_CTRL, { stored: () => this.update() });
  }

  /** TIME_STAMP as a Number, modulo 2^53. */
  timestamp(): number {
    const ticks = this.system.cycles();
    return (this.stamp(ticks, 1) & 0x1fffff) * TWO32 + this.stamp(ticks, 0);
  }

  /** GPU_CMD TIME: starts or stops on behalf of the host. */
  enable(on: boolean): void {
    this.hostEnable = on;
    this.update();
  }

  /** Follows TIME_CTRL; also after the register was reset. */
  update(): void {
    const on = this.hostEnable || this.chip.inner.get(MCU_CORE.TIME_CTRL) !== 0;
    if (on === this.wasRunning) return;
    if (on) {
      this.startedAt = this.chip.gpuClock.cycles();
    } else {
      this.counted = this.cycleCount();
      this.frozen = this.system.cycles();
    }
    this.wasRunning = on;
  }

  /** Soft reset: host counters stopped at 0. */
  reset(): void {
    this.hostEnable = false;
    this.wasRunning = false;
    this.counted = 0;
    this.frozen = 0;
    this.update();
  }

  save(): PlainObject {
    return {
      hostEnable: this.hostEnable ? 1 : 0,
      wasRunning: this.wasRunning ? 1 : 0,
      counted: this.counted,
      startedAt: this.startedAt,
      frozen: this.frozen,
    };
  }

  load(state: PlainObject): void {
    this.hostEnable = numberOf(state, 'hostEnable') !== 0;
    this.wasRunning = numberOf(state, 'wasRunning') !== 0;
    this.counted = numberOf(state, 'counted');
    this.startedAt = numberOf(state, 'startedAt');
    this.frozen = numberOf(state, 'frozen');
  }

  private cycleCount(): number {
    return this.wasRunning ? this.counted + this.chip.gpuClock.cycles() - this.startedAt : this.counted;
  }

  /** A word of `ticks` + GPU_TIMESTAMP_OFFSET, modulo 2^64. */
  private stamp(ticks: number, half: 0 | 1): number {
    const low = word(ticks, 0) + this.chip.host.get(GPU_CONTROL.GPU_TIMESTAMP_OFFSET, 0);
    if (half === 0) return low % TWO32;
    const carry = low >= TWO32 ? 1 : 0;
    return (word(ticks, 1) + this.chip.host.get(GPU_CONTROL.GPU_TIMESTAMP_OFFSET, 1) + carry) % TWO32;
  }
}
