/**
 * The history of a bench: the inputs so far, the snapshots on the way, and the engine that stands at their end.
 * Going back to a snapshot runs the inputs up to it again on a new engine, which is exact by the engine's law and
 * is checked against the state hash noted when it was taken; what comes after carries a new branch number.
 */
import { Bug, UsageError } from '../../base/errors.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import type { RecordKind, RecordKinds } from '../../protocol/records.ts';
import type { EngineControl } from './control.ts';
import { Engine, type ApplyResult, type EngineState } from './engine.ts';
import type { Label } from './debug-symbols.ts';
import { Keyframes } from './keyframes.ts';
import type { Applier } from './process.ts';
import { nullRecorder, type Recorder } from './recorder.ts';
import { applyAgain, placeAt, runOn, standsBefore } from './reach.ts';
import { endOf, reachTime, type Past } from './time-travel.ts';

/** How often a debugger of streams looks whether a stream has ended, in virtual ns (chosen). */
const LOOK_NS = 10_000;

/** Where a debugger of streams has stopped the machine. */
export interface StreamPlace {
  readonly stream: number;
  readonly instruction: number;
  readonly fault: boolean;
}

interface Mark {
  readonly id: number;
  readonly label: string;
  /** Inputs before it. */
  readonly path: readonly Input[];
  readonly powerOn: InputOf<'power-on'>;
  readonly hash: string;
  readonly timeNs: number;
  readonly branch: number;
}

/** A debugger of shaders, as far as grants of time are concerned. */
export interface Breaks {
  /** It may stop the machine. */
  readonly armed: boolean;
  /** Runs a grant during which stops unwind to here. */
  during<T>(grant: () => T): T;
  /** The grant was stopped; where: instructions of warps executed before it. */
  stopped(): boolean;
  place(): number;
}

/** Passes records on, or drops them while history is run again. */
class Switch implements Recorder {
  target: Recorder;

  constructor(target: Recorder) {
    this.target = target;
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, old: number, cause: number): void {
    this.target.access(seq, timeNs, meta, offset, value, old, cause);
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.target.record(kind, row);
  }

  flush(): void {
    this.target.flush();
  }
}

export class Timeline implements Applier {
  private current: Engine;
  private powerOn: InputOf<'power-on'>;
  private recorder: Recorder;
  private readonly control: EngineControl;
  private switch: Switch;
  private path: Input[] = [];
  private marks: Mark[] = [];
  private lastMark: number | undefined;
  private branches = 0;
  private readonly keyframes = new Keyframes();
  /** A person's names and remarks for addresses of the MCU, on all branches: they are no state of the machine. */
  readonly labels = new Map<number, Label>();
  /** A debugger that may stop the machine while anybody grants time. */
  breaks: Breaks | undefined;

  constructor(powerOn: InputOf<'power-on'>, recorder: Recorder, control: EngineControl) {
    this.powerOn = powerOn;
    this.recorder = recorder;
    this.control = control;
    this.switch = new Switch(recorder);
    this.current = new Engine(powerOn, this.switch, control);
  }

  /**
   * Powered on anew, as if nothing had happened, for another recorder. Much cheaper than another timeline: the memory
   * of the machine is used again. `fresh` is the state `engine.save()` gave right after power-on.
   */
  startOver(recorder: Recorder, fresh: EngineState): void {
    this.recorder = recorder;
    this.switch.target = recorder;
    this.path = [];
    this.marks = [];
    this.lastMark = undefined;
    this.branches = 0;
    this.keyframes.restart();
    this.current.load(fresh);
    this.current.board.detail.reset();
  }

  /** The engine at the end of the present branch; another object after a restore. */
  get engine(): Engine {
    return this.current;
  }

  get snapshots(): readonly {
    readonly id: number;
    readonly label: string;
    readonly timeNs: number;
    readonly branch: number;
  }[] {
    return this.marks;
  }

  /** Inputs since power-on on the present branch, snapshots and restores left out. */
  get inputs(): readonly Input[] {
    return this.path;
  }

  /** Lets one input take effect; snapshots and restores among them. */
  apply(input: Input): ApplyResult {
    switch (input.kind) {
      case 'snapshot':
        return { result: this.mark(input) };
      case 'restore':
        this.restore(input);
        return { result: 0 };
      case 'power-cycle':
        this.powerCycle(input);
        return { result: 0 };
      case 'seek':
        return { result: this.seek(input) };
      case 'label':
        this.current.journal(input);
        this.label(input);
        return { result: 0 };
      case 'record-detail':
        this.current.journal(input);
        this.current.board.detail.set(input.cs, input.mcu);
        return { result: 0 };
      case 'travel':
        this.current.journal(input);
        if (input.inputs === undefined) this.travel(input.timeNs);
        else this.rebuild(this.path.slice(0, input.inputs));
        return { result: 0 };
      default:
        return this.take(input);
    }
  }

  /** What leads to the present point, to be run again. */
  get past(): Past {
    const { powerOn, path, keyframes, control } = this;
    return { powerOn, path, keyframes, control };
  }

  private take(input: Input): ApplyResult {
    const { keyframes, powerOn, path, current } = this;
    keyframes.visit(powerOn, path, current);
    keyframes.working(true);
    try {
      if (input.kind === 'advance' && this.breaks?.armed === true) return this.grantToBreak(input, this.breaks);
      path.push(input);
      if (input.kind !== 'advance') return current.apply(input);
      return current.applyInPieces(input, (givenNs) => keyframes.visit(powerOn, path, current, givenNs));
    } finally {
      keyframes.working(false);
    }
  }

  /** A grant of time that a debugger may end: what is journalled is what passed, and the place it stopped at. */
  private grantToBreak(input: InputOf<'advance'>, breaks: Breaks): ApplyResult {
    const { current } = this;
    const seq = current.sequence.next();
    const from = current.now;
    const reply = breaks.during(() => current.grant(input, () => breaks.stopped()));
    if (!breaks.stopped()) {
      this.path.push(input);
      current.journal(input, seq, from);
      return reply;
    }
    this.passed(seq, from, breaks);
    return { result: 0 };
  }

  /**
   * Grants up to `limitNs`, or less when `done` becomes true, and journals the time that passed: a replay grants just
   * that. For debuggers, whose stops are no inputs of the machine. True: another debugger's breakpoint ended it.
   */
  advanceUntil(limitNs: number, done: () => boolean): boolean {
    const { current, keyframes } = this;
    const breaks = this.breaks?.armed === true ? this.breaks : undefined;
    keyframes.visit(this.powerOn, this.path, current);
    const seq = current.sequence.next();
    const from = current.now;
    keyframes.working(true);
    try {
      if (breaks === undefined) current.runUntil(from + limitNs, done);
      else breaks.during(() => current.runUntil(from + limitNs, () => done() || breaks.stopped()));
    } finally {
      keyframes.working(false);
    }
    return this.passed(seq, from, breaks);
  }

  /** Journals the time since `from`, and the place where another debugger ended it. */
  private passed(seq: number, from: number, breaks: Breaks | undefined): boolean {
    const { current } = this;
    const passed: Input = { kind: 'advance', limitNs: current.now - from, until: 'time' };
    this.path.push(passed);
    current.journal(passed, seq, from);
    if (breaks?.stopped() !== true) return false;
    const place: Input = { kind: 'advance', limitNs: 1, until: 'shader', instruction: breaks.place() };
    this.path.push(place);
    current.journal(place);
    return true;
  }

  /**
   * As `advanceUntil`, for a debugger of streams. A stop in the middle of an instant, before an instruction (`Csf.cut`) or
   * behind a fault, is journalled as the place it is at, so that what is done while the machine stands there is done there
   * again. `place` tells it.
   */
  advanceToCut(limitNs: number, done: () => boolean, place: () => StreamPlace): void {
    const { current } = this;
    const { csf } = current.board.machine;
    const seq = current.sequence.next();
    const from = current.now;
    const until = from + limitNs;
    while (!done() && current.now < until) current.kernel.runUntil(Math.min(until, current.now + LOOK_NS), done);
    const stop = place();
    if (stop.fault) {
      const fault: Input = { kind: 'advance', limitNs: current.now - from + 1, until: 'fault', stream: stop.stream };
      this.path.push(fault);
      current.journal(fault, seq, from);
      return;
    }
    // Ended early between two instructions, the rest of the instant happens as well: a replay knows whole ones only.
    if (!csf.cut && current.now < until) current.kernel.runUntil(current.now + 1, () => csf.cut);
    const input: Input = { kind: 'advance', limitNs: current.now - from, until: 'time' };
    this.path.push(input);
    current.journal(input, seq, from);
    if (!csf.cut) return;
    const { stream, instruction } = place();
    const cut: Input = { kind: 'advance', limitNs: 1, until: 'stream', stream, instruction };
    this.path.push(cut);
    current.journal(cut);
  }

  /**
   * Runs the past again with what `prepare` sets on its engine; the last count told to `stopped` that is below
   * `before`, undefined when there was none. For debuggers that look for an earlier stop.
   */
  lastStop(
    before: number,
    prepare: (engine: Engine, stopped: (instruction: number) => void) => void,
  ): number | undefined {
    const { powerOn, path, keyframes, control } = this;
    const frames = keyframes.along(powerOn, path);
    for (let k = frames.length; k >= 0; k--) {
      const next = new Engine(powerOn, nullRecorder, control);
      const place = placeAt(next, frames[k - 1]);
      if (next.board.machine.core.instructions >= before) continue;
      let last: number | undefined;
      prepare(next, (instruction) => {
        if (instruction < before) last = instruction;
      });
      runOn(next, path, place, frames[k]);
      if (last !== undefined) return last;
    }
    return undefined;
  }

  private seek(input: InputOf<'seek'>): number {
    this.current.journal(input);
    const path = this.pathTo(input.instruction);
    this.rebuild(path);
    return this.current.board.machine.core.instructions;
  }

  /**
   * The last instruction of the MCU not after `target` before which the bench can stand: not where a call of the
   * driver, or its handling of an interrupt, waits for it.
   */
  standBefore(target: number): number {
    const candidates = target === 0 ? [] : standsBefore(this.past, target);
    return candidates.findLast((instruction) => this.standsAt(instruction, target)) ?? 0;
  }

  private standsAt(instruction: number, most: number): boolean {
    if (!this.canSeek(instruction)) return false;
    const { core } = endOf(this.past, this.pathTo(instruction)).board.machine;
    return core.instructions <= most;
  }

  /** Whether the bench can stand just before an instruction: not where a call of the driver waits for it. */
  canSeek(target: number): boolean {
    try {
      this.pathTo(target);
      return true;
    } catch (error) {
      if (error instanceof Bug) return false;
      throw error;
    }
  }

  /** Inputs that end just before instruction `target`; before the call of a client or driver it falls into. */
  private pathTo(target: number): Input[] {
    const next = new Engine(this.powerOn, nullRecorder, this.control);
    const { machine } = next.board;
    const near = this.keyframes.along(this.powerOn, this.path).filter((f) => f.instructions <= target);
    const { from, givenNs } = placeAt(next, near.at(-1));
    const path = this.path.slice(0, from);
    let given = givenNs;
    for (const input of this.path.slice(from)) {
      if (machine.core.instructions >= target && given === 0) break;
      if (input.kind !== 'advance') {
        applyAgain(next, input);
        if (machine.core.instructions > target) break;
        path.push(input);
        continue;
      }
      const start = next.now - given;
      const reached = next.advanceTo({ ...input, limitNs: input.limitNs - given }, target);
      path.push(reached ? { kind: 'advance', limitNs: next.now - start, until: 'time' } : input);
      given = 0;
    }
    return path;
  }

  readUser(client: number, address: number, length: number): Uint8Array {
    return this.current.readUser(client, address, length);
  }

  private label({ address, name, comment }: InputOf<'label'>): void {
    if (name === '' && comment === '') this.labels.delete(address);
    else this.labels.set(address, { address, name, comment });
  }

  private mark(input: InputOf<'snapshot'>): number {
    const { current } = this;
    current.journal(input);
    const mark: Mark = {
      id: this.marks.length + 1,
      label: input.label,
      path: [...this.path],
      powerOn: this.powerOn,
      hash: current.stateHash(),
      timeNs: current.now,
      branch: current.sequence.branch,
    };
    this.marks.push(mark);
    this.switch.record('snapshot', {
      id: mark.id,
      timeNs: mark.timeNs,
      branch: mark.branch,
      label: mark.label,
      parentId: this.lastMark,
      hash: mark.hash,
    });
    this.lastMark = mark.id;
    return mark.id;
  }

  private restore(input: InputOf<'restore'>): void {
    const mark = this.marks.find((m) => m.id === input.snapshot);
    if (mark === undefined) throw new UsageError(`there is no snapshot ${input.snapshot}`);
    this.current.journal(input);
    this.powerOn = mark.powerOn;
    this.rebuild(mark.path);
    const hash = this.current.stateHash();
    if (hash !== mark.hash)
      throw new Bug(`running the inputs again gives state ${hash}, the snapshot has ${mark.hash}`);
    this.lastMark = mark.id;
  }

  private powerCycle(input: InputOf<'power-cycle'>): void {
    this.current.journal(input);
    const { firmware, firmwareName } = input;
    if (firmware !== undefined) {
      this.powerOn = { ...this.powerOn, firmware, firmwareName: firmwareName ?? 'unnamed' };
    }
    this.rebuild([]);
  }

  /** Goes back to an instant; the engine that looked for it goes on from there, if it stands there. */
  private travel(timeNs: number): void {
    const silent = new Switch(nullRecorder);
    const scout = new Engine(this.powerOn, silent, this.control);
    const { path, stands } = reachTime(this.past, timeNs, scout);
    if (stands) return this.goOn(scout, silent, path);
    scout.retire();
    this.rebuild(path);
  }

  /** A new engine after `path`, recorded as the next branch of the same session. */
  private rebuild(path: readonly Input[]): void {
    const silent = new Switch(nullRecorder);
    const next = new Engine(this.powerOn, silent, this.control);
    const { powerOn, keyframes } = this;
    runOn(next, path, placeAt(next, keyframes.along(powerOn, path).at(-1)));
    this.goOn(next, silent, path);
  }

  /** An engine that stands after `path` and records nothing yet becomes the present one, on the next branch. */
  private goOn(next: Engine, silent: Switch, path: readonly Input[]): void {
    const before = this.current.sequence.save();
    this.keyframes.restart();
    next.sequence.continueFrom(before, ++this.branches);
    next.board.detail.continueFrom(this.current.board.detail);
    silent.target = this.recorder;
    this.switch.target = nullRecorder;
    this.switch = silent;
    this.current.retire();
    this.current = next;
    this.path = [...path];
  }
}
