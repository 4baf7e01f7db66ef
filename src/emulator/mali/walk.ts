/**
 * The table walk of the GPU MMU: from a virtual address to a physical one or to the exception code of the first
 * thing wrong, reading entries from RAM as spec/page-table lays them out. No caches here; tlb.ts remembers results.
 * Order of checks as in the AArch64 walk: input size, entries level by level, output size, then the leaf.
 */
import { FAULT, mmuFault } from '../../spec/faults.ts';
import {
  ENTRY,
  entryAddress,
  entryKind,
  inputBits,
  LEVELS,
  leafFault,
  MODE,
  startLevel,
  tableIndex,
} from '../../spec/page-table.ts';
import type { Words } from '../../spec/registers/define.ts';
import { PAGE_SHIFT } from '../memory.ts';
import type { AccessType, Memory } from '../wiring.ts';

/** What UPDATE latches of an address space. */
export interface AsConfig {
  readonly mode: number;
  /** Physical address of the root table. */
  readonly root: number;
  /** Bits of a VA; undefined when TRANSCFG asks for a width no slot has. */
  readonly inputBits: number | undefined;
  readonly transcfgHi: number;
  readonly memattr: Words;
}

export const UNMAPPED: AsConfig = {
  mode: MODE.UNMAPPED,
  root: 0,
  inputBits: undefined,
  transcfgHi: 0,
  memattr: { lo: 0, hi: 0 },
};

const INA_BITS_LSB = 6;
const TRANSTAB_ALIGN = 16;

/** Configuration for register values. */
export function asConfig(transtab: Words, transcfg: Words, memattr: Words): AsConfig {
  const base = (transtab.hi & 0xffff) * 2 ** 32 + (transtab.lo >>> 0);
  return {
    mode: transcfg.lo & 0xf,
    root: base - (base % TRANSTAB_ALIGN),
    inputBits: inputBits((transcfg.lo >>> INA_BITS_LSB) & 0x1f),
    transcfgHi: transcfg.hi,
    memattr,
  };
}

/** Result of a walk. */
export interface Walk {
  /** Exception code, 0 when `pa` is valid. */
  fault: number;
  pa: number;
}

/** Told about each page of RAM an entry was read from. */
export type TablePage = (page: number) => void;

/**
 * Translates `va`, negative for addresses at the top of the 64 bits. `paBits` is GPU_MMU_FEATURES.pa_bits. The result is written into `out`, which is returned.
 * Tables outside RAM read as zeros, so their entries are invalid (chosen).
 */
export function walk(
  memory: Memory,
  config: AsConfig,
  paBits: number,
  va: number,
  access: AccessType,
  out: Walk,
  onTable?: TablePage,
): Walk {
  out.fault = 0;
  out.pa = -1;
  const limit = 2 ** paBits;
  if (config.mode === MODE.IDENTITY)
    return va >= 0 && va < limit ? reach(out, va) : refuse(out, FAULT.ADDR_SIZE_FAULT_OUT0);
  const width = config.inputBits;
  // Unmapped, reset, or a format this architecture level does not offer (64 KiB granule): every access fails.
  if (config.mode !== MODE.AARCH64_4K || width === undefined) return refuse(out, FAULT.TRANSLATION_FAULT_0);
  if (va < 0 || va >= 2 ** width) return refuse(out, FAULT.ADDR_SIZE_FAULT_IN);
  let table = config.root;
  if (table >= limit) return refuse(out, FAULT.ADDR_SIZE_FAULT_OUT0);
  for (let level: number = startLevel(width); level < LEVELS.length; level++) {
    const at = table + tableIndex(va, level) * 8;
    const lo = memory.read32(at);
    const hi = memory.read32(at + 4);
    const page = memory.offset(at, 8);
    if (onTable !== undefined && page >= 0) onTable(page >>> PAGE_SHIFT);
    const kind = entryKind(lo, level);
    if (kind === ENTRY.INVALID) return refuse(out, mmuFault('TRANSLATION', level));
    if (kind === ENTRY.BAD_BLOCK) return refuse(out, FAULT.TRANSLATION_FAULT_4);
    const address = entryAddress(lo, hi);
    if (address >= limit) return refuse(out, mmuFault('ADDRESS_SIZE', level));
    if (kind === ENTRY.TABLE) {
      table = address;
      continue;
    }
    const code = leafFault(lo, hi, level, access, config.transcfgHi, config.memattr);
    if (code !== 0) return refuse(out, code);
    const size = LEVELS[level]!.size;
    return reach(out, address - (address % size) + (va % size));
  }
  return refuse(out, FAULT.TRANSLATION_FAULT_3);
}

function refuse(out: Walk, fault: number): Walk {
  out.fault = fault;
  return out;
}

function reach(out: Walk, pa: number): Walk {
  out.pa = pa;
  return out;
}
