/**
 * Running a piece of a history again: from a keyframe on, to a place in its list of inputs, or keyframe by keyframe
 * from the end backwards, for those who look for the last of something.
 */
import { UsageError } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import { Engine } from './engine.ts';
import { load, type Keyframe, type PathPlace } from './keyframes.ts';
import { nullRecorder, type Recorder } from './recorder.ts';
import type { Past } from './time-travel.ts';

/** Puts an engine at a keyframe; without one it stays at power-on. */
export function placeAt(engine: Engine, frame: Keyframe | undefined): PathPlace {
  if (frame === undefined) return { from: 0, givenNs: 0 };
  load(engine, frame);
  return { from: frame.from, givenNs: frame.givenNs };
}

/** Lets an input of the past take effect again. What was refused then is refused again. */
export function applyAgain(engine: Engine, input: Input): void {
  try {
    engine.apply(input);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

/** The grant of time at `place` up to `untilNs` of it (all, when left out); nothing when there is none. */
function finish(engine: Engine, path: readonly Input[], place: PathPlace, untilNs?: number): void {
  const input = path[place.from];
  if (input?.kind !== 'advance') return;
  if (untilNs === undefined) engine.resume(input, place.givenNs);
  else engine.resume({ ...input, limitNs: Math.min(input.limitNs, untilNs) }, place.givenNs);
}

/** Runs `path` from a place the engine stands at; to its end, or to another place. */
export function runOn(engine: Engine, path: readonly Input[], from: PathPlace, to?: PathPlace): void {
  let at = from.from;
  const end = to?.from ?? path.length;
  if (from.givenNs > 0) {
    if (to?.from === at) return finish(engine, path, from, to.givenNs);
    finish(engine, path, from);
    at++;
  }
  for (; at < end; at++) {
    const input = path[at];
    if (input !== undefined) applyAgain(engine, input);
  }
  const last = path[end];
  if (to !== undefined && to.givenNs > 0 && last?.kind === 'advance') {
    engine.apply({ ...last, limitNs: Math.min(last.limitNs, to.givenNs) });
  }
}

export interface Segment {
  /** Virtual time it begins at. */
  readonly fromNs: number;
  /** Whether it is the one from power-on. */
  readonly first: boolean;
  /** Runs it; the engine at its end. Its rows go to the recorder given to `segmentsBack`. */
  run(): Engine;
  /** The engine at its beginning. */
  begin(): Engine;
}

/** The history in pieces from keyframe to keyframe, the last first. All run on one engine. */
export function* segmentsBack(past: Past, recorder: Recorder): Generator<Segment> {
  const { powerOn, path, keyframes, control } = past;
  const frames = keyframes.along(powerOn, path);
  const starts: (Keyframe | undefined)[] =
    frames[0]?.from === 0 && frames[0].givenNs === 0 ? frames : [undefined, ...frames];
  let engine: Engine | undefined;
  for (let i = starts.length - 1; i >= 0; i--) {
    const frame = starts[i];
    const begin = (): Engine => {
      engine = frame === undefined || engine === undefined ? new Engine(powerOn, recorder, control) : engine;
      placeAt(engine, frame);
      return engine;
    };
    yield {
      fromNs: frame?.timeNs ?? 0,
      first: i === 0,
      begin,
      run() {
        const on = begin();
        runOn(on, path, frame ?? { from: 0, givenNs: 0 }, starts[i + 1]);
        return on;
      },
    };
  }
}

/** Places kept of those where a bench may stand (chosen: of several at one instant not all can be stood at). */
const CANDIDATES = 6;

/**
 * Instructions of the MCU up to `target` before which nobody is inside a call of the driver, at different instants;
 * the last few, ascending.
 */
export function standsBefore(past: Past, target: number): number[] {
  const { powerOn, path, keyframes, control } = past;
  const engine = new Engine(powerOn, nullRecorder, control);
  const { core } = engine.board.machine;
  const near = keyframes.along(powerOn, path).findLast((f) => f.instructions < target);
  const place = placeAt(engine, near);
  const found = [core.instructions];
  let foundNs = engine.now;
  const look = (): void => {
    const { instructions } = core;
    if (engine.kernel.cpu.depth > 0 || instructions > target || found.at(-1) === instructions) return;
    if (engine.now === foundNs) found.pop();
    found.push(instructions);
    foundNs = engine.now;
    if (found.length > CANDIDATES) found.shift();
  };
  core.hooks.trace = look;
  let at = place;
  while (core.instructions <= target && at.from < path.length) {
    const next = { from: at.from + 1, givenNs: 0 };
    runOn(engine, path, at, next);
    look();
    at = next;
  }
  return found;
}
