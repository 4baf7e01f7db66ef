/**
 * The big tables of a core: its decoded code, and what is known of each of the 2^20 pages of its address space. They
 * are 40 MiB, half of which must be filled before the first instruction, which takes longer than a boot: the core of a
 * machine that is no longer wanted leaves its tables, emptied, to the next one. Nothing of a machine's state is in them.
 */
import { ENTRY_WORDS, SLOTS, SLOT_WORDS } from './entries.ts';

const PAGES = 1 << 20;
/** Nothing is known of a page. */
export const NONE = -1;

export interface CoreTables {
  /** Decoded code by slot; what is in slots that no page has is of no consequence. */
  readonly E: Int32Array;
  /** By entry: the operation under a mark of OP_REGION. */
  readonly UNDER: Uint8Array;
  /** By page: place of its decoded code. */
  readonly CODE: Int32Array;
  /** By page: place in RAM for loads and stores. */
  readonly LT: Int32Array;
  readonly ST: Int32Array;
  /** The same as what to add to an address, for translated code; without entries where none is. */
  readonly LD: Int32Array;
  readonly SD: Int32Array;
}

/** Empty tables of the last machine that ended, with and without those for translated code. */
const spare = new Map<boolean, CoreTables>();

/** Empty tables; deltas: whether LD and SD are wanted. */
export function takeTables(deltas: boolean): CoreTables {
  const found = spare.get(deltas);
  if (found !== undefined) {
    spare.delete(deltas);
    return found;
  }
  const table = (entries: number): Int32Array => new Int32Array(entries).fill(NONE);
  const entries = deltas ? PAGES : 0;
  return {
    E: new Int32Array(SLOTS * SLOT_WORDS),
    UNDER: new Uint8Array((SLOTS * SLOT_WORDS) / ENTRY_WORDS),
    CODE: table(PAGES),
    LT: table(PAGES),
    ST: table(PAGES),
    LD: table(entries),
    SD: table(entries),
  };
}

/** Takes empty tables back. */
export function giveTables(tables: CoreTables): void {
  spare.set(tables.LD.length > 0, tables);
}
