/** LOAD_MULTIPLE and STORE_MULTIPLE, STORE_STATE, FLUSH_CACHE2: instructions that reach memory or caches. */
import { popcount32 } from '../../base/bits.ts';
import { State } from '../../spec/cs/enums.ts';
import { CS_REASON } from '../../spec/registers/mcu-private.ts';
import { ACCESS, UNIT } from '../wiring.ts';
import * as C from './choices.ts';
import { freeEntry, issueDeferred, snapshot } from './deferred.ts';
import { misaligned, translate, translationFault } from './faults.ts';
import { COUNTER, type Hardware } from './hardware.ts';
import { badPair, BLOCKED, DEAD, type Execution, INVALID, shared } from './instruction.ts';
import { inHigh, inLow, maskOf } from './isa.ts';
import { W_ERROR } from './layout.ts';
import { orDefer } from './issue.ts';
import { highOf, vaOf, type Stream } from './stream.ts';

const ADDRESS = inHigh('LOAD_MULTIPLE', 'address');
const BASE = inHigh('LOAD_MULTIPLE', 'base_register');
const MASK = inLow('LOAD_MULTIPLE', 'mask');
const STATE = inHigh('STORE_STATE', 'state');
const STATE_MASK = maskOf('STORE_STATE', 'state');
const STATE_ADDRESS = inHigh('STORE_STATE', 'address');
const FLUSH_ID = inHigh('FLUSH_CACHE2', 'latest_flush_id');
const WAIT_MASK = inLow('FLUSH_CACHE2', 'wait_mask');
const SLOT = inHigh('FLUSH_CACHE2', 'signal_slot');
const SLOT_MASK = maskOf('FLUSH_CACHE2', 'signal_slot');
const PAGE_MASK = 0xfff;

/** Base address plus signed 16-bit offset of the low word. */
function effective(s: Stream, address: number, lo: number): number {
  return s.pair(address) + ((lo << 16) >> 16);
}

/** Moves the selected registers to or from consecutive words, all or nothing. */
function multiple(h: Hardware, s: Stream, lo: number, hi: number, store: boolean): number {
  const address = (hi >>> ADDRESS) & 0xff;
  const base = (hi >>> BASE) & 0xff;
  const mask = lo >>> MASK;
  if (badPair(address) || base + 31 - Math.clz32(mask) >= C.REGISTERS) return INVALID;
  if (mask === 0 || (C.ERROR_SKIPS_MEMORY && inError(s))) return C.COST_SHARED;
  const va = effective(s, address, lo);
  if (va % 4 !== 0) {
    misaligned(h, s, va);
    return DEAD;
  }
  const words = popcount32(mask);
  const { mmu, memory } = h.host;
  const access = store ? ACCESS.WRITE : ACCESS.READ;
  const first = mmu.ramOffset(s.as, va, access);
  if (first < 0) {
    translationFault(h, s, va, UNIT.CS_DATA);
    return DEAD;
  }
  const inFirst = Math.min(words, (PAGE_MASK + 1 - (va & PAGE_MASK)) >>> 2);
  let second = 0;
  if (inFirst < words) {
    const rest = va + inFirst * 4;
    second = mmu.ramOffset(s.as, rest, access);
    if (second < 0) {
      translationFault(h, s, rest, UNIT.CS_DATA);
      return DEAD;
    }
  }
  const { ram32 } = memory;
  let at = first >>> 2;
  let n = 0;
  for (let i = 0; mask >>> i !== 0; i++) {
    if (((mask >>> i) & 1) === 0) continue;
    if (n === inFirst) at = second >>> 2;
    if (store) ram32[at] = s.r[base + i]!;
    else s.r[base + i] = ram32[at]!;
    at++;
    n++;
  }
  h.counters[COUNTER.WORDS] = h.counters[COUNTER.WORDS]! + words;
  return C.COST_MEMORY + C.COST_WORD * words;
}

/** True in the error state. */
export function inError(s: Stream): boolean {
  return s.w[W_ERROR] !== 0;
}

function storeState(h: Hardware, s: Stream, _lo: number, hi: number, addrLo: number, addrHi: number): boolean {
  const at = translate(h, s, vaOf(addrLo, addrHi), 8, ACCESS.WRITE);
  if (at < 0) return false;
  const value = stateValue(h, s, (hi >>> STATE) & STATE_MASK);
  const { ram32 } = h.host.memory;
  ram32[at >>> 2] = value | 0;
  ram32[(at >>> 2) + 1] = highOf(value);
  h.counters[COUNTER.WORDS] = h.counters[COUNTER.WORDS]! + 2;
  return true;
}

function stateValue(h: Hardware, s: Stream, state: number): number {
  switch (state) {
    case State.TIMESTAMP:
      return h.host.timestamp();
    case State.CYCLE_COUNT:
      return h.host.cycles();
    case State.ERROR_STATUS:
      return s.w[W_ERROR]!;
    default:
      return C.DISJOINT_COUNT;
  }
}

function runStoreState(h: Hardware, s: Stream, lo: number, hi: number): number {
  const address = (hi >>> STATE_ADDRESS) & 0xff;
  if (badPair(address)) return INVALID;
  const va = effective(s, address, lo);
  return orDefer(h, s, lo, hi, C.COST_MEMORY, va | 0, highOf(va), 0, 0);
}

function flushCache2(h: Hardware, s: Stream, lo: number, hi: number): number {
  const id = (hi >>> FLUSH_ID) & 0xff;
  const slot = (hi >>> SLOT) & SLOT_MASK;
  if (id >= C.REGISTERS || slot >= C.SCOREBOARD_ENTRIES) return INVALID;
  const k = freeEntry(s);
  if (k < 0) {
    h.block(s, CS_REASON.FLUSH);
    return BLOCKED;
  }
  const waits = lo >>> WAIT_MASK;
  const deps = waits === 0 ? 0 : snapshot(s, waits, slot, waits);
  issueDeferred(h, s, k, slot, deps, lo, hi, s.r[id]!, 0, 0, 0);
  return C.COST_SHARED;
}

export const MEMORY: readonly Execution[] = [
  shared('LOAD_MULTIPLE', (h, s, lo, hi) => multiple(h, s, lo, hi, false)),
  shared('STORE_MULTIPLE', (h, s, lo, hi) => multiple(h, s, lo, hi, true)),
  shared('STORE_STATE', runStoreState, storeState),
  shared('FLUSH_CACHE2', flushCache2),
];
