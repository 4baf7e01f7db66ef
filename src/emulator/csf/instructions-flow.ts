/** Instructions that touch only their stream: moves, arithmetic, control flow, selections. */
import { Condition } from '../../spec/cs/enums.ts';
import { COST_LOCAL, REGISTERS, SCOREBOARD_ENTRIES } from './choices.ts';
import { pushFrame, WORD_BYTES } from './frames.ts';
import type { Hardware } from './hardware.ts';
import { badPair, type Execution, INVALID, local, OVERFLOW, plain } from './instruction.ts';
import { fieldOf, inHigh, inLow, maskOf } from './isa.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';

const MOVE_DST = inHigh('MOVE48', 'destination');
const MOVE_HIGH_BITS = fieldOf('MOVE48', 'immediate').width - 32;
const MOVE_HIGH_MASK = 2 ** MOVE_HIGH_BITS - 1;
const ADD_SRC = inHigh('ADD_IMM32', 'source');
const ADD_DST = inHigh('ADD_IMM32', 'destination');
const MIN_1 = inHigh('UMIN32', 'source_1');
const MIN_0 = inHigh('UMIN32', 'source_0');
const BRANCH_COND = inLow('BRANCH', 'condition');
const BRANCH_COND_MASK = maskOf('BRANCH', 'condition');
const BRANCH_VALUE = inHigh('BRANCH', 'value');
const FLOW_LENGTH = inHigh('CALL', 'length');
const FLOW_ADDRESS = inHigh('CALL', 'address');
const SB_EP = inLow('SET_SB_ENTRY', 'endpoint_entry');
const SB_OTHER = inLow('SET_SB_ENTRY', 'other_entry');
const SB_MASK = maskOf('SET_SB_ENTRY', 'other_entry');
const EXC_TYPE = inLow('SET_EXCEPTION_HANDLER', 'exception_type');
const EXC_TYPE_MASK = maskOf('SET_EXCEPTION_HANDLER', 'exception_type');
const HEAP_ADDRESS = inHigh('HEAP_SET', 'address');
const PROGRESS_DST = inHigh('PROGRESS_LOAD', 'destination');

function move48(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const dst = (hi >>> MOVE_DST) & 0xff;
  if (badPair(dst)) return INVALID;
  s.r[dst] = lo;
  s.r[dst + 1] = hi & MOVE_HIGH_MASK;
  return COST_LOCAL;
}

function move32(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const dst = (hi >>> MOVE_DST) & 0xff;
  if (dst >= REGISTERS) return INVALID;
  s.r[dst] = lo;
  return COST_LOCAL;
}

function addImm32(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const dst = (hi >>> ADD_DST) & 0xff;
  const src = (hi >>> ADD_SRC) & 0xff;
  if (dst >= REGISTERS || src >= REGISTERS) return INVALID;
  s.r[dst] = s.r[src]! + lo;
  return COST_LOCAL;
}

function addImm64(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const dst = (hi >>> ADD_DST) & 0xff;
  const src = (hi >>> ADD_SRC) & 0xff;
  if (badPair(dst) || badPair(src)) return INVALID;
  const sum = (s.r[src]! >>> 0) + (lo >>> 0);
  const high = s.r[src + 1]! + (lo >> 31) + (sum > 0xffff_ffff ? 1 : 0);
  s.r[dst] = sum;
  s.r[dst + 1] = high;
  return COST_LOCAL;
}

function umin32(_h: Hardware, s: Stream, _lo: number, hi: number): number {
  const dst = (hi >>> ADD_DST) & 0xff;
  const a = (hi >>> MIN_0) & 0xff;
  const b = (hi >>> MIN_1) & 0xff;
  if (dst >= REGISTERS || a >= REGISTERS || b >= REGISTERS) return INVALID;
  s.r[dst] = Math.min(s.r[a]! >>> 0, s.r[b]! >>> 0);
  return COST_LOCAL;
}

/** Whether a signed value meets a condition; undefined for the reserved code. */
function meets(condition: number, value: number): boolean | undefined {
  switch (condition) {
    case Condition.LE:
      return value <= 0;
    case Condition.GT:
      return value > 0;
    case Condition.EQ:
      return value === 0;
    case Condition.NE:
      return value !== 0;
    case Condition.LT:
      return value < 0;
    case Condition.GE:
      return value >= 0;
    case Condition.ALWAYS:
      return true;
    default:
      return undefined;
  }
}

/**
 * Where a BRANCH inside a frame leads, in instructions from itself: 1 when it is not taken. Undefined when it is invalid
 * whatever the frame.
 */
export function branchDistance(s: Stream, lo: number, hi: number): number | undefined {
  const value = (hi >>> BRANCH_VALUE) & 0xff;
  if (value >= REGISTERS) return undefined;
  const taken = meets((lo >>> BRANCH_COND) & BRANCH_COND_MASK, s.r[value]!);
  if (taken === undefined) return undefined;
  return taken ? 1 + ((lo << 16) >> 16) : 1;
}

function branch(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const words = branchDistance(s, lo, hi);
  if (words === undefined) return INVALID;
  if (words === 1) return COST_LOCAL;
  const distance = words * WORD_BYTES;
  if (s.root === 1) {
    // Chosen: in the ring a branch goes forward only, because EXTRACT never goes back, and not past INSERT.
    if (distance < WORD_BYTES || distance > ringLeft(s)) return INVALID;
    s.next = s.pc + distance;
    return COST_LOCAL;
  }
  const target = s.pc + distance;
  // The start of a frame is not kept anywhere, so only its end bounds a branch.
  if (target > s.end || target < 0) return INVALID;
  s.next = target;
  return COST_LOCAL;
}

/** Bytes between EXTRACT and INSERT, at most 2^32. */
function ringLeft(s: Stream): number {
  const { w } = s;
  const low = (w[L.W_INSERT]! >>> 0) - (w[L.W_EXTRACT]! >>> 0);
  const high = (w[L.W_INSERT + 1]! - w[L.W_EXTRACT + 1]! - (low < 0 ? 1 : 0)) | 0;
  return high === 0 ? low >>> 0 : 0x1_0000_0000;
}

/** Checks the operands CALL and JUMP share; false when one is invalid. */
function flowOperands(s: Stream, hi: number): boolean {
  const address = (hi >>> FLOW_ADDRESS) & 0xff;
  const length = (hi >>> FLOW_LENGTH) & 0xff;
  if (badPair(address) || length >= REGISTERS) return false;
  return ((s.r[address]! | s.r[length]!) & (WORD_BYTES - 1)) === 0;
}

function enter(s: Stream, hi: number): void {
  s.next = s.pair((hi >>> FLOW_ADDRESS) & 0xff);
  s.end = s.next + (s.r[(hi >>> FLOW_LENGTH) & 0xff]! >>> 0);
}

function call(_h: Hardware, s: Stream, _lo: number, hi: number): number {
  if (!flowOperands(s, hi)) return INVALID;
  if (!pushFrame(s)) return OVERFLOW;
  enter(s, hi);
  return COST_LOCAL;
}

function jump(_h: Hardware, s: Stream, _lo: number, hi: number): number {
  if (s.root === 1 || !flowOperands(s, hi)) return INVALID;
  enter(s, hi);
  return COST_LOCAL;
}

function setSbEntry(_h: Hardware, s: Stream, lo: number): number {
  const ep = (lo >>> SB_EP) & SB_MASK;
  const other = (lo >>> SB_OTHER) & SB_MASK;
  if (ep >= SCOREBOARD_ENTRIES || other >= SCOREBOARD_ENTRIES) return INVALID;
  const kept = s.w[L.W_SB_SEL]! & ~((L.SEL_MASK << L.SEL_EP) | (L.SEL_MASK << L.SEL_OTHER));
  s.w[L.W_SB_SEL] = kept | (ep << L.SEL_EP) | (other << L.SEL_OTHER);
  return COST_LOCAL;
}

function setExceptionHandler(_h: Hardware, s: Stream, lo: number, hi: number): number {
  const type = (lo >>> EXC_TYPE) & EXC_TYPE_MASK;
  if (type >= L.EXC_COUNT || s.inHandler || !flowOperands(s, hi)) return INVALID;
  const address = (hi >>> FLOW_ADDRESS) & 0xff;
  const at = type * L.EXC_STEP;
  s.w[L.W_EXC_ADDR + at] = s.r[address]!;
  s.w[L.W_EXC_ADDR + at + 1] = s.r[address + 1]!;
  s.w[L.W_EXC_LEN + at] = s.r[(hi >>> FLOW_LENGTH) & 0xff]!;
  return COST_LOCAL;
}

function heapSet(_h: Hardware, s: Stream, _lo: number, hi: number): number {
  const address = (hi >>> HEAP_ADDRESS) & 0xff;
  if (badPair(address)) return INVALID;
  s.w[L.W_HEAP] = s.r[address]!;
  s.w[L.W_HEAP + 1] = s.r[address + 1]!;
  return COST_LOCAL;
}

export const FLOW: readonly Execution[] = [
  plain('NOP', () => COST_LOCAL),
  plain('MOVE48', move48),
  plain('MOVE32', move32),
  plain('ADD_IMM32', addImm32),
  plain('ADD_IMM64', addImm64),
  plain('UMIN32', umin32),
  local('BRANCH', branch),
  local('CALL', call),
  local('JUMP', jump),
  plain('SET_SB_ENTRY', setSbEntry),
  local('SET_EXCEPTION_HANDLER', setExceptionHandler),
  plain('HEAP_SET', heapSet),
];

/** d[destination] = own progress counter. Shared: `pi` of ending jobs moves the counter. */
export function progressLoad(_h: Hardware, s: Stream, _lo: number, hi: number): number {
  const dst = (hi >>> PROGRESS_DST) & 0xff;
  if (badPair(dst)) return INVALID;
  s.r[dst] = s.w[L.W_PROGRESS]!;
  s.r[dst + 1] = s.w[L.W_PROGRESS + 1]!;
  return COST_LOCAL;
}
