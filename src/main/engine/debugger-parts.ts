/** What the debugger of the MCU is given, and how it says where the MCU stands. */
import type { StopState } from '../../protocol/debug.ts';
import type { DebugSymbols } from './debug-symbols.ts';
import type { Timeline } from './timeline.ts';

export interface Stop {
  readonly reason: string;
  readonly breakpoint?: number;
  readonly address?: number;
  /** It stands before a BKPT, which it must be taken over to go on. */
  readonly bkpt?: boolean;
  /** Another debugger's breakpoint: the MCU has not come to one of its own here. */
  readonly elsewhere?: boolean;
}

/** Where a step that runs ends: at this instruction, in this frame or one further out. */
export interface Landing {
  readonly address: number;
  readonly sp: number;
  readonly reason: string;
}

export interface DebuggerParts {
  readonly history: () => Timeline;
  readonly symbols: DebugSymbols;
  /** Tells the host of a stop inside another request, then answers its messages until `done`. */
  readonly waitInside: (state: StopState, done: () => boolean) => void;
  /** A log point's text. */
  readonly print: (text: string) => void;
}

/** What an access gives to conditions. */
export type Facts = Readonly<Record<string, number>>;
