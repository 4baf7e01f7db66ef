/**
 * Sync objects in memory: {u32 value, u32 status} or {u64 value, u32 status, u32 pad}. Writing one makes the
 * blocked waits of the group look again after SYNC_WAKE cycles; what other writers do (CPU, other groups, plain
 * stores) is noticed only through CS_KICK. Nothing can come between reading the object and blocking on it.
 */
import { big64 } from '../../base/bits.ts';
import { Condition } from '../../spec/cs/enums.ts';
import { FAULT } from '../../spec/faults.ts';
import { CS_EVENT_BIT, CS_REASON, CS_STATE, MCU_TIMING, STREAMS_PER_GROUP } from '../../spec/registers/mcu-private.ts';
import { ACCESS, ORDER } from '../wiring.ts';
import { SYNC_STATUS_CLEAR, SYNC_STATUS_ERROR } from './choices.ts';
import { streamFault, translate } from './faults.ts';
import { COUNTER, CSF_ID, KIND, type Hardware } from './hardware.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';
import { vaText } from './stream.ts';

/** All blocked waits of a group read their object again, SYNC_WAKE cycles from now. */
export function wakeGroup(h: Hardware, group: number): void {
  const { clock, gpuClock } = h.host;
  const first = group * STREAMS_PER_GROUP;
  for (let n = first; n < first + STREAMS_PER_GROUP; n++) {
    const s = h.streams[n]!;
    // A look already on its way happens after this write, so one is enough.
    if (s.state !== CS_STATE.BLOCKED || s.reason !== CS_REASON.SYNC_WAIT || s.wake !== 0) continue;
    s.wake = clock.schedule(gpuClock.after(MCU_TIMING.SYNC_WAKE), ORDER.STREAM, n, CSF_ID, KIND.WAKE, n);
  }
}

/** How to write a sync object. */
export interface SyncWrite {
  readonly wide: boolean;
  readonly add: boolean;
}

/** Performs SYNC_ADD or SYNC_SET; false after a fatal bus fault. */
export function writeSync(
  h: Hardware,
  s: Stream,
  kind: SyncWrite,
  propagate: boolean,
  system: boolean,
  va: number,
  dataLo: number,
  dataHi: number,
): boolean {
  const size = kind.wide ? 8 : 4;
  const at = translate(h, s, va, size, ACCESS.ATOMIC);
  if (at < 0) return false;
  const status = propagate ? (s.w[L.W_ERROR] === 0 ? undefined : SYNC_STATUS_ERROR) : SYNC_STATUS_CLEAR;
  let statusAt = -1;
  if (status !== undefined) {
    statusAt = translate(h, s, va + size, 4, ACCESS.ATOMIC);
    if (statusAt < 0) return false;
  }
  const { ram32 } = h.host.memory;
  const index = at >>> 2;
  if (!kind.add) {
    ram32[index] = dataLo;
    if (kind.wide) ram32[index + 1] = dataHi;
  } else if (!kind.wide) {
    ram32[index] = ram32[index]! + dataLo;
  } else {
    const low = (ram32[index]! >>> 0) + (dataLo >>> 0);
    ram32[index] = low;
    ram32[index + 1] = ram32[index + 1]! + dataHi + (low > 0xffff_ffff ? 1 : 0);
  }
  if (status !== undefined) ram32[statusAt >>> 2] = status;
  h.counters[COUNTER.SYNCS] = h.counters[COUNTER.SYNCS]! + 1;
  wakeGroup(h, s.group);
  if (system) h.event(s, CS_EVENT_BIT.SYNC_UPDATE);
  return true;
}

/** Outcome of a look at a sync object. */
export const LOOK = { PASS: 0, WAIT: 1, HOLD: 2, DEAD: 3 } as const;

/**
 * Compares the object with (lo, hi), unsigned. PASS may have reported CS_INHERIT_FAULT; HOLD: it would, but an
 * earlier report waits; DEAD: the access was fatal.
 */
export function lookAtSync(
  h: Hardware,
  s: Stream,
  wide: boolean,
  above: boolean,
  reject: boolean,
  va: number,
  lo: number,
  hi: number,
): number {
  const size = wide ? 8 : 4;
  const at = translate(h, s, va, size, ACCESS.READ);
  if (at < 0) return LOOK.DEAD;
  const { ram32 } = h.host.memory;
  const index = at >>> 2;
  const haveHi = wide ? ram32[index + 1]! >>> 0 : 0;
  const wantHi = wide ? hi >>> 0 : 0;
  const greater = haveHi !== wantHi ? haveHi > wantHi : ram32[index]! >>> 0 > lo >>> 0;
  if (greater !== above) return LOOK.WAIT;
  if (reject) return LOOK.PASS;
  const statusAt = translate(h, s, va + size, 4, ACCESS.READ);
  if (statusAt < 0) return LOOK.DEAD;
  if (ram32[statusAt >>> 2] === 0) return LOOK.PASS;
  return streamFault(h, s, FAULT.CS_INHERIT_FAULT, va) ? LOOK.PASS : LOOK.HOLD;
}

/** Blocks at a SYNC_WAIT, with the words the host evaluates for a suspended group. */
export function blockOnSync(h: Hardware, s: Stream, wide: boolean, above: boolean, lo: number, hi: number): void {
  const condition = above ? Condition.GT : Condition.LE;
  const word = ((1 << L.WAIT_SYNC) | ((wide ? 1 : 0) << L.WAIT_SYNC64) | (condition << L.WAIT_COND)) >>> 0;
  s.w[L.W_WAIT_VALUE] = lo;
  s.w[L.W_WAIT_VALUE + 1] = wide ? hi : 0;
  h.note(s, 'sync-wait', () => `${vaText(s.va(L.W_WAIT_ADDR))} ${above ? '>' : '<='} ${big64(lo, wide ? hi : 0)}`);
  h.event(s, CS_EVENT_BIT.SYNC_BLOCKED);
  h.block(s, CS_REASON.SYNC_WAIT, word);
}
