/**
 * The debugger of shaders. While there is anything to look for it sets the watch of the shader cores, which interpret
 * then. A stop cuts the instant in two (`Csf.cut`), whoever grants the time: the grant ends early, and what is
 * journalled is the time that passed and the place (Timeline.breaks), so that a replay without a debugger does the
 * same. Only inside a call of the driver, which cannot be left in the middle, and in the grants of other debuggers the
 * thread waits where it is and answers from there.
 */
import { UsageError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { Task } from '../../emulator/shader/task.ts';
import type { ShaderInspection, TaskNote } from '../../emulator/shader/watch.ts';
import { faultName } from '../../spec/faults.ts';
import { STREAMS_PER_GROUP } from '../../spec/registers/mcu-private.ts';
import type {
  LaneEntry,
  ShaderBreakpoint,
  ShaderBreakpointState,
  ShaderFaultEntry,
  ShaderStop,
  ShaderTask,
} from '../../protocol/shader-debug.ts';
import type { Engine } from './engine.ts';
import { shaderCondition, type ShaderCondition } from './shader-condition.ts';
import { describeTask, indexOf, readLocal } from './shader-debug-state.ts';
import { LaneWatch, type LanePlace } from './shader-lane.ts';
import { inputsToShader, placeBefore } from './shader-places.ts';
import { countExecution, Programs, type Program } from './shader-programs.ts';
import type { Breaks, Timeline } from './timeline.ts';

/** Faults that are kept (chosen). */
const MAX_FAULTS = 256;
/** Virtual time granted at once, in ns: how late a look at the end may come (chosen). */
const SLICE_NS = 1_000_000;

interface Armed {
  readonly id: number;
  readonly breakpoint: ShaderBreakpoint;
  readonly condition: ShaderCondition | undefined;
  hits: number;
}

/** What a step is on its way to: `left` more instructions, of one warp or (undefined) of any. */
interface Goal {
  readonly warp: { readonly task: Task; readonly group: number; readonly warp: number } | undefined;
  left: number;
}

interface Reason {
  readonly reason: string;
  readonly breakpoint?: number;
}

type Stop = Pick<ShaderStop, 'reason' | 'breakpoint' | 'number' | 'core' | 'warp' | 'pc' | 'program' | 'index'>;

export interface ShaderDebuggerParts {
  readonly history: () => Timeline;
  /** Tells the host of a stop inside another request, then answers its messages until `done`. */
  readonly waitInside: (stop: ShaderStop, done: () => boolean) => void;
  /** The machine stopped in a grant of somebody else, or stands no longer. */
  readonly told: (stop: ShaderStop) => void;
}

export class ShaderDebugger implements Breaks {
  readonly programs = new Programs();
  private readonly parts: ShaderDebuggerParts;
  private readonly points = new Map<number, Armed>();
  private nextId = 1;
  private armedOn: Engine | undefined;
  private readonly faultList: ShaderFaultEntry[] = [];
  private stop: Stop = { reason: 'none' };
  private cutHere = false;
  private goal: Goal | undefined;
  private counting = false;
  private lane: LaneWatch | undefined;
  /** Grants of the request under way may be ended by a stop; else the thread waits at it. */
  unwinds = true;
  /** Such a grant is under way. */
  private mayCut = false;
  /** This debugger grants time itself. */
  private granting = false;
  private inside = false;
  private resumed = false;
  /** The machine stands, but may go on. */
  private released = false;
  /** The instruction it was let go on from, which does not stop it again; -1 none. */
  private passed = -1;
  /** Instructions before this one have been counted. */
  private counted = 0;
  /** Of the task whose instructions are looked at. */
  private task: Task | undefined;
  private program: Program | undefined;
  private here: ReadonlyMap<number, readonly Armed[]> = new Map();

  constructor(parts: ShaderDebuggerParts) {
    this.parts = parts;
  }

  private get engine(): Engine {
    return this.parts.history().engine;
  }

  private get machine(): Machine {
    return this.engine.board.machine;
  }

  private get shaders(): ShaderInspection {
    const { shaders } = this.machine.csf;
    if (shaders === undefined) throw new UsageError('this bench has no shader cores');
    return shaders;
  }

  /** The thread waits inside another request. */
  get isInside(): boolean {
    return this.inside;
  }

  get armed(): boolean {
    return this.points.size > 0 || this.goal !== undefined;
  }

  during<T>(grant: () => T): T {
    const before = this.mayCut;
    this.cutHere = false;
    this.released = false;
    this.mayCut = this.unwinds;
    try {
      return grant();
    } finally {
      this.mayCut = before;
      if (this.cutHere && !this.granting) this.parts.told(this.where());
    }
  }

  stopped(): boolean {
    return this.cutHere;
  }

  place(): number {
    return this.shaders.executed;
  }

  add(breakpoint: ShaderBreakpoint): ShaderBreakpointState {
    const length = this.programs.of(breakpoint.program).words.length / 2;
    if (breakpoint.index >= length) throw new UsageError(`the program has ${length} instructions`);
    const condition = breakpoint.condition === undefined ? undefined : shaderCondition(breakpoint.condition);
    const armed: Armed = { id: this.nextId++, breakpoint, condition, hits: 0 };
    this.points.set(armed.id, armed);
    this.changed();
    return this.describe(armed);
  }

  remove(id: number): void {
    if (!this.points.delete(id)) throw new UsageError(`there is no breakpoint ${id}`);
    this.changed();
  }

  get breakpoints(): ShaderBreakpointState[] {
    return [...this.points.values()].map((a) => this.describe(a));
  }

  private describe({ id, breakpoint, hits }: Armed): ShaderBreakpointState {
    return { id, breakpoint, hits, bound: this.programs.of(breakpoint.program).address !== undefined };
  }

  get faults(): readonly ShaderFaultEntry[] {
    return this.faultList;
  }

  where(): ShaderStop {
    const stopped = this.inside || (this.machine.csf.shaders?.cut === true && !this.released);
    const { reason, ...rest } = this.stop;
    return {
      state: stopped ? 'stopped' : 'running',
      reason: stopped || rest.number === undefined ? reason : 'running',
      timeNs: this.engine.now,
      inside: this.inside,
      ...(stopped ? rest : {}),
    };
  }

  tasks(): ShaderTask[] {
    const { streams } = this.engine.board;
    return this.live().map((task) => {
      const group = streams.groupIn(Math.floor(task.cs / STREAMS_PER_GROUP));
      return describeTask(task, this.programOf(task).id, group);
    });
  }

  private live(): readonly Task[] {
    return this.machine.csf.shaders?.live() ?? [];
  }

  private taskOn(core: number): Task {
    const task = this.live().find((t) => t.core === core);
    if (task === undefined) throw new UsageError(`core ${core} is in the middle of no task`);
    return task;
  }

  registers(core: number, warp: number): Uint32Array {
    return new Uint32Array(this.shaders.registers(this.taskOn(core), warp).buffer);
  }

  uniforms(core: number): Uint32Array {
    return Uint32Array.from(this.taskOn(core).environment.uniforms);
  }

  local(core: number, item: number, what: 'shared' | 'stack'): { address: number; bytes: Uint8Array } {
    return readLocal(this.machine, this.taskOn(core), what, item);
  }

  /** Grants time until a breakpoint. */
  run(ns: number): ShaderStop {
    this.goal = undefined;
    return this.inside ? this.goOn() : this.grant(ns, 'idle');
  }

  /** Lets the machine go on in somebody else's time. */
  release(): ShaderStop {
    this.goal = undefined;
    if (this.inside) return this.goOn();
    this.released = true;
    const stop = this.where();
    this.parts.told(stop);
    return stop;
  }

  step(what: 'warp' | 'any', count: number, limitNs: number): ShaderStop {
    const { core, warp, number } = this.stop;
    const standing = this.where().state === 'stopped' && number !== undefined;
    const task = standing && what === 'warp' ? this.live().find((t) => t.core === core) : undefined;
    this.goal = {
      warp: task === undefined || warp === undefined ? undefined : { task, group: task.group, warp },
      left: count,
    };
    if (!this.inside) return this.grant(limitNs, 'ended');
    this.arm();
    return this.goOn();
  }

  back(count: number): ShaderStop {
    if (this.inside) throw new UsageError('the machine is stopped inside a call of the driver: it cannot go back here');
    const history = this.parts.history();
    const target = this.shaders.executed - count;
    const place = target < 0 ? undefined : placeBefore(history.past, target);
    if (place === undefined) throw new UsageError('no shader has executed an instruction before this');
    const { counted } = this;
    history.apply({ kind: 'travel', timeNs: place.timeNs, inputs: place.inputs });
    for (const input of inputsToShader(place)) history.apply(input);
    this.arm();
    this.counted = counted;
    this.standAt('back');
    return this.where();
  }

  count(on: boolean): void {
    this.counting = on;
    this.counted = this.shaders.executed;
    this.programs.clearCounts();
    this.changed();
  }

  counts(id: string): { on: boolean; warps: number[]; lanes: number[] } {
    const { counts } = this.programs.of(id);
    return { on: this.counting, warps: [...(counts?.warps ?? [])], lanes: [...(counts?.lanes ?? [])] };
  }

  watch(place: LanePlace | undefined): void {
    this.lane = place === undefined ? undefined : new LaneWatch(place);
    // While it stands, the instruction it stands at is the first one.
    const task = place === undefined ? undefined : this.live().find((t) => t.core === place.core);
    const { number, warp } = this.stop;
    if (task !== undefined && number !== undefined && warp !== undefined && warp === place?.warp) {
      this.noteLane(task, warp, number);
    }
    this.changed();
  }

  watched(last: number): LaneEntry[] {
    return this.lane?.entries(last) ?? [];
  }

  private noteLane(task: Task, warp: number, number: number): void {
    const { pc, active, environment } = task;
    const index = indexOf(environment.code, pc[warp]!);
    this.lane?.note(task, this.programOf(task).id, index, active[warp]!, number, this.shaders.registers(task, warp));
  }

  /** Grants up to `ns`, until a stop or until nothing happens any more, which is called `reason` then. */
  private grant(ns: number, reason: string): ShaderStop {
    this.stop = { reason: 'time' };
    this.arm();
    this.granting = true;
    this.cutHere = false;
    try {
      const { engine } = this;
      const history = this.parts.history();
      const until = engine.now + ns;
      while (!this.cutHere && engine.now < until && !engine.idle) {
        history.apply({ kind: 'advance', limitNs: Math.min(SLICE_NS, until - engine.now), until: 'idle' });
      }
      if (!this.cutHere && engine.idle) this.stop = { reason };
    } finally {
      this.granting = false;
      this.goal = undefined;
      this.arm();
    }
    const stop = this.where();
    this.parts.told(stop);
    return stop;
  }

  /** Lets the request go on inside which the thread waits. */
  private goOn(): ShaderStop {
    this.resumed = true;
    return { ...this.where(), state: 'running', reason: 'running' };
  }

  private changed(): void {
    this.task = undefined;
    this.arm();
  }

  /** Sets or removes the watch. History may have put another engine in the place of the one it was set on. */
  arm(): void {
    const { engine, machine } = this;
    if (this.armedOn !== engine) {
      this.armedOn = engine;
      this.task = undefined;
      this.released = false;
      this.parts.history().breaks = this;
      engine.board.shaders.onTask = (note) => this.noteTask(engine, note);
      this.counted = machine.csf.shaders?.executed ?? 0;
      if (machine.csf.shaders?.cut === true) this.standAt('back');
      else this.stop = { reason: 'none' };
    }
    const needed = this.armed || this.counting || this.lane !== undefined;
    machine.hooks.csf.shader = needed ? (...look) => this.look(engine, ...look) : undefined;
  }

  /** The machine stands before an instruction that this debugger did not stop it at just now. */
  private standAt(reason: string): void {
    const number = this.shaders.executed;
    this.passed = number;
    const task = this.shaders.standing;
    this.stop = task === undefined ? { reason } : this.stopAt(task, task.warp, task.pc[task.warp]!, number, reason);
  }

  private stopAt(task: Task, warp: number, pc: number, number: number, reason: string): Stop {
    const { code } = task.environment;
    return { reason, number, core: task.core, warp, pc, program: this.programOf(task).id, index: indexOf(code, pc) };
  }

  private programOf(task: Task): Program {
    return this.programs.met(this.machine, task.as, task.environment.code, this.engine.now, false);
  }

  private noteTask(engine: Engine, note: TaskNote): void {
    const { what, code, failure } = note;
    const { machine } = engine.board;
    let program: Program | undefined;
    if (code !== undefined) {
      program = this.programs.met(machine, note.as, code, engine.now, what === 'begin' && note.number === 0);
      if (what === 'begin') program.tasks++;
    }
    if (what !== 'fault' || failure === undefined) return;
    this.faultList.push({
      timeNs: engine.now,
      exception: faultName(failure.code),
      info: failure.info,
      core: note.core,
      warp: failure.warp,
      active: failure.active,
      ...(code === undefined || program === undefined
        ? {}
        : { pc: failure.pc, program: program.id, index: indexOf(code, failure.pc) }),
      group: engine.board.streams.groupIn(Math.floor(note.cs / STREAMS_PER_GROUP)),
      queue: note.cs % STREAMS_PER_GROUP,
      cs: note.cs,
      command: note.command,
    });
    if (this.faultList.length > MAX_FAULTS) this.faultList.shift();
  }

  /** Before an instruction of a warp. True cuts the instant here. */
  private look(engine: Engine, task: Task, warp: number, pc: number, active: number, number: number): boolean {
    if (engine.board.streams.muted()) return false;
    if (task !== this.task) this.enter(task);
    const index = (pc - task.environment.code) / 8;
    if (this.lane?.concerns(task, warp) === true) this.noteLane(task, warp, number);
    if (this.passed !== number) {
      this.passed = -1;
      const stop = this.reasonAt(task, warp, index, active);
      if (stop !== undefined) {
        this.passed = number;
        this.stop = { ...this.stopAt(task, warp, pc, number, stop.reason), ...stop };
        this.goal = undefined;
        if (this.mayCut && engine.kernel.cpu.depth === 0) {
          this.cutHere = true;
          return true;
        }
        this.waitHere();
      }
    }
    if (this.counting && number >= this.counted) {
      this.counted = number + 1;
      if (this.program !== undefined) countExecution(this.program, index, active);
    }
    return false;
  }

  private enter(task: Task): void {
    this.task = task;
    this.program = this.programOf(task);
    const here = new Map<number, Armed[]>();
    for (const armed of this.points.values()) {
      const { program, index } = armed.breakpoint;
      if (program === this.program.id) here.set(index, [...(here.get(index) ?? []), armed]);
    }
    this.here = here;
  }

  private holds({ condition, hits }: Armed, task: Task, warp: number, active: number): boolean {
    if (condition === undefined) return true;
    const { uniforms } = task.environment;
    return condition({ task, uniforms, warp, active, hits, registers: this.shaders.registers(task, warp) }) !== 0;
  }

  private reasonAt(task: Task, warp: number, index: number, active: number): Reason | undefined {
    for (const armed of this.here.get(index) ?? []) {
      if (!this.holds(armed, task, warp, active)) continue;
      if (++armed.hits > armed.breakpoint.ignore) return { reason: 'breakpoint', breakpoint: armed.id };
    }
    const { goal } = this;
    if (goal === undefined) return undefined;
    const own = goal.warp;
    if (own !== undefined && !(own.task === task && own.group === task.group && own.warp === warp)) {
      // Another warp's turn: this one's comes again, unless it has ended.
      const over = own.task.group !== own.group || own.task.alive[own.warp] === 0;
      return over ? { reason: 'step' } : undefined;
    }
    return --goal.left <= 0 ? { reason: 'step' } : undefined;
  }

  /** The thread waits here, in the middle of the instant, and answers questions. */
  private waitHere(): void {
    this.inside = true;
    this.resumed = false;
    this.parts.waitInside(this.where(), () => this.resumed);
    this.inside = false;
    this.stop = { reason: 'time' };
    this.task = undefined;
  }
}
