/**
 * The MCU as a part of the GPU: MCU_CONTROL and MCU_STATUS, boot from the vectors of AS 0, halt, fatal, and the
 * running of the core in slices against the GPU clock. One instruction is one cycle; register accesses add their
 * stall. The core's place in time is a cycle count, never the cut of a slice, so that results do not depend on how
 * time is granted. State machine: docs/registers.md, MCU_CONTROL; Panthor panthor_fw.c waits for its answers.
 */
import { Bug } from '../../base/errors.ts';
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { MCU_CONTROL } from '../../spec/registers/mcu-control.ts';
import { MCU_TIMING } from '../../spec/registers/mcu-private.ts';
import { ORDER, type EventTarget } from '../wiring.ts';
import { BUS_OK, LOAD, type McuBus } from '../mcu/bus.ts';
import { numberOf, type Chip } from './chip.ts';
import type { BusClock } from './mcu-bus.ts';
import { CAUSE, type Cause } from './mcu-registers/core-control.ts';

const CONTROL = MCU_CONTROL.MCU_CONTROL;
const STATUS = MCU_CONTROL.MCU_STATUS;
const REQUEST = (name: string) => CONTROL.field('req').valueOf(name);
const STATE = (name: string) => STATUS.field('value').valueOf(name);
const DISABLE = REQUEST('DISABLE');
const AUTO = REQUEST('AUTO');
const DISABLED = STATE('DISABLED');
const ENABLED = STATE('ENABLED');
const HALT = STATE('HALT');
const FATAL = STATE('FATAL');
const STATUS_CHANGED = GPU_CONTROL.GPU_INT_RAWSTAT.encode({ MCU_STATUS_CHANGED: 1 });

const BOOT = 0;
const STOP = 1;
const SHOW = 2;
const LINE = 3;

/** Vectors in AS 0: stack pointer, entry. */
const VECTOR_SP = 0;
const VECTOR_PC = 4;
/** Most instructions of one slice: how soon a pause asked for by a hook takes effect. */
export const MAX_SLICE = 1 << 22;

/** The part of the core this file uses. */
export interface McuCore extends Stateful<PlainObject> {
  readonly sleeping: boolean;
  readonly lockup: boolean;
  readonly halted: boolean;
  readonly instructions: number;
  reset(sp: number, pc: number): void;
  run(maxInstructions: number): number;
  setIrq(line: number, level: boolean): void;
  setNmi(level: boolean): void;
  advanceIdle(cycles: number): void;
  cyclesToNextTimer(): number;
  /** Cycles so far, the present instruction of a running slice included. */
  now(): number;
}

/** What happens around the core when it starts and stops. */
export interface McuLinks {
  readonly l2Ready: () => boolean;
  /** Resets the private block, interfaces included. */
  readonly resetBlock: (cause: Cause) => void;
  /** Interfaces RESET, wants dropped, timers off. */
  readonly disabled: () => void;
  readonly statusChanged: (status: number) => void;
  readonly awake: (awake: boolean) => void;
  readonly event: (kind: string, detail: string) => void;
}

export class Mcu implements EventTarget, BusClock, Stateful<PlainObject> {
  readonly id = 'mcu';
  /** Most instructions of a slice; a debugger that steps makes it 1. */
  sliceLimit = MAX_SLICE;
  private readonly chip: Chip;
  private links: McuLinks | undefined;
  private core: McuCore | undefined;
  private bus: McuBus | undefined;
  private status = DISABLED;
  /** GPU cycle of the next instruction; behind the clock while the core sleeps. */
  private cycle = 0;
  private stalled = 0;
  /** core.now() at the start of the slice that runs, -1 outside. */
  private sliceStart = -1;
  /** The core executes (asleep or not): ENABLED and not about to stop. */
  private running = false;
  private bootHandle = 0;
  private waitsForL2 = false;
  private cause: Cause = CAUSE.COLD;
  /** Levels of the NVIC lines at their sources, and as the core knows them. */
  private lines = 0;
  private delivered = 0;
  private nmi = false;

  constructor(chip: Chip) {
    this.chip = chip;
    chip.clock.register(this);
    chip.host.on(STATUS, { read: () => this.status });
    chip.host.on(CONTROL, { stored: () => this.control() });
  }

  /** Joins the parts that were made after this one. */
  connect(core: McuCore, bus: McuBus, links: McuLinks): void {
    this.core = core;
    this.bus = bus;
    this.links = links;
  }

  get halted(): boolean {
    return this.status === HALT;
  }

  get enabled(): boolean {
    return this.status === ENABLED;
  }

  /** The core executes instructions now or will without anything from outside. */
  get busy(): boolean {
    return this.running && !this.core!.halted && !this.core!.sleeping;
  }

  /** When the core wants to run next, in ns; Infinity while it does not. */
  get instant(): number {
    const core = this.core!;
    if (!this.running || core.halted || !this.chip.gpuClock.running) return Infinity;
    const at = core.sleeping ? this.cycle + core.cyclesToNextTimer() : this.cycle;
    return at === Infinity ? Infinity : Math.max(this.chip.gpuClock.instantOf(at), this.chip.clock.now);
  }

  /** Cycle of the present instruction of a slice, or of the next one. */
  position(): number {
    return this.sliceStart < 0 ? this.cycle : this.cycle + Math.max(this.core!.now() - this.sliceStart - 1, 0);
  }

  /** Runs the core up to the next event, and never past `limitNs`. */
  runSlice(limitNs: number): void {
    const { clock, gpuClock } = this.chip;
    const core = this.core!;
    if (core.sleeping) {
      this.catchUp(this.cycle + core.cyclesToNextTimer());
      if (core.sleeping) return;
    }
    this.links!.awake(true);
    const end = Math.min(clock.queuedAt, limitNs);
    // An instruction belongs to the slice when its instant lies before `end`.
    const room = end === Infinity ? this.sliceLimit : gpuClock.cyclesAt(end - 1) - this.cycle + 1;
    const budget = Math.min(room, this.sliceLimit);
    if (budget <= 0) return;
    this.sliceStart = core.now();
    const executed = core.run(budget);
    this.sliceStart = -1;
    this.cycle += executed;
    this.takeStall();
    if (core.lockup) {
      this.links!.event('lockup', '');
      this.stopCore(FATAL);
    } else if (core.sleeping) {
      this.links!.awake(false);
    }
  }

  sync(): void {
    if (this.sliceStart < 0) return;
    const at = this.chip.gpuClock.instantOf(this.position());
    if (at > this.chip.clock.now) this.chip.clock.moveTo(at);
  }

  stall(cycles: number): void {
    this.stalled += cycles;
  }

  /** Level of an NVIC line at its source. A rise reaches the core a little later, a fall at once (chosen). */
  setLine(line: number, level: boolean): void {
    const bit = 1 << line;
    if (((this.lines & bit) !== 0) === level) return;
    this.lines ^= bit;
    if (level) {
      const { clock, gpuClock } = this.chip;
      clock.schedule(gpuClock.after(MCU_TIMING.IRQ), ORDER.STREAM, line, this.id, LINE, line);
    } else if ((this.delivered & bit) !== 0) {
      this.delivered &= ~bit;
      this.core!.setIrq(line, false);
    }
  }

  setNmi(level: boolean): void {
    if (this.nmi === level) return;
    this.nmi = level;
    if (this.sliceStart < 0) this.catchUpToNow();
    this.core!.setNmi(level);
  }

  /** MCU_STATE: the firmware stops itself, `state` is HALT or FATAL. */
  stopCore(state: number): void {
    if (!this.running) return;
    this.running = false;
    this.links!.awake(false);
    // Ends the slice after the store that asked for it.
    const { clock, gpuClock } = this.chip;
    clock.schedule(gpuClock.after(MCU_TIMING.STOP_CORE), ORDER.STREAM, 0, this.id, SHOW, state);
  }

  get fatalState(): number {
    return FATAL;
  }

  /** The L2 became ready or was lost. */
  l2Changed(on: boolean): void {
    if (on) {
      if (this.waitsForL2) this.scheduleBoot();
      return;
    }
    const booting = this.bootHandle !== 0;
    const enabled = this.status === ENABLED;
    if (enabled) this.cause = this.request === AUTO ? CAUSE.AUTO : CAUSE.UNCLEAN;
    // HALT and FATAL stay shown; only DISABLE ends them.
    if (this.status !== DISABLED) this.stopNow(enabled ? DISABLED : this.status);
    this.cancelBoot();
    this.waitsForL2 = booting || (enabled && this.request === AUTO);
  }

  fire(kind: number, payload: number): void {
    if (kind === LINE) {
      this.deliver(payload);
    } else if (kind === BOOT) {
      this.bootHandle = 0;
      this.boot();
    } else if (kind === SHOW) {
      this.show(payload);
    } else if (kind === STOP) {
      this.disable();
    }
  }

  /** Soft reset: the next boot is a cold one. */
  reset(): void {
    this.chip.clock.cancelAll(this.id);
    this.running = false;
    this.bootHandle = 0;
    this.waitsForL2 = false;
    this.cause = CAUSE.COLD;
    this.lines = 0;
    this.delivered = 0;
    this.nmi = false;
    this.stalled = 0;
    this.status = DISABLED;
    this.links!.awake(false);
    this.core!.reset(0, 1);
    this.links!.statusChanged(DISABLED);
  }

  save(): PlainObject {
    return {
      status: this.status,
      cycle: this.cycle,
      running: this.running ? 1 : 0,
      bootHandle: this.bootHandle,
      waitsForL2: this.waitsForL2 ? 1 : 0,
      cause: this.cause,
      lines: this.lines,
      delivered: this.delivered,
      nmi: this.nmi ? 1 : 0,
    };
  }

  load(state: PlainObject): void {
    this.status = numberOf(state, 'status');
    this.cycle = numberOf(state, 'cycle');
    this.running = numberOf(state, 'running') !== 0;
    this.bootHandle = numberOf(state, 'bootHandle');
    this.waitsForL2 = numberOf(state, 'waitsForL2') !== 0;
    const cause = Object.values(CAUSE).find((value) => value === state['cause']);
    if (cause === undefined) throw new Bug('MCU: state of another kind');
    this.cause = cause;
    this.lines = numberOf(state, 'lines');
    this.delivered = numberOf(state, 'delivered');
    this.nmi = numberOf(state, 'nmi') !== 0;
  }

  private get request(): number {
    return CONTROL.get('req', this.chip.host.get(CONTROL));
  }

  /** MCU_CONTROL was written. */
  private control(): void {
    this.links!.statusChanged(this.status);
    if (this.request === DISABLE) {
      this.waitsForL2 = false;
      this.cancelBoot();
      if (this.status === DISABLED) return;
      const { clock, gpuClock } = this.chip;
      clock.schedule(gpuClock.after(MCU_TIMING.STOP_CORE), ORDER.STREAM, 0, this.id, STOP, 0);
    } else {
      this.requestBoot();
    }
  }

  /** ENABLE or AUTO while DISABLED. */
  private requestBoot(): void {
    if (this.status !== DISABLED || CONTROL.field('req').nameOf(this.request) === undefined) return;
    if (this.links!.l2Ready()) this.scheduleBoot();
    else this.waitsForL2 = true;
  }

  private disable(): void {
    if (this.status === DISABLED) return;
    this.cause = this.status === HALT ? CAUSE.WARM : CAUSE.UNCLEAN;
    this.stopNow(DISABLED);
    // The host may have changed its mind while the core was stopping.
    if (this.request !== DISABLE) this.requestBoot();
  }

  private scheduleBoot(): void {
    if (this.bootHandle !== 0) return;
    const { clock, gpuClock } = this.chip;
    this.bootHandle = clock.schedule(gpuClock.after(MCU_TIMING.BOOT), ORDER.STREAM, 0, this.id, BOOT, 0);
  }

  private cancelBoot(): void {
    this.chip.clock.cancel(this.bootHandle);
    this.bootHandle = 0;
  }

  private boot(): void {
    this.waitsForL2 = false;
    this.links!.resetBlock(this.cause);
    this.links!.event('boot', `cause ${this.cause}`);
    this.cause = CAUSE.UNCLEAN;
    this.show(ENABLED);
    const bus = this.bus!;
    const sp = bus.load(VECTOR_SP, 4, LOAD);
    const failed = bus.error !== BUS_OK;
    const pc = failed ? 0 : bus.load(VECTOR_PC, 4, LOAD);
    if (failed || bus.error !== BUS_OK) {
      bus.error = BUS_OK;
      this.links!.event('fatal', 'vectors cannot be read');
      this.show(FATAL);
      return;
    }
    const core = this.core!;
    this.delivered = 0;
    for (let line = 0; line < 32; line++) core.setIrq(line, false);
    core.setNmi(false);
    this.nmi = false;
    core.reset(sp, pc);
    this.stalled = 0;
    this.cycle = this.cycleNow();
    this.running = true;
    this.links!.awake(true);
    for (let line = 0; line < 32; line++) if (((this.lines >>> line) & 1) !== 0) this.deliver(line);
  }

  /** A line that is still high reaches the core. */
  private deliver(line: number): void {
    const bit = 1 << line;
    if (!this.running || (this.lines & bit) === 0 || (this.delivered & bit) !== 0) return;
    this.catchUpToNow();
    this.delivered |= bit;
    this.core!.setIrq(line, true);
    if (!this.core!.sleeping) this.links!.awake(true);
  }

  /** A sleeping core has waited until now. */
  private catchUpToNow(): void {
    if (this.running && this.core!.sleeping) this.catchUp(this.cycleNow());
  }

  private catchUp(cycle: number): void {
    if (cycle <= this.cycle) return;
    this.core!.advanceIdle(cycle - this.cycle);
    this.cycle = cycle;
  }

  /** The first cycle that begins now or later. */
  private cycleNow(): number {
    const { clock, gpuClock } = this.chip;
    const cycle = gpuClock.cycles();
    return gpuClock.instantOf(cycle) < clock.now ? cycle + 1 : cycle;
  }

  private takeStall(): void {
    if (this.stalled === 0) return;
    this.core!.advanceIdle(this.stalled);
    this.cycle += this.stalled;
    this.stalled = 0;
  }

  private stopNow(status: number): void {
    this.chip.clock.cancelAll(this.id);
    this.bootHandle = 0;
    this.running = false;
    this.links!.awake(false);
    this.links!.disabled();
    this.show(status);
  }

  private show(status: number): void {
    if (status === this.status) return;
    this.status = status;
    this.chip.gpuIrq.raise(STATUS_CHANGED);
    this.links!.event('status', STATUS.field('value').nameOf(status) ?? String(status));
    this.links!.statusChanged(status);
  }
}
