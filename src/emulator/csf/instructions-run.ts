/** RUN_* and FINISH_*, REQ_RESOURCE, HEAP_OPERATION, TRACE_POINT, PROT_REGION: jobs and what surrounds them. */
import { HeapOperation } from '../../spec/cs/enums.ts';
import type { InstructionName } from '../../spec/cs/isa.ts';
import { FAULT } from '../../spec/faults.ts';
import { CS_EVENT_BIT, CS_REASON, HEAP_CONTEXT, JOB_CLASS } from '../../spec/registers/mcu-private.ts';
import { UNIT } from '../wiring.ts';
import * as C from './choices.ts';
import { fatal } from './faults.ts';
import type { Hardware } from './hardware.ts';
import { appendChunks, bumpHeap } from './heap.ts';
import { badPair, BLOCKED, DEAD, type Execution, INVALID, shared } from './instruction.ts';
import { inError } from './instructions-memory.ts';
import { inHigh, inLow, maskOf } from './isa.ts';
import { orDefer, waitMaskOf } from './issue.ts';
import { jobArrived, noEndpoint } from './iterators.ts';
import { bumpProgress, freeContext, issueJob } from './jobs.ts';
import * as L from './layout.ts';
import { idle, waitWord } from './scoreboard.ts';
import { vaOf, type Stream } from './stream.ts';

const RUN_PROGRESS = inHigh('RUN_COMPUTE', 'progress_increment');
const DCD = inHigh('RUN_FULLSCREEN', 'dcd');
const DRAW_ID = inHigh('RUN_IDVS', 'draw_id');
const DRAW_ID_ENABLE = inHigh('RUN_IDVS', 'draw_id_register_enable');
const LAST_CHUNK = inHigh('FINISH_FRAGMENT', 'last_heap_chunk');
const FIRST_CHUNK = inHigh('FINISH_FRAGMENT', 'first_heap_chunk');
const FRAG_END = inLow('FINISH_FRAGMENT', 'increment_fragment_completed');
const OPERATION = inHigh('HEAP_OPERATION', 'operation');
const OPERATION_MASK = maskOf('HEAP_OPERATION', 'operation');
const RESOURCES = ['compute', 'fragment', 'tiler', 'idvs'].reduce((m, f) => m | (1 << inLow('REQ_RESOURCE', f)), 0);
const TRACE_FIRST = inHigh('TRACE_POINT', 'base_register');
const TRACE_LENGTH = inHigh('TRACE_POINT', 'register_count');

/** Two words a job keeps beside its registers; undefined when an operand is invalid. */
type Aux = (s: Stream, hi: number) => readonly [lo: number, hi: number] | undefined;
const NO_AUX = [0, 0] as const;
const noAux: Aux = () => NO_AUX;

function drawId(s: Stream, hi: number): readonly [number, number] | undefined {
  if (((hi >>> DRAW_ID_ENABLE) & 1) === 0) return NO_AUX;
  const register = (hi >>> DRAW_ID) & 0xff;
  return register >= C.REGISTERS ? undefined : [s.r[register]!, 0];
}

function drawDescriptor(s: Stream, hi: number): readonly [number, number] | undefined {
  const register = (hi >>> DCD) & 0xff;
  return badPair(register) ? undefined : [s.r[register]!, s.r[register + 1]!];
}

/** Row of an instruction that issues a job of the class. */
function run(name: InstructionName, cls: number, aux: Aux = noAux): Execution {
  return shared(name, (h, s, lo, hi) => {
    const extra = aux(s, hi);
    if (extra === undefined) return INVALID;
    if (C.ERROR_SKIPS_RUN && inError(s)) {
      if (((hi >>> RUN_PROGRESS) & 1) !== 0) bumpProgress(h, s);
      return C.COST_SHARED;
    }
    if (noEndpoint(h, s.group, cls)) {
      fatal(h, s, FAULT.CS_ENDPOINT_FAULT, lo, hi, UNIT.CS_FETCH);
      return DEAD;
    }
    const ctx = freeContext(s, cls);
    if (ctx < 0) {
      h.block(s, CS_REASON.RESOURCE);
      return BLOCKED;
    }
    const slot = (s.w[L.W_SB_SEL]! >>> L.SEL_EP) & L.SEL_MASK;
    issueJob(h, s, ctx, slot, lo, hi, extra[0], extra[1]);
    jobArrived(h, s, cls);
    return C.COST_RUN;
  });
}

/** Asks for endpoint classes; what the group grants by itself needs no firmware. */
function reqResource(h: Hardware, s: Stream, lo: number): number {
  const { w } = s;
  const asked = lo & RESOURCES;
  const auto = (h.control[s.group * L.GROUP_STEP + L.G_CTRL]! >>> L.CTRL_AUTO) & L.CTRL_AUTO_MASK;
  w[L.W_RES_REQ] = asked;
  w[L.W_RES_GRANT] = (w[L.W_RES_GRANT]! | auto) & asked;
  if ((asked & ~w[L.W_RES_GRANT]!) === 0) return C.COST_SHARED;
  h.event(s, CS_EVENT_BIT.RESOURCE);
  h.block(s, CS_REASON.RESOURCE);
  return BLOCKED;
}

/** Byte offset of the counter each HEAP_OPERATION bumps. */
const HEAP_COUNTERS: readonly (number | undefined)[] = (() => {
  const offsets: (number | undefined)[] = Array.from({ length: OPERATION_MASK + 1 }, () => undefined);
  offsets[HeapOperation.VT_START] = HEAP_CONTEXT.vtStart;
  offsets[HeapOperation.VT_END] = HEAP_CONTEXT.vtEnd;
  offsets[HeapOperation.FRAG_END] = HEAP_CONTEXT.fragEnd;
  return offsets;
})();

const heapOperation = shared(
  'HEAP_OPERATION',
  (h, s, lo, hi) => {
    if (HEAP_COUNTERS[(hi >>> OPERATION) & OPERATION_MASK] === undefined) return INVALID;
    return orDefer(h, s, lo, hi, C.COST_MEMORY, s.w[L.W_HEAP]!, s.w[L.W_HEAP + 1]!, 0, 0);
  },
  (h, s, _lo, hi, addrLo, addrHi) => {
    const offset = HEAP_COUNTERS[(hi >>> OPERATION) & OPERATION_MASK];
    return offset === undefined || bumpHeap(h, s, vaOf(addrLo, addrHi), offset);
  },
);

const finishFragment = shared(
  'FINISH_FRAGMENT',
  (h, s, lo, hi) => {
    const first = (hi >>> FIRST_CHUNK) & 0xff;
    const last = (hi >>> LAST_CHUNK) & 0xff;
    if (badPair(first) || badPair(last)) return INVALID;
    return orDefer(h, s, lo, hi, C.COST_MEMORY, s.r[first]!, s.r[first + 1]!, s.r[last]!, s.r[last + 1]!);
  },
  (h, s, lo, _hi, firstLo, firstHi, lastLo, lastHi) => {
    const heap = s.va(L.W_HEAP);
    if (!appendChunks(h, s, heap, firstLo, firstHi, lastLo, lastHi)) return false;
    if (((lo >>> FRAG_END) & 1) !== 0 && !bumpHeap(h, s, heap, HEAP_CONTEXT.fragEnd)) return false;
    if (heap !== 0 && (firstLo | firstHi) !== 0) h.event(s, CS_EVENT_BIT.HEAP_FREE);
    return true;
  },
);

/** Waits for its mask in order, then holds the stream until the firmware has read the registers. */
function tracePoint(h: Hardware, s: Stream, lo: number, hi: number): number {
  if ((s.w[L.W_MASK]! & (1 << CS_EVENT_BIT.TRACE)) === 0) return C.COST_LOCAL;
  const base = (hi >>> TRACE_FIRST) & 0xff;
  const count = (hi >>> TRACE_LENGTH) & 0xff;
  if (base + count > C.REGISTERS) return INVALID;
  const mask = waitMaskOf(lo);
  if (!idle(s, mask)) {
    h.block(s, CS_REASON.SB_WAIT, waitWord(mask));
    return BLOCKED;
  }
  s.w[L.W_TRACE] = (base << L.TRACE_BASE) | (count << L.TRACE_COUNT);
  h.event(s, CS_EVENT_BIT.TRACE);
  h.block(s, CS_REASON.TRACE_HOLD);
  return BLOCKED;
}

/** There is no protected mode: the stream stays here. */
function protRegion(h: Hardware, s: Stream): number {
  h.event(s, CS_EVENT_BIT.PROTM);
  h.block(s, CS_REASON.PROTM, 1 << L.WAIT_PROTM);
  return BLOCKED;
}

export const RUN: readonly Execution[] = [
  run('RUN_COMPUTE', JOB_CLASS.COMPUTE),
  run('RUN_COMPUTE_INDIRECT', JOB_CLASS.COMPUTE),
  run('RUN_FRAGMENT', JOB_CLASS.FRAGMENT),
  run('RUN_TILING', JOB_CLASS.TILER),
  run('RUN_IDVS', JOB_CLASS.TILER, drawId),
  run('RUN_FULLSCREEN', JOB_CLASS.TILER, drawDescriptor),
  run('FINISH_TILING', JOB_CLASS.TILER),
  shared('REQ_RESOURCE', reqResource),
  heapOperation,
  finishFragment,
  shared('TRACE_POINT', tracePoint),
  shared('PROT_REGION', protRegion),
];
