/** Runs a history again with every instruction of the MCU told from some point on: for traces and steps of the past. */
import type { Input } from '../../protocol/inputs.ts';
import { Engine } from './engine.ts';
import type { Keyframe } from './keyframes.ts';
import { applyAgain, placeAt } from './reach.ts';
import { nullRecorder } from './recorder.ts';
import type { Past } from './time-travel.ts';

export interface InstructionTaps {
  /** Before each instruction. */
  readonly instruction: (pc: number) => void;
  readonly exceptionEntry?: (exception: number, returnAddress: number) => void;
  readonly exceptionExit?: () => void;
}

/** An engine on its way through the inputs of a history. */
class Walk {
  readonly engine: Engine;
  private readonly path: readonly Input[];
  private at: number;
  private givenNs: number;

  constructor(past: Past, frame: Keyframe | undefined) {
    this.engine = new Engine(past.powerOn, nullRecorder, past.control);
    this.path = past.path;
    const { from, givenNs } = placeAt(this.engine, frame);
    this.at = from;
    this.givenNs = givenNs;
  }

  get position(): number {
    return this.at;
  }

  /** Lets the next input take effect; false when there is none. An input is never cut: its end may depend on that. */
  next(): boolean {
    const input = this.path[this.at];
    if (input === undefined) return false;
    if (input.kind === 'advance' && this.givenNs > 0) this.engine.resume(input, this.givenNs);
    else applyAgain(this.engine, input);
    this.givenNs = 0;
    this.at++;
    return true;
  }
}

/**
 * Runs all inputs of `past`; from instruction `from` (counted from power-on) on, what `taps` makes for the machine is
 * told. Inputs before the one in which that instruction executes run untraced; a first pass finds it.
 */
export function replayTraced(past: Past, from: number, taps: (engine: Engine) => InstructionTaps): Engine {
  const frame = past.keyframes.along(past.powerOn, past.path).findLast((f) => f.instructions <= from);
  const first = new Walk(past, frame);
  while (first.engine.board.machine.core.instructions <= from && first.next()) {
    // On to the input in which it executes.
  }
  const crossing = first.position - 1;
  const walk = new Walk(past, frame);
  while (walk.position < crossing && walk.next()) {
    // Up to that input.
  }
  const { engine } = walk;
  const { core } = engine.board.machine;
  const told = taps(engine);
  const begun = (): boolean => core.instructions >= from;
  core.hooks.trace = (pc) => {
    if (begun()) told.instruction(pc);
  };
  core.hooks.exceptionEntry = (exception, returnAddress) => {
    if (begun()) told.exceptionEntry?.(exception, returnAddress);
  };
  core.hooks.exceptionExit = () => {
    if (begun()) told.exceptionExit?.();
  };
  while (walk.next()) {
    // To the present.
  }
  core.hooks.trace = undefined;
  core.hooks.exceptionEntry = undefined;
  core.hooks.exceptionExit = undefined;
  return engine;
}
