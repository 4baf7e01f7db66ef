/** Runs a history again with every instruction of the MCU told from some point on: for traces and steps of the past. */
import { Engine } from './engine.ts';
import type { PathPlace } from './keyframes.ts';
import { applyAgain, placeAt } from './reach.ts';
import { nullRecorder } from './recorder.ts';
import type { Past } from './time-travel.ts';

export interface InstructionTaps {
  /** Before each instruction. */
  readonly instruction: (pc: number) => void;
  readonly exceptionEntry?: (exception: number, returnAddress: number) => void;
  readonly exceptionExit?: () => void;
}

/**
 * Runs all inputs of `past`; from instruction `from` (counted from power-on) on, what `taps` makes for the machine is
 * told. Before that point time is granted untraced, so that only inputs that are no grants of time are slow.
 */
export function replayTraced(past: Past, from: number, taps: (engine: Engine) => InstructionTaps): Engine {
  const { powerOn, path, keyframes, control } = past;
  let engine = new Engine(powerOn, nullRecorder, control);
  let place: PathPlace = { from: 0, givenNs: 0 };
  for (const frame of keyframes.along(powerOn, path).toReversed()) {
    place = placeAt(engine, frame);
    if (engine.board.machine.core.instructions <= from) break;
    engine = new Engine(powerOn, nullRecorder, control);
    place = { from: 0, givenNs: 0 };
  }
  const { core } = engine.board.machine;
  const told = taps(engine);
  const begun = (): boolean => core.instructions >= from;
  const listen = (on: boolean): void => {
    core.hooks.trace = on
      ? (pc) => {
          if (begun()) told.instruction(pc);
        }
      : undefined;
    core.hooks.exceptionEntry = on
      ? (exception, returnAddress) => {
          if (begun()) told.exceptionEntry?.(exception, returnAddress);
        }
      : undefined;
    core.hooks.exceptionExit = on
      ? () => {
          if (begun()) told.exceptionExit?.();
        }
      : undefined;
  };
  for (const [k, input] of path.entries()) {
    if (k < place.from) continue;
    if (k === place.from && place.givenNs > 0 && input.kind === 'advance') {
      listen(true);
      engine.resume(input, place.givenNs);
      continue;
    }
    if (input.kind !== 'advance' || begun()) {
      listen(true);
      applyAgain(engine, input);
      continue;
    }
    listen(false);
    const start = engine.now;
    if (!engine.advanceTo(input, from)) continue;
    listen(true);
    const left = input.limitNs - (engine.now - start);
    if (left > 0) engine.apply({ ...input, limitNs: left });
  }
  listen(false);
  return engine;
}
