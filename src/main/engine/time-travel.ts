/**
 * Going to any point of the history by running its inputs again: to an instant, some accesses or events back, to the
 * last write of a register or of a word of memory. A point inside a driver call cannot be stood at (its stack is no
 * state); the nearest one before it is taken.
 */
import { UsageError } from '../../base/errors.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import { INITIATORS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import type { EngineControl } from './control.ts';
import { Engine } from './engine.ts';
import type { Keyframe, Keyframes, PathPlace } from './keyframes.ts';
import { applyAgain, placeAt, runOn, segmentsBack } from './reach.ts';
import { nullRecorder, type Recorder } from './recorder.ts';

/** A history that can be run again. */
export interface Past {
  readonly powerOn: InputOf<'power-on'>;
  readonly path: readonly Input[];
  readonly keyframes: Keyframes;
  readonly control: EngineControl;
}

export interface WriteFound {
  readonly timeNs: number;
  readonly value: number;
  readonly oldValue: number;
  readonly initiator: string;
  /** What ran: a driver call, an input, the MCU's pc. */
  readonly cause: string;
}

/** When a word of memory came to hold what it holds: between two instants. */
export interface ChangeFound {
  readonly afterNs: number;
  readonly byNs: number;
  readonly oldValue: number;
  readonly value: number;
  /** Kind of the input it happened in. */
  readonly during: string;
}

/** Accuracy to which a change of memory is found, and pieces a span is cut into on the way (both chosen). */
const FINEST_NS = 1000;
const PIECES = 16;

export interface Reached {
  readonly path: Input[];
  /** Whether the engine that was run stands where the path ends. */
  readonly stands: boolean;
}

/**
 * The inputs that end at `targetNs` at the latest: whole ones, and the last grant of time cut short. Where the driver
 * is in the middle of something at that instant, the inputs end before it. They are run on `engine`, which was just
 * powered on.
 */
export function reachTime(past: Past, targetNs: number, engine: Engine): Reached {
  const near = past.keyframes.along(past.powerOn, past.path).findLast((f) => f.timeNs <= targetNs);
  const { from, givenNs } = placeAt(engine, near);
  const path = past.path.slice(0, from);
  let given = givenNs;
  /** Whether the engine stands where the path ends. */
  let stands = true;
  for (const input of past.path.slice(from)) {
    if (engine.now >= targetNs && given === 0) break;
    if (input.kind !== 'advance') {
      applyAgain(engine, input);
      stands = engine.now <= targetNs;
      if (!stands) break;
      path.push(input);
      continue;
    }
    const start = engine.now - given;
    const rest = given;
    given = 0;
    if (start + input.limitNs <= targetNs) {
      if (rest > 0) engine.resume(input, rest);
      else engine.apply(input);
      // A grant is never exceeded but by a call of the driver that began within it.
      if (engine.now <= targetNs) {
        path.push(input);
        continue;
      }
    }
    if (start + input.limitNs > targetNs && !runCut(engine, input, targetNs, rest)) {
      path.push(input);
      continue;
    }
    stands = engine.now === targetNs;
    const quiet = stands ? targetNs : quietBefore(past, path, targetNs);
    if (quiet > start) path.push({ kind: 'advance', limitNs: quiet - start, until: 'time' });
    else stands = false;
    break;
  }
  return { path, stands };
}

/** Runs a cut grant; false when it ended by itself before `targetNs`. */
function runCut(engine: Engine, input: InputOf<'advance'>, targetNs: number, givenNs: number): boolean {
  const cut = { ...input, limitNs: targetNs - engine.now + givenNs };
  if (givenNs > 0) engine.resume(cut, givenNs);
  else engine.apply(cut);
  return engine.now >= targetNs;
}

/**
 * A quiet instant of the grant that follows `path`, as late as can be found: what a shorter grant ends with may begin
 * a call of the driver too, so ever shorter ones are tried.
 */
function quietBefore(past: Past, path: readonly Input[], targetNs: number): number {
  let target = targetNs;
  for (let back = 1; ; back *= 2) {
    const engine = endOf(past, path);
    const start = engine.now;
    if (target <= start) return start;
    let quiet = start;
    const until = target;
    engine.runUntil(until, () => {
      if (engine.now <= until) quiet = engine.now;
      return false;
    });
    if (engine.now <= until) return engine.now;
    target = quiet - back;
  }
}

/** Instants of the last `count` accesses or events before now, newest last; fewer when there are no more. */
export function lastInstants(past: Past, what: 'access' | 'event', count: number): number[] {
  let times: number[] = [];
  const recorder: Recorder = {
    access: (_, timeNs) => {
      if (what === 'access') times.push(timeNs);
    },
    record: (kind, row) => {
      if (what === 'event' && (kind === 'irq' || kind === 'driverLog' || kind === 'mcuEvent')) times.push(timeOf(row));
    },
    flush: () => {},
  };
  let found: number[] = [];
  for (const segment of segmentsBack(past, recorder)) {
    times = [];
    segment.run();
    found = [...times, ...found].slice(-count);
    if (found.length === count) break;
  }
  return found;
}

function timeOf<K extends RecordKind>(row: RecordKinds[K]): number {
  return 'timeNs' in row ? row.timeNs : 0;
}

/** The last write to a register word before now; undefined when nobody wrote it. */
export function lastRegisterWrite(past: Past, space: 'host' | 'mcu', offset: number): WriteFound | undefined {
  interface Found extends Omit<WriteFound, 'cause'> {
    readonly causeId: number;
  }
  let found: Found | undefined;
  const wanted = 4 | (space === 'mcu' ? 8 : 0);
  const recorder: Recorder = {
    access: (_, timeNs, meta, at, value, old, causeId) => {
      if (at !== offset || (meta & 12) !== wanted) return;
      found = { timeNs, value: value >>> 0, oldValue: old >>> 0, initiator: INITIATORS[meta & 3] ?? '', causeId };
    },
    record: () => {},
    flush: () => {},
  };
  for (const segment of segmentsBack(past, recorder)) {
    const { sequence } = segment.run();
    if (found === undefined) continue;
    const { causeId, ...write } = found;
    return { ...write, cause: sequence.text(causeId) };
  }
  return undefined;
}

/**
 * When the word at a physical address took its present value, to within a microsecond: each input is looked at, then
 * the grant of time it happened in is run again in ever smaller pieces. Writes of the value that was there before
 * cannot be seen. Undefined when it never changed.
 */
export function lastMemoryChange(past: Past, address: number): ChangeFound | undefined {
  if (address % 4 !== 0) throw new UsageError('the address must be a multiple of 4');
  const { powerOn, path, keyframes, control } = past;
  const frames = keyframes.along(powerOn, path).filter((f) => f.givenNs === 0 && f.from > 0);
  const starts = [undefined, ...frames];
  for (let i = starts.length - 1; i >= 0; i--) {
    const engine = new Engine(powerOn, nullRecorder, control);
    const { from } = placeAt(engine, starts[i]);
    const found = changeIn(past, engine, from, starts[i + 1]?.from, address);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The last change of a word among inputs `from` to `to`, of an engine that stands before them. */
function changeIn(
  past: Past,
  engine: Engine,
  from: number,
  to: number | undefined,
  address: number,
): ChangeFound | undefined {
  let value = wordAt(engine, address);
  let found: { index: number; fromNs: number; toNs: number; old: number } | undefined;
  past.path.slice(from, to).forEach((input, i) => {
    const fromNs = engine.now;
    applyAgain(engine, input);
    const now = wordAt(engine, address);
    if (now !== value) found = { index: from + i, fromNs, toNs: engine.now, old: value };
    value = now;
  });
  if (found === undefined) return undefined;
  const { index, fromNs, toNs, old } = found;
  const during = past.path[index]?.kind ?? '';
  let span = { afterNs: fromNs, byNs: toNs, old };
  const finest = during === 'advance' ? FINEST_NS : Infinity;
  while (span.byNs - span.afterNs > finest) {
    const finer = narrow(past, index, span, address, value);
    if (finer === undefined || finer.byNs - finer.afterNs >= span.byNs - span.afterNs) break;
    span = finer;
  }
  return { afterNs: span.afterNs, byNs: span.byNs, oldValue: span.old, value, during };
}

interface Span {
  readonly afterNs: number;
  readonly byNs: number;
  readonly old: number;
}

/** The piece of a span in which the word last changed to `value`. */
function narrow(past: Past, index: number, span: Span, address: number, value: number): Span | undefined {
  const path = past.path.slice(0, index);
  const engine = endOf(past, path);
  engine.runUntil(span.afterNs, () => engine.now >= span.afterNs);
  let before = wordAt(engine, address);
  let afterNs = engine.now;
  let found: Span | undefined;
  const step = Math.max(FINEST_NS, Math.ceil((span.byNs - span.afterNs) / PIECES));
  while (engine.now < span.byNs) {
    const until = Math.min(span.byNs, engine.now + step);
    engine.runUntil(until, () => engine.now >= until);
    const now = wordAt(engine, address);
    if (now !== before && now === value) found = { afterNs, byNs: engine.now, old: before };
    before = now;
    afterNs = engine.now;
  }
  return found;
}

function wordAt(engine: Engine, address: number): number {
  const bytes = engine.readMemory('physical', 0, address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

/** A bench at the end of a beginning of the history, to be looked at until the next call. */
export function endOf(past: Past, path: readonly Input[]): Engine {
  const { engine, from, givenNs } = lookFrom(past, past.keyframes.along(past.powerOn, path).at(-1));
  runOn(engine, path, { from, givenNs });
  return engine;
}

/** A bench to look with, at a keyframe or just powered on; the next one may be the same. */
function lookFrom(past: Past, frame: Keyframe | undefined): PathPlace & { readonly engine: Engine } {
  const make = (): Engine => new Engine(past.powerOn, nullRecorder, past.control);
  if (frame === undefined) return { engine: make(), from: 0, givenNs: 0 };
  return { engine: past.keyframes.engineAt(frame, make), from: frame.from, givenNs: frame.givenNs };
}
