/**
 * The shader cores as the iterators see them: one unit that runs a task on each core it is given. A task is executed
 * in slices; the effect of a slice comes at its beginning, the next slice (or the report) after the cycles it took.
 * Tasks of one job start in order, and nearly all of them end within their first slice.
 */
import { Bug } from '../../base/errors.ts';
import type { Plain, PlainObject } from '../../base/stateful.ts';
import { FAULT } from '../../spec/faults.ts';
import type { CoreUnit, JobView, TaskFault, TaskPort } from '../csf/core-unit.ts';
import { groupsOf, type GroupBox } from '../csf/task-count.ts';
import { ACCESS, ORDER, UNIT, type AccessType, type CsfHost, type EventTarget } from '../wiring.ts';
import { COST_TASK, LONG_FACTOR, LONG_INSTRUCTIONS, SLICE_INSTRUCTIONS } from './choices.ts';
import { readEnvironment } from './environment.ts';
import { RUN, ShaderEngine, type ShaderEngineKind } from './engine.ts';
import { loadTask, newTask, saveTask, type Task } from './task.ts';
import type { ShaderInspection, TaskNote } from './watch.ts';

/** Numbers SHADER_PRESENT can name; counters of each. */
const SHADER_CORES = 64;
const COUNTERS = 4;

/** Kinds of events; the payload is the core. */
const EVENT = { RUN: 0, END: 1 } as const;

/** A slice a watch has stopped: its core, instructions left of its budget, cycles so far. */
interface Cut {
  readonly core: number;
  readonly left: number;
  readonly cycles: number;
}

/** What ended a task badly; `mmu` tells that the MMU must be told, with access and address. */
interface Failure {
  readonly code: number;
  readonly info: number;
  readonly mmu: boolean;
  readonly access: AccessType;
  readonly va: number;
}

/** A core at work. */
interface Core {
  /** The job as it was handed over, for the first slice. */
  job: JobView | undefined;
  readonly number: number;
  readonly task: number;
  running: Task | undefined;
  failure: Failure | undefined;
  /** Nothing is left to do but the report. */
  ended: boolean;
  /** Pending event. */
  event: number;
}

export class ShaderCores implements CoreUnit, EventTarget, ShaderInspection {
  readonly id = 'shader-cores';
  readonly engine: ShaderEngine;
  readonly inspection = this;
  executed = 0;
  private cutAt: Cut | undefined;
  private readonly host: CsfHost;
  private readonly cores = new Map<number, Core>();
  private readonly box: GroupBox = { x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0 };
  /** Since power-on, by core: instructions, warps, loads, stores. */
  private readonly counts = new Float64Array(SHADER_CORES * COUNTERS);
  private port: TaskPort | undefined;

  constructor(host: CsfHost, engine: ShaderEngineKind = 'interpreter') {
    this.host = host;
    this.engine = new ShaderEngine(host.memory, host.mmu, engine);
    host.clock.register(this);
  }

  connect(port: TaskPort): void {
    this.port = port;
  }

  get cut(): boolean {
    return this.cutAt !== undefined;
  }

  get standing(): Task | undefined {
    return this.cutAt === undefined ? undefined : this.cores.get(this.cutAt.core)?.running;
  }

  finishCut(): void {
    const { cutAt } = this;
    this.cutAt = undefined;
    const at = cutAt === undefined ? undefined : this.cores.get(cutAt.core);
    if (cutAt !== undefined && at?.running !== undefined) this.execute(at, at.running, cutAt.left, cutAt.cycles);
  }

  live(): readonly Task[] {
    const running = [...this.cores.values()].filter((c) => c.running !== undefined && !c.ended);
    return running.toSorted((a, b) => a.number - b.number).map((c) => c.running!);
  }

  registers(task: Task, warp: number): Int32Array {
    return this.engine.registers(task, warp);
  }

  start(job: JobView, task: number, core: number): void {
    const at: Core = {
      job: { ...job, regs: job.regs.slice() },
      number: core,
      task,
      running: undefined,
      failure: undefined,
      ended: false,
      event: 0,
    };
    this.cores.set(core, at);
    this.schedule(at, COST_TASK, EVENT.RUN);
  }

  drop(core: number): void {
    const at = this.cores.get(core);
    if (at === undefined) return;
    this.host.clock.cancel(at.event);
    this.cores.delete(core);
    if (this.cutAt?.core === core) this.cutAt = undefined;
    this.engine.reset();
    this.note('drop', at);
  }

  fire(kind: number, core: number): void {
    const at = this.cores.get(core);
    if (at === undefined) throw new Bug(`event for core ${core}, which has no task`);
    if (kind === EVENT.END) this.end(at);
    else this.slice(at);
  }

  counters(core: number): readonly number[] {
    return [...this.counts.subarray(core * COUNTERS, (core + 1) * COUNTERS)];
  }

  save(): Plain {
    return {
      counts: [...this.counts],
      cut: this.cutAt === undefined ? undefined : { ...this.cutAt },
      cores: [...this.cores.values()].toSorted((a, b) => a.number - b.number).map(saveCore),
    };
  }

  load(state: Plain): void {
    this.cores.clear();
    this.engine.reset();
    const saved = state as {
      readonly cores: readonly PlainObject[];
      readonly counts: readonly number[];
      readonly cut: Cut | undefined;
    };
    this.counts.set(saved.counts);
    this.executed = 0;
    for (let i = 0; i < this.counts.length; i += COUNTERS) this.executed += this.counts[i]!;
    this.cutAt = saved.cut === undefined ? undefined : { ...saved.cut };
    for (const core of saved.cores.map(loadCore)) this.cores.set(core.number, core);
  }

  private schedule(at: Core, cycles: number, kind: number): void {
    const { clock, gpuClock } = this.host;
    at.event = clock.schedule(gpuClock.after(cycles), ORDER.CORE, at.number, this.id, kind, at.number);
  }

  private slice(at: Core): void {
    const { engine } = this;
    const begins = at.running === undefined;
    const task = (at.running ??= this.begin(at));
    if (task === undefined) {
      at.failure = { ...engine.memory.fault };
      at.ended = true;
      this.note('begin', at);
      this.schedule(at, 0, EVENT.END);
      return;
    }
    if (begins) this.note('begin', at);
    this.execute(at, task, SLICE_INSTRUCTIONS, 0);
  }

  /** A slice, or the rest of one that was cut: `left` of its instructions, after `spent` cycles. */
  private execute(at: Core, task: Task, left: number, spent: number): void {
    const { engine, host, counts } = this;
    const { shader } = host.trace;
    const from = this.executed;
    engine.watch =
      shader === undefined ? undefined : (t, warp, pc, active, done) => shader(t, warp, pc, active, from + done);
    const status = engine.run(task, left);
    engine.counts.forEach((n, i) => (counts[at.number * COUNTERS + i] = counts[at.number * COUNTERS + i]! + n));
    const done = engine.counts[0]!;
    this.executed += done;
    const used = spent + engine.cycles;
    if (status === RUN.CUT) {
      this.cutAt = { core: at.number, left: left - done, cycles: used };
      return;
    }
    const cycles = task.executed > LONG_INSTRUCTIONS ? used * LONG_FACTOR : used;
    if (status === RUN.FAULT) at.failure = { ...engine.memory.fault };
    at.ended = status !== RUN.MORE;
    this.schedule(at, cycles, status === RUN.MORE ? EVENT.RUN : EVENT.END);
  }

  /** Tells an observer of the task. */
  private note(what: TaskNote['what'], at: Core): void {
    const { task } = this.host.trace;
    const { job, running, failure } = at;
    const from = running ?? job;
    if (task === undefined || from === undefined) return;
    if (job !== undefined) groupsOf(job, at.task, this.box);
    const warp = running?.warp ?? 0;
    task({
      what,
      core: at.number,
      cs: from.cs,
      ctx: from.ctx,
      as: from.as,
      command: running?.command ?? job?.pc ?? 0,
      number: at.task,
      total: from.total,
      box: { ...(running?.box ?? this.box) },
      code: running?.environment.code,
      failure:
        failure === undefined
          ? undefined
          : {
              code: taskFault(failure).code,
              info: failure.info,
              warp,
              pc: running?.pc[warp] ?? 0,
              active: running?.active[warp] ?? 0,
            },
    });
  }

  /** Reads the job's descriptors; undefined after a fault. */
  private begin(at: Core): Task | undefined {
    const { job } = at;
    if (job === undefined) throw new Bug(`core ${at.number} has lost its job`);
    const { memory } = this.engine;
    memory.open(job.as);
    const environment = readEnvironment(job, memory);
    if (environment === undefined) return undefined;
    groupsOf(job, at.task, this.box);
    at.job = undefined;
    const { as, cs, ctx, total, pc: command } = job;
    return newTask({ as, cs, ctx, core: at.number, number: at.task, total, command }, environment, this.box);
  }

  private end(at: Core): void {
    const { failure } = at;
    this.cores.delete(at.number);
    this.note(failure === undefined ? 'end' : 'fault', at);
    if (failure === undefined) {
      this.port?.done(at.number);
      return;
    }
    const { mmu } = this.host;
    const from = at.running ?? at.job;
    if (failure.mmu && from !== undefined) {
      mmu.raise(
        from.as,
        { code: failure.code, access: failure.access, va: failure.va },
        { unit: UNIT.COMPUTE, cs: from.cs, ctx: from.ctx, core: at.number },
      );
    }
    this.port?.fault(at.number, taskFault(failure));
  }
}

/** A program counter that cannot be fetched is told as such; other refusals of the MMU keep their code. */
function taskFault(failure: Failure): TaskFault {
  const fetch = failure.mmu && failure.access === ACCESS.EXECUTE;
  return { code: fetch ? FAULT.INSTR_INVALID_PC : failure.code, info: failure.info };
}

function saveCore(core: Core): PlainObject {
  const { job, running, failure } = core;
  return {
    number: core.number,
    task: core.task,
    event: core.event,
    ended: core.ended,
    job: job === undefined ? undefined : { ...job, regs: job.regs.slice() },
    running: running === undefined ? undefined : saveTask(running),
    failure: failure === undefined ? undefined : { ...failure },
  };
}

function loadCore(state: PlainObject): Core {
  const from = state as unknown as Omit<Core, 'running'> & { readonly running: PlainObject | undefined };
  return {
    number: from.number,
    task: from.task,
    event: from.event,
    ended: from.ended,
    job: from.job === undefined ? undefined : { ...from.job, regs: from.job.regs.slice() },
    running: from.running === undefined ? undefined : loadTask(from.running),
    failure: from.failure === undefined ? undefined : { ...from.failure },
  };
}
