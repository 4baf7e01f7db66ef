/**
 * Answers the requests of the protocol: one handler a row, parameters parsed before it sees them. Holds the one
 * engine of its thread.
 */
import { LimitReached, UsageError } from '../../base/errors.ts';
import {
  PROTOCOL_VERSION,
  requests,
  type BootResult,
  type NoticeName,
  type ParsedParams,
  type RegisterValue,
  type RequestName,
  type Result,
} from '../../protocol/messages.ts';
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
import { Timeline } from './timeline.ts';

export interface ServiceParts {
  readonly recorder: Recorder;
  readonly control: EngineControl;
  readonly notify: (notice: NoticeName, data: unknown) => void;
}

type Handlers = { readonly [K in RequestName]: (service: Service, params: ParsedParams<K>) => Result<K> };

export class Service {
  readonly parts: ServiceParts;
  private timeline: Timeline | undefined;
  private booted: BootResult | undefined;
  private sessionPath = '';
  private dead: string | undefined;

  constructor(parts: ServiceParts) {
    this.parts = parts;
  }

  /** Handles one request; throws TyrErrors for the wire. */
  handle(name: string, params: unknown): unknown {
    if (!Object.hasOwn(requests, name)) throw new UsageError(`no request "${name}"`);
    const key = name as RequestName;
    const parsed = requests[key].params.safeParse(params);
    if (!parsed.success) {
      const what = parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
      throw new UsageError(`${name}: ${what}`);
    }
    if (this.dead !== undefined && key !== 'session.flush' && key !== 'bench.close') {
      throw new LimitReached(`the bench was stopped (${this.dead}); start a new one`);
    }
    try {
      return (HANDLERS[key] as (service: Service, params: unknown) => unknown)(this, parsed.data);
    } catch (error) {
      // What was unwound through the machine cannot go on.
      if (error instanceof Error && error.name === ('Aborted' satisfies Aborted['name'])) this.dead = error.message;
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
      this.parts.recorder,
      this.parts.control,
    );
    this.engine.recordInfo({ protocol: String(PROTOCOL_VERSION) });
  }

  boot(): BootResult {
    if (this.booted !== undefined) return this.booted;
    const { engine } = this;
    if (engine.powerOn.bare) throw new UsageError('the bench is bare: it has no driver to boot');
    const { result } = this.history.apply({ kind: 'module-load', module: 'tyr' });
    const facts = result < 0 ? { gpuInfo: {}, csifInfo: {} } : this.infos();
    this.booted = {
      ok: result >= 0,
      errno: result,
      ...facts,
      mcu: { status: engine.driver.mcuStatus, instructions: engine.board.machine.core.instructions },
      firmware: engine.driver.firmware,
      virtualNs: engine.now,
      registerAccesses: engine.board.accesses,
      log: [...engine.board.logLines],
    };
    return this.booted;
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
      booted: this.booted?.ok ?? false,
      timeNs: engine?.now ?? 0,
      mcu: engine?.driver.mcuStatus ?? 'off',
      gpuHz: engine?.board.machine.gpuClock.hz ?? 0,
      branch: engine?.sequence.branch ?? 0,
      accesses: engine?.board.accesses ?? 0,
      jobs: engine?.driver.jobCount ?? 0,
      faults: engine?.driver.faultCount ?? 0,
      session: this.sessionPath,
      recording: true,
    };
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

  poke(params: ParsedParams<'register.poke'>): Result<'register.poke'> {
    const target = hostTarget(params.name);
    const { lo, hi } = wordsToWrite(target, params.value, this.words(target));
    const writes = target.width === 64 ? [lo, hi] : [lo];
    if (params.preview) {
      const changes = previewPoke(this.engine, target.offset, writes);
      return { register: this.peek(target), changes };
    }
    writes.forEach((value, i) => {
      this.history.apply({ kind: 'poke', offset: target.offset + i * 4, value, by: params.by });
    });
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
  'bench.create': (s, p) => s.create(p),
  'bench.boot': (s) => s.boot(),
  'bench.status': (s) => s.status(),
  'bench.power-cycle': (s) => void s.history.apply({ kind: 'power-cycle' }),
  'bench.close': (s) => s.parts.recorder.flush(),
  'bench.stateHash': (s) => s.engine.stateHash(),
  'register.peek': (s, { names }) => names.map((n) => s.peek(resolveTarget(n))),
  'register.read': (s, p) => s.read(p),
  'register.poke': (s, p) => s.poke(p),
  'memory.read': (s, p) => s.engine.readMemory(p.space, p.as, p.address, p.length),
  'memory.write': (s, p) => void s.history.apply({ kind: 'memory-write', ...p }),
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
