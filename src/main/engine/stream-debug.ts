/**
 * The debugger of command streams. It sets the breakpoint hook of the stream hardware while there is anything to look
 * for. A stop cuts the instant in two (`Csf.cut`) and unwinds to the engine; what is journalled is the time that passed
 * and the place of the stop, so that a replay without a debugger does the same. When somebody else grants time (a job
 * that is waited for, a driver call), the engine's thread waits where it is instead, and answers from there.
 */
import { UsageError } from '../../base/errors.ts';
import type { Machine } from '../../emulator/machine.ts';
import type { StreamBreakpoint, StreamName, StreamState, StreamStop, TraceEntry } from '../../protocol/stream-debug.ts';
import { STREAM_COUNT } from '../../spec/registers/mcu-private.ts';
import type { Engine } from './engine.ts';
import { interfaceOf, readStreamState, StreamReader } from './stream-debug-state.ts';
import { StreamTrace } from './stream-debug-trace.ts';
import { CallStarts, inputsTo, lastPlace, noPlace } from './stream-places.ts';
import type { StreamPlace, Timeline } from './timeline.ts';

interface Armed {
  readonly id: number;
  readonly breakpoint: StreamBreakpoint;
  hits: number;
}

/** A stop a step is on its way to. */
interface Goal {
  readonly cs: number;
  readonly reached: (instruction: number, depth: number, pc: number) => boolean;
}

interface Stop {
  readonly reason: string;
  readonly cs?: number;
  readonly breakpoint?: number;
  readonly pc?: number;
  readonly detail?: string;
}

/** The stream of a job that is debugged. */
interface Watched {
  readonly cs: number;
  /** First instruction, and of the gate before it, which is what the ring calls. */
  readonly va: number;
  readonly gate: number;
  /** The job has ended. */
  readonly finished: () => boolean;
}

export interface StreamDebuggerParts {
  readonly history: () => Timeline;
  /** Tells the host of a stop inside another request, then answers its messages until `done`. */
  readonly waitInside: (stop: StreamStop, done: () => boolean) => void;
}

export class StreamDebugger {
  private readonly parts: StreamDebuggerParts;
  private readonly points = new Map<number, Armed>();
  private nextId = 1;
  private armedOn: Engine | undefined;
  private readers: StreamReader[] = [];
  private stop: Stop = { reason: 'none' };
  private goal: Goal | undefined;
  private trace: StreamTrace | undefined;
  /** This debugger grants time now, and may unwind. */
  private granting = false;
  private inside = false;
  private resumed = false;
  /** When the last grant of time ended. */
  private stoppedNs = -1;
  /** Per stream: the instruction it was let go on from, which does not stop it again; -1 none. */
  private readonly passed = new Float64Array(STREAM_COUNT).fill(-1);
  private readonly starts = new CallStarts();
  private watched: Watched | undefined;
  private quiet = false;

  constructor(parts: StreamDebuggerParts) {
    this.parts = parts;
  }

  private get engine(): Engine {
    return this.parts.history().engine;
  }

  private get machine(): Machine {
    return this.engine.board.machine;
  }

  /** The thread waits inside another request. */
  get isInside(): boolean {
    return this.inside;
  }

  add(breakpoint: StreamBreakpoint): Armed {
    const armed: Armed = { id: this.nextId++, breakpoint, hits: 0 };
    this.points.set(armed.id, armed);
    this.arm();
    return armed;
  }

  remove(id: number): void {
    if (!this.points.delete(id)) throw new UsageError(`there is no breakpoint ${id}`);
    this.arm();
  }

  get breakpoints(): readonly Armed[] {
    return [...this.points.values()];
  }

  state(name: StreamName): StreamState {
    const cs = interfaceOf(this.engine, name);
    const start = this.programOf(cs, this.starts.of(cs));
    const reader = new StreamReader(this.machine, cs);
    const { pc } = readStreamState(this.engine, cs, undefined);
    const offset = start < 0 || reader.depth !== 1 || pc < start ? undefined : pc - start;
    return readStreamState(this.engine, cs, offset);
  }

  where(): StreamStop {
    const { reason, ...rest } = this.stop;
    // Behind a fault the machine stands between two instants: no longer once time has passed.
    const faulted = reason === 'fault' && this.stoppedNs === this.engine.now;
    const stopped = this.inside || this.machine.csf.cut || faulted;
    return {
      state: stopped ? 'stopped' : 'running',
      reason: stopped || rest.cs === undefined ? reason : 'running',
      timeNs: this.engine.now,
      inside: this.inside,
      ...(stopped ? rest : {}),
    };
  }

  /** Grants time until a breakpoint. */
  run(ns: number): StreamStop {
    this.goal = undefined;
    return this.inside ? this.goOn() : this.grant(ns, () => this.engine.idle, 'idle');
  }

  step(name: StreamName, count: number, limitNs: number): StreamStop {
    const { cs, reader } = this.reader(name);
    const target = reader.instructions + count;
    return this.reach({ cs, reached: (instruction) => instruction >= target }, reader, limitNs);
  }

  over(name: StreamName, limitNs: number): StreamStop {
    const { cs, reader } = this.reader(name);
    const { depth, instructions } = reader;
    return this.reach({ cs, reached: (n, d) => n > instructions && d <= depth }, reader, limitNs);
  }

  out(name: StreamName, limitNs: number): StreamStop {
    const { cs, reader } = this.reader(name);
    const { depth } = reader;
    return this.reach({ cs, reached: (_n, d) => d < depth }, reader, limitNs);
  }

  /** Runs to before the instruction at an address. */
  to(cs: number, address: number, limitNs: number): StreamStop {
    const reader = new StreamReader(this.machine, cs);
    this.goal = { cs, reached: (_n, _d, pc) => pc === address };
    return this.grant(limitNs, () => !reader.live && this.engine.idle, 'idle');
  }

  /** To before the last instruction executed. */
  back(name: StreamName): StreamStop {
    return this.goBack(name, () => true, false);
  }

  /** To the last earlier breakpoint, else to where the program began. */
  continueBack(name: StreamName): StreamStop {
    const points = [...this.points.values()].map((p) => p.breakpoint);
    return this.goBack(name, (cs, pc, start) => points.some((b) => this.meets(b, cs, pc, start)), true);
  }

  private goBack(
    name: StreamName,
    wanted: (cs: number, pc: number, start: number) => boolean,
    orStart: boolean,
  ): StreamStop {
    if (this.inside) throw new UsageError('the stream is stopped inside another request: it cannot go back there');
    const cs = interfaceOf(this.engine, name);
    const history = this.parts.history();
    const standing = this.machine.csf.cut && this.stop.cs === cs;
    const program = (start: number): number => this.programOf(cs, start);
    const sought = { cs, standing, program, wanted: (pc: number, start: number) => wanted(cs, pc, start) };
    const place = lastPlace(history.past, sought, orStart);
    if (place === undefined) throw noPlace();
    history.apply({ kind: 'travel', timeNs: place.timeNs, inputs: place.inputs });
    for (const input of inputsTo(cs, place)) history.apply(input);
    this.arm();
    this.passed[cs] = place.instruction;
    this.stop = { reason: 'back', cs, pc: place.pc };
    this.stoppedNs = this.engine.now;
    return this.where();
  }

  /** From now on faults of a stream stop it, and time is granted no further than to the end of its job. */
  watch(watched: Watched): void {
    this.watched = watched;
    this.arm();
  }

  unwatch(): void {
    this.watched = undefined;
    this.arm();
  }

  /** Lets work grant time with nothing to stop at. */
  quietly(work: () => void): void {
    this.quiet = true;
    this.arm();
    try {
      work();
    } finally {
      this.quiet = false;
      this.arm();
    }
  }

  /** As an input, at the place where the machine stands. */
  setRegister(name: StreamName, register: number, value: number): void {
    if (this.inside) throw new UsageError('the stream is stopped inside another request: it can be looked at only');
    if (!this.machine.csf.cut) throw new UsageError('the machine is not stopped before an instruction of a stream');
    const stream = interfaceOf(this.engine, name);
    this.parts.history().apply({ kind: 'cs-register', stream, register, value });
  }

  /** Keeps the last `size` instructions from now on; 0 ends it. */
  keep(size: number): void {
    this.trace = size === 0 ? undefined : new StreamTrace(size);
    this.arm();
  }

  traced(last: number, name: StreamName | undefined): TraceEntry[] {
    return this.trace?.entries(last, name === undefined ? undefined : interfaceOf(this.engine, name)) ?? [];
  }

  private reader(name: StreamName): { cs: number; reader: StreamReader } {
    const cs = interfaceOf(this.engine, name);
    return { cs, reader: new StreamReader(this.machine, cs) };
  }

  private reach(goal: Goal, reader: StreamReader, limitNs: number): StreamStop {
    this.goal = goal;
    if (this.inside) return this.goOn();
    return this.grant(limitNs, () => !reader.live, 'ended');
  }

  /** Grants up to `ns`, until a stop or `over`, which is called `reason` then. */
  private grant(ns: number, over: () => boolean, reason: string): StreamStop {
    this.stop = { reason: 'time' };
    this.arm();
    this.granting = true;
    const stopped = (): boolean => this.stop.cs !== undefined;
    const { watched } = this;
    const finished = watched?.finished() === false ? watched.finished : () => false;
    try {
      this.parts.history().advanceToCut(
        ns,
        () => stopped() || finished() || over(),
        () => this.place(),
      );
      if (!stopped() && finished()) this.stop = { reason: 'finished' };
      else if (!stopped() && over()) this.stop = { reason };
      this.stoppedNs = this.engine.now;
    } finally {
      this.granting = false;
      this.goal = undefined;
      this.arm();
    }
    return this.where();
  }

  private place(): StreamPlace {
    const { cs, reason } = this.stop;
    if (cs === undefined) return { stream: -1, instruction: -1, fault: false };
    return { stream: cs, instruction: new StreamReader(this.machine, cs).instructions, fault: reason === 'fault' };
  }

  /** Lets the request go on inside which the thread waits. */
  private goOn(): StreamStop {
    this.resumed = true;
    return { ...this.where(), state: 'running', reason: 'running' };
  }

  /** Sets or removes the hook. History may have put another engine in the place of the one it was set on. */
  arm(): void {
    const { engine, machine } = this;
    if (this.armedOn !== engine) {
      this.armedOn = engine;
      this.passed.fill(-1);
      this.starts.forget();
      this.readers = Array.from({ length: STREAM_COUNT }, (_, cs) => new StreamReader(machine, cs));
    }
    const { quiet, watched } = this;
    const needed = !quiet && (this.points.size > 0 || this.goal !== undefined || this.trace !== undefined);
    machine.hooks.csf.breakpoint = needed ? (...look) => this.look(engine, ...look) : undefined;
    engine.board.streams.onFault =
      quiet || watched === undefined
        ? undefined
        : (cs, kind, detail) => {
            if (cs === watched.cs) this.fault(engine, cs, `${kind}: ${detail}`);
          };
  }

  /** The stream that is debugged faults. The machine ends its event and stands still behind it. */
  private fault(engine: Engine, cs: number, detail: string): void {
    if (this.stop.cs !== undefined && this.granting) return;
    this.stop = { reason: 'fault', cs, pc: new StreamReader(this.machine, cs).pc, detail };
    if (this.granting && engine.kernel.cpu.depth === 0) this.machine.requestPause();
    else this.waitHere();
  }

  /** Before an instruction. True cuts the instant here. */
  private look(engine: Engine, cs: number, pc: number, lo: number, hi: number): boolean {
    if (engine.board.streams.muted()) return false;
    const reader = this.readers[cs]!;
    const { instructions } = reader;
    this.trace?.note(engine.now, cs, pc, instructions, lo, hi);
    if (this.points.size === 0 && this.goal === undefined) return false;
    const { depth } = reader;
    this.starts.note(engine, cs, pc, depth);
    if (this.passed[cs] === instructions) return false;
    this.passed[cs] = -1;
    const stop = this.stopAt(cs, pc, instructions, depth);
    if (stop === undefined) return false;
    this.passed[cs] = instructions;
    this.stop = stop;
    if (this.granting && engine.kernel.cpu.depth === 0) return true;
    this.waitHere();
    return false;
  }

  private stopAt(cs: number, pc: number, instruction: number, depth: number): Stop | undefined {
    for (const armed of this.points.values()) {
      if (!this.meets(armed.breakpoint, cs, pc, this.programOf(cs, this.starts.of(cs)))) continue;
      if (++armed.hits > armed.breakpoint.ignore) return { reason: 'breakpoint', cs, breakpoint: armed.id, pc };
    }
    const { goal } = this;
    return goal?.cs === cs && goal.reached(instruction, depth, pc) ? { reason: 'step', cs, pc } : undefined;
  }

  /** Where the program begins of which `start` is what the ring called (-1 unknown): behind its gate, if it has one. */
  private programOf(cs: number, start: number): number {
    const { watched } = this;
    return watched?.cs === cs && (start === -1 || start === watched.gate) ? watched.va : start;
  }

  private meets({ at, stream }: StreamBreakpoint, cs: number, pc: number, start: number): boolean {
    if ('va' in at ? at.va !== pc : start < 0 || pc - start !== at.offset) return false;
    if (stream === undefined) return true;
    if ('cs' in stream) return stream.cs === cs;
    const slot = this.engine.driver.slotOf(stream.group);
    return slot !== undefined && interfaceOf(this.engine, stream) === cs;
  }

  /** The thread waits here, in the middle of the instant, and answers questions. */
  private waitHere(): void {
    this.goal = undefined;
    this.inside = true;
    this.resumed = false;
    this.parts.waitInside(this.where(), () => this.resumed);
    this.inside = false;
    this.stop = { reason: 'time' };
  }
}
