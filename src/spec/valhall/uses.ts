/**
 * Which registers a word reads and writes, and which slot it holds: what lint and views of data flow need.
 */
import type { Row, Source } from './isa.ts';
import {
  field,
  FLOW_WAIT,
  FLOW_WAIT0126,
  FLOW_WAIT012,
  flowOf,
  registerOf,
  slotOf,
  SOURCE_LAST_USE,
  SOURCE_REGISTER,
  sourceByte,
  stagingBase,
  stagingCount,
} from './isa.ts';

/** Consecutive registers. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

export interface Uses {
  readonly reads: readonly Range[];
  /** Reads after which the content is undefined. */
  readonly lastUses: readonly Range[];
  /** Written before the next instruction. */
  readonly writes: readonly Range[];
  /** Written some time before the slot is waited for. */
  readonly results: readonly Range[];
  /** Slot of a message, undefined for arithmetic. */
  readonly slot: number | undefined;
  /** Slots waited for after the instruction: bit n is slot n. */
  readonly waits: number;
}

/** Whether a source names a 64-bit value; a selection of a part makes it a word. */
export function isWide(s: Source, lo: number, hi: number): boolean {
  return s.size === 64 && (s.select === undefined || field(lo, hi, s.select.lsb, s.select.width) === 0);
}

/** The slots that a flow waits for. */
export function waitsOf(flow: number): number {
  if (flow <= FLOW_WAIT012) return flow;
  return flow === FLOW_WAIT0126 ? 0x47 : flow === FLOW_WAIT ? 0xc7 : 0;
}

export function usesOf(row: Row, lo: number, hi: number): Uses {
  const reads: Range[] = [];
  const lastUses: Range[] = [];
  const results: Range[] = [];
  for (const s of row.sources) {
    const byte = sourceByte(lo, s.lsb);
    const kind = byte >> 6;
    if (kind !== SOURCE_REGISTER && kind !== SOURCE_LAST_USE) continue;
    const range = { first: byte & 63, count: isWide(s, lo, hi) ? 2 : 1 };
    reads.push(range);
    if (kind === SOURCE_LAST_USE) lastUses.push(range);
  }
  for (const s of row.staging) {
    const range = { first: stagingBase(s, lo, hi), count: stagingCount(s, lo, hi) };
    if (range.count > 0) (s.access === 'read' ? reads : results).push(range);
  }
  return {
    reads,
    lastUses,
    writes: row.destination ? [{ first: registerOf(hi), count: row.typeSize === 64 ? 2 : 1 }] : [],
    results,
    slot: row.message ? slotOf(lo, hi) : undefined,
    waits: waitsOf(flowOf(hi)),
  };
}
