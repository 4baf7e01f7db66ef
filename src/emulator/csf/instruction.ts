/**
 * What a row of the execution table is: a handler per opcode, and whether the instruction touches anything outside
 * its stream. Handlers leave `next` at the instruction that follows (already set to the one after) and return the
 * cost in cycles, or one of the outcomes below without having changed anything but what the outcome says.
 */
import type { InstructionName } from '../../spec/cs/isa.ts';
import { REGISTERS } from './choices.ts';
import type { Hardware, Performer } from './hardware.ts';
import type { Stream } from './stream.ts';

/** Not executed: the stream has been blocked. */
export const BLOCKED = -1;
/** Not executed: CS_INSTR_INVALID. */
export const INVALID = -2;
/** Not executed: a fatal error has been raised. */
export const DEAD = -3;
/** Not executed: CS_CALL_STACK_OVERFLOW. */
export const OVERFLOW = -4;

export type Handler = (h: Hardware, s: Stream, lo: number, hi: number) => number;

export interface Execution {
  readonly name: InstructionName;
  readonly run: Handler;
  /** Reads and writes nothing but its own stream: may run ahead within a slice. */
  readonly local: boolean;
  readonly plain?: true;
  /** The operation itself, where the instruction can be deferred. */
  readonly perform?: Performer;
}

export const local = (name: InstructionName, run: Handler): Execution => ({ name, run, local: true });
/** A local one that costs COST_LOCAL, leads to the next instruction, and looks at nothing but the stream's words. */
export const plain = (name: InstructionName, run: Handler): Execution => ({ name, run, local: true, plain: true });
export const shared = (name: InstructionName, run: Handler, perform?: Performer): Execution =>
  perform === undefined ? { name, run, local: false } : { name, run, local: false, perform };

/** True when `index` names no register pair: odd, or beyond the file. */
export function badPair(index: number): boolean {
  return (index & 1) !== 0 || index >= REGISTERS - 1;
}
