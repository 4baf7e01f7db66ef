/**
 * Translation tables of the GPU MMU: AArch64 stage 1 long descriptors, 4 KiB granule, up to four levels. Layout,
 * encoding and decoding only; reading tables is the emulator's, writing them the driver's work. Entries are two
 * 32-bit words, low first. Register values of an address space (TRANSCFG, MEMATTR, LOCKADDR) are in address-space.ts
 * and exported from here too. Sources: Linux io-pgtable-arm.c (format ARM_64_LPAE_S1), Panthor panthor_mmu.c.
 */

import type { Words } from './registers/define.ts';

export * from './address-space.ts';

export const PAGE_SIZE = 0x1000;
export const BLOCK_SIZE = 0x20_0000;
export const ENTRY_SIZE = 8;
export const ENTRIES_PER_TABLE = 512;

export interface Level {
  readonly level: 0 | 1 | 2 | 3;
  /** Lowest VA bit of the index, which is nine bits wide. */
  readonly shift: number;
  /** Bytes one entry covers. */
  readonly size: number;
  /** Kind of leaf the level may hold. */
  readonly leaf: 'none' | 'block' | 'page';
}

/** The levels from the root down. Panthor makes no blocks at level 1, though the format has them. */
export const LEVELS = [
  { level: 0, shift: 39, size: 2 ** 39, leaf: 'none' },
  { level: 1, shift: 30, size: 2 ** 30, leaf: 'block' },
  { level: 2, shift: 21, size: BLOCK_SIZE, leaf: 'block' },
  { level: 3, shift: 12, size: PAGE_SIZE, leaf: 'page' },
] as const satisfies readonly Level[];
export const LAST_LEVEL = 3;

/** Fields of a leaf descriptor, for people; the functions below know them by heart. */
export const LEAF_FIELDS = {
  valid: { lsb: 0, width: 1, doc: 'the entry counts' },
  type: { lsb: 1, width: 1, doc: '0 block, 1 page at level 3 and table above' },
  attrIndex: { lsb: 2, width: 3, doc: 'byte of AS_MEMATTR' },
  ns: { lsb: 5, width: 1, doc: 'non-secure' },
  user: { lsb: 6, width: 1, doc: 'AP[1]: unprivileged access' },
  readOnly: { lsb: 7, width: 1, doc: 'AP[2]: no stores' },
  sh: { lsb: 8, width: 2, doc: 'shareability' },
  af: { lsb: 10, width: 1, doc: 'access flag' },
  ng: { lsb: 11, width: 1, doc: 'not global' },
  address: { lsb: 12, width: 36, doc: 'output address, or next table' },
  pxn: { lsb: 53, width: 1, doc: 'no privileged execution' },
  xn: { lsb: 54, width: 1, doc: 'no execution' },
  software: { lsb: 55, width: 4, doc: 'for software; Linux marks synced tables with bit 55' },
} as const;

/** Shareability in leaves and in TRANSCFG.ptw_sh. */
export const SH = { NON: 0, OUTER: 2, INNER: 3 } as const;

/** Indices into MEMATTR as Linux assigns them. */
export const ATTR_INDEX = { UNCACHED: 0, CACHED: 1, DEVICE: 2, INNER_NC_OUTER_WB: 3 } as const;

/** What an entry is at its level. */
export const ENTRY = { INVALID: 0, TABLE: 1, BLOCK: 2, PAGE: 3, BAD_BLOCK: 4 } as const;
export type EntryKind = (typeof ENTRY)[keyof typeof ENTRY];

/**
 * Kind of an entry from its low word. A block at level 0 is BAD_BLOCK (TRANSLATION_FAULT_4); type 1 at level 3 is
 * INVALID (chosen: the format reserves it).
 */
export function entryKind(lo: number, level: number): EntryKind {
  const bits = lo & 3;
  if (bits === 3) return level === LAST_LEVEL ? ENTRY.PAGE : ENTRY.TABLE;
  if (bits !== 1 || level === LAST_LEVEL) return ENTRY.INVALID;
  return level === 0 ? ENTRY.BAD_BLOCK : ENTRY.BLOCK;
}

const HI = 2 ** 32;
const AP_USER = 1 << 6;
const AP_READ_ONLY = 1 << 7;
const AF = 1 << 10;
const NG = 1 << 11;
/** PXN and XN in the high word. */
const XN_HI = 3 << 21;
const XN_BIT_HI = 1 << 22;

/** Bits 47:12 of an entry as an address below 2^48. */
export function entryAddress(lo: number, hi: number): number {
  return (hi & 0xffff) * HI + ((lo & 0xffff_f000) >>> 0);
}

/** Entry that points at the next table, whose address is a multiple of 4 KiB. */
export function encodeTable(address: number): Words {
  return withAddress(address, PAGE_SIZE, 3, 0);
}

export interface Leaf {
  /** Output address, a multiple of the size the level covers. */
  readonly address: number;
  readonly attrIndex: number;
  readonly sh: number;
  readonly readOnly: boolean;
  readonly noExec: boolean;
  readonly user: boolean;
  readonly af: boolean;
  readonly ng: boolean;
}

/** Leaf entry of a level (1, 2: block; 3: page). RangeError for level 0 or an unaligned address. */
export function encodeLeaf(leaf: Leaf, level: number): Words {
  const info = LEVELS[level];
  if (info === undefined || info.leaf === 'none') throw new RangeError(`level ${level} has no leaves`);
  const lo =
    (info.leaf === 'page' ? 3 : 1) |
    ((leaf.attrIndex & 7) << 2) |
    (leaf.user ? AP_USER : 0) |
    (leaf.readOnly ? AP_READ_ONLY : 0) |
    ((leaf.sh & 3) << 8) |
    (leaf.af ? AF : 0) |
    (leaf.ng ? NG : 0);
  return withAddress(leaf.address, info.size, lo, leaf.noExec ? XN_HI : 0);
}

function withAddress(address: number, alignment: number, lo: number, hi: number): Words {
  if (address % alignment !== 0 || address < 0 || address >= 2 ** 48) {
    throw new RangeError(`0x${address.toString(16)} is not a 48-bit multiple of 0x${alignment.toString(16)}`);
  }
  return { lo: ((address % HI) | lo) >>> 0, hi: (Math.floor(address / HI) | hi) >>> 0 };
}

/** Parts of a leaf entry. `noExec` is XN alone: the GPU is unprivileged. */
export function decodeLeaf(lo: number, hi: number): Leaf {
  return {
    address: entryAddress(lo, hi),
    attrIndex: (lo >>> 2) & 7,
    sh: (lo >>> 8) & 3,
    readOnly: (lo & AP_READ_ONLY) !== 0,
    noExec: (hi & XN_BIT_HI) !== 0,
    user: (lo & AP_USER) !== 0,
    af: (lo & AF) !== 0,
    ng: (lo & NG) !== 0,
  };
}

/** What a driver asks of a mapping. */
export interface Protection {
  readonly readOnly?: boolean;
  readonly noExec?: boolean;
  readonly uncached?: boolean;
}

/** Leaf as Linux makes it: unprivileged, accessed, not global; inner shareable if cached, else outer. */
export function linuxLeaf(address: number, level: number, protection: Protection): Words {
  const uncached = protection.uncached ?? false;
  return encodeLeaf(
    {
      address,
      attrIndex: uncached ? ATTR_INDEX.UNCACHED : ATTR_INDEX.CACHED,
      sh: uncached ? SH.OUTER : SH.INNER,
      readOnly: protection.readOnly ?? false,
      noExec: protection.noExec ?? false,
      user: true,
      af: true,
      ng: true,
    },
    level,
  );
}

/** Index into the table of a level for a VA below 2^53. */
export function tableIndex(va: number, level: number): number {
  return Math.floor(va / 2 ** (39 - 9 * level)) % ENTRIES_PER_TABLE;
}

/** Level a walk starts at for an input width in bits (25..48). */
export function startLevel(inputBits: number): 0 | 1 | 2 {
  if (inputBits > 39) return 0;
  return inputBits > 30 ? 1 : 2;
}
