/**
 * Answers the requests of the protocol: one handler a row, parameters parsed before it sees them. Holds the one
 * engine of its thread.
 */
import { LimitReached, UsageError } from '../../base/errors.ts';
import {
  PROTOCOL_VERSION,
  engineRequests,
  type BootResult,
  type EngineRequestName,
  type NoticeName,
  type ParsedParams,
  type RegisterValue,
  type Result,
} from '../../protocol/messages.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { Aborted } from './control.ts';
import { EngineControl } from './control.ts';
import { DEV_QUERY_TYPE } from '../../spec/uapi/constants.ts';
import { panthorCsifInfo, panthorGpuInfo } from '../../spec/uapi/panthor-structs.ts';
import type { Engine } from './engine.ts';
import { UserProcess } from './process.ts';
import { previewPoke } from './preview.ts';
import type { Recorder } from './recorder.ts';
import { describeRegister, resolveTarget, wordsToWrite, type Target } from './register-access.ts';
import { query, runStream } from './stream-run.ts';
import { ChangeNotice, LogTap } from './notices.ts';
import { DRIVER_HANDLERS, DRIVER_LOOKS, type DriverService } from './driver-requests.ts';
import { ANSWERED_INSIDE, DEBUG_HANDLERS, DEBUG_LOOKS, type DebugService } from './debug-requests.ts';
import { McuDebugger } from './debugger.ts';
import { DebugSymbols } from './debug-symbols.ts';
import type { McuRecording } from './mcu-recording.ts';
import { StreamDebugger } from './stream-debug.ts';
import { StreamSession } from './stream-session.ts';
import {
  ANSWERED_AT_STREAM,
  STREAM_DEBUG_HANDLERS,
  STREAM_LOOKS,
  type StreamDebugService,
} from './stream-debug-requests.ts';
import { ShaderDebugger } from './shader-debug.ts';
import {
  ANSWERED_AT_SHADER,
  SHADER_DEBUG_HANDLERS,
  SHADER_LOOKS,
  type ShaderDebugService,
} from './shader-debug-requests.ts';
import { applyPendingConfig, FIRMWARE_ITEM_HANDLERS, type FirmwareItemService } from './firmware-items.ts';
import { Runner, type RunMode } from './runner.ts';
import { Timeline } from './timeline.ts';
import { Undo } from './undo.ts';
import { HISTORY_HANDLERS, HISTORY_LOOKS, Markers, type HistoryService } from './history-requests.ts';
import { WINDOW_HANDLERS, type WindowService } from './window-requests.ts';

export interface ServiceParts {
  readonly recorder: Recorder;
  readonly control: EngineControl;
  readonly notify: (notice: NoticeName, data: unknown) => void;
  /** Answers messages from inside a request until `done`; without it nothing stops inside driver calls. */
  readonly pump?: (done: () => boolean) => void;
}

type Handlers = { readonly [K in EngineRequestName]: (service: Service, params: ParsedParams<K>) => Result<K> };

/** Requests that leave everything as it is: no `changed` follows them. */
const LOOKS: ReadonlySet<EngineRequestName> = new Set([
  'bench.status',
  'bench.stateHash',
  'register.peek',
  'register.peekWords',
  'memory.read',
  'snapshot.list',
  'firmware.state',
  'firmware.bytes',
  ...DEBUG_LOOKS,
  ...STREAM_LOOKS,
  ...SHADER_LOOKS,
  'fw.items',
  'fw.watchdog',
  ...(HISTORY_LOOKS as ReadonlySet<EngineRequestName>),
  'session.flush',
]);

/** Whether a request may be asked again after every change: one that is followed by `changed` itself would never rest. */
export function isLook(name: EngineRequestName): boolean {
  return LOOKS.has(name) || DRIVER_LOOKS.has(name);
}

/** Grants of time that end early when a shader stops; in all others the thread waits at the stop. */
const ENDED_BY_SHADERS: ReadonlySet<string> = new Set<EngineRequestName>([
  'input.apply',
  'time.advance',
  'run.step',
  'shaderdebug.run',
  'shaderdebug.step',
  'debug.run',
  'debug.step',
  'debug.runTo',
]);

/** Requests that a stopped bench still answers. */
const AFTER_END: ReadonlySet<EngineRequestName> = new Set(['session.flush', 'bench.close', 'bench.status']);

export class Service
  implements
    WindowService,
    DebugService,
    DriverService,
    StreamDebugService,
    ShaderDebugService,
    HistoryService,
    FirmwareItemService
{
  readonly parts: ServiceParts;
  readonly runner = new Runner();
  readonly undo = new Undo();
  readonly markers = new Markers();
  readonly symbols = new DebugSymbols(() => this.timeline?.labels ?? new Map());
  past: McuRecording | undefined;
  readonly debugger: McuDebugger;
  readonly streams: StreamDebugger;
  readonly shaders: ShaderDebugger;
  readonly streamSession: StreamSession;
  readonly pendingConfig = new Map<string, number>();
  pending: WindowService['pending'];
  private readonly tap: LogTap;
  private readonly changes: ChangeNotice;
  private timeline: Timeline | undefined;
  /** What booting told, of the engine it was done on: history may have gone back to before it. */
  private booted: { readonly engine: Engine; readonly result: BootResult } | undefined;
  private sessionPath = '';
  private dead: string | undefined;

  constructor(parts: ServiceParts) {
    this.parts = parts;
    this.tap = new LogTap(parts.recorder, parts.notify);
    this.changes = new ChangeNotice(parts.notify, () => this.status());
    this.debugger = new McuDebugger({
      history: () => this.history,
      symbols: this.symbols,
      waitInside: (state, done) => {
        parts.notify('stopped', state);
        parts.pump?.(done);
      },
      print: (message) => parts.notify('log', { timeNs: this.engine.now, level: 'info', source: 'log point', message }),
    });
    this.streams = new StreamDebugger({
      history: () => this.history,
      waitInside: (stop, done) => {
        parts.notify('streamStopped', stop);
        parts.pump?.(done);
      },
    });
    this.shaders = new ShaderDebugger({
      history: () => this.history,
      waitInside: (stop, done) => {
        parts.notify('shaderStopped', stop);
        parts.pump?.(done);
      },
      told: (stop) => {
        if (stop.state === 'stopped') this.runner.stop();
        parts.notify('shaderStopped', stop);
      },
    });
    this.streamSession = new StreamSession(() => this.history, this.streams);
  }

  /** Called between requests: grants time when it passes by itself, tells what changed. Ms until the next call. */
  turn(clock: () => number = Date.now): number {
    let wait = Infinity;
    try {
      if (this.timeline !== undefined && this.runner.running) {
        const { now } = this.engine;
        const { idle } = this.runner;
        this.shaders.unwinds = true;
        const advance = this.debugger.watching ? (ns: number) => this.runToStop(ns) : undefined;
        wait = this.runner.turn(this.timeline, clock, advance);
        if (this.engine.now !== now || this.runner.idle !== idle) this.changes.touch();
      }
    } catch (error) {
      this.runner.stop();
      this.end(error instanceof Error ? error.message : String(error));
      this.changes.touch();
    }
    this.tap.turn();
    return Math.min(wait, this.changes.tick(clock()));
  }

  /** Grants time to the debugger; true when something stopped the MCU, which is told. */
  private runToStop(ns: number): boolean {
    const state = this.debugger.run(ns);
    if (state.state !== 'stopped') return false;
    this.parts.notify('stopped', state);
    this.changes.touch();
    return true;
  }

  /** The bench cannot go on. */
  private end(reason: string): void {
    this.dead = reason;
    this.runner.stop();
    this.parts.notify('bench', { reason });
  }

  /** Handles one request; throws TyrErrors for the wire. */
  handle(name: string, params: unknown): unknown {
    if (!Object.hasOwn(engineRequests, name)) throw new UsageError(`no request "${name}"`);
    const key = name as EngineRequestName;
    const parsed = engineRequests[key].params.safeParse(params);
    if (!parsed.success) {
      const what = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
      throw new UsageError(`${name}: ${what}`);
    }
    if (this.dead !== undefined && !AFTER_END.has(key)) {
      throw new LimitReached(`the bench was stopped (${this.dead}); start a new one`);
    }
    if (this.debugger.isInside && !ANSWERED_INSIDE.has(key) && !DRIVER_LOOKS.has(key)) {
      throw new UsageError(`${name}: the MCU is stopped inside a driver call; let it go on first`);
    }
    if (this.streams.isInside && !ANSWERED_AT_STREAM.has(key) && !DRIVER_LOOKS.has(key)) {
      throw new UsageError(`${name}: a stream is stopped inside another request; let it go on first`);
    }
    if (this.shaders.isInside && !ANSWERED_AT_SHADER.has(key) && !DRIVER_LOOKS.has(key)) {
      throw new UsageError(`${name}: a shader is stopped inside another request; let it go on first`);
    }
    if (!this.shaders.isInside) this.shaders.unwinds = ENDED_BY_SHADERS.has(key);
    try {
      if (this.timeline !== undefined) this.debugger.arm();
      const result = (HANDLERS[key] as (service: Service, params: unknown) => unknown)(this, parsed.data);
      if (!isLook(key)) {
        // Another engine may stand at the end of the history now.
        if (this.timeline !== undefined) this.shaders.arm();
        this.changes.touch();
        this.runner.wake();
      }
      return result;
    } catch (error) {
      // What was unwound through the machine cannot go on.
      if (error instanceof Error && error.name === ('Aborted' satisfies Aborted['name'])) this.end(error.message);
      throw error;
    }
  }

  get engine(): Engine {
    return this.history.engine;
  }

  get history(): Timeline {
    if (this.timeline === undefined) throw new UsageError('there is no bench yet');
    return this.timeline;
  }

  create(params: ParsedParams<'bench.create'>): void {
    if (this.timeline !== undefined) throw new UsageError('there is a bench already');
    const { sessionPath, gpu, bare, engine, overrides, firmware, firmwareName } = params;
    for (const name of Object.keys(overrides)) resolveTarget(name);
    this.sessionPath = sessionPath;
    this.timeline = new Timeline(
      { kind: 'power-on', gpu, bare, engine, overrides, firmwareName, ...(firmware === undefined ? {} : { firmware }) },
      this.tap,
      this.parts.control,
    );
    this.engine.recordInfo({ protocol: String(PROTOCOL_VERSION) });
    this.debugger.rearm();
  }

  continue(mode: RunMode): void {
    if (this.timeline === undefined) throw new UsageError('there is no bench yet');
    this.runner.start(mode);
  }

  /** Power off and on, with the firmware chosen since. */
  powerCycle(): void {
    const { pending } = this;
    this.history.apply({
      kind: 'power-cycle',
      ...(pending === undefined ? {} : { firmware: pending.bytes, firmwareName: pending.name }),
    });
    this.pending = undefined;
  }

  boot(): BootResult {
    if (this.pending !== undefined && !this.engine.driverLoaded) this.powerCycle();
    const { engine } = this;
    if (this.booted?.engine === engine) return this.booted.result;
    if (engine.powerOn.bare) throw new UsageError('the bench is bare: it has no driver to boot');
    if (!engine.driverLoaded) this.history.apply({ kind: 'module-load', module: 'tyr' });
    const result = engine.driver.probeErrno;
    if (result >= 0) applyPendingConfig(this);
    const facts = result < 0 ? { gpuInfo: {}, csifInfo: {} } : this.infos();
    const boot: BootResult = {
      ok: result >= 0,
      errno: result,
      ...facts,
      mcu: { status: engine.driver.mcuStatus, instructions: engine.board.machine.core.instructions },
      firmware: engine.driver.firmware,
      virtualNs: engine.now,
      registerAccesses: engine.board.accesses,
      log: [...engine.board.logLines],
    };
    this.booted = { engine, result: boot };
    return boot;
  }

  /** What a program learns by DEV_QUERY. */
  private infos(): Pick<BootResult, 'gpuInfo' | 'csifInfo'> {
    const process = new UserProcess(this.history, this.engine.freeClient());
    try {
      return {
        gpuInfo: hexLarge(query(process, DEV_QUERY_TYPE.GPU_INFO, panthorGpuInfo)),
        csifInfo: query(process, DEV_QUERY_TYPE.CSIF_INFO, panthorCsifInfo),
      };
    } finally {
      process.close();
    }
  }

  takeSnapshot(label: string): Result<'snapshot.take'> {
    const { result } = this.history.apply({ kind: 'snapshot', label });
    return { id: result, hash: this.engine.stateHash() };
  }

  status(): Result<'bench.status'> {
    const engine = this.timeline?.engine;
    return {
      protocol: PROTOCOL_VERSION,
      powered: engine !== undefined,
      booted: engine?.driver.bound ?? false,
      timeNs: engine?.now ?? 0,
      mcu: engine?.driver.mcuStatus ?? 'off',
      gpuHz: engine?.board.machine.gpuClock.hz ?? 0,
      gpuPower: engine?.driver.gpuPower ?? 'none',
      branch: engine?.sequence.branch ?? 0,
      accesses: engine?.board.accesses ?? 0,
      jobs: engine?.records.jobCount ?? 0,
      faults: engine?.driver.faultCount ?? 0,
      session: this.sessionPath,
      recording: true,
      running: this.runner.running,
      mode: this.runner.mode,
      idle: engine?.idle ?? true,
      bare: engine?.powerOn.bare ?? false,
      firmwareName: engine?.powerOn.firmwareName ?? '',
      ...this.undoable(),
      ...this.detail(),
    };
  }

  private detail(): Pick<Result<'bench.status'>, 'detail'> {
    const state = this.timeline?.engine.board.detail.state;
    return state !== undefined && (state.cs.on || state.mcu.on) ? { detail: state } : {};
  }

  private undoable(): Pick<Result<'bench.status'>, 'undo' | 'redo'> {
    if (this.timeline === undefined) return {};
    const undo = this.undo.next(this.timeline);
    const redo = this.undo.again(this.timeline);
    return { ...(undo === undefined ? {} : { undo }), ...(redo === undefined ? {} : { redo }) };
  }

  peek(target: Target): RegisterValue {
    const { lo, hi } = this.words(target);
    return describeRegister(target, lo, hi);
  }

  private words(target: Target): { lo: number; hi: number } {
    const { machine } = this.engine.board;
    const at = (offset: number): number =>
      target.space === 'host' ? machine.peek(offset) : (machine.mcuPeek(offset) ?? 0);
    return { lo: at(target.offset), hi: target.width === 64 ? at(target.offset + 4) : 0 };
  }

  read(params: ParsedParams<'register.read'>): RegisterValue {
    const target = hostTarget(params.name);
    const word = (offset: number): number => this.history.apply({ kind: 'read', offset, by: params.by }).result;
    const lo = word(target.offset);
    const hi = target.width === 64 ? word(target.offset + 4) : 0;
    return describeRegister(target, lo, hi);
  }

  /** What a person does can be undone; what a script does need not be. */
  act(by: 'user' | 'script', what: string, inputs: readonly Input[]): void {
    if (by === 'user') this.undo.act(this.history, what, inputs);
    else for (const input of inputs) this.history.apply(input);
  }

  poke(params: ParsedParams<'register.poke'>): Result<'register.poke'> {
    const target = hostTarget(params.name);
    const { lo, hi } = wordsToWrite(target, params.value, this.words(target));
    const writes = target.width === 64 ? [lo, hi] : [lo];
    if (params.preview) {
      const changes = previewPoke(this.engine, target.offset, writes);
      return { register: this.peek(target), changes };
    }
    this.act(
      params.by,
      `write ${params.name}`,
      writes.map((value, i) => ({ kind: 'poke', offset: target.offset + i * 4, value, by: params.by })),
    );
    return { register: this.peek(target), changes: [] };
  }
}

/** Values of 64-bit masks as hex text, as docs/cli.md has them; the rest as numbers. */
function hexLarge(info: Record<string, unknown>): Record<string, unknown> {
  const wide = new Set(panthorGpuInfo.fields.filter((f) => f.scalar === 'u64').map((f) => f.name));
  return Object.fromEntries(
    Object.entries(info).map(([k, v]) => [k, wide.has(k) && typeof v === 'number' ? `0x${v.toString(16)}` : v]),
  );
}

/** Registers that the CPU can reach. */
function hostTarget(name: string): Target {
  const target = resolveTarget(name);
  if (target.space === 'mcu') {
    throw new UsageError(`${name} is private to the MCU: it can be peeked at, not read or written by the CPU`);
  }
  return target;
}

const HANDLERS: Handlers = {
  ...WINDOW_HANDLERS,
  ...HISTORY_HANDLERS,
  ...DEBUG_HANDLERS,
  ...DRIVER_HANDLERS,
  ...STREAM_DEBUG_HANDLERS,
  ...SHADER_DEBUG_HANDLERS,
  ...FIRMWARE_ITEM_HANDLERS,
  'bench.create': (s, p) => s.create(p),
  'bench.boot': (s) => s.boot(),
  'bench.status': (s) => s.status(),
  'bench.power-cycle': (s) => s.powerCycle(),
  'bench.close': (s) => s.parts.recorder.flush(),
  'bench.stateHash': (s) => s.engine.stateHash(),
  'register.peek': (s, { names }) => names.map((n) => s.peek(resolveTarget(n))),
  'register.read': (s, p) => s.read(p),
  'register.poke': (s, p) => s.poke(p),
  'memory.read': (s, p) => s.engine.readMemory(p.space, p.as, p.address, p.length),
  'memory.write': (s, p) => void s.history.apply({ kind: 'memory-write', ...p }),
  'memory.readUser': (s, { client, address, length }) => s.engine.readUser(client, address, length),
  'time.advance': (s, { ns, until }) => {
    const { result } = s.history.apply({ kind: 'advance', limitNs: ns, until });
    return { timeNs: s.engine.now, reason: result === 1 ? until : 'time' };
  },
  'stream.run': (s, p) => runStream(s.history, p),
  'input.apply': (s, { input }) => s.history.apply(input),
  'snapshot.take': (s, { label }) => s.takeSnapshot(label),
  'snapshot.restore': (s, { id }) => void s.history.apply({ kind: 'restore', snapshot: id }),
  'session.flush': (s) => s.parts.recorder.flush(),
};
