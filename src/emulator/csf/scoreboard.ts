/**
 * Scoreboard entries: counters of what the stream has under way. Jobs and deferred operations hold them; loads and
 * stores are complete at issue and never show (choices.ts).
 */
import { CS_REASON, CS_STATE } from '../../spec/registers/mcu-private.ts';
import { SCOREBOARD_ENTRIES } from './choices.ts';
import type { Hardware } from './hardware.ts';
import * as L from './layout.ts';
import type { Stream } from './stream.ts';

export function countUp(h: Hardware, s: Stream, entry: number): void {
  s.w[L.W_SB + entry] = s.w[L.W_SB + entry]! + 1;
  h.refreshQuiet(s);
}

/** One operation of the entry ended; a WAIT that hangs on it goes on. */
export function countDown(h: Hardware, s: Stream, entry: number): void {
  const left = s.w[L.W_SB + entry]! - 1;
  s.w[L.W_SB + entry] = left < 0 ? 0 : left;
  if (left > 0) return;
  if (s.state === CS_STATE.BLOCKED && s.reason === CS_REASON.SB_WAIT && idle(s, waitMask(s))) h.unblock(s);
  else h.refreshQuiet(s);
}

/** True when no entry of the mask is busy. */
export function idle(s: Stream, mask: number): boolean {
  for (let e = 0; e < SCOREBOARD_ENTRIES; e++) {
    if (((mask >>> e) & 1) !== 0 && s.w[L.W_SB + e] !== 0) return false;
  }
  return true;
}

/** CS_SB_BUSY. */
export function busyMask(s: Stream): number {
  let mask = 0;
  for (let e = 0; e < SCOREBOARD_ENTRIES; e++) if (s.w[L.W_SB + e] !== 0) mask |= 1 << e;
  return mask;
}

/** CS_WAIT of a WAIT for `mask`. */
export function waitWord(mask: number): number {
  return (mask << L.WAIT_SB_MASK) | (L.SB_SOURCE_WAIT << L.WAIT_SB_SOURCE);
}

function waitMask(s: Stream): number {
  return (s.w[L.W_WAIT]! >>> L.WAIT_SB_MASK) & 0xffff;
}
