/**
 * States of the bench kept on the way, so that any point of its history is reached by running a little instead of
 * everything. A keyframe is the whole bench as data (Engine.save), compressed; it belongs to a list of inputs and
 * serves every history that begins with that list. One may stand in the middle of a grant of time.
 *
 * What they cost is bounded: one is due when much work was done since the last, measured in wall time, and much more
 * than saving takes; of too many, or too many bytes, those that help least are given up. They are a cache and
 * influence nothing.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { deserialize, serialize } from 'node:v8';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import type { Engine, EngineState } from './engine.ts';

export interface KeyframeLimits {
  /** Least work between two, in ms of wall time, and how many times the cost of saving it must be. */
  readonly everyMs: number;
  readonly costs: number;
  readonly most: number;
  readonly mostBytes: number;
}

/** Chosen: saving costs at most a tenth; 160 of them bring any point within a three-hundredth of the whole. */
const LIMITS: KeyframeLimits = { everyMs: 25, costs: 10, most: 160, mostBytes: 256 * 1024 * 1024 };
/** Savings of which the quickest counts: one that was interrupted by other programs says nothing. */
const COSTS_KEPT = 4;
/** The fastest level: a state is mostly zeroes and tables. */
const LEVEL = 1;

/** A place in a list of inputs: so many whole ones, and so many ns of the grant of time that follows. */
export interface PathPlace {
  readonly from: number;
  readonly givenNs: number;
}

export interface Keyframe extends PathPlace {
  readonly powerOn: InputOf<'power-on'>;
  /** Number of the list of whole inputs before it. */
  readonly chain: number;
  /** The grant it stands in. */
  readonly within: Input | undefined;
  readonly timeNs: number;
  readonly instructions: number;
  /** Work from power-on to here, in ms. */
  readonly work: number;
  readonly bytes: Uint8Array;
}

/** Numbers lists of inputs: the same inputs in the same order have the same number. */
class Chains {
  private readonly known = new WeakMap<Input, Map<number, number>>();
  private next = 1;

  /** Numbers of all beginnings of a list; 0 is the empty one. */
  of(path: readonly Input[]): number[] {
    const out = [0];
    let at = 0;
    for (const input of path) {
      let after = this.known.get(input);
      if (after === undefined) this.known.set(input, (after = new Map()));
      const known = after.get(at);
      if (known === undefined) after.set(at, this.next);
      at = known ?? this.next++;
      out.push(at);
    }
    return out;
  }
}

export class Keyframes {
  private frames: Keyframe[] = [];
  private readonly limits: KeyframeLimits;
  private readonly chains = new Chains();
  /** Work since the last one was kept, since when more is being done, and what saving took. */
  private worked = 0;
  private sinceMs = -1;
  private costsMs: number[] = [];
  /** An engine for those who only look; making one takes longer than a short way does. */
  private spare: Engine | undefined;

  constructor(limits: Partial<KeyframeLimits> = {}) {
    this.limits = { ...LIMITS, ...limits };
  }

  private get costMs(): number {
    return Math.min(...this.costsMs);
  }

  get count(): number {
    return this.frames.length;
  }

  get bytes(): number {
    return this.frames.reduce((sum, f) => sum + f.bytes.length, 0);
  }

  /** Work on the bench begins, or ends: only that counts. */
  working(on: boolean): void {
    const now = performance.now();
    if (this.sinceMs >= 0) this.worked += now - this.sinceMs;
    this.sinceMs = on ? now : -1;
  }

  /** The history goes on from elsewhere. */
  restart(): void {
    this.worked = 0;
  }

  /**
   * Looks at a bench at the end of `path`, or `givenNs` into the grant of time that is its last input, and keeps its
   * state when it has done much since the last one.
   */
  visit(powerOn: InputOf<'power-on'>, path: readonly Input[], engine: Engine, givenNs?: number): void {
    this.working(this.sinceMs >= 0);
    if (this.frames.length > 0 && this.worked < Math.max(this.limits.everyMs, this.costMs * this.limits.costs)) return;
    // In the middle of an instant (a debugger of streams stopped there) the state is not one to start from.
    if (engine.board.machine.csf.cut) return;
    const within = givenNs === undefined ? undefined : path.at(-1);
    const from = within === undefined ? path.length : path.length - 1;
    const before = this.along(powerOn, path).at(-1);
    if (before?.from === from && before.givenNs === (givenNs ?? 0)) return;
    const start = performance.now();
    this.keep(powerOn, path, engine, { from, givenNs: givenNs ?? 0 }, (before?.work ?? 0) + this.worked);
    this.worked = 0;
    this.costsMs = [...this.costsMs, performance.now() - start].slice(-COSTS_KEPT);
    if (this.sinceMs >= 0) this.sinceMs = performance.now();
  }

  private keep(
    powerOn: InputOf<'power-on'>,
    path: readonly Input[],
    engine: Engine,
    { from, givenNs }: PathPlace,
    work: number,
  ): void {
    this.frames.push({
      powerOn,
      from,
      givenNs,
      chain: this.chains.of(path)[from] ?? 0,
      within: from < path.length ? path.at(-1) : undefined,
      timeNs: engine.now,
      instructions: engine.board.machine.core.instructions,
      work,
      bytes: deflateSync(serialize(engine.save()), { level: LEVEL }),
    });
    while (this.frames.length > 2 && (this.frames.length > this.limits.most || this.bytes > this.limits.mostBytes)) {
      this.thin();
    }
  }

  /**
   * Puts a bench that was powered on alike at the nearest keyframe between two inputs of `path`, not later than
   * `untilNs`; how many inputs it is past.
   */
  start(engine: Engine, powerOn: InputOf<'power-on'>, path: readonly Input[], untilNs = Infinity): number {
    const frame = this.along(powerOn, path)
      .filter((f) => f.givenNs === 0 && f.timeNs <= untilNs)
      .at(-1);
    if (frame !== undefined) load(engine, frame);
    return frame?.from ?? 0;
  }

  /** An engine at a keyframe, to be looked at until the next call; `make` makes one that was just powered on. */
  engineAt(frame: Keyframe, make: () => Engine): Engine {
    if (this.spare?.powerOn !== frame.powerOn) this.spare = make();
    load(this.spare, frame);
    return this.spare;
  }

  /** Keyframes a bench passes on its way along `path`, in order, those within grants included. */
  along(powerOn: InputOf<'power-on'>, path: readonly Input[]): Keyframe[] {
    const numbers = this.chains.of(path);
    return this.frames
      .filter((f) => f.powerOn === powerOn && f.from <= path.length && numbers[f.from] === f.chain)
      .filter((f) => f.within === undefined || passes(path[f.from], f))
      .toSorted((a, b) => a.from - b.from || a.givenNs - b.givenNs);
  }

  /** Gives up the frame whose neighbours lie closest together; never the first or the newest. */
  private thin(): void {
    const newest = this.frames.at(-1);
    const byWork = this.frames.toSorted((a, b) => a.work - b.work);
    let worst: Keyframe | undefined;
    let least = Infinity;
    byWork.forEach((frame, i) => {
      if (i === 0 || frame === newest) return;
      const gap = (byWork[i + 1]?.work ?? Infinity) - (byWork[i - 1]?.work ?? 0);
      if (gap < least || worst === undefined) {
        least = gap;
        worst = frame;
      }
    });
    this.frames = this.frames.filter((f) => f !== worst);
  }
}

/** Whether a grant of time comes by a keyframe that stands in one: the same, or one of plain time that is longer. */
function passes(input: Input | undefined, { within, givenNs }: Keyframe): boolean {
  if (input === within) return true;
  return input?.kind === 'advance' && input.until === 'time' && input.limitNs >= givenNs;
}

/** Puts a bench that was powered on alike into the state of a keyframe. */
export function load(engine: Engine, frame: Keyframe): void {
  engine.load(deserialize(inflateSync(frame.bytes)) as EngineState);
}
