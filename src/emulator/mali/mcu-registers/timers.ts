/**
 * Sixteen one-shot timers against TIME_STAMP or TIME_CYCLES. They fire at the exact instant their source reaches
 * the compare value; an armed timer whose moment has passed fires at once.
 */
import type { PlainObject, Stateful } from '../../../base/stateful.ts';
import { GPU_CONTROL } from '../../../spec/registers/gpu-control.ts';
import { MCU_CORE, NVIC_LINE } from '../../../spec/registers/mcu-private.ts';
import { ORDER, type EventTarget } from '../../wiring.ts';
import { EventPair, type Chip } from '../chip.ts';
import type { Counters } from '../counters.ts';

const { TIMER_CTRL, TIMER_CMP, TIMER_EVENT, TIMER_MASK } = MCU_CORE;
const ENABLED = TIMER_CTRL.encode({ en: 1 });
const CYCLES = TIMER_CTRL.encode({ src: 'CYCLES' });
const COUNT = TIMER_CTRL.count;

/** Beyond this a compare value is never reached. */
const FOREVER = 2 ** 53;
const TWO64 = 2 ** 64;

export class Timers implements EventTarget, Stateful<PlainObject> {
  readonly id = 'mcu-timers';
  private readonly chip: Chip;
  private readonly counters: Counters;
  private readonly events: EventPair;
  /** Handle of the pending event of each timer, 0 for none. */
  private readonly handles: number[] = Array.from({ length: COUNT }, () => 0);

  constructor(chip: Chip, counters: Counters) {
    this.chip = chip;
    this.counters = counters;
    chip.clock.register(this);
    this.events = new EventPair(chip, TIMER_EVENT, TIMER_MASK, NVIC_LINE.TIMER);
    const arm = { stored: (_half: 0 | 1, n: number) => this.arm(n) };
    chip.inner.on(TIMER_CTRL, arm);
    chip.inner.on(TIMER_CMP, arm);
    chip.host.on(GPU_CONTROL.GPU_TIMESTAMP_OFFSET, { stored: () => this.rearm() });
  }

  fire(_kind: number, n: number): void {
    const { inner } = this.chip;
    this.handles[n] = 0;
    inner.set(TIMER_CTRL, inner.get(TIMER_CTRL, 0, n) & ~ENABLED, 0, n);
    this.events.raise(1 << n);
  }

  /** Computes all instants anew: frequency or offset changed. */
  rearm(): void {
    for (let n = 0; n < COUNT; n++) this.arm(n);
  }

  /** After the private block was reset. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
    this.handles.fill(0);
    this.update();
  }

  update(): void {
    this.events.update();
  }

  save(): PlainObject {
    return { handles: [...this.handles] };
  }

  load(state: PlainObject): void {
    ((state['handles'] ?? []) as readonly number[]).forEach((handle, n) => {
      this.handles[n] = handle;
    });
  }

  private arm(n: number): void {
    const { clock, inner } = this.chip;
    clock.cancel(this.handles[n]!);
    this.handles[n] = 0;
    const control = inner.get(TIMER_CTRL, 0, n);
    if ((control & ENABLED) === 0) return;
    const at = this.instant(inner.get(TIMER_CMP, 0, n), inner.get(TIMER_CMP, 1, n), (control & CYCLES) !== 0);
    if (at === Infinity) return;
    this.handles[n] = clock.schedule(Math.max(at, clock.now), ORDER.TIMER, n, this.id, 0, n);
  }

  /** When the source reaches the compare value. */
  private instant(lo: number, hi: number, cycles: boolean): number {
    const compare = hi * 2 ** 32 + lo;
    if (cycles) {
      const { gpuClock } = this.chip;
      if (!gpuClock.running) return gpuClock.cycles() >= compare ? this.chip.clock.now : Infinity;
      return compare >= FOREVER ? Infinity : gpuClock.instantOf(compare);
    }
    const { host } = this.chip;
    const offset = GPU_CONTROL.GPU_TIMESTAMP_OFFSET;
    const ahead = host.get(offset, 1) * 2 ** 32 + host.get(offset, 0);
    // A negative offset is a large one modulo 2^64: the counter then has more to go.
    const ticks = ahead < FOREVER ? compare - ahead : compare + (TWO64 - ahead);
    return ticks >= FOREVER ? Infinity : this.counters.system.instantOf(Math.max(ticks, 0));
  }
}
