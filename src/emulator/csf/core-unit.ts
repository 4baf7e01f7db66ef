/**
 * Where the machines that do the work of jobs are plugged in: one unit per class (compute, fragment, tiler). The
 * iterators decide which task runs on which core and when; a unit only runs the task it is given and tells how it
 * ended, at its own time, through its port. `InstantUnit` stands in where no machine is plugged in: it computes
 * nothing and ends each task after a fixed time.
 */
import type { PlainObject, Stateful } from '../../base/stateful.ts';
import type { Clock, ClockDomain, EventTarget } from '../wiring.ts';
import { ORDER } from '../wiring.ts';
import type { ShaderInspection } from '../shader/watch.ts';
import { INSTANT_TASK_CYCLES } from './choices.ts';

/** A job as units see it; the same object is filled anew for each call, so copy what must outlive the call. */
export interface JobView {
  /** Stream interface, group slot, job context 0..5 and class (JOB_CLASS). */
  cs: number;
  group: number;
  ctx: number;
  cls: number;
  /** Address space. */
  as: number;
  /** Opcode and instruction word. */
  op: number;
  lo: number;
  hi: number;
  /** r0..r63 at issue; a live view that stays valid while the job exists. Units do not write it. */
  regs: Int32Array;
  /** Heap context at issue; draw descriptor VA (RUN_FULLSCREEN) or draw id (RUN_IDVS). */
  heap: number;
  aux: number;
  /** Number of tasks. */
  total: number;
  /** Address of the instruction that issued it. */
  pc: number;
}

/**
 * A fault of a task: exception code of spec/faults and what CS_FAULT_INFO shows (VA, shader PC or descriptor VA). An
 * MMU fault the unit has already raised with the MMU.
 */
export interface TaskFault {
  readonly code: number;
  readonly info: number;
}

/** How a unit reports; never from inside `start`, always from an event of its own. */
export interface TaskPort {
  /** The task on `core` ended. */
  done(core: number): void;
  /** The task on `core` faulted: its job is killed. */
  fault(core: number, fault: TaskFault): void;
  /** The tiler found no chunk: the batch counts as not begun and is started again after OOM_RETRY. */
  outOfMemory(core: number): void;
}

/** A machine that runs tasks of one class. Cores are numbered as in SHADER_PRESENT; the tiler is core 64. */
export interface CoreUnit extends Stateful {
  connect(port: TaskPort): void;
  /** Called at issue: the number of tasks, or the fault that ends the job at once. */
  tasks?(job: JobView): number | TaskFault;
  /** Begins task `task` (0-based) on a core that is free. */
  start(job: JobView, task: number, core: number): void;
  /** RESET or a fault of the job elsewhere: the task vanishes, nothing is reported any more. */
  drop(core: number): void;
  /** Counters of a core since power-on, in the order of PRF_SAMPLE without `activeCycles` and `tasks`. */
  counters?(core: number): readonly number[];
  /** What a debugger may look at; while `cut`, the machine stands in the middle of a task. */
  readonly inspection?: ShaderInspection;
  /** Goes on after a cut. */
  finishCut?(): void;
}

/** Ends each task after INSTANT_TASK_CYCLES without doing anything. */
export class InstantUnit implements CoreUnit, EventTarget {
  readonly id: string;
  private readonly clock: Clock;
  private readonly domain: ClockDomain;
  private port: TaskPort | undefined;
  private readonly handles = new Map<number, number>();

  constructor(id: string, clock: Clock, domain: ClockDomain) {
    this.id = id;
    this.clock = clock;
    this.domain = domain;
    clock.register(this);
  }

  connect(port: TaskPort): void {
    this.port = port;
  }

  start(_job: JobView, _task: number, core: number): void {
    const at = this.domain.after(INSTANT_TASK_CYCLES);
    this.handles.set(core, this.clock.schedule(at, ORDER.CORE, core, this.id, 0, core));
  }

  drop(core: number): void {
    this.clock.cancel(this.handles.get(core) ?? 0);
    this.handles.delete(core);
  }

  fire(_kind: number, core: number): void {
    this.handles.delete(core);
    this.port?.done(core);
  }

  save(): PlainObject {
    return { handles: [...this.handles].toSorted((a, b) => a[0] - b[0]) };
  }

  load(state: PlainObject): void {
    this.handles.clear();
    for (const entry of Array.isArray(state.handles) ? state.handles : []) {
      if (Array.isArray(entry)) this.handles.set(Number(entry[0]), Number(entry[1]));
    }
  }
}
