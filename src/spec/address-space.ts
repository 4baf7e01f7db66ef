/**
 * Values of an address space slot's registers: TRANSCFG, MEMATTR from a CPU's MAIR, LOCKADDR, and the checks a leaf
 * must pass. Pure arithmetic on words. Sources: Panthor panthor_mmu.c (mair_to_memattr, lock_region), Linux
 * io-pgtable-arm.c (MAIR), Arm kbase (names of the memory types).
 */

import { ACCESS, type AccessType, mmuFault } from './faults.ts';
import { bounded, type Words } from './registers/define.ts';
import { MMU_CONTROL } from './registers/mmu.ts';

const HI = 2 ** 32;

/** TRANSCFG.mode. */
export const MODE = { LEGACY: 0, UNMAPPED: 1, IDENTITY: 2, AARCH64_4K: 6, AARCH64_64K: 8 } as const;

/** TRANSCFG.ina_bits is this less the bits of a VA. */
const INA_BITS_BIAS = 55;

/** Bits of a VA for a value of TRANSCFG.ina_bits; undefined for values no enabled slot may have. */
export function inputBits(inaBits: number): number | undefined {
  return inaBits >= 7 && inaBits <= 30 ? INA_BITS_BIAS - inaBits : undefined;
}

/** TRANSCFG as Panthor programs it for 4 KiB tables. `coherent` walks are outer shareable. */
export function panthorTranscfg(vaBits: number, coherent: boolean): Words {
  return MMU_CONTROL.AS_TRANSCFG.encode64({
    mode: 'AARCH64_4K',
    ina_bits: bounded(5, INA_BITS_BIAS - vaBits),
    ptw_memattr: 'WRITE_BACK',
    r_allocate: true,
    ...(coherent ? { ptw_sh: 'OUTER_SHAREABLE' as const } : {}),
  });
}

/** TRANSCFG of a disabled slot. */
export const TRANSCFG_UNMAPPED: Words = { lo: MODE.UNMAPPED, hi: 0 };

/** Linux's MAIR for these tables: uncached, write-back, device, inner uncached with outer write-back. */
export const LINUX_MAIR: Words = { lo: 0xf404_ff44, hi: 0 };

const NON_CACHEABLE_BYTE = 0x4c;
const WRITE_BACK_BYTE = 0x8c;
const CPU_INNER_BYTE = 0x10;

/**
 * One MEMATTR byte for one MAIR byte (outer nibble high, inner low). Write-back on both sides keeps the inner
 * allocation hints; everything else becomes non-cacheable.
 */
export function memattrByte(mair: number, coherent: boolean): number {
  const outer = (mair >>> 4) & 0xf;
  const inner = mair & 0xf;
  if ((outer & 3) === 0 || (outer & 4) === 0 || (inner & 4) === 0) return NON_CACHEABLE_BYTE;
  return WRITE_BACK_BYTE | (inner & 3) | (coherent ? CPU_INNER_BYTE : 0);
}

/** MEMATTR for a MAIR. */
export function mairToMemattr(mair: Words, coherent: boolean): Words {
  const word = (from: number) =>
    [0, 8, 16, 24].reduce((to, shift) => to | (memattrByte((from >>> shift) & 0xff, coherent) << shift), 0) >>> 0;
  return { lo: word(mair.lo), hi: word(mair.hi) };
}

/** Byte of MEMATTR that a leaf's AttrIndx chooses. */
export function memattrOf(memattr: Words, attrIndex: number): number {
  return ((attrIndex < 4 ? memattr.lo : memattr.hi) >>> ((attrIndex & 3) * 8)) & 0xff;
}

/** Memory type of a MEMATTR byte: 0 shared, 1 non-cacheable, 2 write-back, 3 fault. */
export function memoryType(byte: number): number {
  return (byte >>> 6) & 3;
}
export const MEMORY_TYPE_FAULT = 3;

/** log2 of the smallest region a slot can lock: 32 KiB. */
const LOCK_MIN_LOG2 = 15;

/** LOCKADDR for [start, start + size), as Panthor rounds it to a power of two. `size` is above 0. */
export function encodeLock(start: number, size: number): Words {
  const last = start + size - 1;
  const lo = ((start % HI) ^ (last % HI)) >>> 0;
  const hi = (Math.floor(start / HI) ^ Math.floor(last / HI)) >>> 0;
  const highest = hi !== 0 ? 64 - Math.clz32(hi) : 32 - Math.clz32(lo);
  const width = Math.max(highest, LOCK_MIN_LOG2) - 1;
  const unit = 2 ** width;
  const base = Math.floor(start / unit) * unit;
  return { lo: ((base % HI) | width) >>> 0, hi: Math.floor(base / HI) >>> 0 };
}

export interface LockRegion {
  /** Multiple of `size`. */
  readonly start: number;
  readonly size: number;
}

/** Region a LOCKADDR value locks. Base bits below the size do not count. */
export function decodeLock(lo: number, hi: number): LockRegion {
  const size = 2 ** ((lo & 0x3f) + 1);
  const base = (hi >>> 0) * HI + ((lo & 0xffff_f000) >>> 0);
  return { start: Math.floor(base / size) * size, size };
}

/** True when [address, address + size) and the locked region have a byte in common. */
export function lockTouches(region: LockRegion, address: number, size: number): boolean {
  return address < region.start + region.size && address + size > region.start;
}

/** Bits of TRANSCFG's high word that change what a leaf allows. */
export const TRANSCFG_HI = {
  DISABLE_HIER_AP: 1 << 1,
  DISABLE_AF_FAULT: 1 << 2,
  WXN: 1 << 3,
  XREADABLE: 1 << 4,
} as const;

const LEAF_USER = 1 << 6;
const LEAF_READ_ONLY = 1 << 7;
const LEAF_AF = 1 << 10;
const LEAF_XN_HI = 1 << 22;

/**
 * Exception code of an access through a valid leaf, or 0. Checks access flag, permissions, memory type, in that
 * order. `transcfgHi` is the high word of TRANSCFG.
 *
 * XREADABLE lets executable go with readable (chosen: what it relaxes is not public).
 */
export function leafFault(
  lo: number,
  hi: number,
  level: number,
  access: AccessType,
  transcfgHi: number,
  memattr: Words,
): number {
  if ((lo & LEAF_AF) === 0 && (transcfgHi & TRANSCFG_HI.DISABLE_AF_FAULT) === 0) return mmuFault('ACCESS_FLAG', level);
  if ((lo & LEAF_USER) === 0) return mmuFault('PERMISSION', level);
  const readOnly = (lo & LEAF_READ_ONLY) !== 0;
  if (access === ACCESS.EXECUTE) {
    const never = (hi & LEAF_XN_HI) !== 0 && (transcfgHi & TRANSCFG_HI.XREADABLE) === 0;
    if (never || (!readOnly && (transcfgHi & TRANSCFG_HI.WXN) !== 0)) return mmuFault('PERMISSION', level);
  } else if (access !== ACCESS.READ && readOnly) {
    return mmuFault('PERMISSION', level);
  }
  const type = memoryType(memattrOf(memattr, (lo >>> 2) & 7));
  return type === MEMORY_TYPE_FAULT ? mmuFault('ATTRIBUTE', level) : 0;
}
