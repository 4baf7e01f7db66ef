/**
 * The machine: one clock, RAM, one GPU, and the way time passes. Nothing here knows who asks; the board of the
 * engine plugs drivers in, tests write to real addresses. Time moves by `runUntil` only, and how its calls are cut
 * never changes what happens.
 */
import { invariant } from '../base/errors.ts';
import { stateHash, type PlainObject, type Stateful } from '../base/stateful.ts';
import { GpuClockDomain, type ClockDomainState } from './clock-domain.ts';
import { VirtualClock, type ClockState } from './clock.ts';
import { Gpu, HOST_WINDOW, type IrqLine } from './mali/gpu.ts';
import { MAX_SLICE, type Mcu } from './mali/mcu.ts';
import type { MemoryWatch } from './mali/mcu-bus.ts';
import type { GpuMmu } from './mali/mmu.ts';
import type { UndefinedRule } from './mali/mcu-registers/access-log.ts';
import type { Core, CoreEngine } from './mcu/core.ts';
import type { SemihostSink } from './mcu/semihosting.ts';
import { Ram, RAM_BASE, RAM_SIZE, type MemoryState } from './memory.ts';
import type { Oddity, Overrides } from './register-file.ts';
import { RamSnapshots } from './snapshot.ts';
import type { Csf, CsfHost, CsfTrace } from './wiring.ts';

export type { IrqLine };

/** GPU clock at power-on, in Hz: what RK3588 boards print at probe. */
export const GPU_BOOT_HZ = 198_000_000;

export interface MachineConfig {
  /** The GPU model; one so far. */
  readonly gpu?: 'g610';
  readonly csf: (host: CsfHost) => Csf;
  readonly ramBase?: number;
  /** Bytes, a multiple of 64 KiB. */
  readonly ramSize?: number;
  /** Reset values by register name, e.g. `{ GPU_SHADER_PRESENT: 0x1n }`. */
  readonly overrides?: Overrides;
  /** What registers of the MCU that do not exist answer. */
  readonly undefinedRule?: UndefinedRule;
  readonly semihosting?: SemihostSink;
  /** What executes the MCU's instructions; results do not depend on it. Default: the interpreter. */
  readonly engine?: CoreEngine;
}

/** Observers. All may be set and unset at any time; none changes what the machine does. */
export interface MachineHooks {
  /** Device access of the MCU: registers, interfaces, windows. */
  mcuAccess?: ((write: boolean, address: number, value: number, pc: number) => void) | undefined;
  /** boot, status, lockup, fatal. */
  mcuEvent?: ((kind: string, pc: number, detail: string) => void) | undefined;
  /** Access of the MCU outside the model; kinds of wiring.ts AccessLog. */
  mcuOdd?: ((kind: number, address: number, write: boolean, value: number, pc: number) => void) | undefined;
  /** Access of the host outside the model. */
  hostOdd?: ((what: Oddity | 'refused' | 'dead', offset: number, write: boolean, value: number) => void) | undefined;
  /** An interrupt line rose or fell. */
  irqChange?: ((line: IrqLine, high: boolean) => void) | undefined;
  /** BKPT without semihosting, after DBG_STATUS took it; true: a debugger has it, the core stops before it. */
  bkpt?: ((imm: number, pc: number) => boolean) | undefined;
  /** A character the firmware wrote to LOG_CHAR. */
  logChar?: ((ch: number) => void) | undefined;
  /** Somebody's turn is over: the host's, before time passes; an event's of the clock; a slice of the MCU. */
  ran?: ((what: 'host' | 'event' | 'mcu') => void) | undefined;
  readonly csf: CsfTrace;
}

/**
 * Why `runUntil` returned: the time is reached; an interrupt line rose; a hook asked for a pause; nothing will ever
 * happen by itself (only when asked to run for ever).
 */
export type StopReason = 'time' | 'irq' | 'pause' | 'idle';

/** What can be switched: the power domain of the GPU, or its clocks. */
export type Supply = 'power' | 'clock';

export class Machine implements Stateful<PlainObject> {
  readonly clock = new VirtualClock();
  readonly memory: Ram;
  readonly gpuClock: GpuClockDomain;
  readonly hooks: MachineHooks = { csf: {} };
  /** Called when a line rises, at its instant, possibly inside `hostWrite`. */
  onIrqRise: ((line: IrqLine) => void) | undefined;
  private readonly gpu: Gpu;
  private readonly ramSnapshots: RamSnapshots;
  private readonly snapshots = new Map<number, PlainObject>();
  /** `runUntil` returns 'pause' instead of letting the MCU execute more instructions than this in all. */
  stopAtInstruction = Infinity;
  private powered = true;
  private clocked = true;
  private rose = false;
  private pauseRequested = false;
  /** Instruction count a step began at, -1 while none is under way. */
  private stepFrom = -1;

  constructor(config: MachineConfig) {
    this.memory = new Ram(config.ramBase ?? RAM_BASE, config.ramSize ?? RAM_SIZE);
    this.gpuClock = new GpuClockDomain(this.clock, GPU_BOOT_HZ);
    const { hooks } = this;
    this.gpu = new Gpu(
      this.clock,
      this.gpuClock,
      this.memory,
      {
        csf: config.csf,
        overrides: config.overrides ?? {},
        core: {
          now: () => this.clock.now,
          engine: config.engine ?? 'interpreter',
          ...(config.semihosting === undefined ? {} : { semihosting: config.semihosting }),
        },
      },
      {
        line: (line, high) => {
          hooks.irqChange?.(line, high);
          if (!high) return;
          this.rose = true;
          this.onIrqRise?.(line);
        },
        odd: (...what) => hooks.hostOdd?.(...what),
        mcuEvent: (...event) => hooks.mcuEvent?.(...event),
        logChar: (ch) => hooks.logChar?.(ch),
        trace: hooks.csf,
      },
    );
    const { bus, log, core, coreControl } = this.gpu;
    if (config.undefinedRule !== undefined) log.rule = config.undefinedRule;
    log.listener = (kind, address, write, _bytes, value, pc) => hooks.mcuOdd?.(kind, address, write, value, pc);
    bus.tap = (write, address, value) => hooks.mcuAccess?.(write, address, value, core.pc);
    core.hooks.bkpt = (imm, pc) => {
      coreControl.breakpoint(imm, pc);
      return hooks.bkpt?.(imm, pc) ?? false;
    };
    this.ramSnapshots = new RamSnapshots(this.memory);
  }

  /** The MCU's core, for debuggers: registers, breakpoints, hooks. */
  get core(): Core {
    return this.gpu.core;
  }

  get mmu(): GpuMmu {
    return this.gpu.mmu;
  }

  get csf(): Csf {
    return this.gpu.csf;
  }

  get mcu(): Mcu {
    return this.gpu.mcu;
  }

  /** Tells the firmware by DBG_STATUS whether a debugger is attached; an input to journal. */
  debuggerAttached(on: boolean): void {
    this.gpu.coreControl.attached(on);
  }

  /** What undefined registers of the MCU answer: one address, or (undefined) all without a rule of their own. */
  setUndefinedRule(address: number | undefined, rule: UndefinedRule): void {
    if (address === undefined) this.gpu.log.rule = rule;
    else this.gpu.log.rules.set(address, rule);
  }

  /** A 32-bit read of the host. `offset` is a multiple of 4 below 2 MiB. Unsigned; 0 without power or clock. */
  hostRead(offset: number): number {
    this.check(offset);
    if (this.dead(offset, false, 0)) return 0;
    return this.gpu.host.read(offset);
  }

  hostWrite(offset: number, value: number): void {
    this.check(offset);
    if (!this.dead(offset, true, value)) this.gpu.host.write(offset, value >>> 0);
  }

  /** As `hostRead`, without side effects. */
  peek(offset: number): number {
    this.check(offset);
    return this.alive ? this.gpu.host.peek(offset) : 0;
  }

  /** The aligned word the MCU would read at an address, without side effects; undefined when nothing answers. */
  mcuPeek(address: number): number | undefined {
    return this.gpu.bus.peek(address);
  }

  /** Level of an interrupt line. */
  irq(line: IrqLine): boolean {
    return this.alive && this.gpu.irq(line);
  }

  /**
   * Lets time pass up to `ns` (Infinity: for as long as something happens). Everything before that instant has
   * happened when it returns 'time'; events of the instant itself come after whatever the host does at it. After
   * 'irq' and 'pause' the same call may be made again.
   */
  runUntil(ns: number): StopReason {
    const { clock } = this;
    const { mcu, csf } = this.gpu;
    this.hooks.ran?.('host');
    csf.finishCut();
    for (;;) {
      if (csf.cut) return 'pause';
      if (this.pauseRequested) {
        this.pauseRequested = false;
        return 'pause';
      }
      if (this.rose) {
        this.rose = false;
        return 'irq';
      }
      const core = mcu.instant;
      clock.tailAt = core;
      const queued = clock.queuedAt;
      if (queued >= ns && core >= ns) {
        if (ns === Infinity) return 'idle';
        clock.moveTo(ns);
        return 'time';
      }
      if (queued <= core) {
        clock.fireNext();
        this.hooks.ran?.('event');
      } else {
        const left = this.stopAtInstruction - this.core.instructions;
        if (left <= 0) return 'pause';
        clock.moveTo(core);
        if (left < mcu.sliceLimit) this.runSliceOf(left, ns);
        else mcu.runSlice(ns);
        this.hooks.ran?.('mcu');
        if (this.stepFrom >= 0 && this.stepFrom !== this.gpu.core.instructions) return 'pause';
      }
    }
  }

  /**
   * Lets time pass until the MCU has executed one instruction ('pause'), at most to `ns`; everything else goes on
   * as in `runUntil`. Reasons as there.
   */
  stepMcu(ns: number): StopReason {
    const { mcu, core } = this.gpu;
    this.stepFrom = core.instructions;
    mcu.sliceLimit = 1;
    const reason = this.runUntil(ns);
    mcu.sliceLimit = MAX_SLICE;
    this.stepFrom = -1;
    return reason;
  }

  private runSliceOf(instructions: number, ns: number): void {
    const { mcu } = this.gpu;
    const { sliceLimit } = mcu;
    mcu.sliceLimit = instructions;
    mcu.runSlice(ns);
    mcu.sliceLimit = sliceLimit;
  }

  /** Makes `runUntil` return 'pause' at the next boundary; for hooks. */
  requestPause(): void {
    this.pauseRequested = true;
    this.gpu.bus.endSlice = true;
  }

  /** Watches accesses of the MCU to some pages and to all its devices; undefined stops it. */
  set mcuWatch(watch: MemoryWatch | undefined) {
    this.gpu.bus.watch = watch;
  }

  /** The instant of the MCU's next instruction in ns, Infinity while it sleeps or is stopped. */
  get mcuInstant(): number {
    return this.gpu.mcu.instant;
  }

  /** True when nothing is pending: only counters of time will change until the host does something. */
  get idle(): boolean {
    return this.gpu.mcu.instant === Infinity && this.clock.queuedAt === Infinity && !this.csf.cut;
  }

  /** Time of the next thing that happens by itself, Infinity when idle. */
  get nextAt(): number {
    this.clock.tailAt = this.gpu.mcu.instant;
    return this.clock.nextAt;
  }

  /** Switches power or clocks. Without power all state of the GPU is lost; without clocks it stands still. */
  setPowered(supply: Supply, on: boolean): void {
    if (supply === 'power') {
      if (on === this.powered) return;
      this.powered = on;
      this.gpu.powerOn();
    } else if (on !== this.clocked) {
      this.clocked = on;
      this.gpuClock.setHz(on ? this.gpuClock.hz : 0);
    }
  }

  /** Everything as after power-on, RAM included; time goes on. */
  powerCycle(): void {
    this.powered = true;
    this.clocked = true;
    this.gpu.powerOn();
    this.gpuClock.setHz(GPU_BOOT_HZ);
    this.memory.load({ pages: new Int32Array(0), bytes: new Uint8Array(0) });
  }

  save(): PlainObject {
    return { ...this.saveParts(), memory: this.memory.save() };
  }

  load(state: PlainObject): void {
    this.memory.load(state['memory'] as MemoryState);
    this.loadParts(state);
  }

  /** Remembers the machine; costs what changes afterwards. */
  snapshot(): number {
    const handle = this.ramSnapshots.take();
    this.snapshots.set(handle, this.saveParts());
    return handle;
  }

  /** Goes back (or across) to a snapshot, which stays. What was not snapshotted since is lost. */
  restore(handle: number): void {
    const parts = this.snapshots.get(handle);
    invariant(parts !== undefined, `no snapshot ${handle}`);
    this.ramSnapshots.restore(handle);
    this.loadParts(parts);
  }

  dropSnapshot(handle: number): void {
    invariant(this.snapshots.delete(handle), `no snapshot ${handle}`);
    this.ramSnapshots.drop(handle);
  }

  /** Bytes of RAM held by snapshots. */
  get snapshotBytes(): number {
    return this.ramSnapshots.bytes;
  }

  /** Equal for machines that will behave the same. */
  stateHash(): string {
    return stateHash({ ...this.saveParts(), memory: this.memory.contentHash() });
  }

  private get alive(): boolean {
    return this.powered && this.clocked && this.gpuClock.running;
  }

  private dead(offset: number, write: boolean, value: number): boolean {
    if (this.alive) return false;
    this.hooks.hostOdd?.('dead', offset, write, value);
    return true;
  }

  private check(offset: number): void {
    invariant(offset >= 0 && offset < HOST_WINDOW && (offset & 3) === 0, `host access at offset ${offset}`);
  }

  private saveParts(): PlainObject {
    return {
      clock: this.clock.save(),
      gpuClock: this.gpuClock.save(),
      gpu: this.gpu.save(),
      powered: this.powered,
      clocked: this.clocked,
    };
  }

  private loadParts(state: PlainObject): void {
    this.clock.load(state['clock'] as ClockState);
    this.gpuClock.load(state['gpuClock'] as ClockDomainState);
    this.gpu.load(state['gpu'] as PlainObject);
    this.powered = state['powered'] === true;
    this.clocked = state['clocked'] === true;
    this.rose = false;
    this.pauseRequested = false;
  }
}
