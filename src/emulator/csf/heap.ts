/**
 * The tiler heap context (32 bytes in memory, HEAP_CONTEXT of spec): counters of render passes and the list of
 * free chunks. A link is the VA of a chunk with its size in pages in the low 12 bits, 0 ends the list; the first
 * eight bytes of a chunk hold its link (Panthor panthor_heap.c). Heap 0 means none selected: nothing is done.
 */
import { CS_EVENT_BIT, HEAP_CONTEXT } from '../../spec/registers/mcu-private.ts';
import { ACCESS } from '../wiring.ts';
import { translate } from './faults.ts';
import type { Hardware } from './hardware.ts';
import * as L from './layout.ts';
import { vaOf, vaText, type Stream } from './stream.ts';

/** Mask of the chunk size in the low word of a link. */
const LINK_SIZE = 0xfff;

/** Adds 1 to the counter at byte `offset` of the heap context; false after a fatal bus fault. */
export function bumpHeap(h: Hardware, s: Stream, heap: number, offset: number): boolean {
  if (heap === 0) return true;
  const at = translate(h, s, heap + offset, 4, ACCESS.ATOMIC);
  if (at < 0) return false;
  const { ram32 } = h.host.memory;
  ram32[at >>> 2] = ram32[at >>> 2]! + 1;
  return true;
}

function write64(h: Hardware, s: Stream, va: number, lo: number, hi: number): boolean {
  const at = translate(h, s, va, 8, ACCESS.WRITE);
  if (at < 0) return false;
  h.host.memory.ram32[at >>> 2] = lo;
  h.host.memory.ram32[(at >>> 2) + 1] = hi;
  return true;
}

/** Appends the list first..last (links) to the free list; first 0 appends nothing. False after a bus fault. */
export function appendChunks(
  h: Hardware,
  s: Stream,
  heap: number,
  firstLo: number,
  firstHi: number,
  lastLo: number,
  lastHi: number,
): boolean {
  if (heap === 0 || (firstLo | firstHi) === 0) return true;
  const lone = (lastLo | lastHi) === 0;
  const endLo = lone ? firstLo : lastLo;
  const endHi = lone ? firstHi : lastHi;
  const tailAt = translate(h, s, heap + HEAP_CONTEXT.freeTail, 8, ACCESS.READ);
  if (tailAt < 0) return false;
  const { ram32 } = h.host.memory;
  const tailLo = ram32[tailAt >>> 2]!;
  const tailHi = ram32[(tailAt >>> 2) + 1]!;
  const headVa = (tailLo | tailHi) === 0 ? heap + HEAP_CONTEXT.freeHead : vaOf(tailLo & ~LINK_SIZE, tailHi);
  return (
    write64(h, s, vaOf(endLo & ~LINK_SIZE, endHi), 0, 0) &&
    write64(h, s, headVa, firstLo, firstHi) &&
    write64(h, s, heap + HEAP_CONTEXT.freeTail, endLo, endHi)
  );
}

/** Latches what the firmware tells the host about a heap that ran out, and raises TILER_OOM. */
export function reportOom(h: Hardware, s: Stream, heapLo: number, heapHi: number): void {
  const { w } = s;
  w[L.W_OOM_HEAP] = heapLo;
  w[L.W_OOM_HEAP + 1] = heapHi;
  const heap = vaOf(heapLo, heapHi);
  w[L.W_OOM_VT_START] = peek(h, s, heap + HEAP_CONTEXT.vtStart);
  w[L.W_OOM_VT_END] = peek(h, s, heap + HEAP_CONTEXT.vtEnd);
  w[L.W_OOM_FRAG_END] = peek(h, s, heap + HEAP_CONTEXT.fragEnd);
  h.note(s, 'tiler-oom', () => vaText(heap));
  h.event(s, CS_EVENT_BIT.TILER_OOM);
}

/** A counter for the report: an unreadable heap shows 0, the tiler itself meets the fault. */
function peek(h: Hardware, s: Stream, va: number): number {
  const at = va % 4 === 0 ? h.host.mmu.ramOffset(s.as, va, ACCESS.READ) : -1;
  return at < 0 ? 0 : h.host.memory.ram32[at >>> 2]!;
}
