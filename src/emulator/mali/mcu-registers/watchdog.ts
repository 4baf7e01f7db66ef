/**
 * The watchdog of the firmware: counts GPU cycles while the core is awake. The first expiry is an NMI, which stays
 * up until a kick; a second one without a kick in between stops the core as FATAL.
 */
import type { PlainObject, Stateful } from '../../../base/stateful.ts';
import { MCU_CORE } from '../../../spec/registers/mcu-private.ts';
import { ORDER, type EventTarget } from '../../wiring.ts';
import { numberOf, type Chip } from '../chip.ts';

const { WDOG_LOAD, WDOG_KICK } = MCU_CORE;
/** After the sixteen timers of the same instant. */
const SUB = 16;

export interface WatchdogLinks {
  readonly nmi: (level: boolean) => void;
  readonly fatal: () => void;
  /** GPU cycle at which the core executes its present or next instruction. */
  readonly cycle: () => number;
}

export class Watchdog implements EventTarget, Stateful<PlainObject> {
  readonly id = 'mcu-watchdog';
  private readonly chip: Chip;
  private readonly links: WatchdogLinks;
  private handle = 0;
  private awake = false;
  /** Cycle of the expiry while awake, cycles left while asleep. */
  private expiry = 0;
  private left = 0;
  private warned = false;

  constructor(chip: Chip, links: WatchdogLinks) {
    this.chip = chip;
    this.links = links;
    chip.clock.register(this);
    chip.inner.on(WDOG_LOAD, { stored: () => this.reload() });
    chip.inner.on(WDOG_KICK, { write: () => this.reload() });
  }

  fire(): void {
    this.handle = 0;
    if (this.warned) {
      this.links.fatal();
      return;
    }
    this.warned = true;
    this.links.nmi(true);
    this.start(this.expiry + this.chip.inner.get(WDOG_LOAD));
  }

  /** The core went to sleep or woke, at the cycle `links.cycle` tells. */
  setAwake(awake: boolean): void {
    if (awake === this.awake) return;
    this.awake = awake;
    if (this.chip.inner.get(WDOG_LOAD) === 0) return;
    if (awake) {
      this.start(this.links.cycle() + this.left);
    } else {
      this.left = Math.max(this.expiry - this.links.cycle(), 0);
      this.stop();
    }
  }

  /** The frequency changed: the same cycles end at another instant. */
  rearm(): void {
    if (this.awake && this.chip.inner.get(WDOG_LOAD) !== 0) this.start(this.expiry);
  }

  reset(): void {
    this.stop();
    this.awake = false;
    this.warned = false;
    this.left = 0;
    this.expiry = 0;
  }

  save(): PlainObject {
    return {
      handle: this.handle,
      awake: this.awake ? 1 : 0,
      expiry: this.expiry,
      left: this.left,
      warned: this.warned ? 1 : 0,
    };
  }

  load(state: PlainObject): void {
    this.handle = numberOf(state, 'handle');
    this.awake = numberOf(state, 'awake') !== 0;
    this.expiry = numberOf(state, 'expiry');
    this.left = numberOf(state, 'left');
    this.warned = numberOf(state, 'warned') !== 0;
  }

  private reload(): void {
    if (this.warned) this.links.nmi(false);
    this.warned = false;
    const load = this.chip.inner.get(WDOG_LOAD);
    if (load === 0) this.stop();
    else if (this.awake) this.start(this.links.cycle() + load);
    else this.left = load;
  }

  private start(expiry: number): void {
    this.stop();
    this.expiry = expiry;
    const { clock, gpuClock } = this.chip;
    if (!gpuClock.running) return;
    const at = Math.max(gpuClock.instantOf(expiry), clock.now);
    this.handle = clock.schedule(at, ORDER.TIMER, SUB, this.id, 0, 0);
  }

  private stop(): void {
    this.chip.clock.cancel(this.handle);
    this.handle = 0;
  }
}
