/**
 * The execution loop. A stream runs in slices, each an event of the clock (ORDER.STREAM, sub = stream number):
 * instructions that touch only their own stream run ahead for up to QUANTUM cycles; everything that others can see
 * begins a slice of its own, so it happens at its exact cycle. A slice schedules the next one; how the host cuts
 * time changes nothing.
 *
 * A debugger cuts a slice in two: the machine stands still in the middle of the event, and the rest of the slice is
 * the first thing that happens when it goes on. So a stop leaves no trace.
 */
import { FAULT } from '../../spec/faults.ts';
import { CS_REASON, CS_STATE } from '../../spec/registers/mcu-private.ts';
import { ACCESS, UNIT } from '../wiring.ts';
import { COST_LOCAL, QUANTUM } from './choices.ts';
import { fatal, translationFault } from './faults.ts';
import { endOfFrame, endShows, endsLine, retire, retireMany, WORD_BYTES } from './frames.ts';
import { COUNTER, type Hardware, type Performer } from './hardware.ts';
import { type Execution, type Handler, INVALID, OVERFLOW } from './instruction.ts';
import { branchDistance, FLOW } from './instructions-flow.ts';
import { MEMORY } from './instructions-memory.ts';
import { RUN } from './instructions-run.ts';
import { lookAgain, SYNC } from './instructions-sync.ts';
import { opcodeOf } from './isa.ts';
import type { Stream } from './stream.ts';
import { LOOK } from './sync.ts';

const ROWS: readonly Execution[] = [...FLOW, ...MEMORY, ...SYNC, ...RUN];
const invalid: Handler = () => INVALID;

/** Handler per opcode; whether it is local. */
const HANDLERS: Handler[] = Array.from({ length: 256 }, () => invalid);
const LOCAL = new Uint8Array(256);
/** Plain ones may run in `runAhead`. */
const PLAIN = new Uint8Array(256);
/** For Hardware: what a deferred operation does, by opcode. */
export const PERFORMERS: (Performer | undefined)[] = Array.from({ length: 256 }, () => undefined);
for (const row of ROWS) {
  const opcode = opcodeOf(row.name);
  HANDLERS[opcode] = row.run;
  LOCAL[opcode] = row.local ? 1 : 0;
  PLAIN[opcode] = row.plain === true ? 1 : 0;
  PERFORMERS[opcode] = row.perform;
}
/** Names of all instructions with a handler. */
export const EXECUTED: readonly string[] = ROWS.map((row) => row.name);

const BRANCH = opcodeOf('BRANCH');
const PAGE_MASK = 0xfff;
const PAGE_WORDS = (PAGE_MASK + 1) / WORD_BYTES;

/** One slice of a RUNNING stream. */
export function runSlice(h: Hardware, s: Stream): void {
  s.slice = 0;
  if (s.state !== CS_STATE.RUNNING) return;
  slice(h, s, 0, 0);
}

/** The rest of a slice that a debugger cut. */
export function finishSlice(h: Hardware): void {
  const { stream, spent, retired } = h.cut;
  if (stream < 0) return;
  h.cut.stream = -1;
  const s = h.streams[stream]!;
  if (s.state !== CS_STATE.RUNNING) return;
  // A snapshot or a load meanwhile has dropped the page, which the slice had open.
  if (s.pageVa < 0 || s.pageGeneration !== h.host.mmu.generation(s.as)) {
    const va = s.pc - (s.pc & PAGE_MASK);
    const at = h.host.mmu.ramOffset(s.as, va, ACCESS.READ);
    if (at >= 0) keepPage(h, s, va, at);
  }
  slice(h, s, spent, retired);
}

/** `spent` cycles and `retired` instructions of the slice are done already. */
function slice(h: Hardware, s: Stream, doneCycles: number, doneInstructions: number): void {
  const { mmu, memory, trace } = h.host;
  const { ram32 } = memory;
  const { instruction, breakpoint } = trace;
  const watched = instruction !== undefined || breakpoint !== undefined;
  const generation = mmu.generation(s.as);
  if (generation !== s.pageGeneration) {
    s.pageGeneration = generation;
    s.pageVa = -1;
  }
  let spent = doneCycles;
  let retired = doneInstructions;
  for (;;) {
    if (s.root === 1) {
      if (s.ringEmpty) {
        if (spent === 0) return goEmpty(h, s);
        break;
      }
    } else if (s.pc === s.end) {
      if (spent > 0 && endShows(s)) break;
      endOfFrame(h, s);
      continue;
    }
    const { pc } = s;
    const inPage = pc & PAGE_MASK;
    if (pc - inPage !== s.pageVa) {
      if (spent > 0) break;
      if (!openPage(h, s, pc - inPage)) return;
    }
    if ((pc & (WORD_BYTES - 1)) !== 0) {
      if (spent > 0) break;
      return fatal(h, s, FAULT.CS_INSTR_INVALID, 0, 0, UNIT.CS_FETCH);
    }
    const at = (s.pageAt + inPage) >>> 2;
    if (!watched && s.root === 0) {
      const n = runAhead(h, s, ram32, at, inPage / WORD_BYTES, Math.ceil((QUANTUM - spent) / COST_LOCAL));
      if (n > 0) {
        retired += n;
        spent += n * COST_LOCAL;
        if (spent >= QUANTUM) break;
        continue;
      }
    }
    const lo = ram32[at]!;
    const hi = ram32[at + 1]!;
    const opcode = hi >>> 24;
    const wasRoot = s.root;
    const own = LOCAL[opcode] === 1 && (wasRoot === 0 || (opcode !== BRANCH && !endsLine(s)));
    if (spent > 0 && !own) break;
    if (breakpoint !== undefined) {
      s.storePc();
      if (breakpoint(s.n, pc, lo, hi)) {
        h.cut.stream = s.n;
        h.cut.spent = spent;
        h.cut.retired = retired;
        return;
      }
    }
    // Looked at again after a block, or at its exact time because it is invalid, an instruction is told again.
    instruction?.(s.n, pc, lo, hi);
    s.next = pc + WORD_BYTES;
    const cost = HANDLERS[opcode]!(h, s, lo, hi);
    if (cost < 0) {
      // An error shows outside: it waits for its exact time.
      if (spent > 0) break;
      return refuse(h, s, cost, lo, hi);
    }
    retire(h, s, wasRoot);
    retired++;
    spent += cost;
    // A deferred operation that acted at once may have ended the stream.
    if (s.state !== CS_STATE.RUNNING) {
      s.storePc();
      break;
    }
    if (!own || spent >= QUANTUM) break;
  }
  h.counters[COUNTER.ACTIVE] = h.counters[COUNTER.ACTIVE]! + spent;
  h.counters[COUNTER.INSTRUCTIONS] = h.counters[COUNTER.INSTRUCTIONS]! + retired;
  if (s.state !== CS_STATE.RUNNING) return;
  s.storePc();
  h.run(s, spent);
}

/**
 * Executes up to `most` plain instructions and branches of a frame that stay in the open page, in a loop that touches
 * nothing else: what comes here is most of what streams do. `word` is the place of the first one in its page, `at` in
 * ram32. Stops before whatever needs more. Returns how many were executed.
 */
function runAhead(h: Hardware, s: Stream, ram32: Int32Array, at: number, word: number, most: number): number {
  const first = at - 2 * word;
  const end = Math.min(PAGE_WORDS, word + Math.floor((s.end - s.pc) / WORD_BYTES));
  let here = word;
  let n = 0;
  for (; n < most && here < end; n++) {
    const lo = ram32[first + 2 * here]!;
    const hi = ram32[first + 2 * here + 1]!;
    const opcode = hi >>> 24;
    if (PLAIN[opcode] === 1) {
      if (HANDLERS[opcode]!(h, s, lo, hi) < 0) break;
      here++;
    } else if (opcode === BRANCH) {
      const to = here + (branchDistance(s, lo, hi) ?? -PAGE_WORDS);
      if (to < 0 || to >= end) break;
      here = to;
    } else break;
  }
  if (n === 0) return 0;
  s.pc += (here - word) * WORD_BYTES;
  retireMany(s, n);
  return n;
}

/** An instruction that did not execute: nothing more to do when it blocked or died, else it is invalid. */
function refuse(h: Hardware, s: Stream, outcome: number, lo: number, hi: number): void {
  if (outcome === INVALID) fatal(h, s, FAULT.CS_INSTR_INVALID, lo, hi, UNIT.CS_FETCH);
  else if (outcome === OVERFLOW) fatal(h, s, FAULT.CS_CALL_STACK_OVERFLOW, lo, hi, UNIT.CS_FETCH);
}

function openPage(h: Hardware, s: Stream, va: number): boolean {
  // The driver maps rings without execute permission: XN speaks of shaders, a stream is read.
  const at = h.host.mmu.ramOffset(s.as, va, ACCESS.READ);
  if (at < 0) {
    s.pageVa = -1;
    translationFault(h, s, s.pc, UNIT.CS_FETCH);
    return false;
  }
  keepPage(h, s, va, at);
  return true;
}

function keepPage(h: Hardware, s: Stream, va: number, at: number): void {
  s.pageVa = va;
  s.pageAt = at;
  // Filling the TLB may itself have moved the generation.
  s.pageGeneration = h.host.mmu.generation(s.as);
}

function goEmpty(h: Hardware, s: Stream): void {
  s.state = CS_STATE.EMPTY;
  s.reason = CS_REASON.UNBLOCKED;
  s.storePc();
  h.refreshQuiet(s);
}

/** INSERT was written: an empty stream goes on. */
export function ringWritten(h: Hardware, s: Stream, cycles: number): void {
  if (s.state !== CS_STATE.EMPTY || s.ringEmpty) return;
  s.state = CS_STATE.RUNNING;
  h.refreshQuiet(s);
  h.run(s, cycles);
}

/** The look of a blocked SYNC_WAIT at its object (event WAKE). */
export function wakeSync(h: Hardware, s: Stream): void {
  s.wake = 0;
  if (s.state !== CS_STATE.BLOCKED || s.reason !== CS_REASON.SYNC_WAIT) return;
  const word = instructionAt(h, s);
  if (word < 0) return;
  const look = lookAgain(h, s, h.host.memory.ram32[word]!);
  if (look === LOOK.WAIT || look === LOOK.DEAD) return;
  if (look === LOOK.HOLD) {
    h.clearWait(s);
    h.block(s, CS_REASON.FAULT_HOLD);
    return;
  }
  finishBlocked(h, s);
}

/** Ends a block whose instruction counts as executed. */
export function finishBlocked(h: Hardware, s: Stream): void {
  s.next = s.pc + WORD_BYTES;
  retire(h, s, s.root);
  h.counters[COUNTER.INSTRUCTIONS] = h.counters[COUNTER.INSTRUCTIONS]! + 1;
  s.storePc();
  h.unblock(s);
}

/** Index into ram32 of the present instruction's low word; -1 after a fatal fetch. */
function instructionAt(h: Hardware, s: Stream): number {
  const inPage = s.pc & PAGE_MASK;
  return openPage(h, s, s.pc - inPage) ? (s.pageAt + inPage) >>> 2 : -1;
}
