/**
 * The engine: board, kernel and clients, moved by inputs and nothing else. Each input is journalled before it
 * takes effect, so that running the journal again gives the same machine. Synchronous; the worker around it
 * (worker.ts) and the replay (lab/replay) both use it as it stands.
 */
import { Bug, UsageError } from '../../base/errors.ts';
import { hex } from '../../base/bits.ts';
import { stateHash, type Plain, type PlainObject } from '../../base/stateful.ts';
import { Kernel, type KernelState } from '../../driver/kernel/kernel.ts';
import type { TyrState } from '../../driver/tyr/state.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import { NOVA_NODE_PATH, boundNova, novaModule } from '../../driver/nova/nova.ts';
import type { DrmDeviceState } from '../../driver/drm/device.ts';
import { boundDevice, nodePath, tyrModule } from '../../driver/tyr/tyr.ts';
import { createGpuCores } from '../../emulator/gpu-cores.ts';
import { Board } from './board.ts';
import { Clients, type CallReply, type ClientsState } from './clients.ts';
import type { EngineControl } from './control.ts';
import { setMcuRegister } from './mcu-inspector.ts';
import { DriverCalls } from './driver-calls.ts';
import { DriverView } from './driver-view.ts';
import { Grants, type Granting } from './grants.ts';
import { encodeInput, sha256 } from './journal.ts';
import type { Recorder } from './recorder.ts';
import { NOVA_NODE } from './rk3588.ts';
import { Records, type RecordsState } from './records.ts';
import { Sequence, type SequenceState } from './sequence.ts';
import { undefinedRule, UnknownRegisters } from './unknown-registers.ts';

export type ApplyResult = CallReply;

/** The whole bench between two inputs, as `Engine.save` gives it. */
export type EngineState = {
  readonly board: Plain;
  readonly kernel: KernelState;
  readonly driver: (TyrState & Plain) | undefined;
  readonly nova: DrmDeviceState | undefined;
  readonly clients: ClientsState;
  readonly driverLoaded: boolean;
  readonly probeErrno: number;
  readonly sequence: SequenceState;
  readonly eventCount: number;
  readonly log: PlainObject;
  readonly faults: Plain;
  readonly records: RecordsState;
};

/** Render node of each driver. */
const NODE_PATHS = { tyr: nodePath('render'), nova: NOVA_NODE_PATH } as const;

const DONE: ApplyResult = { result: 0 };

export class Engine {
  readonly board: Board;
  readonly kernel: Kernel;
  readonly clients: Clients;
  readonly driver: DriverView;
  readonly sequence: Sequence;
  /** Registers the firmware touched that the model does not have. */
  readonly unknown = new UnknownRegisters();
  readonly records: Records;
  readonly powerOn: InputOf<'power-on'>;
  readonly grants: Grants;
  private readonly recorder: Recorder;
  private readonly calls: DriverCalls;
  private readonly blobs = new Set<string>();
  /** What is running now, for the `cause` of accesses. */
  private context = '';
  private eventCount = 0;
  private loaded = false;
  private novaLoaded = false;

  /** Powers the machine on; journals the input that says how. */
  constructor(powerOn: InputOf<'power-on'>, recorder: Recorder, control: EngineControl) {
    this.powerOn = powerOn;
    this.recorder = recorder;
    this.sequence = new Sequence(recorder);
    this.board = new Board({
      machine: {
        gpu: powerOn.gpu,
        overrides: powerOn.overrides,
        csf: (host) => createGpuCores(host, powerOn.engine),
        engine: powerOn.engine,
      },
      recorder,
      sequence: this.sequence,
      control,
      firmware: (path) => (path.endsWith('mali_csffw.bin') ? powerOn.firmware : undefined),
    });
    this.board.onOddAccess = (...access) => this.unknown.note(...access);
    this.kernel = new Kernel(this.board);
    this.clients = new Clients(this.kernel);
    this.driver = new DriverView(this.kernel, this.board);
    this.calls = new DriverCalls(this.clients, {
      sequence: this.sequence,
      now: () => this.now,
      record: (row) => recorder.record('ioctl', row),
      begin: (name) => (this.context = name),
    });
    const cause = (): string => this.kernel.cpu.current?.name ?? this.context;
    this.board.insideCall = () => this.kernel.cpu.depth > 0;
    this.board.causeOf = cause;
    this.records = new Records({
      now: () => this.now,
      branch: () => this.sequence.branch,
      cause,
      record: (kind, row) => this.board.record(kind, row),
      faultSince: (group, queue, sinceNs) => this.driver.faultSince(group, queue, sinceNs),
      jobStarted: () => this.board.streams.jobStarted(),
    });
    this.board.onEvent = () => this.eventCount++;
    this.grants = new Grants({
      kernel: this.kernel,
      board: this.board,
      answered: (ticket) => this.answered(ticket),
      eventCount: () => this.eventCount,
    });
    this.journal(powerOn);
    if (powerOn.bare) this.board.powerByHand();
  }

  /** The last one wanted of this machine: it can still be looked at, but its core runs no more. */
  retire(): void {
    this.board.machine.core.cache.retire();
  }

  /** Virtual time in ns. */
  get now(): number {
    return this.board.time.now();
  }

  /** Journals one input and lets it take effect. KernelErrors become results; bugs pass. */
  apply(input: Input): ApplyResult {
    this.journal(input);
    this.context = input.kind;
    try {
      return this.execute(input);
    } finally {
      this.context = '';
    }
  }

  /** Writes the input's row. */
  journal(input: Input, seq = this.sequence.next(), timeNs = this.now): void {
    const payload = encodeInput(input, (hash, bytes) => this.blob(hash, bytes, input.kind));
    const { branch } = this.sequence;
    this.recorder.record('input', { seq, timeNs, branch, kind: input.kind, payload });
  }

  private blob(hash: string, bytes: Uint8Array, name: string): void {
    if (this.blobs.has(hash)) return;
    this.blobs.add(hash);
    this.recorder.record('blob', { sha256: hash, name, bytes });
  }

  private execute(input: Input): ApplyResult {
    switch (input.kind) {
      case 'power-on':
        throw new UsageError('the bench is powered already');
      case 'module-load':
        return this.loadModule(input.module);
      case 'module-unload':
        return this.unloadModule(input.module);
      case 'open':
        return this.clients.openNode(input.client, NODE_PATHS[input.node], input.privileged);
      case 'close':
        this.clients.close(input.client);
        return DONE;
      case 'ioctl':
        return this.calls.ioctl(input);
      case 'fd-close':
      case 'fd-send':
      case 'fd-ioctl':
      case 'eventfd':
      case 'eventfd-read':
      case 'interrupt':
        return this.calls.file(input);
      case 'mmap':
        return this.clients.mmap(input.client, input.offset, input.length, input.write);
      case 'munmap':
        this.clients.munmap(input.client, input.address, input.length);
        return DONE;
      case 'user-write':
        this.clients.write(input.client, input.address, input.bytes);
        return DONE;
      case 'sysfs-write':
        return { result: this.driver.writeAttribute(input.path, input.value) };
      case 'poke':
        this.board.hostAccess(input.by, input.offset, input.value);
        return DONE;
      case 'read':
        return { result: this.board.hostAccess(input.by, input.offset, undefined) };
      case 'memory-write':
        this.writeMemory(input);
        return DONE;
      case 'board-fault':
        this.board.arrangeFault(input.what, input.errno, input.skip);
        return DONE;
      case 'advance':
        return { result: this.grants.give(input) };
      case 'device-reset':
        return this.resetDevice();
      case 'unknown-rule':
        this.board.machine.setUndefinedRule(input.address, undefinedRule(input.rule));
        return DONE;
      case 'debugger':
        this.board.machine.debuggerAttached(input.attached);
        return DONE;
      case 'cs-register':
        this.board.machine.csf.setRegister(input.stream, input.register, input.value | 0);
        return DONE;
      case 'mcu-register':
        setMcuRegister(this.board.machine.core, input.register, input.value);
        return DONE;
      default:
        throw new UsageError(`${input.kind} is not possible here`);
    }
  }

  private loadModule(module: 'tyr' | 'nova'): ApplyResult {
    if (module === 'nova') return this.loadNova();
    if (this.loaded) throw new UsageError(`module ${module} is loaded already`);
    this.loaded = true;
    this.kernel.loadModule(tyrModule);
    const device = boundDevice(this.kernel);
    if (device !== undefined) this.records.connect(device);
    return { result: this.driver.probeErrno };
  }

  private resetDevice(): ApplyResult {
    const device = boundDevice(this.kernel);
    if (device === undefined) throw new UsageError('there is no device: boot first');
    device.reset.schedule();
    return DONE;
  }

  private loadNova(): ApplyResult {
    if (this.novaLoaded) throw new UsageError('module nova is loaded already');
    this.novaLoaded = true;
    this.kernel.loadModule(novaModule);
    return { result: this.kernel.bus.probeErrors.get(NOVA_NODE.name) ?? 0 };
  }

  private unloadNova(): ApplyResult {
    if (!this.novaLoaded) throw new UsageError('module nova is not loaded');
    this.novaLoaded = false;
    this.kernel.unloadModule(novaModule.name);
    return DONE;
  }

  private unloadModule(module: 'tyr' | 'nova'): ApplyResult {
    if (module === 'nova') return this.unloadNova();
    if (!this.loaded) throw new UsageError(`module ${module} is not loaded`);
    this.loaded = false;
    this.kernel.unloadModule(tyrModule.name);
    return DONE;
  }

  private writeMemory(input: InputOf<'memory-write'>): void {
    const { machine } = this.board;
    let done = 0;
    while (done < input.bytes.length) {
      const at = input.address + done;
      const size = Math.min(input.bytes.length - done, 4096 - (at % 4096));
      const pa = this.board.physical(input.space, input.as, at);
      if (pa < 0) throw new UsageError(`${hex(at)} is not mapped`);
      machine.memory.writeBytes(pa, input.bytes.subarray(done, done + size));
      done += size;
    }
  }

  /** Bytes of memory without side effects; UsageError where nothing is mapped. */
  readMemory(space: 'physical' | 'as' | 'mcu', as: number, address: number, length: number): Uint8Array {
    const { machine } = this.board;
    const out = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = address + done;
      const size = Math.min(length - done, 4096 - (at % 4096));
      const pa = this.board.physical(space, as, at);
      if (pa < 0) throw new UsageError(`${hex(at)} is not mapped`);
      out.set(machine.memory.readBytes(pa, size), done);
      done += size;
    }
    return out;
  }

  readUser(client: number, address: number, length: number): Uint8Array {
    return this.clients.read(client, address, length);
  }

  freeClient(): number {
    return this.clients.free();
  }

  answered(ticket: number): boolean {
    return this.clients.answerOf(ticket) !== undefined;
  }

  /**
   * Grants time until `untilNs` or `done`. Ended early, the clock stands at the instant of the MCU's next instruction,
   * so that granting just the time that passed comes to the same state.
   */
  runUntil(untilNs: number, done: () => boolean): boolean {
    const early = this.kernel.runUntil(untilNs, done);
    if (early) this.settle(untilNs);
    return early;
  }

  /** To the instant of the MCU's next instruction, where it is before `untilNs`. */
  private settle(untilNs: number): void {
    const { machine } = this.board;
    if (machine.mcuInstant < untilNs) machine.runUntil(machine.mcuInstant);
  }

  /** As `apply` of a grant of time, but without its row in the journal, and ended early by `stopped` too. */
  grant(input: InputOf<'advance'>, stopped: () => boolean): ApplyResult {
    return this.granted(input, { stopped });
  }

  /** As `apply` of a grant of time; `between` is called now and then with the virtual ns given so far. */
  applyInPieces(input: InputOf<'advance'>, between: (givenNs: number) => void): ApplyResult {
    this.journal(input);
    return this.granted(input, { between });
  }

  /** The rest of a grant of which `givenNs` were given before the state was saved that this engine was put into. */
  resume(input: InputOf<'advance'>, givenNs: number): ApplyResult {
    return this.granted(input, { givenNs });
  }

  private granted(input: InputOf<'advance'>, how: Granting): ApplyResult {
    this.context = input.kind;
    try {
      return { result: this.grants.give(input, how) };
    } finally {
      this.context = '';
    }
  }

  /** As an `advance` input, but not past instruction `target` of the MCU; true when that ended it. */
  advanceTo(input: InputOf<'advance'>, target: number): boolean {
    const { machine } = this.board;
    const until = this.now + input.limitNs;
    const reached = (): boolean => machine.core.instructions >= target;
    machine.stopAtInstruction = target;
    try {
      this.grants.give(input, { stopped: reached });
    } finally {
      machine.stopAtInstruction = Infinity;
    }
    if (!reached()) return false;
    this.settle(until);
    return true;
  }

  /** True when nothing is under way but housekeeping. */
  get idle(): boolean {
    return this.grants.idle;
  }

  /** True once the driver module was loaded, whatever became of its probe. */
  get driverLoaded(): boolean {
    return this.loaded;
  }

  /** What went wrong on a queue of a group, as the hardware reported it; undefined when nothing did. */
  faultOf(client: number, group: number, queue: number): string | undefined {
    const fault = this.driver.faultOf(client, group, queue);
    return fault === undefined ? undefined : `${fault.kind}: ${fault.detail}`;
  }

  /** r0.. of the stream a queue runs on, while the group has a slot or as they were when it lost it by a fault. */
  streamRegisters(client: number, group: number, queue: number): readonly number[] | undefined {
    return this.driver.streamRegisters(client, group, queue);
  }

  /** Hash of everything that can influence the future. */
  stateHash(): string {
    return stateHash({
      machine: this.board.machine.stateHash(),
      board: this.board.saveParts(),
      ...this.saveSoftware(),
    });
  }

  private saveSoftware(): Pick<EngineState, 'kernel' | 'driver' | 'nova' | 'clients' | 'driverLoaded' | 'probeErrno'> {
    return {
      kernel: this.kernel.save(),
      driver: this.driver.save(),
      nova: boundNova(this.kernel)?.save(),
      clients: this.clients.save(),
      driverLoaded: this.loaded,
      probeErrno: this.driver.probeErrno,
    };
  }

  /** The whole bench as plain data. Only between inputs. */
  save(): EngineState {
    return {
      board: this.board.save(),
      ...this.saveSoftware(),
      sequence: this.sequence.save(),
      eventCount: this.eventCount,
      log: this.board.saveLog(),
      faults: this.driver.saveFaults(),
      records: this.records.save(),
    };
  }

  /**
   * Puts a saved state in the place of the present one: driver first, then kernel, processes and machine. The engine
   * must have been powered on alike; what it was doing is forgotten. Nothing is recorded meanwhile.
   */
  load(state: EngineState): void {
    this.board.unrecorded(() => {
      this.bindLike(state);
      if (state.driver !== undefined) this.driver.load(state.driver, this.clients.identities(state.clients));
      this.loadNovaState(state);
      this.kernel.load(state.kernel);
      this.clients.load(state.clients);
    });
    this.board.load(state.board);
    this.sequence.load(state.sequence);
    this.eventCount = state.eventCount;
    this.board.loadLog(state.log);
    this.driver.loadFaults(state.faults);
    this.records.load(state.records);
  }

  private loadNovaState(state: EngineState): void {
    const wanted = state.nova !== undefined;
    if (wanted && !this.novaLoaded) this.loadNova();
    else if (!wanted && this.novaLoaded) this.unloadNova();
    if (state.nova !== undefined) boundNova(this.kernel)?.load(state.nova, this.clients.identities(state.clients));
  }

  /** Binds or unbinds the device so that driver state fits; what the probe does to the machine is overwritten. */
  private bindLike(state: EngineState): void {
    const bound = state.driver !== undefined;
    if (this.loaded && (!state.driverLoaded || this.driver.bound !== bound)) this.unloadModule('tyr');
    if (!state.driverLoaded || this.loaded) return;
    // Whatever made the saved probe fail, a clock that does not start gives the same outcome.
    if (!bound) this.board.arrangeFault('clk-enable', -state.probeErrno, 0);
    this.loadModule('tyr');
    if (this.driver.bound !== bound) throw new Bug('the device of the saved state cannot be bound here');
  }

  /** Facts of the build and the firmware for `session_info`. */
  recordInfo(build: Readonly<Record<string, string>>): void {
    const { firmware } = this.powerOn;
    const info: Record<string, string> = {
      ...build,
      gpu: this.powerOn.gpu,
      engine: this.powerOn.engine,
      firmware: this.powerOn.firmwareName,
      firmware_sha256: firmware === undefined ? '' : sha256(firmware),
    };
    for (const [key, value] of Object.entries(info)) this.recorder.record('info', { key, value });
  }
}
