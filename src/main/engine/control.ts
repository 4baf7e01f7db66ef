/**
 * The shared words by which a host reaches an engine thread that is deep in a run: a bell for new messages, and
 * the wish to abort. The engine looks at them once per slice of the machine.
 */
import { LimitReached } from '../../base/errors.ts';

export const CONTROL = {
  /** Bumped when a message was posted. */
  BELL: 0,
  /** 0 run on, 1 stop what is running now (cancel, limit), 2 end the thread. */
  ABORT: 1,
  /** Progress for whoever waits: virtual time in whole microseconds, modulo 2^32. */
  TIME_US: 2,
} as const;
export const CONTROL_WORDS = 8;

/** Thrown through the machine and the driver when the host asked to stop; the bench is unusable afterwards. */
export class Aborted extends LimitReached {
  constructor() {
    super('stopped on request');
  }
}

/** The engine's view of the shared words. */
export class EngineControl {
  readonly words: Int32Array;

  constructor(memory: SharedArrayBuffer | ArrayBuffer = new ArrayBuffer(CONTROL_WORDS * 4)) {
    this.words = new Int32Array(memory);
  }

  /** Called once per slice; throws Aborted when asked to. */
  check(timeNs: number): void {
    this.words[CONTROL.TIME_US] = timeNs / 1000;
    if (this.words[CONTROL.ABORT] !== 0 && Atomics.load(this.words, CONTROL.ABORT) !== 0) throw new Aborted();
  }
}
