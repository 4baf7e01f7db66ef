/**
 * Memory messages: loads, stores, buffer accesses and atomics of the active lanes, in ascending order of lanes. A
 * message is complete when its instruction is; slots and waits therefore need nothing. The first lane that faults
 * stops its task; lanes before it have had their effect.
 */
import { ACCESS } from '../wiring.ts';
import { atomicPair, atomicWord, type AtomicFunction } from './atomics.ts';
import type { Buffers } from './buffers.ts';
import { COST_WORD_SHIFT, DROPPED_HIGH } from './choices.ts';
import { LANES, type LaneFile } from './layout.ts';
import { DROPPED, FAULTED, type ShaderMemory } from './memory.ts';
import type { MicroOp } from './micro-op.ts';
import { IMAGE_MESSAGES } from './image-messages.ts';
import { TEXTURE_MESSAGES } from './samplers.ts';
import type { Textures } from './textures.ts';

/** What messages work on. */
export interface MessageContext {
  readonly file: LaneFile;
  readonly memory: ShaderMemory;
  readonly buffers: Buffers;
  readonly textures: Textures;
}

/**
 * Executes a message for the active lanes. `base`: word offset of the warp's registers; `a`, `b`: rows of the sources.
 * False when an access faulted.
 */
export type MessageFunction = (m: MessageContext, op: MicroOp, base: number, a: number, b: number) => boolean | void;

const data = new Int32Array(4);
const WORD_BYTES = 4;

/** Puts loaded words into the staging registers of a lane, as the lane field says. */
type Deliver = (I: Int32Array, op: MicroOp, at: number) => void;

const deliverWords: Deliver = (I, op, at) => {
  for (let n = 0; n < op.outCount && n < 4; n++) I[at + n * LANES] = data[n]!;
};

/** A 32-bit word, extended to a pair when the lane field asks for it. */
const deliver32: Deliver = (I, op, at) => {
  if (op.outCount === 0) return;
  I[at] = data[0]!;
  if (op.lane === 1 && op.outCount > 1) I[at + LANES] = op.unsigned ? 0 : data[0]! >> 31;
};

/** Bytes go to a byte, a half, a word or a pair; the bits around them stay. */
const BYTE_HALF = 4;
const BYTE_WORD = 6;
const deliver8: Deliver = (I, op, at) => {
  if (op.outCount === 0) return;
  const { lane } = op;
  const value = op.unsigned ? data[0]! & 0xff : (data[0]! << 24) >> 24;
  if (lane < BYTE_HALF) insert(I, at, value, 8 * lane, 0xff);
  else if (lane < BYTE_WORD) insert(I, at, value, 16 * (lane - BYTE_HALF), 0xffff);
  else extended(I, op, at, value, lane > BYTE_WORD);
};

const HALF_WORD = 2;
const deliver16: Deliver = (I, op, at) => {
  if (op.outCount === 0) return;
  const { lane } = op;
  const value = op.unsigned ? data[0]! & 0xffff : (data[0]! << 16) >> 16;
  if (lane < HALF_WORD) insert(I, at, value, 16 * lane, 0xffff);
  else extended(I, op, at, value, lane > HALF_WORD);
};

function insert(I: Int32Array, at: number, value: number, lsb: number, mask: number): void {
  I[at] = (I[at]! & ~(mask << lsb)) | ((value & mask) << lsb);
}

function extended(I: Int32Array, op: MicroOp, at: number, value: number, pair: boolean): void {
  I[at] = value;
  if (pair && op.outCount > 1) I[at + LANES] = value >> 31;
}

const deliveryOf = (bits: number): Deliver =>
  bits === 8 ? deliver8 : bits === 16 ? deliver16 : bits === 32 ? deliver32 : deliverWords;

const load = (bits: number): MessageFunction => {
  const bytes = bits / 8;
  const deliver = deliveryOf(bits);
  return ({ file: { I, active }, memory }, op, base, a) => {
    const offset = op.imm;
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const low = I[a + l]!;
      const lo = (low + offset) | 0;
      const hi = (I[a + LANES + l]! + carry(low, lo, offset)) | 0;
      if (!memory.load(lo, hi, bytes, data)) return false;
      deliver(I, op, base + op.out + l);
      memory.traffic += (bytes + 3) >>> COST_WORD_SHIFT;
    }
    return true;
  };
};

/** The frequent load: one aligned word. */
const loadSlowly32 = load(32);
const load32: MessageFunction = (m, op, base, a, b) => {
  if (op.lane !== 0 || op.outCount !== 1) return loadSlowly32(m, op, base, a, b);
  const { memory } = m;
  const { I, active } = m.file;
  const { ram32 } = memory;
  const offset = op.imm;
  const to = base + op.out;
  for (let l = 0; l < LANES; l++) {
    if (((active >>> l) & 1) === 0) continue;
    const low = I[a + l]!;
    const lo = (low + offset) | 0;
    const hi = (I[a + LANES + l]! + carry(low, lo, offset)) | 0;
    const at = (lo & 3) === 0 ? memory.find(lo, hi, ACCESS.READ) : DROPPED;
    if (at >= 0) I[to + l] = ram32[at >>> 2]!;
    else if (at === FAULTED || !memory.load(lo, hi, WORD_BYTES, data)) return false;
    else I[to + l] = data[0]!;
    memory.traffic++;
  }
  return true;
};

/** What adding a signed offset to the low word of an address does to the high word. */
function carry(before: number, after: number, offset: number): number {
  if (offset >= 0) return after >>> 0 < before >>> 0 ? 1 : 0;
  return after >>> 0 > before >>> 0 ? -1 : 0;
}

const store = (bits: number): MessageFunction => {
  const bytes = bits / 8;
  return ({ file: { I, active }, memory }, op, base, a) => {
    const offset = op.imm;
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const low = I[a + l]!;
      const lo = (low + offset) | 0;
      const hi = (I[a + LANES + l]! + carry(low, lo, offset)) | 0;
      for (let n = 0; n < 4; n++) data[n] = n < op.inCount ? I[base + op.in + n * LANES + l]! : 0;
      if (!memory.store(lo, hi, bytes, data)) return false;
      memory.traffic += (bytes + 3) >>> COST_WORD_SHIFT;
    }
    return true;
  };
};

/** The frequent store: one aligned word. */
const storeSlowly32 = store(32);
const store32: MessageFunction = (m, op, base, a, b) => {
  if (op.inCount !== 1) return storeSlowly32(m, op, base, a, b);
  const { memory } = m;
  const { I, active } = m.file;
  const { ram32 } = memory;
  const offset = op.imm;
  const from = base + op.in;
  for (let l = 0; l < LANES; l++) {
    if (((active >>> l) & 1) === 0) continue;
    const low = I[a + l]!;
    const lo = (low + offset) | 0;
    const hi = (I[a + LANES + l]! + carry(low, lo, offset)) | 0;
    const at = (lo & 3) === 0 ? memory.find(lo, hi, ACCESS.WRITE) : DROPPED;
    if (at >= 0) ram32[at >>> 2] = I[from + l]!;
    else if (at === FAULTED) return false;
    else {
      data[0] = I[from + l]!;
      if (!memory.store(lo, hi, WORD_BYTES, data)) return false;
    }
    memory.traffic++;
  }
  return true;
};

/** Bytes outside a buffer are 0. */
const loadBuffer = (bits: number): MessageFunction => {
  const bytes = bits / 8;
  const deliver = deliveryOf(bits);
  return ({ file: { I, active }, memory, buffers }, op, base, a, b) => {
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      if (!buffers.find(I[b + l]!)) return false;
      const offset = I[a + l]! >>> 0;
      const inside = Math.min(bytes, buffers.size - offset);
      if (inside < bytes) data.fill(0);
      if (inside > 0) {
        const lo = (buffers.lo + offset) | 0;
        const hi = lo >>> 0 < offset ? (buffers.hi + 1) | 0 : buffers.hi;
        if (!memory.load(lo, hi, inside, data)) return false;
      }
      deliver(I, op, base + op.out + l);
      memory.traffic += (bytes + 3) >>> COST_WORD_SHIFT;
    }
    return true;
  };
};

/** The address of a byte of a buffer; outside, the address whose accesses are dropped. */
const leaBuffer: MessageFunction = ({ file: { I, active }, buffers }, op, base, a, b) => {
  for (let l = 0; l < LANES; l++) {
    if (((active >>> l) & 1) === 0) continue;
    if (!buffers.find(I[b + l]!)) return false;
    const offset = I[a + l]! >>> 0;
    const inside = offset < buffers.size;
    const lo = inside ? (buffers.lo + offset) | 0 : 0;
    const hi = inside ? (lo >>> 0 < offset ? (buffers.hi + 1) | 0 : buffers.hi) : DROPPED_HIGH;
    const at = base + op.out + l;
    if (op.outCount > 0) I[at] = lo;
    if (op.outCount > 1) I[at + LANES] = hi;
  }
  return true;
};

/** Old value of the last atomic, low and high word. */
const old = new Int32Array(2);

/** An atomic on words or pairs. `one`: the operand is the constant 1. */
const atomic =
  (bits: 32 | 64, one: boolean): MessageFunction =>
  ({ file: { I, active }, memory }, op, base, a) => {
    const rows = bits / 32;
    const apply: AtomicFunction = bits === 32 ? atomicWord : atomicPair;
    for (let l = 0; l < LANES; l++) {
      if (((active >>> l) & 1) === 0) continue;
      const low = I[a + l]!;
      const lo = (low + op.imm) | 0;
      const hi = (I[a + LANES + l]! + carry(low, lo, op.imm)) | 0;
      const offset = memory.atomic(lo, hi, bits / 8);
      if (offset === FAULTED) return false;
      for (let n = 0; n < 2 * rows; n++) data[n] = n < op.inCount ? I[base + op.in + n * LANES + l]! : 0;
      if (offset === DROPPED) old.fill(0);
      else apply(memory.ram32, offset >>> 2, op, one, data, old);
      for (let n = 0; n < rows && n < op.outCount; n++) I[base + op.out + n * LANES + l] = old[n]!;
      memory.traffic += rows;
    }
    return true;
  };

const WIDTHS = [8, 16, 24, 32, 48, 64, 96, 128] as const;

function byWidth(name: string, make: (bits: number) => MessageFunction): Record<string, MessageFunction> {
  return Object.fromEntries(WIDTHS.map((bits) => [`${name}.i${bits}`, make(bits)]));
}

/** Every message this machine knows. */
export const MESSAGES: Readonly<Record<string, MessageFunction>> = {
  ...byWidth('LOAD', load),
  ...byWidth('STORE', store),
  'LOAD.i32': load32,
  'STORE.i32': store32,
  ...byWidth('LD_BUFFER', loadBuffer),
  LEA_BUFFER: leaBuffer,
  ...IMAGE_MESSAGES,
  ...TEXTURE_MESSAGES,
  'ATOM.i32': atomic(32, false),
  'ATOM.i64': atomic(64, false),
  'ATOM_RETURN.i32': atomic(32, false),
  'ATOM_RETURN.i64': atomic(64, false),
  'ATOM1_RETURN.i32': atomic(32, true),
  'ATOM1_RETURN.i64': atomic(64, true),
};
