/**
 * The registers of one stream interface, as the register table describes them. A read of the low word of a 64-bit
 * register latches its high word; a write of the low word is held and acts with the write of the high one.
 */
import {
  CS_EVENT_BIT,
  CS_REASON,
  CS_STATE,
  MCU_CS,
  STREAM_BASE,
  STREAM_STRIDE,
} from '../../spec/registers/mcu-private.ts';
import { popcount32 } from '../../base/bits.ts';
import { COST_UNBLOCK } from './choices.ts';
import { command } from './commands.ts';
import { deferMask } from './deferred.ts';
import { finishBlocked, ringWritten } from './execute.ts';
import { faultPending } from './faults.ts';
import type { Hardware } from './hardware.ts';
import { dispatch } from './iterators.ts';
import { jobMask, reportNextJob } from './jobs.ts';
import * as L from './layout.ts';
import { buildRules, HALF, REPORT, WORD } from './rules.ts';
import { busyMask } from './scoreboard.ts';
import type { Stream } from './stream.ts';

const RULES = buildRules(MCU_CS, 0, L.STREAM_WORDS);
const BYTES = 4;

function report(h: Hardware, s: Stream, kind: number, index: number, write: boolean, value: number): void {
  h.host.log.report(kind, STREAM_BASE + s.n * STREAM_STRIDE + index * BYTES, write, BYTES, value >>> 0);
}

/** CS_STATUS. */
function statusWord(s: Stream): number {
  return (
    (s.state << L.STATUS_STATE) |
    (s.reason << L.STATUS_REASON) |
    ((s.inHandler ? 1 : 0) << L.STATUS_HANDLER) |
    ((s.w[L.W_ERROR] === 0 ? 0 : 1) << L.STATUS_ERROR) |
    ((s.command === 0 ? 0 : 1) << L.STATUS_BUSY) |
    (s.refused << L.STATUS_REFUSED) |
    (jobMask(s) << L.STATUS_JOBS) |
    (popcount32(deferMask(s)) << L.STATUS_DEFER)
  );
}

/** A word as software sees it, without side effects. */
function wordOf(s: Stream, index: number): number {
  if (index === L.W_STATUS) return statusWord(s) >>> 0;
  if (index === L.W_SB_BUSY) return busyMask(s);
  // Masks of architecture 11 and up: loaded and saved by nobody here.
  if (index === L.W_SB_MASKS) return 0;
  const kind = RULES.kind[index];
  return kind === WORD.NONE || kind === WORD.WO ? 0 : s.w[index]! >>> 0;
}

export function peekInterface(s: Stream, offset: number): number {
  return wordOf(s, offset >>> 2);
}

export function readInterface(h: Hardware, s: Stream, offset: number): number {
  const index = offset >>> 2;
  const kind = RULES.kind[index];
  if (kind === undefined || kind === WORD.NONE || kind === WORD.WO) {
    report(h, s, REPORT.UNDEFINED, index, false, 0);
    return 0;
  }
  const half = RULES.half[index];
  if (half === HALF.LOW) {
    s.readAt = index;
    s.readHigh = wordOf(s, index + 1);
  } else if (half === HALF.HIGH && s.readAt === index - 1) {
    s.readAt = -1;
    return s.readHigh;
  }
  return wordOf(s, index);
}

export function writeInterface(h: Hardware, s: Stream, offset: number, value: number): void {
  const index = offset >>> 2;
  const kind = RULES.kind[index];
  if (kind === undefined || kind === WORD.NONE || kind === WORD.RO) {
    return report(h, s, REPORT.UNDEFINED, index, true, value);
  }
  if (RULES.stopped[index] === 1 && (s.state !== CS_STATE.STOPPED || s.command !== 0)) {
    return report(h, s, REPORT.STATE, index, true, value);
  }
  const mask = RULES.mask[index]!;
  if ((value & ~mask) !== 0) report(h, s, REPORT.RESERVED, index, true, value);
  const kept = value & mask;
  if (index === L.W_CMD) {
    if (!command(h, s, kept)) report(h, s, REPORT.REFUSED, index, true, value);
  } else if (index === L.W_EVENT) {
    clearEvents(h, s, kept);
  } else if (RULES.half[index] === HALF.LOW) {
    s.heldAt = index;
    s.heldLow = kept;
  } else {
    if (RULES.half[index] === HALF.HIGH && s.heldAt === index - 1) {
      s.w[index - 1] = s.heldLow;
      s.heldAt = -1;
    }
    s.w[index] = kept;
    written(h, s, index);
  }
}

/** Effects of a plain register. */
function written(h: Hardware, s: Stream, index: number): void {
  switch (index) {
    case L.W_MASK:
      return h.refreshPending(s);
    case L.W_INSERT + 1:
      return ringWritten(h, s, COST_UNBLOCK);
    case L.W_RES_GRANT:
      s.w[index] = s.w[index]! & s.w[L.W_RES_REQ]!;
      return resourcesGranted(h, s);
  }
}

/** A stream that waits for resources goes on when all are granted. */
export function resourcesGranted(h: Hardware, s: Stream): void {
  if ((s.w[L.W_RES_REQ]! & ~s.w[L.W_RES_GRANT]!) === 0) h.unblockIf(s, CS_REASON.RESOURCE);
}

function clearEvents(h: Hardware, s: Stream, bits: number): void {
  const gone = s.w[L.W_EVENT]! & bits;
  s.w[L.W_EVENT] = s.w[L.W_EVENT]! & ~bits;
  h.refreshPending(s);
  if ((gone & (1 << CS_EVENT_BIT.FAULT)) !== 0) {
    // What waited for the report comes next: a job first, it is the older.
    reportNextJob(h, s);
    if (!faultPending(h, s)) h.unblockIf(s, CS_REASON.FAULT_HOLD);
    dispatch(h);
  }
  const traced = (gone & (1 << CS_EVENT_BIT.TRACE)) !== 0;
  if (traced && s.state === CS_STATE.BLOCKED && s.reason === CS_REASON.TRACE_HOLD) finishBlocked(h, s);
}
