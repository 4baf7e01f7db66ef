/**
 * The board: here, and nowhere else, the pins of the emulator meet the interfaces of the kernel side. It charges the CPU's register accesses with virtual time, records them, and answers for the
 * clocks, supplies and power domain of the SoC.
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import type {
  ClockProvider,
  DeviceTreeNode,
  InterruptController,
  IoWindow,
  KernelProbe,
  LogLevel,
  Platform,
  PowerDomainProvider,
  RegulatorProvider,
  TimeSource,
} from '../../driver/kernel/platform.ts';
import { Machine, type MachineConfig } from '../../emulator/machine.ts';
import { NovaDevice } from '../../emulator/nova-device.ts';
import { ACCESS } from '../../emulator/wiring.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import { INITIATORS, packMeta, type Initiator, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { GPU_CONTROL, JOB_CONTROL, MMU_CONTROL } from '../../spec/registers/index.ts';
import type { EngineControl } from './control.ts';
import { nullRecorder, type Recorder } from './recorder.ts';
import {
  CLOCK_IDS,
  GPU_BASE,
  GPU_HZ,
  GPU_LINES,
  GPU_NODE,
  GPU_SIZE,
  MMIO_READ_NS,
  MMIO_WRITE_NS,
  NOVA_BASE,
  NOVA_NODE,
  POWER_DOMAIN,
  SUPPLY_IDS,
  SUPPLY_UV,
  TIMER_HZ,
  type GpuLine,
} from './rk3588.ts';
import { RecordDetail } from './record-detail.ts';
import type { Sequence } from './sequence.ts';
import { ShaderEvents } from './shader-events.ts';
import { StreamEvents } from './stream-events.ts';

/** Offsets of the status word behind each interrupt line. */
const IRQ_STATUS: Readonly<Record<GpuLine, number>> = {
  job: JOB_CONTROL.JOB_INT_STAT.offset,
  mmu: MMU_CONTROL.MMU_INT_STAT.offset,
  gpu: GPU_CONTROL.GPU_INT_STAT.offset,
};

/** Kinds of accesses outside the model, as UNK_INFO numbers them. */
export const ODD_KINDS: Readonly<Record<number, string>> = {
  1: 'undefined',
  2: 'width',
  3: 'reserved',
  4: 'refused',
  5: 'state',
};

/** errno of a clock, supply or domain that is not on this board. */
const ENODEV = 19;
const EINVAL = 22;

export interface BoardParts {
  readonly machine: MachineConfig;
  readonly recorder: Recorder;
  readonly sequence: Sequence;
  readonly control: EngineControl;
  /** Firmware files by loader path. */
  readonly firmware: (path: string) => Uint8Array | undefined;
}

interface Supply {
  on: boolean;
  uv: number;
}

/** What a person or a test may make fail (input `board-fault`): a later call of that kind. */
export type BoardFault = InputOf<'board-fault'>['what'];

export class Board implements Platform, Stateful {
  readonly machine: Machine;
  readonly devices: readonly DeviceTreeNode[] = [GPU_NODE, NOVA_NODE];
  private readonly nova = new NovaDevice();
  readonly timerHz = TIMER_HZ;
  readonly probe: KernelProbe = {};
  readonly time: TimeSource;
  readonly interrupts: InterruptController;
  readonly clocks: ClockProvider;
  readonly regulators: RegulatorProvider;
  readonly powerDomains: PowerDomainProvider;
  /** Name of what runs now, for the `cause` column; set by the engine and the kernel's contexts. */
  causeOf: () => string = () => '';
  /** True while the driver is on the stack. */
  insideCall: () => boolean = () => false;
  /** A debugger steps: time is given instruction by instruction of the MCU. */
  stepping = false;
  /** Told about everything that counts as an event for `advance until event`. */
  onEvent: () => void = () => {};
  /** Rows of the stream hardware. */
  readonly streams: StreamEvents;
  /** What is recorded beyond that while somebody asks for it. */
  readonly detail: RecordDetail;
  /** Rows of the shader cores. */
  readonly shaders: ShaderEvents;
  /** Told about accesses of the MCU outside the model. */
  onOddAccess: (kind: number, address: number, write: boolean, value: number, pc: number) => void = () => {};
  /** Told about accesses of the host's register window, after they took effect; undefined while nobody looks. */
  onHostAccess: ((write: boolean, offset: number, value: number) => void) | undefined;
  /** Register accesses recorded so far. */
  accesses = 0;
  /** The driver log so far, as lines. */
  readonly logLines: string[] = [];

  private firmwareLine = '';
  private recorder: Recorder;
  private readonly sequence: Sequence;
  private readonly control: EngineControl;
  private readonly files: (path: string) => Uint8Array | undefined;
  private readonly clockRate = new Map<string, number>(Object.values(CLOCK_IDS).map((id) => [id, GPU_HZ]));
  private readonly clockOn = new Map<string, boolean>();
  private readonly supplies = new Map<string, Supply>(
    Object.values(SUPPLY_IDS).map((id) => [id, { on: false, uv: SUPPLY_UV }]),
  );
  private readonly domains = new Map<string, boolean>([[POWER_DOMAIN, false]]);
  /** Calls that are to fail. */
  private faults: { readonly what: BoardFault; readonly errno: number; skip: number }[] = [];

  constructor(parts: BoardParts) {
    this.recorder = parts.recorder;
    this.sequence = parts.sequence;
    this.control = parts.control;
    this.files = parts.firmware;
    this.machine = new Machine(parts.machine);
    this.machine.gpuClock.setHz(GPU_HZ);
    const { machine } = this;
    this.time = {
      now: () => machine.clock.now,
      run: (untilNs) => {
        this.control.check(machine.clock.now);
        // A driver call that has begun cannot be left in the middle: it gets the instructions it waits for.
        if (machine.core.instructions >= machine.stopAtInstruction && this.insideCall()) {
          machine.stopAtInstruction = Infinity;
        }
        if (this.stepping) machine.stepMcu(untilNs);
        else machine.runUntil(untilNs);
      },
      hardwareIdle: () => machine.idle,
    };
    this.interrupts = { level: (line) => this.lineLevel(line) };
    this.clocks = this.makeClocks();
    this.regulators = this.makeRegulators();
    this.powerDomains = {
      on: (id) => this.setDomain(id, true),
      off: (id) => void this.setDomain(id, false),
    };
    this.streams = new StreamEvents(
      machine,
      (row) => this.record('csEvent', { seq: this.sequence.next(), timeNs: machine.clock.now, ...row }),
      () => this.recorder === nullRecorder,
    );
    this.detail = new RecordDetail({
      machine,
      streams: this.streams,
      mcuEvent: (timeNs, kind, pc, detail) =>
        this.record('mcuEvent', { seq: this.sequence.next(), timeNs, kind, pc, detail }),
      muted: () => this.recorder === nullRecorder,
    });
    this.shaders = new ShaderEvents({
      emit: (row) => this.record('csEvent', { seq: this.sequence.next(), timeNs: machine.clock.now, ...row }),
      muted: () => this.recorder === nullRecorder,
      groupIn: (slot) => this.streams.groupIn(slot),
    });
    machine.hooks.csf.task = (note) => this.shaders.note(note);
    this.watchMachine();
  }

  /** Passes a row on, unless nothing is recorded now. */
  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.recorder.record(kind, row);
  }

  get memory(): Machine['memory'] {
    return this.machine.memory;
  }

  mapIo(physBase: number, size: number): IoWindow | undefined {
    if (this.refusal('map') !== 0) return undefined;
    if (physBase === NOVA_BASE) return this.novaWindow(size);
    if (physBase < GPU_BASE || physBase + size > GPU_BASE + GPU_SIZE) return undefined;
    const from = physBase - GPU_BASE;
    return {
      physBase,
      size,
      read32: (offset) => this.hostAccess('driver', from + offset, undefined),
      write32: (offset, value) => void this.hostAccess('driver', from + offset, value),
    };
  }

  /** The second device's registers: they cost their time, the session holds those of the GPU only. */
  private novaWindow(size: number): IoWindow {
    return {
      physBase: NOVA_BASE,
      size,
      read32: (offset) => {
        this.spend(MMIO_READ_NS);
        return this.nova.read32(offset);
      },
      write32: () => {
        this.spend(MMIO_WRITE_NS);
        this.nova.write32();
      },
    };
  }

  firmware(path: string): Uint8Array | undefined {
    return this.refusal('firmware') === 0 ? this.files(path) : undefined;
  }

  /** Makes a later call fail: the one after `skip` others of its kind. */
  arrangeFault(what: BoardFault, errno: number, skip: number): void {
    this.faults.push({ what, errno, skip });
  }

  /** 0, or -errno when this call is one that was to fail. */
  private refusal(what: BoardFault): number {
    const fault = this.faults.find((f) => f.what === what);
    if (fault === undefined || fault.skip-- > 0) return 0;
    this.faults = this.faults.filter((f) => f !== fault);
    return -fault.errno;
  }

  /** What the driver has taken of the board and not given back: clocks, supplies and domains that are on. */
  get held(): readonly string[] {
    return [
      ...[...this.clockOn].filter(([, on]) => on).map(([id]) => id),
      ...[...this.supplies].filter(([, s]) => s.on).map(([id]) => id),
      ...[...this.domains].filter(([, on]) => on).map(([id]) => id),
    ];
  }

  /** Allocations of the kernel are calls of the board as far as failing goes. */
  allocationFails(): boolean {
    return this.faults.length > 0 && this.refusal('memory') !== 0;
  }

  log(level: LogLevel, source: string, message: string): void {
    this.logLines.push(message);
    this.onEvent();
    this.recorder.record('driverLog', { seq: this.sequence.next(), timeNs: this.time.now(), level, source, message });
  }

  /** One access of the host's register window: costs its time, takes effect, is recorded. Gives the value read. */
  hostAccess(by: Initiator, offset: number, value: number | undefined): number {
    const { machine } = this;
    this.spend(value === undefined ? MMIO_READ_NS : MMIO_WRITE_NS);
    const old = machine.peek(offset);
    const meta = packMeta(INITIATORS.indexOf(by), value !== undefined, false, 4, this.sequence.branch);
    const seq = this.sequence.next();
    const cause = this.sequence.cause(this.causeOf());
    let result = 0;
    if (value === undefined) result = machine.hostRead(offset);
    else machine.hostWrite(offset, value);
    this.accesses++;
    this.recorder.access(seq, machine.clock.now, meta, offset, value ?? result, old, cause);
    this.onHostAccess?.(value !== undefined, offset, value ?? result);
    return result;
  }

  /** Nothing is recorded now: what happens is no part of the session. */
  get silent(): boolean {
    return this.recorder === nullRecorder;
  }

  /** Runs `body` with nothing recorded and the numbers of the session put back afterwards. */
  unrecorded<T>(body: () => T): T {
    const { recorder, accesses } = this;
    const numbers = this.sequence.save();
    this.recorder = nullRecorder;
    try {
      return body();
    } finally {
      this.recorder = recorder;
      this.accesses = accesses;
      this.sequence.load(numbers);
    }
  }

  /** PA of an address in a space, or -1. No side effects. */
  physical(space: 'physical' | 'as' | 'mcu', as: number, address: number): number {
    if (space === 'physical') return address;
    return this.machine.mmu.probe(space === 'mcu' ? 0 : as, address, ACCESS.READ);
  }

  /** Characters of the firmware's log become one event a line. */
  private logChar(ch: number): void {
    if (ch !== 0x0a) {
      this.firmwareLine += String.fromCharCode(ch);
      return;
    }
    const { machine, sequence, firmwareLine } = this;
    const { pc } = machine.core;
    this.firmwareLine = '';
    this.recorder.record('mcuEvent', {
      seq: sequence.next(),
      timeNs: machine.clock.now,
      kind: 'log',
      pc,
      detail: firmwareLine,
    });
  }

  /** Lets exactly `ns` pass while the CPU is busy: interrupts rise but are not handled meanwhile. */
  private spend(ns: number): void {
    const until = this.machine.clock.now + ns;
    while (this.machine.clock.now < until) {
      this.control.check(this.machine.clock.now);
      this.machine.runUntil(until);
    }
  }

  private lineLevel(line: number): boolean {
    for (const name of Object.keys(GPU_LINES) as GpuLine[]) {
      if (GPU_LINES[name] === line) return this.machine.irq(name);
    }
    return false;
  }

  private makeClocks(): ClockProvider {
    const known = (id: string): boolean => this.clockRate.has(id);
    return {
      rate: (id) => this.clockRate.get(id) ?? 0,
      setRate: (id, hz) => {
        if (!known(id)) return 0;
        this.clockRate.set(id, hz);
        if (id === CLOCK_IDS.core && this.clockOn.get(id) === true) this.machine.gpuClock.setHz(hz);
        return hz;
      },
      prepare: () => {},
      unprepare: () => {},
      enable: (id) => {
        if (!known(id)) return -ENODEV;
        const ret = this.refusal('clk-enable');
        if (ret < 0) return ret;
        this.clockOn.set(id, true);
        this.updatePower();
        return 0;
      },
      disable: (id) => {
        this.clockOn.set(id, false);
        this.updatePower();
      },
    };
  }

  private makeRegulators(): RegulatorProvider {
    return {
      enable: (id) => this.setSupply(id, true),
      disable: (id) => void this.setSupply(id, false),
      isEnabled: (id) => this.supplies.get(id)?.on ?? false,
      setVoltage: (id, minUv, maxUv) => {
        const supply = this.supplies.get(id);
        if (supply === undefined) return -ENODEV;
        if (minUv > maxUv) return -EINVAL;
        supply.uv = minUv;
        return 0;
      },
      getVoltage: (id) => this.supplies.get(id)?.uv ?? -ENODEV,
    };
  }

  private setSupply(id: string, on: boolean): number {
    const supply = this.supplies.get(id);
    if (supply === undefined) return -ENODEV;
    const ret = on ? this.refusal('regulator-enable') : 0;
    if (ret < 0) return ret;
    supply.on = on;
    return 0;
  }

  private setDomain(id: string, on: boolean): number {
    if (!this.domains.has(id)) return -ENODEV;
    const ret = on ? this.refusal('domain-on') : 0;
    if (ret < 0) return ret;
    this.domains.set(id, on);
    this.updatePower();
    return 0;
  }

  /** The GPU answers while its core clock runs; a bench without a driver has it on by hand. */
  private updatePower(): void {
    const { gpuClock } = this.machine;
    const clocked = this.clockOn.get(CLOCK_IDS.core) ?? false;
    this.machine.setPowered('clock', clocked);
    const hz = this.clockRate.get(CLOCK_IDS.core) ?? GPU_HZ;
    if (clocked && gpuClock.hz !== hz) gpuClock.setHz(hz);
    this.machine.setPowered('power', this.domains.get(POWER_DOMAIN) ?? false);
  }

  /** Turns everything on by hand: a bench without a driver. */
  powerByHand(): void {
    this.domains.set(POWER_DOMAIN, true);
    for (const supply of this.supplies.values()) supply.on = true;
    for (const id of Object.values(CLOCK_IDS)) this.clockOn.set(id, true);
    this.updatePower();
  }

  /** Records what the machine does by itself: interrupt lines, MCU accesses and events, stream events. */
  private watchMachine(): void {
    const { machine, sequence } = this;
    const mcu = INITIATORS.indexOf('mcu');
    machine.hooks.mcuAccess = (write, address, value, pc) => {
      this.accesses++;
      const meta = packMeta(mcu, write, true, 4, sequence.branch);
      const seq = sequence.next();
      this.recorder.access(
        seq,
        machine.clock.now,
        meta,
        address,
        value,
        value,
        sequence.cause(`mcu 0x${pc.toString(16)}`),
      );
    };
    machine.hooks.mcuEvent = (kind, pc, detail) =>
      this.recorder.record('mcuEvent', { seq: sequence.next(), timeNs: machine.clock.now, kind, pc, detail });
    machine.hooks.irqChange = (line, raised) => {
      this.onEvent();
      const status = machine.peek(IRQ_STATUS[line]);
      this.recorder.record('irq', { seq: sequence.next(), timeNs: machine.clock.now, line, raised, status });
    };
    machine.hooks.mcuOdd = (kind, address, write, value, pc) => {
      this.onOddAccess(kind, address, write, value, pc);
      const detail = `${ODD_KINDS[kind] ?? kind} ${write ? 'write' : 'read'} 0x${address.toString(16)} 0x${value.toString(16)}`;
      this.recorder.record('mcuEvent', {
        seq: sequence.next(),
        timeNs: machine.clock.now,
        kind: 'odd',
        pc,
        detail,
      });
    };
    machine.hooks.logChar = (ch) => this.logChar(ch);
  }

  save(): ReturnType<Stateful['save']> {
    return { machine: this.machine.save(), ...this.saveParts() };
  }

  /** What a load of the bench puts back beside the machine; no part of what happens. */
  saveLog(): PlainObject {
    return { firmwareLine: this.firmwareLine, logLines: [...this.logLines], streams: this.streams.save() };
  }

  loadLog(state: PlainObject): void {
    this.firmwareLine = String(state['firmwareLine']);
    this.streams.load(state['streams'] as PlainObject);
    this.logLines.splice(0, Infinity, ...(state['logLines'] as readonly string[]));
  }

  /** Everything but the machine. */
  saveParts(): PlainObject {
    return {
      clockRate: [...this.clockRate].map(([id, hz]) => [id, hz]),
      clockOn: [...this.clockOn].map(([id, on]) => [id, on]),
      supplies: [...this.supplies].map(([id, s]) => [id, s.on, s.uv]),
      domains: [...this.domains].map(([id, on]) => [id, on]),
      faults: this.faults.map((f) => ({ ...f })),
      accesses: this.accesses,
    };
  }

  load(state: ReturnType<Stateful['save']>): void {
    const s = state as {
      machine: ReturnType<Machine['save']>;
      clockRate: [string, number][];
      clockOn: [string, boolean][];
      supplies: [string, boolean, number][];
      domains: [string, boolean][];
      faults: { what: BoardFault; errno: number; skip: number }[];
      accesses: number;
    };
    this.machine.load(s.machine);
    replace(this.clockRate, s.clockRate);
    replace(this.clockOn, s.clockOn);
    replace(
      this.supplies,
      s.supplies.map(([id, on, uv]) => [id, { on, uv }]),
    );
    replace(this.domains, s.domains);
    this.faults = s.faults.map((f) => ({ ...f }));
    this.accesses = s.accesses;
  }
}

function replace<K, V>(map: Map<K, V>, entries: readonly (readonly [K, V])[]): void {
  map.clear();
  for (const [k, v] of entries) map.set(k, v);
}
