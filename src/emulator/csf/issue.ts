/**
 * The way of instructions that act at once when their wait mask is 0 and through a deferred entry otherwise. Sampled
 * operands are handed over as words.
 */
import { CS_REASON } from '../../spec/registers/mcu-private.ts';
import { COST_SHARED, SCOREBOARD_ENTRIES } from './choices.ts';
import { freeEntry, issueDeferred, snapshot } from './deferred.ts';
import type { Hardware } from './hardware.ts';
import { BLOCKED, DEAD, INVALID } from './instruction.ts';
import { inHigh, inLow, maskOf } from './isa.ts';
import type { Stream } from './stream.ts';

// All instructions of the kind keep the two fields at the same place.
const WAIT_MASK = inLow('SYNC_ADD64', 'wait_mask');
const SLOT = inHigh('SYNC_ADD64', 'signal_slot');
const SLOT_MASK = maskOf('SYNC_ADD64', 'signal_slot');

/** The wait mask of such an instruction. */
export const waitMaskOf = (lo: number): number => lo >>> WAIT_MASK;

/** Acts now at `cost`, or takes a deferred entry; the stream blocks when there is none. */
export function orDefer(
  h: Hardware,
  s: Stream,
  lo: number,
  hi: number,
  cost: number,
  addrLo: number,
  addrHi: number,
  dataLo: number,
  dataHi: number,
): number {
  const waits = waitMaskOf(lo);
  if (waits === 0) {
    const perform = h.performers[hi >>> 24];
    return perform?.(h, s, lo, hi, addrLo, addrHi, dataLo, dataHi) === true ? cost : DEAD;
  }
  const slot = (hi >>> SLOT) & SLOT_MASK;
  if (slot >= SCOREBOARD_ENTRIES) return INVALID;
  const k = freeEntry(s);
  if (k < 0) {
    h.block(s, CS_REASON.DEFERRED);
    return BLOCKED;
  }
  issueDeferred(h, s, k, slot, snapshot(s, waits, slot, waits), lo, hi, addrLo, addrHi, dataLo, dataHi);
  return COST_SHARED;
}
