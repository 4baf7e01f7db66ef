/**
 * Grants of time: the `advance` input by what ends it early. Whoever looks in between (keyframes, progress) gets a long
 * grant in pieces; cutting a grant makes no difference to the machine.
 */
import { TWO32 } from '../../base/bits.ts';
import { unreachable } from '../../base/errors.ts';
import type { Kernel } from '../../driver/kernel/kernel.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import { MCU_CS } from '../../spec/registers/mcu-private.ts';
import type { Board } from './board.ts';

/** Steps in which a wait for an event or for idleness looks again, in virtual ns (chosen). */
const LOOK_NS = 10_000;
/** Pieces a long grant is given in when somebody looks in between, in virtual ns: at work, and idle (chosen). */
const PIECE_NS = 1_000_000;
const IDLE_PIECE_NS = 100_000_000;

/** Ends that are looked up in the state; the others are met by hooks on the way. */
type StateEnd = Exclude<InputOf<'advance'>['until'], 'stream' | 'shader' | 'fault'>;

/** How a grant of time is given: ended early too, looked at in between, begun before. */
export interface Granting {
  readonly stopped?: () => boolean;
  readonly between?: (givenNs: number) => void;
  readonly givenNs?: number;
}

/** What grants of time need of the engine. */
interface GrantParts {
  readonly kernel: Kernel;
  readonly board: Board;
  /** Whether a call that waits has its answer. */
  answered(ticket: number): boolean;
  /** Interrupts and other events of the board so far. */
  eventCount(): number;
}

export class Grants {
  /** Told of every shader instruction looked at during `advance` until `shader`, which needs the hook for itself. */
  onShaderLook: ((number: number) => void) | undefined;
  /** Told of every instruction looked at during `advance` until `stream`, which needs the hook for itself. */
  onStreamLook: ((cs: number, pc: number) => void) | undefined;
  private readonly parts: GrantParts;

  constructor(parts: GrantParts) {
    this.parts = parts;
  }

  private get kernel(): Kernel {
    return this.parts.kernel;
  }

  private get board(): Board {
    return this.parts.board;
  }

  /** True when nothing is under way but housekeeping. */
  get idle(): boolean {
    return this.board.machine.idle && this.kernel.quiet;
  }

  /** Grants time. 0 when it was used up, 1 when it ended early as asked. */
  give(input: InputOf<'advance'>, { stopped, between, givenNs = 0 }: Granting = {}): number {
    const from = this.board.time.now() - givenNs;
    const until = from + input.limitNs;
    if (input.until === 'stream') return this.advanceToStream(until, stopped, input.stream, input.instruction);
    if (input.until === 'shader') return this.advanceToShader(until, stopped, input.instruction);
    if (input.until === 'fault') return this.advanceToFault(until, stopped, input.stream);
    const asked = this.endOf(input.until, input.ticket);
    const ended = stopped === undefined ? asked : () => stopped() || asked();
    const look = between === undefined ? undefined : (): void => between(this.board.time.now() - from);
    if (input.until === 'idle' || input.until === 'event') return this.stepUntil(until, ended, look);
    if (look === undefined) return this.kernel.runUntil(until, ended) ? 1 : 0;
    while (until - this.board.time.now() > PIECE_NS) {
      const piece = this.idle ? IDLE_PIECE_NS : PIECE_NS;
      if (this.kernel.runUntil(Math.min(until, this.board.time.now() + piece), ended)) return 1;
      if (this.board.time.now() >= until) return 0;
      look();
    }
    return this.kernel.runUntil(until, ended) ? 1 : 0;
  }

  /** To before an instruction of a stream, in the middle of an instant: where a debugger had stopped the machine. */
  private advanceToStream(until: number, stopped: Granting['stopped'], stream = -1, instruction = -1): number {
    const { csf, hooks } = this.board.machine;
    const { breakpoint } = hooks.csf;
    const at = MCU_CS.CS_INSTRS.offset;
    // It may stand before an earlier instruction of the same instant already.
    let reached = false;
    hooks.csf.breakpoint = (cs, pc) => {
      this.onStreamLook?.(cs, pc);
      if (cs !== stream || this.kernel.cpu.depth > 0) return false;
      reached = (csf.peekStream(cs, at + 4) >>> 0) * TWO32 + (csf.peekStream(cs, at) >>> 0) === instruction;
      return reached;
    };
    try {
      return this.kernel.runUntil(until, () => reached || stopped?.() === true) ? 1 : 0;
    } finally {
      hooks.csf.breakpoint = breakpoint;
    }
  }

  /** To before an instruction of a warp, as `advanceToStream`. */
  private advanceToShader(until: number, stopped: Granting['stopped'], instruction = -1): number {
    const { hooks } = this.board.machine;
    const { shader } = hooks.csf;
    let reached = false;
    hooks.csf.shader = (_task, _warp, _pc, _active, number) => {
      this.onShaderLook?.(number);
      reached = number === instruction && this.kernel.cpu.depth === 0;
      return reached;
    };
    try {
      return this.kernel.runUntil(until, () => reached || stopped?.() === true) ? 1 : 0;
    } finally {
      hooks.csf.shader = shader;
    }
  }

  /** To behind a fault of a stream, where a debugger had stopped the machine. */
  private advanceToFault(until: number, stopped: Granting['stopped'], stream = -1): number {
    const { streams, machine } = this.board;
    const { onFault } = streams;
    let met = false;
    streams.onFault = (cs) => {
      if (cs !== stream || this.kernel.cpu.depth > 0) return;
      met = true;
      machine.requestPause();
    };
    try {
      return this.kernel.runUntil(until, () => met || stopped?.() === true) ? 1 : 0;
    } finally {
      streams.onFault = onFault;
    }
  }

  /** What ends a grant of time early, where the state alone says it. */
  private endOf(until: StateEnd, ticket: number | undefined): () => boolean {
    switch (until) {
      case 'time':
        return () => false;
      case 'answer':
        return () => ticket !== undefined && this.parts.answered(ticket);
      case 'event': {
        const before = this.parts.eventCount();
        return () => this.parts.eventCount() !== before;
      }
      case 'idle':
        return () => this.idle;
      default:
        return unreachable(until, 'advance');
    }
  }

  private stepUntil(until: number, done: () => boolean, look?: () => void): number {
    while (!done()) {
      if (this.board.time.now() >= until) return 0;
      look?.();
      this.kernel.runUntil(Math.min(until, this.board.time.now() + LOOK_NS), done);
    }
    return 1;
  }
}
