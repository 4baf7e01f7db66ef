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
import { RUN, ShaderEngine } from './engine.ts';
import { loadTask, newTask, saveTask, type Task } from './task.ts';

/** Numbers SHADER_PRESENT can name; counters of each. */
const SHADER_CORES = 64;
const COUNTERS = 4;

/** Kinds of events; the payload is the core. */
const EVENT = { RUN: 0, END: 1 } as const;

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
  /** Pending event. */
  event: number;
}

export class ShaderCores implements CoreUnit, EventTarget {
  readonly id = 'shader-cores';
  /** Executes; its trace hook is for debuggers. */
  readonly engine: ShaderEngine;
  private readonly host: CsfHost;
  private readonly cores = new Map<number, Core>();
  private readonly box: GroupBox = { x: 0, y: 0, z: 0, nx: 0, ny: 0, nz: 0 };
  /** Since power-on, by core: instructions, warps, loads, stores. */
  private readonly counts = new Float64Array(SHADER_CORES * COUNTERS);
  private port: TaskPort | undefined;

  constructor(host: CsfHost) {
    this.host = host;
    this.engine = new ShaderEngine(host.memory, host.mmu);
    host.clock.register(this);
  }

  connect(port: TaskPort): void {
    this.port = port;
  }

  start(job: JobView, task: number, core: number): void {
    const at: Core = {
      job: { ...job, regs: job.regs.slice() },
      number: core,
      task,
      running: undefined,
      failure: undefined,
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
    this.engine.reset();
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
      cores: [...this.cores.values()].toSorted((a, b) => a.number - b.number).map(saveCore),
    };
  }

  load(state: Plain): void {
    this.cores.clear();
    this.engine.reset();
    const saved = state as { readonly cores: readonly PlainObject[]; readonly counts: readonly number[] };
    this.counts.set(saved.counts);
    for (const core of saved.cores.map(loadCore)) this.cores.set(core.number, core);
  }

  private schedule(at: Core, cycles: number, kind: number): void {
    const { clock, gpuClock } = this.host;
    at.event = clock.schedule(gpuClock.after(cycles), ORDER.CORE, at.number, this.id, kind, at.number);
  }

  private slice(at: Core): void {
    const { engine } = this;
    const task = (at.running ??= this.begin(at));
    if (task === undefined) {
      at.failure = { ...engine.memory.fault };
      this.schedule(at, 0, EVENT.END);
      return;
    }
    const status = engine.run(task, SLICE_INSTRUCTIONS);
    engine.counts.forEach(
      (n, i) => (this.counts[at.number * COUNTERS + i] = this.counts[at.number * COUNTERS + i]! + n),
    );
    const cycles = task.executed > LONG_INSTRUCTIONS ? engine.cycles * LONG_FACTOR : engine.cycles;
    if (status === RUN.FAULT) at.failure = { ...engine.memory.fault };
    this.schedule(at, cycles, status === RUN.MORE ? EVENT.RUN : EVENT.END);
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
    return newTask({ as: job.as, cs: job.cs, ctx: job.ctx, core: at.number }, environment, this.box);
  }

  private end(at: Core): void {
    const { failure } = at;
    this.cores.delete(at.number);
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
    job: from.job === undefined ? undefined : { ...from.job, regs: from.job.regs.slice() },
    running: from.running === undefined ? undefined : loadTask(from.running),
    failure: from.failure === undefined ? undefined : { ...from.failure },
  };
}
