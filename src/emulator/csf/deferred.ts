/**
 * Deferred operations: instructions with a wait mask that act later, once the jobs and deferred operations that
 * were outstanding on those scoreboard entries at issue have ended. Operands are sampled at issue. Operations with
 * the same signal entry and the same wait mask act in program order. A FLUSH_CACHE2 always takes an entry, also
 * while the flush is under way.
 */
import { CS_REASON, DEFER_COUNT, DEFER_HANDLER_FIRST, JOB_CONTEXT_COUNT } from '../../spec/registers/mcu-private.ts';
import { FLUSH_ID_HALF, FLUSH_ID_MASK } from './choices.ts';
import { CSF_ID, KIND, type Hardware } from './hardware.ts';
import { opcodeOf } from './isa.ts';
import * as L from './layout.ts';
import { countDown, countUp } from './scoreboard.ts';
import type { Stream } from './stream.ts';

const FLUSH = opcodeOf('FLUSH_CACHE2');

/** True when a FLUSH_CACHE2 with this id has to flush: id 0, or no newer flush since. */
export function flushDue(h: Hardware, id: number): boolean {
  if (id === 0) return true;
  const ahead = (h.host.caches.flushId - id) & FLUSH_ID_MASK;
  return ahead === 0 || ahead > FLUSH_ID_HALF;
}

const entry = (k: number): number => L.W_DEFER + k * L.DEFER_STEP;

export function deferValid(s: Stream, k: number): boolean {
  return (s.w[entry(k) + L.D_CTRL]! & L.VALID) !== 0;
}

/** Bit per deferred operation in use. */
export function deferMask(s: Stream): number {
  let mask = 0;
  for (let k = 0; k < DEFER_COUNT; k++) if (deferValid(s, k)) mask |= 1 << k;
  return mask;
}

/** A free entry of the stream's part (or of the handlers'), -1 when all are taken. */
export function freeEntry(s: Stream): number {
  const from = s.inHandler ? DEFER_HANDLER_FIRST : 0;
  const to = s.inHandler ? DEFER_COUNT : DEFER_HANDLER_FIRST;
  for (let k = from; k < to; k++) if (!deferValid(s, k)) return k;
  return -1;
}

/** DEFER_DEPS of an operation issued now: what is outstanding on the entries of `mask`, and equals before it. */
export function snapshot(s: Stream, mask: number, slot: number, ordered: number): number {
  let deps = 0;
  for (let ctx = 0; ctx < JOB_CONTEXT_COUNT; ctx++) {
    const ctrl = s.w[L.W_JOB + ctx * L.JOB_STEP + L.J_CTRL]!;
    if ((ctrl & L.VALID) !== 0 && ((mask >>> ((ctrl >>> L.JOB_SLOT) & L.JOB_SLOT_MASK)) & 1) !== 0) {
      deps |= 1 << (L.DEPS_JOB + ctx);
    }
  }
  for (let k = 0; k < DEFER_COUNT; k++) {
    const at = entry(k);
    const ctrl = s.w[at + L.D_CTRL]!;
    if ((ctrl & L.VALID) === 0) continue;
    const other = (ctrl >>> L.DEFER_SLOT) & L.DEFER_SLOT_MASK;
    const equal = other === slot && ordered !== 0 && s.w[at + L.D_INSTR]! >>> 16 === ordered;
    if (equal || ((mask >>> other) & 1) !== 0) deps |= 1 << (L.DEPS_DEFER + k);
  }
  return deps;
}

/**
 * Takes entry `k` for an operation with these dependencies. The caller counts nothing itself. What is ready acts
 * before this returns.
 */
export function issueDeferred(
  h: Hardware,
  s: Stream,
  k: number,
  slot: number,
  deps: number,
  lo: number,
  hi: number,
  addrLo: number,
  addrHi: number,
  dataLo: number,
  dataHi: number,
): void {
  const { w } = s;
  const at = entry(k);
  w[at + L.D_INSTR] = lo;
  w[at + L.D_INSTR + 1] = hi;
  w[at + L.D_ADDR] = addrLo;
  w[at + L.D_ADDR + 1] = addrHi;
  w[at + L.D_DATA] = dataLo;
  w[at + L.D_DATA + 1] = dataHi;
  w[at + L.D_DEPS] = deps;
  w[at + L.D_CTRL] = L.VALID | (slot << L.DEFER_SLOT) | (s.deferSeq << L.DEFER_SEQ);
  s.deferSeq = (s.deferSeq + 1) & L.DEFER_SEQ_MASK;
  countUp(h, s, slot);
  runReady(h, s);
}

/** Acts on all operations whose dependencies are gone, oldest first. */
export function runReady(h: Hardware, s: Stream): void {
  if (s.held === 1) return;
  for (let k = nextReady(s); k >= 0; k = nextReady(s)) act(h, s, k);
}

function nextReady(s: Stream): number {
  let best = -1;
  let bestAge = -1;
  for (let k = 0; k < DEFER_COUNT; k++) {
    const at = entry(k);
    if (!deferValid(s, k) || s.w[at + L.D_DEPS] !== 0 || ((s.flushing >>> k) & 1) !== 0) continue;
    // Ages are distances back from the issue counter, so that its wrap does not matter.
    const age = (s.deferSeq - (s.w[at + L.D_CTRL]! >>> L.DEFER_SEQ)) & L.DEFER_SEQ_MASK;
    if (age > bestAge) {
      best = k;
      bestAge = age;
    }
  }
  return best;
}

function act(h: Hardware, s: Stream, k: number): void {
  const { w } = s;
  const at = entry(k);
  const hi = w[at + L.D_INSTR + 1]!;
  const opcode = hi >>> 24;
  if (opcode === FLUSH) {
    if (flushDue(h, w[at + L.D_ADDR]!)) {
      s.flushing |= 1 << k;
      h.host.caches.flush(CSF_ID, KIND.FLUSHED, flushPayload(s, k));
      return;
    }
  } else {
    // Entries loaded by the firmware may hold anything: an operation without performer ends silently.
    h.performers[opcode]?.(
      h,
      s,
      w[at + L.D_INSTR]!,
      hi,
      w[at + L.D_ADDR]!,
      w[at + L.D_ADDR + 1]!,
      w[at + L.D_DATA]!,
      w[at + L.D_DATA + 1]!,
    );
  }
  finish(h, s, k);
}

function finish(h: Hardware, s: Stream, k: number): void {
  const at = entry(k) + L.D_CTRL;
  const slot = (s.w[at]! >>> L.DEFER_SLOT) & L.DEFER_SLOT_MASK;
  s.w[at] = 0;
  forget(s, 1 << (L.DEPS_DEFER + k));
  countDown(h, s, slot);
  h.unblockIf(s, CS_REASON.DEFERRED);
  h.unblockIf(s, CS_REASON.FLUSH);
}

/** Nobody waits for these (bits of DEFER_DEPS) any more. */
export function forget(s: Stream, bits: number): void {
  for (let k = 0; k < DEFER_COUNT; k++) {
    const at = entry(k) + L.D_DEPS;
    s.w[at] = s.w[at]! & ~bits;
  }
}

/** Payload of FLUSHED: stream, entry, and the epoch by which a flush from before a RESET is told apart. */
function flushPayload(s: Stream, k: number): number {
  return s.n | (k << 6) | (s.epoch << 10);
}

export function flushStream(payload: number): number {
  return payload & 63;
}

/** A flush ended; false when a RESET has dropped it. */
export function flushEnded(h: Hardware, s: Stream, payload: number): boolean {
  const k = (payload >>> 6) & 15;
  if (payload >>> 10 !== s.epoch || ((s.flushing >>> k) & 1) === 0) return false;
  s.flushing &= ~(1 << k);
  finish(h, s, k);
  runReady(h, s);
  return true;
}

/** At START: scoreboard entries of the loaded operations, and the issue counter above them. */
export function adoptDeferred(s: Stream): void {
  const { w } = s;
  let newest = -1;
  for (let k = 0; k < DEFER_COUNT; k++) {
    if (!deferValid(s, k)) continue;
    const ctrl = w[entry(k) + L.D_CTRL]!;
    const seq = ctrl >>> L.DEFER_SEQ;
    const distance = (seq - newest) & L.DEFER_SEQ_MASK;
    if (newest < 0 || distance <= L.DEFER_SEQ_MASK >>> 1) newest = seq;
  }
  if (newest >= 0) s.deferSeq = (newest + 1) & L.DEFER_SEQ_MASK;
}
