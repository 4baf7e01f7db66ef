/** SYNC_ADD, SYNC_SET, SYNC_WAIT in both widths, WAIT, PROGRESS_*, ERROR_BARRIER: what orders streams. */
import { Condition, ErrorReject, SyncScope } from '../../spec/cs/enums.ts';
import type { InstructionName } from '../../spec/cs/isa.ts';
import { CS_REASON, STREAMS_PER_GROUP } from '../../spec/registers/mcu-private.ts';
import { COST_LOCAL, COST_SHARED, COST_SYNC, REGISTERS, SCOREBOARD_ENTRIES } from './choices.ts';
import { faultPending } from './faults.ts';
import type { Hardware } from './hardware.ts';
import { badPair, BLOCKED, DEAD, type Execution, INVALID, shared } from './instruction.ts';
import { progressLoad } from './instructions-flow.ts';
import { inHigh, inLow, maskOf } from './isa.ts';
import { orDefer, waitMaskOf } from './issue.ts';
import { bumpProgress, progressWritten } from './jobs.ts';
import * as L from './layout.ts';
import { idle, waitWord } from './scoreboard.ts';
import { vaOf, type Stream } from './stream.ts';
import { blockOnSync, LOOK, lookAtSync, writeSync } from './sync.ts';

const PROPAGATE = inLow('SYNC_ADD64', 'error_propagate');
const SCOPE = inLow('SYNC_ADD64', 'scope');
const SCOPE_MASK = maskOf('SYNC_ADD64', 'scope');
const DATA = inHigh('SYNC_ADD64', 'data');
const ADDRESS = inHigh('SYNC_ADD64', 'address');
const REJECT = inLow('SYNC_WAIT64', 'error_reject');
const CONDITION = inLow('SYNC_WAIT64', 'condition');
const CONDITION_MASK = maskOf('SYNC_WAIT64', 'condition');
const WAIT_MASK = inLow('WAIT', 'wait_mask');
const WAIT_MASK_BITS = maskOf('WAIT', 'wait_mask');
const WAIT_PROGRESS = inHigh('WAIT', 'progress_increment');
const QUEUE = inLow('PROGRESS_WAIT', 'queue');
const QUEUE_MASK = maskOf('PROGRESS_WAIT', 'queue');
const PROGRESS_SRC = inHigh('PROGRESS_WAIT', 'source');

function badData(wide: boolean, data: number): boolean {
  return wide ? badPair(data) : data >= REGISTERS;
}

/** Row of SYNC_ADD/SET. The operation writes; the instruction samples, and holds while a fault report waits. */
function syncWrite(name: InstructionName, wide: boolean, add: boolean): Execution {
  const kind = { wide, add };
  return shared(
    name,
    (h, s, lo, hi) => {
      const data = (hi >>> DATA) & 0xff;
      const address = (hi >>> ADDRESS) & 0xff;
      const scope = (lo >>> SCOPE) & SCOPE_MASK;
      if (badPair(address) || badData(wide, data)) return INVALID;
      if (scope !== SyncScope.SYSTEM && scope !== SyncScope.CSG) return INVALID;
      if (scope === SyncScope.SYSTEM && waitMaskOf(lo) === 0 && faultPending(h, s)) {
        h.block(s, CS_REASON.FAULT_HOLD);
        return BLOCKED;
      }
      const dataHi = wide ? s.r[data + 1]! : 0;
      return orDefer(h, s, lo, hi, COST_SYNC, s.r[address]!, s.r[address + 1]!, s.r[data]!, dataHi);
    },
    (h, s, lo, _hi, addrLo, addrHi, dataLo, dataHi) => {
      const system = ((lo >>> SCOPE) & SCOPE_MASK) === SyncScope.SYSTEM;
      return writeSync(h, s, kind, ((lo >>> PROPAGATE) & 1) !== 0, system, vaOf(addrLo, addrHi), dataLo, dataHi);
    },
  );
}

function syncWait(name: InstructionName, wide: boolean): Execution {
  return shared(name, (h, s, lo, hi) => {
    const data = (hi >>> DATA) & 0xff;
    const address = (hi >>> ADDRESS) & 0xff;
    const condition = (lo >>> CONDITION) & CONDITION_MASK;
    if (badPair(address) || badData(wide, data)) return INVALID;
    if (condition !== Condition.LE && condition !== Condition.GT) return INVALID;
    const above = condition === Condition.GT;
    const reject = ((lo >>> REJECT) & 1) === ErrorReject.REJECT;
    const want = s.r[data]!;
    const wantHi = wide ? s.r[data + 1]! : 0;
    const look = lookAtSync(h, s, wide, above, reject, s.pair(address), want, wantHi);
    if (look === LOOK.PASS) return COST_SYNC;
    if (look === LOOK.DEAD) return DEAD;
    if (look === LOOK.HOLD) {
      h.block(s, CS_REASON.FAULT_HOLD);
    } else {
      s.w[L.W_WAIT_ADDR] = s.r[address]!;
      s.w[L.W_WAIT_ADDR + 1] = s.r[address + 1]!;
      blockOnSync(h, s, wide, above, want, wantHi);
    }
    return BLOCKED;
  });
}

/** A blocked SYNC_WAIT looks again: what its words in CS_WAIT* say, and the reject bit of its instruction. */
export function lookAgain(h: Hardware, s: Stream, lo: number): number {
  const word = s.w[L.W_WAIT]!;
  const wide = ((word >>> L.WAIT_SYNC64) & 1) !== 0;
  const above = ((word >>> L.WAIT_COND) & L.WAIT_COND_MASK) === Condition.GT;
  const reject = ((lo >>> REJECT) & 1) === ErrorReject.REJECT;
  const va = s.va(L.W_WAIT_ADDR);
  return lookAtSync(h, s, wide, above, reject, va, s.w[L.W_WAIT_VALUE]!, s.w[L.W_WAIT_VALUE + 1]!);
}

function wait(h: Hardware, s: Stream, lo: number, hi: number): number {
  const mask = (lo >>> WAIT_MASK) & WAIT_MASK_BITS & ((1 << SCOREBOARD_ENTRIES) - 1);
  if (!idle(s, mask)) {
    h.block(s, CS_REASON.SB_WAIT, waitWord(mask));
    return BLOCKED;
  }
  if (((hi >>> WAIT_PROGRESS) & 1) !== 0) bumpProgress(h, s);
  return COST_LOCAL;
}

function progressWait(h: Hardware, s: Stream, lo: number, hi: number): number {
  const queue = (lo >>> QUEUE) & QUEUE_MASK;
  const source = (hi >>> PROGRESS_SRC) & 0xff;
  if (queue >= STREAMS_PER_GROUP || badPair(source)) return INVALID;
  const { w } = h.streams[s.group * STREAMS_PER_GROUP + queue]!;
  const haveHi = w[L.W_PROGRESS + 1]! >>> 0;
  const wantHi = s.r[source + 1]! >>> 0;
  const reached = haveHi !== wantHi ? haveHi > wantHi : w[L.W_PROGRESS]! >>> 0 >= s.r[source]! >>> 0;
  if (reached) return COST_SHARED;
  h.block(s, CS_REASON.PROGRESS_WAIT, 1 << L.WAIT_PROGRESS);
  return BLOCKED;
}

function progressStore(h: Hardware, s: Stream, _lo: number, hi: number): number {
  const source = (hi >>> PROGRESS_SRC) & 0xff;
  if (badPair(source)) return INVALID;
  s.w[L.W_PROGRESS] = s.r[source]!;
  s.w[L.W_PROGRESS + 1] = s.r[source + 1]!;
  progressWritten(h, s);
  return COST_SHARED;
}

function errorBarrier(_h: Hardware, s: Stream): number {
  s.w[L.W_ERROR] = 0;
  return COST_LOCAL;
}

export const SYNC: readonly Execution[] = [
  syncWrite('SYNC_ADD32', false, true),
  syncWrite('SYNC_SET32', false, false),
  syncWrite('SYNC_ADD64', true, true),
  syncWrite('SYNC_SET64', true, false),
  syncWait('SYNC_WAIT32', false),
  syncWait('SYNC_WAIT64', true),
  shared('WAIT', wait),
  shared('PROGRESS_WAIT', progressWait),
  shared('PROGRESS_STORE', progressStore),
  shared('PROGRESS_LOAD', progressLoad),
  shared('ERROR_BARRIER', errorBarrier),
];
