/**
 * A direct-mapped translation cache, one table per kind of access, so that a hit means the access is allowed. An
 * entry is two int32 words in one Int32Array (measured: a quarter to two thirds of the speed of a raw load):
 *
 *   word 0: virtual page number, bits 31:0
 *   word 1: 28 valid, 27:24 address space, 23:20 virtual page number bits 35:32, 19:0 page of RAM
 *
 * It is a cache and nothing more: pages of tables it depends on are held (Ram.holdTable), so a store to one drops
 * what was read from it. State saved elsewhere therefore never depends on what happened to be cached.
 */
import type { AccessType } from '../wiring.ts';

/** Entries per kind of access (chosen; covers 16 MiB). */
const ENTRIES = 4096;
const TABLE_SHIFT = 13;
const TABLE_WORDS = 1 << TABLE_SHIFT;
const KINDS = 4;
const VALID_SHIFT = 28;
const AS_SHIFT = 24;
const HIGH_SHIFT = 20;
const PAGE_MASK = 0xfffff;
const VALID_TAG = 1 << (VALID_SHIFT - HIGH_SHIFT);
const VA_PAGE = 4096;
const PER_TWO32 = 2 ** -32;
const VA_PAGE_HIGH = 2 ** 44;
/** Up to this many pages are dropped one by one, more by a sweep. */
const FEW_PAGES = 512;
/** Spreads address spaces over the table. */
const AS_SPREAD = 257;

export class Tlb {
  private readonly words = new Int32Array(TABLE_WORDS * KINDS);

  /** Offset into RAM, or -1 when the translation is not cached. */
  lookup(as: number, va: number, access: AccessType): number {
    if (va < 0) return -1;
    // One multiplication and two truncations; divisions by powers of two of such numbers are slower.
    return this.lookupWords(as, va | 0, (va * PER_TWO32) | 0, access);
  }

  /** As `lookup` for an address in two words, signed or unsigned. */
  lookupWords(as: number, lo: number, hi: number, access: AccessType): number {
    const vpn = (lo >>> 12) | (hi << 20);
    const at = (access << TABLE_SHIFT) + (((vpn ^ (as * AS_SPREAD)) & (ENTRIES - 1)) << 1);
    const { words } = this;
    const entry = words[at + 1]!;
    if (words[at] !== vpn || entry >>> HIGH_SHIFT !== (VALID_TAG | (as << 4) | (hi >>> 12))) return -1;
    // Bits above 48 would reach into the address space's: nothing wider is ever cached.
    if (hi >>> 16 !== 0) return -1;
    return (entry & PAGE_MASK) * VA_PAGE + (lo & 0xfff);
  }

  /** Remembers that the page of `va` is page `page` of RAM. */
  fill(as: number, va: number, access: AccessType, page: number): void {
    const vpn = (va / VA_PAGE) | 0;
    const at = access * TABLE_WORDS + (((vpn ^ (as * AS_SPREAD)) & (ENTRIES - 1)) << 1);
    this.words[at] = vpn;
    this.words[at + 1] = (tagOf(as, va) << HIGH_SHIFT) | page;
  }

  dropAll(): void {
    this.words.fill(0);
  }

  /** Drops one kind of access. */
  dropKind(access: AccessType): void {
    this.words.fill(0, access * TABLE_WORDS, (access + 1) * TABLE_WORDS);
  }

  /** Drops the entries of an address space that lie in [start, start + size). */
  drop(as: number, start: number, size: number): void {
    if (size <= FEW_PAGES * VA_PAGE) {
      for (let va = start; va < start + size; va += VA_PAGE) this.dropPage(as, va);
      return;
    }
    const { words } = this;
    const end = start + size;
    for (let at = 0; at < words.length; at += 2) {
      const entry = words[at + 1]!;
      if (entry >>> VALID_SHIFT === 0 || ((entry >>> AS_SHIFT) & 0xf) !== as) continue;
      const va = ((entry >>> HIGH_SHIFT) & 0xf) * VA_PAGE_HIGH + (words[at]! >>> 0) * VA_PAGE;
      if (va + VA_PAGE > start && va < end) words[at + 1] = 0;
    }
  }

  private dropPage(as: number, va: number): void {
    const vpn = (va / VA_PAGE) | 0;
    const at = ((vpn ^ (as * AS_SPREAD)) & (ENTRIES - 1)) << 1;
    for (let table = 0; table < this.words.length; table += TABLE_WORDS) {
      const entry = this.words[table + at + 1]!;
      if (this.words[table + at] === vpn && entry >>> HIGH_SHIFT === tagOf(as, va)) this.words[table + at + 1] = 0;
    }
  }
}

function tagOf(as: number, va: number): number {
  return VALID_TAG | (as << (AS_SHIFT - HIGH_SHIFT)) | (va / VA_PAGE_HIGH);
}
