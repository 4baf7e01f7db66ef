/**
 * The debugger of the MCU: owns the core's hooks while somebody is attached. While it grants time itself (run, step,
 * the bench running by itself) a stop unwinds to the engine and the time granted is journalled as what it was, so
 * that a replay does the same without a debugger. Anywhere else (a boot, a poke, a stream's run) the engine's thread
 * waits where it is and answers from there (engine law 7), so that no breakpoint is ever passed over. Going back
 * runs the session's inputs again up to the instant wanted (debug-past.ts).
 */
import { UsageError } from '../../base/errors.ts';
import type { ExpressionValues } from '../../protocol/debug-expression.ts';
import type { Breakpoint, BreakpointState, DebugOwner, StopState } from '../../protocol/debug.ts';
import type { McuRegister } from '../../protocol/mcu-registers.ts';
import type { Core } from '../../emulator/mcu/core.ts';
import type { Machine } from '../../emulator/machine.ts';
import { hex } from '../../base/bits.ts';
import { arm, bind, hostRegisterName, logText, type Armed, type Bound } from './debug-points.ts';
import type { DebuggerParts, Facts, Landing, Stop } from './debugger-parts.ts';
import type { Engine } from './engine.ts';
import { captureFault, type CapturedFault } from './fault-story.ts';
import { McuInspector } from './mcu-inspector.ts';
import { exceptionName } from './mcu-names.ts';
import { McuRecording } from './mcu-recording.ts';

/** Virtual time granted at once while it runs, in ns: how late a request to stop may come. */
const SLICE_NS = 1_000_000;
const PAGE_SHIFT = 12;
const BKPT_BYTES = 2;
const FIRST_FAULT = 3;
const LAST_FAULT = 6;

export class McuDebugger {
  readonly parts: DebuggerParts;
  private readonly points = new Map<number, Armed>();
  private readonly owners = new Set<DebugOwner>();
  private nextId = 1;
  /** The engine whose hooks are set; history may put another in its place. */
  private armedOn: Engine | undefined;
  private letGo: () => void = () => {};
  private stop: Stop | undefined;
  /** Instructions and time at the stop: when they have changed, it is over. */
  private stoppedAt = { instructions: -1, timeNs: -1 };
  /** The debugger grants time: a stop unwinds. */
  private granting = false;
  /** Instruction it goes on from: what stops there has stopped it already. */
  private resumedAt = -1;
  private landing: Landing | undefined;
  /** Inside another request: looked at before each instruction, true stops. */
  private stepInside: (() => Stop | undefined) | undefined;
  private inside = false;
  private resumed = false;
  private live: McuRecording | undefined;
  /** The last fault of the MCU. */
  fault: CapturedFault | undefined;

  constructor(parts: DebuggerParts) {
    this.parts = parts;
  }

  get engine(): Engine {
    return this.parts.history().engine;
  }

  get machine(): Machine {
    return this.engine.board.machine;
  }

  get inspector(): McuInspector {
    return new McuInspector(this.machine);
  }

  get isInside(): boolean {
    return this.inside;
  }

  get attached(): boolean {
    return this.owners.size > 0;
  }

  /** True when something may stop the MCU. */
  get watching(): boolean {
    return this.attached && this.points.size > 0;
  }

  attach(on: boolean, by: DebugOwner = 'workspace'): void {
    if (on === this.owners.has(by)) return;
    const before = this.attached;
    if (on) this.owners.add(by);
    else {
      this.refuseInside('detach');
      this.owners.delete(by);
      for (const [id, p] of this.points) if (p.breakpoint.by === by) this.points.delete(id);
    }
    if (this.attached !== before && !this.inside) {
      this.parts.history().apply({ kind: 'debugger', attached: this.attached });
    }
    this.rearm();
  }

  add(breakpoint: Breakpoint): BreakpointState {
    const armed = arm(this.nextId, breakpoint);
    this.points.set(this.nextId++, armed);
    this.rearm();
    return this.shown(armed);
  }

  change(id: number, breakpoint: Breakpoint): BreakpointState {
    const before = this.points.get(id);
    if (before === undefined) throw new UsageError(`there is no breakpoint ${id}`);
    const armed = arm(id, breakpoint, before.hits);
    this.points.set(id, armed);
    this.rearm();
    return this.shown(armed);
  }

  remove(id: number): void {
    if (!this.points.delete(id)) throw new UsageError(`there is no breakpoint ${id}`);
    this.rearm();
  }

  get breakpoints(): readonly BreakpointState[] {
    return [...this.points.values()].map((p) => this.shown(p));
  }

  /** Breakpoints that are on, with where they stop. */
  get bound(): readonly (readonly [Armed, Bound])[] {
    return [...this.points.values()]
      .filter((p) => p.breakpoint.enabled)
      .map((p) => [p, bind(p, this.machine, this.parts.symbols)] as const);
  }

  private shown(armed: Armed): BreakpointState {
    const { id, breakpoint, hits } = armed;
    const { status, reason, addresses, place } = bind(armed, this.machine, this.parts.symbols);
    return {
      id,
      breakpoint,
      hits,
      status,
      addresses: [...addresses],
      place,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  setRegister(name: McuRegister, value: number): void {
    this.refuseInside('set registers');
    this.parts.history().apply({ kind: 'mcu-register', register: name, value });
  }

  write(address: number, bytes: Uint8Array): void {
    this.refuseInside('write memory');
    this.parts.history().apply({ kind: 'memory-write', space: 'mcu', as: 0, address, bytes });
  }

  refuseInside(what: string): void {
    if (this.inside) throw new UsageError(`the MCU is stopped inside a driver call: go on before you ${what}`);
  }

  /** What holds now, for expressions. */
  values(machine = this.machine, facts: Facts = {}): ExpressionValues {
    const inspector = new McuInspector(machine);
    return {
      register: (name) => inspector.register(name),
      memory: (address, size) => inspector.value(address, size),
      symbol: (name) => this.parts.symbols.address(name),
      fact: (name) => {
        if (name === 'instructions') return machine.core.executed >>> 0;
        return name === 'time' ? machine.clock.now >>> 0 : facts[name];
      },
    };
  }

  state(reason = 'state'): StopState {
    const { core } = this.machine;
    const { stop, stoppedAt } = this;
    const { now: timeNs } = this.engine;
    const here =
      stop !== undefined &&
      (this.inside || (stoppedAt.instructions === core.instructions && stoppedAt.timeNs === timeNs));
    return {
      state: this.inside || here ? 'stopped' : this.activity(),
      reason: here ? stop.reason : reason,
      pc: core.pc,
      timeNs,
      instructions: core.instructions,
      inside: this.inside,
      ...(here && stop.breakpoint !== undefined ? { breakpoint: stop.breakpoint } : {}),
      ...(here && stop.address !== undefined ? { address: stop.address } : {}),
    };
  }

  private activity(): StopState['state'] {
    const { core, mcuInstant } = this.machine;
    if (core.lockup) return 'lockup';
    const status = this.engine.driver.mcuStatus;
    if (status === 'HALT') return 'halted';
    if (status === 'FATAL') return 'fatal';
    if (status !== 'ENABLED') return 'off';
    return mcuInstant === Infinity || core.sleeping ? 'asleep' : 'running';
  }

  /** Grants time until something stops the MCU; `idle` ends it too. */
  run(ns: number): StopState {
    if (this.inside) return this.resume(undefined);
    const history = this.parts.history();
    return this.grant(ns, () => history.engine.idle, 'time');
  }

  /** Grants time instruction by instruction until `done`. */
  stepUntil(limitNs: number, done: () => Stop | undefined): StopState {
    if (this.inside) return this.resume(done);
    const { board } = this.engine;
    let ended: Stop | undefined;
    board.stepping = true;
    try {
      this.grant(limitNs, () => (ended = done()) !== undefined, 'time');
    } finally {
      board.stepping = false;
    }
    // Still asleep at the end of the time is no stop.
    if (this.stop === undefined && ended === undefined && this.activity() === 'asleep') return this.state('time');
    if (this.stop === undefined) this.note(ended ?? { reason: 'time' });
    return this.state();
  }

  /** Executes `count` instructions; sleep passes as time does. */
  step(count: number, limitNs: number): StopState {
    const { core } = this.machine;
    const target = core.instructions + count;
    return this.stepUntil(limitNs, () => (core.instructions >= target ? { reason: 'step' } : undefined));
  }

  /** Runs to before an instruction. */
  runTo(landing: Landing, limitNs: number): StopState {
    this.landing = landing;
    this.rearm();
    if (this.inside) return this.resume(undefined);
    try {
      return this.grant(limitNs, () => false, 'time');
    } finally {
      this.landing = undefined;
      this.rearm();
    }
  }

  private grant(ns: number, done: () => boolean, otherwise: string): StopState {
    this.arm();
    const { engine } = this;
    const history = this.parts.history();
    const { instructions, pc } = this.machine.core;
    const stood =
      this.stop !== undefined && this.stop.elsewhere !== true && this.stoppedAt.instructions === instructions;
    if (stood && this.stop?.bkpt === true) this.setRegister('pc', pc + BKPT_BYTES);
    this.stop = undefined;
    this.resumedAt = stood ? instructions : -1;
    this.granting = true;
    const ended = (): boolean => this.stop !== undefined || done();
    const until = engine.now + ns;
    try {
      while (!ended() && engine.now < until) {
        const cut = history.advanceUntil(Math.min(SLICE_NS, until - engine.now), ended);
        if (cut) this.stop ??= { reason: 'a shader met its breakpoint', elsewhere: true };
      }
    } finally {
      this.granting = false;
    }
    if (this.stop !== undefined) this.note(this.stop);
    return this.state(otherwise);
  }

  /** Remembers why it stands, and where. */
  note(stop: Stop): void {
    this.stop = stop;
    this.stoppedAt = { instructions: this.machine.core.instructions, timeNs: this.engine.now };
  }

  private resume(step: (() => Stop | undefined) | undefined): StopState {
    this.stepInside = step;
    this.resumed = true;
    return { ...this.state('running'), state: 'running' };
  }

  /** Recording while it runs; off lets go of nothing but the hook. */
  record(on: boolean, ring: number): void {
    if (on) {
      this.live = new McuRecording(this.machine, ring, (address) => this.parts.symbols.functionStart(address));
    } else this.live = undefined;
    this.rearm();
  }

  get recording(): McuRecording | undefined {
    return this.live;
  }

  /** Hooks on the present engine. */
  arm(): void {
    if (this.armedOn !== undefined && this.armedOn !== this.engine) this.rearm();
  }

  /** Sets the hooks anew; off everything when nobody is attached. */
  rearm(): void {
    this.letGo();
    const { engine, machine } = this;
    const { core, mmu, hooks } = machine;
    if (this.live !== undefined && this.armedOn !== engine) this.live = undefined;
    this.armedOn = engine;
    const bound = this.attached ? this.bound : [];
    const active = bound.filter(([, b]) => b.status === 'bound' || b.status === 'pending');
    for (const address of core.breakpointAddresses) core.clearBreakpoint(address);
    const stops = new Map<number, Armed[]>();
    for (const [p, b] of active) {
      if (p.breakpoint.kind !== 'execute') continue;
      for (const address of b.addresses) stops.set(address, [...(stops.get(address) ?? []), p]);
    }
    for (const address of stops.keys()) core.setBreakpoint(address);
    if (this.landing !== undefined) core.setBreakpoint(this.landing.address);
    core.hooks.breakpoint = this.attached ? (pc) => this.atBreakpoint(core, stops.get(pc) ?? [], pc) : undefined;
    const exceptions = active.filter(([p]) => p.breakpoint.kind === 'exception').map(([p]) => p);
    const { live } = this;
    core.hooks.exceptionEntry = (exception, back) => {
      if (exception >= FIRST_FAULT && exception <= LAST_FAULT) this.keepFault(exception, back);
      live?.exceptionEntry(exception, back);
      if (exceptions.length > 0) this.atException(exceptions, exception);
    };
    const { mcuEvent } = hooks;
    hooks.mcuEvent = (kind, pc, detail) => {
      mcuEvent?.(kind, pc, detail);
      if (kind === 'lockup') this.keepFault(0, core.pc);
    };
    core.hooks.exceptionExit = live === undefined ? undefined : () => live.exceptionExit();
    this.traceAgain(core);
    this.watchMemory(machine, active);
    const faults = active.filter(([p]) => p.breakpoint.kind === 'mmu').map(([p]) => p);
    const { onFault } = mmu;
    if (faults.length > 0) {
      mmu.onFault = (as, fault, source) => {
        onFault(as, fault, source);
        this.atFault(faults, as, fault.va);
      };
    }
    const { bkpt } = hooks;
    if (this.attached) {
      hooks.bkpt = (imm) => {
        if (!this.unwinds) return false;
        return this.halt({ reason: `BKPT ${imm}`, bkpt: true });
      };
    }
    this.letGo = () => {
      mmu.onFault = onFault;
      hooks.bkpt = bkpt;
      hooks.mcuEvent = mcuEvent;
      engine.board.onHostAccess = undefined;
      machine.mcuWatch = undefined;
    };
  }

  /** Takes a fault down, unless it is the same again. */
  private keepFault(exception: number, pc: number): void {
    const { fault } = this;
    if (this.engine.board.silent || (fault?.pc === pc && fault.exception === exception)) return;
    this.fault = captureFault(this.machine, exception, pc);
  }

  /** The hook before each instruction: for the recording and for steps inside a request. */
  private traceAgain(core: Core): void {
    const { live, stepInside } = this;
    const { tap } = this.engine.board.detail;
    if (live === undefined && stepInside === undefined) {
      core.hooks.trace = tap;
      return;
    }
    core.hooks.trace = (pc) => {
      tap?.(pc);
      live?.instruction(pc);
      const stop = this.inside ? undefined : this.stepInside?.();
      if (stop !== undefined) this.waitHere(stop);
    };
  }

  private watchMemory(machine: Machine, active: readonly (readonly [Armed, Bound])[]): void {
    const watches = active.filter(([p]) => ['read', 'write', 'access'].includes(p.breakpoint.kind));
    if (watches.length === 0) return;
    const pages = new Set<number>();
    for (const [{ breakpoint: b }, { addresses }] of watches) {
      const [at = b.address] = addresses;
      for (let page = at >>> PAGE_SHIFT; page <= (at + b.size - 1) >>> PAGE_SHIFT; page++) pages.add(page);
    }
    machine.mcuWatch = {
      pages,
      access: (write, address, size, value) => this.atAccess(watches, write, address, size, value),
    };
    const registers = watches.filter(([, b]) => b.hostOffset !== undefined);
    if (registers.length === 0) return;
    this.engine.board.onHostAccess = (write, offset, value) => {
      const inGpu = registers.map(([p, b]) => [p, { ...b, addresses: [b.hostOffset ?? 0] }] as const);
      this.atAccess(inGpu, write, offset, 4, value, hostRegisterName(offset));
    };
  }

  /** Before an instruction with a breakpoint; true stops the core there. */
  private atBreakpoint(core: Core, armed: readonly Armed[], pc: number): boolean {
    const { landing } = this;
    const again = this.granting && core.instructions === this.resumedAt;
    if (again) return false;
    if (landing?.address === pc && core.regs[13]! >>> 0 >= landing.sp) {
      this.landing = undefined;
      return this.halt({ reason: landing.reason });
    }
    const hit = armed.find((p) => this.counts(p, {}));
    return hit !== undefined && this.halt({ reason: 'breakpoint', breakpoint: hit.id });
  }

  private atException(points: readonly Armed[], exception: number): void {
    for (const p of points) {
      const { address } = p.breakpoint;
      if ((address !== 0 && address !== exception) || !this.counts(p, { exception })) continue;
      const name = exceptionName(exception);
      this.haltSoon({ reason: `exception ${exception}${name === undefined ? '' : ` (${name})`}`, breakpoint: p.id });
      return;
    }
  }

  private atFault(points: readonly Armed[], as: number, va: number): void {
    for (const p of points) {
      const { address } = p.breakpoint;
      if ((address !== 0 && address !== as + 1) || !this.counts(p, { address: va, value: as })) continue;
      this.haltSoon({
        reason: `MMU fault of address space ${as} at ${hex(BigInt.asUintN(64, BigInt(va)))}`,
        breakpoint: p.id,
      });
      return;
    }
  }

  private atAccess(
    watches: readonly (readonly [Armed, Bound])[],
    write: boolean,
    address: number,
    size: number,
    value: number,
    register?: string,
  ): void {
    for (const [p, { addresses }] of watches) {
      const b = p.breakpoint;
      const [at = b.address] = addresses;
      if (b.kind !== 'access' && b.kind !== (write ? 'write' : 'read')) continue;
      if (address + size <= at || address >= at + b.size) continue;
      if (b.value !== undefined && b.value !== value) continue;
      if (!this.counts(p, { address, value })) continue;
      const what = write ? 'write' : 'read';
      const reason = register === undefined ? what : `${what} of ${register} by the driver`;
      this.haltSoon({ reason, breakpoint: p.id, address }, register !== undefined);
      return;
    }
  }

  /** Condition, log points, hits to pass over. */
  private counts(p: Armed, facts: Facts): boolean {
    if (this.engine.board.silent) return false;
    const values = this.values(this.machine, { ...facts, hits: p.hits + 1 });
    if (p.condition !== undefined) {
      try {
        if (p.condition(values) === 0) return false;
        p.problem = undefined;
      } catch (error) {
        // A condition that cannot be worked out stops: a breakpoint is never passed over in silence.
        p.problem = error instanceof Error ? error.message : String(error);
      }
    }
    p.hits++;
    if (p.log !== undefined) {
      this.parts.print(logText(p.log, values));
      return false;
    }
    return p.hits > p.breakpoint.ignore;
  }

  /** Nothing else is on the stack but a grant of the debugger's. */
  private get unwinds(): boolean {
    return this.granting && this.engine.kernel.cpu.depth === 0;
  }

  /** Stops before the present instruction. */
  private halt(stop: Stop): boolean {
    if (!this.unwinds) {
      this.waitHere(stop);
      return false;
    }
    this.stop = stop;
    this.machine.requestPause();
    return true;
  }

  /** Stops after the present instruction, or at once when `now` (it is not the MCU that acts). */
  private haltSoon(stop: Stop, now = false): void {
    if (this.unwinds) {
      this.stop = stop;
    } else if (now) {
      this.waitHere(stop);
      return;
    } else {
      this.stepInside = () => stop;
      this.traceAgain(this.machine.core);
    }
    this.machine.requestPause();
  }

  /** Inside another request: the thread waits here and answers questions. */
  private waitHere(stop: Stop): void {
    if (this.engine.board.silent || this.inside) return;
    this.stepInside = undefined;
    this.stop = stop;
    this.inside = true;
    this.resumed = false;
    this.parts.waitInside(this.state(), () => this.resumed);
    this.inside = false;
    this.stop = undefined;
    this.traceAgain(this.machine.core);
  }
}
