/**
 * Where a stream is: the ring with its EXTRACT counter, the frames CALL pushes, the frame a handler runs in. There
 * is no return instruction; a frame ends where its length says. A CALL in the ring retires when it returns, so
 * EXTRACT never passes work that is under way.
 */
import { CS_EVENT_BIT, FRAME_INTERRUPTED } from '../../spec/registers/mcu-private.ts';
import { MAX_CALLS } from './choices.ts';
import type { Hardware } from './hardware.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';

/** Bytes of an instruction. */
export const WORD_BYTES = 8;
/** EXTRACT tells each line of this many bytes it enters. */
const EXTRACT_LINE = 64;

/** True when retiring the present ring instruction moves EXTRACT into a new line, which others can see. */
export function endsLine(s: Stream): boolean {
  return (s.w[L.W_EXTRACT]! & (EXTRACT_LINE - 1)) === EXTRACT_LINE - WORD_BYTES;
}

function advanceExtract(h: Hardware, s: Stream, bytes: number): void {
  const { w } = s;
  const old = w[L.W_EXTRACT]!;
  const sum = (old >>> 0) + bytes;
  w[L.W_EXTRACT] = sum | 0;
  if (sum > 0xffff_ffff) w[L.W_EXTRACT + 1] = w[L.W_EXTRACT + 1]! + 1;
  if (((old ^ sum) & ~(EXTRACT_LINE - 1)) !== 0) h.event(s, CS_EVENT_BIT.EXTRACT);
  s.pc = s.ringPc();
}

/** Counts the instruction at `pc` as executed and goes to `next`. `wasRoot`: it was read from the ring. */
export function retire(h: Hardware, s: Stream, wasRoot: number): void {
  const { w } = s;
  const count = (w[L.W_INSTRS]! + 1) | 0;
  w[L.W_INSTRS] = count;
  if (count === 0) w[L.W_INSTRS + 1] = w[L.W_INSTRS + 1]! + 1;
  if (wasRoot === 1 && s.root === 1) advanceExtract(h, s, s.next - s.pc);
  else s.pc = s.next;
}

/** Counts instructions of a frame as executed; the caller has moved `pc`. */
export function retireMany(s: Stream, count: number): void {
  const { w } = s;
  const sum = (w[L.W_INSTRS]! >>> 0) + count;
  w[L.W_INSTRS] = sum | 0;
  if (sum > 0xffff_ffff) w[L.W_INSTRS + 1] = w[L.W_INSTRS + 1]! + 1;
}

/** Pushes a frame that returns to `next`; false when the stack is full. The caller sets `next` and `end`. */
export function pushFrame(s: Stream): boolean {
  const depth = s.depth + 1;
  if (depth > MAX_CALLS) return false;
  s.setDepth(depth, s.interruptedDepth, s.inHandler, handlerType(s));
  const at = s.frameIndex(depth);
  s.setVa(L.W_FRAME_IP + at, s.next);
  s.setVa(L.W_FRAME_END + at, s.root === 1 ? 0 : s.end);
  return true;
}

/** True when the end of the present frame shows outside: a ring CALL retires, or a handler ends. */
export function endShows(s: Stream): boolean {
  return s.depth <= (s.inHandler ? 0 : 1);
}

/** Leaves the frame whose end was reached. */
export function endOfFrame(h: Hardware, s: Stream): void {
  const { depth, inHandler } = s;
  if (depth > 0) {
    const at = s.frameIndex(depth);
    s.pc = s.va(L.W_FRAME_IP + at);
    s.end = s.va(L.W_FRAME_END + at);
    s.setDepth(depth - 1, s.interruptedDepth, inHandler, handlerType(s));
    if (s.root === 1) advanceExtract(h, s, WORD_BYTES);
  } else {
    leaveHandler(h, s);
  }
}

/** Starts a handler: the interrupted place goes to its frame, the stack is fresh. */
export function enterHandler(s: Stream, type: number, va: number, bytes: number): void {
  const at = FRAME_INTERRUPTED * L.FRAME_STEP;
  s.setVa(L.W_FRAME_IP + at, s.pc);
  s.setVa(L.W_FRAME_END + at, s.root === 1 ? 0 : s.end);
  s.setDepth(0, s.depth, true, type);
  s.pc = va;
  s.end = va + bytes;
}

function leaveHandler(h: Hardware, s: Stream): void {
  const at = FRAME_INTERRUPTED * L.FRAME_STEP;
  s.setDepth(s.interruptedDepth, 0, false, 0);
  s.pc = s.root === 1 ? s.ringPc() : s.va(L.W_FRAME_IP + at);
  s.end = s.va(L.W_FRAME_END + at);
  h.event(s, CS_EVENT_BIT.EXC_DONE);
}

function handlerType(s: Stream): number {
  return (s.w[L.W_DEPTH]! >>> L.DEPTH_TYPE) & L.DEPTH_TYPE_MASK;
}
