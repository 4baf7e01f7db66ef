/**
 * The debugger of the MCU: owns the core's hooks while it is attached. Between events a stop unwinds to the engine
 * and the time granted is journalled as what it was, so that a replay does the same without a debugger; inside a
 * driver call (a boot, say) the engine's thread waits where it is and answers from there (engine law 7). Going back
 * runs the session's inputs again up to the instant wanted.
 */
import { UsageError } from '../../base/errors.ts';
import type { Breakpoint, StopState } from '../../protocol/debug.ts';
import { MCU_REGISTERS } from '../../protocol/debug.ts';
import type { Core } from '../../emulator/mcu/core.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { Engine } from './engine.ts';
import { McuInspector } from './mcu-inspector.ts';
import type { Timeline } from './timeline.ts';

/** Virtual time granted at once while it runs, in ns: how late a request to stop may come. */
const SLICE_NS = 1_000_000;
const PAGE_SHIFT = 12;

interface Armed {
  readonly id: number;
  readonly breakpoint: Breakpoint;
  hits: number;
}

interface Stop {
  readonly reason: string;
  readonly breakpoint?: number;
  readonly address?: number;
}

export interface DebuggerParts {
  readonly history: () => Timeline;
  /** Tells the host of a stop inside a driver call, then answers its messages until `done`. */
  readonly waitInside: (state: StopState, done: () => boolean) => void;
  /** A log point's text. */
  readonly print: (text: string) => void;
}

export class McuDebugger {
  private readonly parts: DebuggerParts;
  private readonly points = new Map<number, Armed>();
  private attached = false;
  private nextId = 1;
  /** The engine whose hooks are set; history may put another in its place. */
  private armedOn: Engine | undefined;
  private stop: Stop | undefined;
  /** Steps still to go, inside a driver call. */
  private stepsInside = 0;
  private inside = false;
  private resumed = false;

  constructor(parts: DebuggerParts) {
    this.parts = parts;
  }

  private get engine(): Engine {
    return this.parts.history().engine;
  }

  private get machine(): Machine {
    return this.engine.board.machine;
  }

  get inspector(): McuInspector {
    return new McuInspector(this.machine);
  }

  get isInside(): boolean {
    return this.inside;
  }

  attach(on: boolean): void {
    if (on === this.attached) return;
    this.refuseInside('attach or detach');
    if (!on) this.points.clear();
    this.attached = on;
    this.parts.history().apply({ kind: 'debugger', attached: on });
    this.arm();
  }

  add(breakpoint: Breakpoint): { id: number; breakpoint: Breakpoint; hits: number } {
    const armed: Armed = { id: this.nextId++, breakpoint, hits: 0 };
    this.points.set(armed.id, armed);
    this.rearm();
    return armed;
  }

  remove(id: number): void {
    if (!this.points.delete(id)) throw new UsageError(`there is no breakpoint ${id}`);
    this.rearm();
  }

  get breakpoints(): readonly Armed[] {
    return [...this.points.values()];
  }

  /** Registers in the order of MCU_REGISTERS. */
  setRegister(name: (typeof MCU_REGISTERS)[number], value: number): void {
    this.refuseInside('set registers');
    this.parts.history().apply({ kind: 'mcu-register', register: name, value });
  }

  write(address: number, bytes: Uint8Array): void {
    this.refuseInside('write memory');
    this.parts.history().apply({ kind: 'memory-write', space: 'mcu', as: 0, address, bytes });
  }

  private refuseInside(what: string): void {
    if (this.inside) throw new UsageError(`the MCU is stopped inside a driver call: go on before you ${what}`);
  }

  state(reason = 'state'): StopState {
    const { machine } = this;
    const { core } = machine;
    const asleep = machine.mcuInstant === Infinity || core.sleeping;
    const off = this.engine.driver.mcuStatus !== 'ENABLED';
    const { stop } = this;
    return {
      state: this.inside || stop !== undefined ? 'stopped' : off ? 'off' : asleep ? 'asleep' : 'running',
      reason: stop?.reason ?? reason,
      pc: core.pc,
      timeNs: this.engine.now,
      instructions: core.instructions,
      inside: this.inside,
      ...(stop?.breakpoint === undefined ? {} : { breakpoint: stop.breakpoint }),
      ...(stop?.address === undefined ? {} : { address: stop.address }),
    };
  }

  /** Grants time until something stops the MCU. */
  run(ns: number): StopState {
    if (this.inside) return this.resume(0);
    this.arm();
    this.stop = undefined;
    const history = this.parts.history();
    const until = this.engine.now + ns;
    while (this.stop === undefined && this.engine.now < until) {
      history.advanceUntil(Math.min(SLICE_NS, until - this.engine.now), () => this.stop !== undefined);
      if (this.engine.idle && this.stop === undefined) break;
    }
    return this.state('time');
  }

  /** Executes `count` instructions; sleep passes as time does. */
  step(count: number, limitNs: number): StopState {
    if (this.inside) return this.resume(count);
    this.arm();
    this.stop = undefined;
    const { engine } = this;
    const { core } = this.machine;
    const target = core.instructions + count;
    const until = engine.now + limitNs;
    engine.board.stepping = true;
    try {
      const done = (): boolean => this.stop !== undefined || core.instructions >= target;
      while (!done() && engine.now < until) {
        this.parts.history().advanceUntil(Math.min(SLICE_NS, until - engine.now), done);
      }
    } finally {
      engine.board.stepping = false;
    }
    this.stop ??= { reason: core.instructions >= target ? 'step' : 'time' };
    return this.state();
  }

  /** Runs the inputs again to `count` instructions before this one. */
  stepBack(count: number): StopState {
    this.refuseInside('go back');
    const { core } = this.machine;
    const target = Math.max(0, core.instructions - count);
    this.parts.history().apply({ kind: 'seek', instruction: target });
    this.arm();
    this.stop = { reason: 'step back' };
    return this.state();
  }

  /** Back to the last earlier hit of an execute breakpoint. */
  continueBack(): StopState {
    this.refuseInside('go back');
    const history = this.parts.history();
    const here = this.machine.core.instructions;
    const addresses = [...this.points.values()]
      .filter((p) => p.breakpoint.kind === 'execute')
      .map((p) => p.breakpoint.address);
    const hit = history.lastExecution(addresses, here);
    history.apply({ kind: 'seek', instruction: hit ?? 0 });
    this.arm();
    this.stop = { reason: hit === undefined ? 'start' : 'breakpoint' };
    return this.state();
  }

  private resume(steps: number): StopState {
    this.stepsInside = steps;
    this.resumed = true;
    return { ...this.state('running'), state: 'running' };
  }

  /** Hooks on the present engine; off everything when detached. */
  arm(): void {
    const { engine } = this;
    if (this.armedOn !== engine) this.rearm();
  }

  private rearm(): void {
    const { engine, machine } = this;
    const { core } = machine;
    this.armedOn = engine;
    for (const address of core.breakpointAddresses) core.clearBreakpoint(address);
    const points = this.attached ? [...this.points.values()] : [];
    const watches = points.filter((p) => ['read', 'write', 'access'].includes(p.breakpoint.kind));
    for (const p of points) if (p.breakpoint.kind === 'execute') core.setBreakpoint(p.breakpoint.address);
    core.hooks.breakpoint = this.attached ? (pc) => this.atBreakpoint(core, pc) : undefined;
    core.hooks.trace = this.stepsInside > 0 || this.stop !== undefined ? core.hooks.trace : undefined;
    core.hooks.exceptionEntry = points.some((p) => p.breakpoint.kind === 'exception')
      ? (exception) => this.atException(exception)
      : undefined;
    const pages = new Set<number>();
    for (const { breakpoint: b } of watches) {
      for (let page = b.address >>> PAGE_SHIFT; page <= (b.address + b.size - 1) >>> PAGE_SHIFT; page++)
        pages.add(page);
    }
    machine.mcuWatch =
      watches.length === 0
        ? undefined
        : { pages, access: (write, address, size, value) => this.atAccess(watches, write, address, size, value) };
  }

  /** Before an instruction with a breakpoint; true stops the core there. */
  private atBreakpoint(core: Core, pc: number): boolean {
    const armed = [...this.points.values()].find((p) => p.breakpoint.kind === 'execute' && p.breakpoint.address === pc);
    if (armed === undefined || !this.counts(armed)) return false;
    return this.halt(core, { reason: 'breakpoint', breakpoint: armed.id });
  }

  private atException(exception: number): void {
    for (const armed of this.points.values()) {
      const { kind, address } = armed.breakpoint;
      if (kind !== 'exception' || (address !== 0 && address !== exception) || !this.counts(armed)) continue;
      this.haltSoon({ reason: `exception ${exception}`, breakpoint: armed.id });
      return;
    }
  }

  private atAccess(watches: readonly Armed[], write: boolean, address: number, size: number, value: number): void {
    for (const armed of watches) {
      const b = armed.breakpoint;
      if (b.kind !== 'access' && b.kind !== (write ? 'write' : 'read')) continue;
      if (address + size <= b.address || address >= b.address + b.size) continue;
      if (b.value !== undefined && b.value !== value) continue;
      if (!this.counts(armed)) continue;
      this.haltSoon({ reason: write ? 'write' : 'read', breakpoint: armed.id, address });
      return;
    }
  }

  /** Condition, log points, hits to pass over. */
  private counts(armed: Armed): boolean {
    const { condition, log, ignore } = armed.breakpoint;
    const { inspector } = this;
    if (condition !== undefined) {
      const { what, is, value } = condition;
      const got = typeof what === 'string' ? inspector.register(what) : inspector.word(what.address);
      const holds = { '=': got === value, '!=': got !== value, '<': got < value, '>=': got >= value }[is];
      if (!holds) return false;
    }
    armed.hits++;
    if (log !== undefined) {
      this.parts.print(log.replaceAll(/\{(\w+)\}/g, (all, name: string) => inspector.textOf(name) ?? all));
      return false;
    }
    return armed.hits > ignore;
  }

  /** Stops before the present instruction. */
  private halt(core: Core, stop: Stop): boolean {
    if (this.engine.kernel.cpu.depth > 0) {
      this.waitHere(core, stop);
      return false;
    }
    this.stop = stop;
    this.machine.requestPause();
    return true;
  }

  /** Stops after the present instruction. */
  private haltSoon(stop: Stop): void {
    const { core } = this.machine;
    if (this.engine.kernel.cpu.depth > 0) {
      core.hooks.trace = () => this.waitHere(core, stop);
      this.machine.requestPause();
      return;
    }
    this.stop = stop;
    this.machine.requestPause();
  }

  /** Inside a driver call: the thread waits here, before the next instruction, and answers questions. */
  private waitHere(core: Core, stop: Stop): void {
    core.hooks.trace = undefined;
    this.stop = stop;
    this.inside = true;
    this.resumed = false;
    this.stepsInside = 0;
    this.parts.waitInside(this.state(), () => this.resumed);
    this.inside = false;
    this.stop = undefined;
    if (this.stepsInside === 0) return;
    let left = this.stepsInside;
    core.hooks.trace = () => {
      if (left-- <= 0) this.waitHere(core, { reason: 'step' });
    };
  }
}
