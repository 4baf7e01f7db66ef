/**
 * State of one stream interface. What the interface shows is kept as the register image itself (`w`, 1024 words,
 * `r` its 96 stream registers), so suspend and resume through the interface move all there is; beside it are the
 * few facts the contract hides: state machine, pending command, handles of scheduled events.
 */
import type { PlainObject } from '../../base/stateful.ts';
import { CS_REASON, CS_STATE, FRAME_INTERRUPTED, STREAMS_PER_GROUP } from '../../spec/registers/mcu-private.ts';
import { REGISTERS } from './choices.ts';
import * as L from './layout.ts';

export const TWO32 = 0x1_0000_0000;
/**
 * Signed high words beyond these leave the range of a Number; such a VA is far outside 48 bits and faults anyway. What
 * people really meet, addresses at the top of the 64 bits, are small negative Numbers and stay whole.
 */
const HIGH_LIMIT = 0x1f_ffff;
const LOW_LIMIT = -HIGH_LIMIT - 1;

/** A VA from two words, as a signed 64-bit number; what a Number cannot name is pulled to one that is as invalid. */
export function vaOf(lo: number, hi: number): number {
  const high = hi | 0;
  return (high > HIGH_LIMIT ? HIGH_LIMIT : high < LOW_LIMIT ? LOW_LIMIT : high) * TWO32 + (lo >>> 0);
}

/** A VA for people: unsigned, hexadecimal, without prefix. */
export function vaText(va: number): string {
  return va >= 0 ? va.toString(16) : BigInt.asUintN(64, BigInt(va)).toString(16);
}

/** High word of a VA. */
export function highOf(va: number): number {
  return Math.floor(va / TWO32);
}

/** Fields saved one to one, beside the register image. */
const HIDDEN = [
  'state',
  'reason',
  'refused',
  'as',
  'held',
  'quiet',
  'root',
  'command',
  'phase',
  'excAddr',
  'excLen',
  'excType',
  'commandAt',
  'slice',
  'wake',
  'epoch',
  'flushing',
  'jobSeq',
  'deferSeq',
  'running',
  'blockedAt',
  'readHigh',
  'readAt',
  'heldLow',
  'heldAt',
] as const;

export class Stream {
  readonly n: number;
  readonly group: number;
  /** The register image and, inside it, r0..r95. */
  readonly w: Int32Array;
  readonly r: Int32Array;

  /** CS_STATE and CS_REASON. */
  state: number = CS_STATE.STOPPED;
  reason: number = CS_REASON.UNBLOCKED;
  refused = 0;
  /** Address space, taken at START. */
  as = 0;
  /** 1: no job or deferred operation starts (after PREEMPT and RESET, until START). */
  held = 1;
  quiet = 0;
  /** 1 in the ring, outside handlers. */
  root = 1;
  /** Command under way (0 none) and whether its latency has passed. */
  command = 0;
  phase = 0;
  /** Handler latched at the access of EXCEPTION. */
  excAddr = 0;
  excLen = 0;
  excType = 0;
  /** Clock handles: end of the command's latency, next slice, look at a sync object. 0 none. */
  commandAt = 0;
  slice = 0;
  wake = 0;
  /** Counts RESETs; flushes that end after one are recognised by it. */
  epoch = 0;
  /** Deferred entries whose flush is under way, a bit each. */
  flushing = 0;
  jobSeq = 0;
  deferSeq = 0;
  /** Tasks on cores. */
  running = 0;
  /** Cycle at which the present block began. */
  blockedAt = 0;
  /** 64-bit accesses: latched high word and register (byte offset, -1 none); held low word and register. */
  readHigh = 0;
  readAt = -1;
  heldLow = 0;
  heldAt = -1;

  /** Copies for the execution loop: CS_PC, CS_END as Numbers; the next instruction. */
  pc = 0;
  end = 0;
  next = 0;
  /** Cache of the instruction page: its VA, byte offset in RAM, MMU generation. Never state. */
  pageVa = -1;
  pageAt = 0;
  pageGeneration = -1;

  constructor(n: number, image: Int32Array) {
    this.n = n;
    this.group = Math.floor(n / STREAMS_PER_GROUP);
    this.w = image;
    this.r = image.subarray(L.W_REG, L.W_REG + REGISTERS);
    this.clear();
  }

  /** Registers and hidden state after RESET; events of the clock are the caller's. */
  clear(): void {
    this.w.fill(0);
    this.w[L.W_ID] = ((this.n % STREAMS_PER_GROUP) << L.ID_STREAM) | (this.group << L.ID_GROUP);
    this.state = CS_STATE.STOPPED;
    this.reason = CS_REASON.UNBLOCKED;
    this.refused = 0;
    this.held = 1;
    this.quiet = 0;
    this.root = 1;
    this.command = 0;
    this.phase = 0;
    this.excAddr = 0;
    this.excLen = 0;
    this.excType = 0;
    this.commandAt = 0;
    this.slice = 0;
    this.wake = 0;
    this.epoch = (this.epoch + 1) & 0xff;
    this.flushing = 0;
    this.jobSeq = 0;
    this.deferSeq = 0;
    this.running = 0;
    this.blockedAt = 0;
    this.readAt = -1;
    this.heldAt = -1;
    this.pc = 0;
    this.end = 0;
    this.pageVa = -1;
  }

  get live(): boolean {
    const { state } = this;
    return state === CS_STATE.RUNNING || state === CS_STATE.BLOCKED || state === CS_STATE.EMPTY;
  }

  get depth(): number {
    return (this.w[L.W_DEPTH]! >>> L.DEPTH_DEPTH) & L.DEPTH_MASK;
  }

  get interruptedDepth(): number {
    return (this.w[L.W_DEPTH]! >>> L.DEPTH_INT) & L.DEPTH_MASK;
  }

  get inHandler(): boolean {
    return ((this.w[L.W_DEPTH]! >>> L.DEPTH_HANDLER) & 1) !== 0;
  }

  setDepth(depth: number, interrupted: number, handler: boolean, type: number): void {
    this.w[L.W_DEPTH] =
      (depth << L.DEPTH_DEPTH) |
      (interrupted << L.DEPTH_INT) |
      ((handler ? 1 : 0) << L.DEPTH_HANDLER) |
      ((type & L.DEPTH_TYPE_MASK) << L.DEPTH_TYPE);
    this.root = depth === 0 && !handler ? 1 : 0;
  }

  /** VA of the ring instruction EXTRACT points at. */
  ringPc(): number {
    const { w } = this;
    const at = (w[L.W_EXTRACT]! & (w[L.W_RING_SIZE]! - 1)) >>> 0;
    return vaOf(w[L.W_RING_BASE]!, w[L.W_RING_BASE + 1]!) + at;
  }

  get ringEmpty(): boolean {
    const { w } = this;
    return w[L.W_EXTRACT] === w[L.W_INSERT] && w[L.W_EXTRACT + 1] === w[L.W_INSERT + 1];
  }

  /** Reads a 64-bit register of the image as a VA. */
  va(index: number): number {
    return vaOf(this.w[index]!, this.w[index + 1]!);
  }

  setVa(index: number, va: number): void {
    this.w[index] = va | 0;
    this.w[index + 1] = highOf(va) | 0;
  }

  /** Writes CS_PC and CS_END from the loop's copies. */
  storePc(): void {
    this.setVa(L.W_PC, this.pc);
    this.setVa(L.W_END, this.root === 1 ? 0 : this.end);
  }

  /** Register pair as a VA; `index` is even and below 95. */
  pair(index: number): number {
    return vaOf(this.r[index]!, this.r[index + 1]!);
  }

  frameIndex(depth: number): number {
    return ((this.inHandler ? FRAME_INTERRUPTED : 0) + depth) * L.FRAME_STEP;
  }

  save(): PlainObject {
    const hidden = HIDDEN.map((key) => this[key]);
    // Most interfaces are as RESET left them: only CS_ID is not 0.
    const used = this.w.some((word, i) => word !== 0 && i !== L.W_ID);
    return { w: used ? this.w.slice() : undefined, hidden, pc: this.pc, end: this.end };
  }

  load(state: PlainObject): void {
    this.clear();
    if (state.w instanceof Int32Array) this.w.set(state.w);
    const hidden = Array.isArray(state.hidden) ? state.hidden : [];
    HIDDEN.forEach((key, i) => {
      this[key] = Number(hidden[i]);
    });
    this.pc = Number(state.pc);
    this.end = Number(state.end);
    this.pageVa = -1;
  }
}
