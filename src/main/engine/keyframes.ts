/**
 * States of the bench kept on the way, so that any point of its history is reached by running a little instead of
 * everything. A keyframe is plain data (Engine.save); it belongs to a list of inputs and serves every history that
 * begins with that list. Their number is bounded: when there are too many, those that help least are given up.
 */
import type { Input, InputOf } from '../../protocol/inputs.ts';
import type { Engine } from './engine.ts';

/** Work after which a keyframe is due, in accesses and MCU instructions (chosen: some tenths of a second to redo). */
const ACCESSES = 20_000;
const INSTRUCTIONS = 5_000_000;
/** Keyframes kept (chosen: a state is some megabytes). */
const MOST = 12;

interface Keyframe {
  readonly powerOn: InputOf<'power-on'>;
  readonly path: readonly Input[];
  readonly timeNs: number;
  readonly accesses: number;
  readonly instructions: number;
  readonly state: ReturnType<Engine['save']>;
}

export class Keyframes {
  private frames: Keyframe[] = [];
  private readonly spacing: { readonly accesses: number; readonly instructions: number };

  constructor(spacing = { accesses: ACCESSES, instructions: INSTRUCTIONS }) {
    this.spacing = spacing;
  }

  get count(): number {
    return this.frames.length;
  }

  /** Looks at a bench between two inputs and keeps its state when it has done much since the last one kept. */
  visit(powerOn: InputOf<'power-on'>, path: readonly Input[], engine: Engine): void {
    // In the middle of an instant (a debugger of streams stopped there) the state is not one to start from.
    if (engine.board.machine.csf.cut) return;
    const before = this.nearest(powerOn, path);
    const { accesses } = engine.board;
    const { instructions } = engine.board.machine.core;
    const far =
      accesses - (before?.accesses ?? 0) >= this.spacing.accesses ||
      instructions - (before?.instructions ?? 0) >= this.spacing.instructions;
    if (!far || before?.path.length === path.length) return;
    this.frames.push({
      powerOn,
      path: [...path],
      timeNs: engine.now,
      accesses,
      instructions,
      state: structuredClone(engine.save()),
    });
    if (this.frames.length > MOST) this.thin();
  }

  /** Runs `path` on a bench that was just powered on, from the nearest keyframe not later than `untilNs`. */
  start(engine: Engine, powerOn: InputOf<'power-on'>, path: readonly Input[], untilNs = Infinity): number {
    const frame = this.nearest(powerOn, path, untilNs);
    if (frame === undefined) return 0;
    engine.load(structuredClone(frame.state));
    return frame.path.length;
  }

  private nearest(powerOn: InputOf<'power-on'>, path: readonly Input[], untilNs = Infinity): Keyframe | undefined {
    let best: Keyframe | undefined;
    for (const frame of this.frames) {
      const { length } = frame.path;
      if (frame.powerOn !== powerOn || length > path.length || frame.timeNs > untilNs) continue;
      if (best !== undefined && best.path.length >= length) continue;
      if (frame.path.every((input, i) => input === path[i])) best = frame;
    }
    return best;
  }

  /** Gives up the frame whose neighbours lie closest together; never the newest. */
  private thin(): void {
    const byWork = this.frames.slice(0, -1).toSorted((a, b) => a.instructions - b.instructions);
    let worst = byWork[0];
    let least = Infinity;
    byWork.forEach((frame, i) => {
      const gap = (byWork[i + 1]?.instructions ?? Infinity) - (byWork[i - 1]?.instructions ?? 0);
      if (gap < least) {
        least = gap;
        worst = frame;
      }
    });
    this.frames = this.frames.filter((f) => f !== worst);
  }
}
