/**
 * Memory as a shader core reaches it: a small cache of pages in front of the MMU, loads and stores of bytes, and the
 * fault that stopped the last access. An offset into RAM stays good until the generation of the address space changes.
 */
import { FAULT } from '../../spec/faults.ts';
import { ACCESS, type AccessType, type Memory, type Mmu } from '../wiring.ts';
import { DROPPED_HIGH } from './choices.ts';
import { PAGES_ENTRIES, PAGES_WORDS } from './layout.ts';

const PAGE = 4096;
const PAGE_MASK = PAGE - 1;
const TWO32 = 2 ** 32;
/** Words of an entry, and of the entries of one kind of access. */
const ENTRY_WORDS = 3;
const KIND_WORDS = PAGES_ENTRIES * ENTRY_WORDS;

/** Answers of `find` that are no offsets. */
export const FAULTED = -1;
export const DROPPED = -2;

/** What stopped a task. `access` and `va` are those of the access when the MMU refused it. */
export interface ShaderFault {
  code: number;
  info: number;
  mmu: boolean;
  access: AccessType;
  va: number;
}

export class ShaderMemory {
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;
  readonly fault: ShaderFault = { code: 0, info: 0, mmu: false, access: ACCESS.READ, va: 0 };
  /** Words moved, for the cost of the slice. */
  traffic = 0;
  private readonly mmu: Mmu;
  private as = 0;
  private generation = -1;
  /** Per kind and page: low and high word of the page's address, offset of the page in RAM (-1: empty). */
  private readonly cache: Int32Array;

  /** `cache`: PAGES_WORDS words, where translated code finds them too. */
  constructor(memory: Memory, mmu: Mmu, cache: Int32Array = new Int32Array(PAGES_WORDS)) {
    this.cache = cache.fill(-1);
    this.ram8 = memory.ram8;
    this.ram32 = memory.ram32;
    this.mmu = mmu;
  }

  /** Chooses the address space; what was cached of the same one stays good until its generation changes. */
  open(as: number): void {
    if (this.as === as && this.mmu.generation(as) === this.generation) return;
    this.as = as;
    this.forget();
  }

  /**
   * To be called after anything that may have made translations stale. Nothing but this unit runs during a slice, so
   * that is after a miss (which does it itself) and after code was decoded, which takes the right to store away.
   */
  refresh(): void {
    if (this.mmu.generation(this.as) !== this.generation) this.forget();
  }

  private forget(): void {
    this.generation = this.mmu.generation(this.as);
    this.cache.fill(-1);
  }

  /**
   * Offset into RAM of the byte at an address in two words; FAULTED (and `fault` is set), or DROPPED for the address
   * that stands for "outside the buffer". The bytes up to the end of the page may be accessed.
   */
  find(lo: number, hi: number, access: AccessType): number {
    const page = lo & ~PAGE_MASK;
    const at = access * KIND_WORDS + (((lo >>> 12) ^ (lo >>> 19) ^ (lo >>> 25)) & (PAGES_ENTRIES - 1)) * ENTRY_WORDS;
    const { cache } = this;
    const offset = cache[at + 2]!;
    if (cache[at] === page && cache[at + 1] === hi && offset !== -1) return offset + (lo & PAGE_MASK);
    return this.miss(at, page, lo, hi, access);
  }

  private miss(at: number, page: number, lo: number, hi: number, access: AccessType): number {
    if (hi === DROPPED_HIGH) return DROPPED;
    // No address space is wider than 48 bits. Addresses at the top of the 64 bits are told as negative ones.
    const va = (hi | 0) * TWO32 + (lo >>> 0);
    const offset = hi >>> 16 === 0 ? this.mmu.ramOffset(this.as, va, access) : FAULTED;
    if (offset < 0) {
      const { fault, mmu } = this;
      fault.code = hi >>> 16 === 0 ? mmu.fault.code : FAULT.ADDR_SIZE_FAULT_IN;
      fault.access = access;
      fault.va = va;
      fault.info = va;
      fault.mmu = true;
      return FAULTED;
    }
    if (this.mmu.generation(this.as) !== this.generation) {
      this.forget();
      return offset;
    }
    const { cache } = this;
    cache[at] = page;
    cache[at + 1] = hi;
    cache[at + 2] = offset - (lo & PAGE_MASK);
    return offset;
  }

  /** Faults without the MMU. */
  fail(code: number, info: number): void {
    const { fault } = this;
    fault.code = code;
    fault.info = info;
    fault.mmu = false;
    fault.va = info;
  }

  /** Reads `count` words at a multiple of 4 into `out`; false when an access faulted. */
  readWords(va: number, count: number, out: Int32Array): boolean {
    for (let i = 0; i < count; i++) {
      const at = va + 4 * i;
      const offset = this.find(at | 0, Math.floor(at / TWO32) | 0, ACCESS.READ);
      if (offset === FAULTED) return false;
      out[i] = offset === DROPPED ? 0 : this.ram32[offset >>> 2]!;
    }
    return true;
  }

  /**
   * Loads `bytes` bytes into `out` (little-endian words, the last one zero-extended). False when it faulted. An
   * access is one even where it crosses pages: it has no effect unless all of it is allowed.
   */
  load(lo: number, hi: number, bytes: number, out: Int32Array): boolean {
    const offset = this.find(lo, hi, ACCESS.READ);
    if (offset < 0) {
      for (let i = 0; i < bytes; i += 4) out[i >> 2] = 0;
      return offset === DROPPED;
    }
    if ((lo & PAGE_MASK) + bytes > PAGE) return this.loadSlowly(lo, hi, bytes, out);
    if ((offset & 3) === 0 && (bytes & 3) === 0) {
      for (let i = 0; i < bytes; i += 4) out[i >> 2] = this.ram32[(offset + i) >>> 2]!;
      return true;
    }
    const { ram8 } = this;
    for (let i = 0; i < bytes; i++) {
      if ((i & 3) === 0) out[i >> 2] = 0;
      out[i >> 2] = out[i >> 2]! | (ram8[offset + i]! << (8 * (i & 3)));
    }
    return true;
  }

  private loadSlowly(lo: number, hi: number, bytes: number, out: Int32Array): boolean {
    for (let i = 0; i < bytes; i++) {
      const at = (lo + i) | 0;
      const offset = this.find(at, at >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi, ACCESS.READ);
      if (offset === FAULTED) return false;
      if ((i & 3) === 0) out[i >> 2] = 0;
      if (offset >= 0) out[i >> 2] = out[i >> 2]! | (this.ram8[offset]! << (8 * (i & 3)));
    }
    return true;
  }

  /** Stores the first `bytes` bytes of `from`. False when it faulted; nothing is stored then. */
  store(lo: number, hi: number, bytes: number, from: Int32Array): boolean {
    const offset = this.find(lo, hi, ACCESS.WRITE);
    if (offset < 0) return offset === DROPPED;
    if ((lo & PAGE_MASK) + bytes > PAGE) return this.storeSlowly(lo, hi, bytes, from);
    if ((offset & 3) === 0 && (bytes & 3) === 0) {
      for (let i = 0; i < bytes; i += 4) this.ram32[(offset + i) >>> 2] = from[i >> 2]!;
      return true;
    }
    const { ram8 } = this;
    for (let i = 0; i < bytes; i++) ram8[offset + i] = from[i >> 2]! >>> (8 * (i & 3));
    return true;
  }

  private storeSlowly(lo: number, hi: number, bytes: number, from: Int32Array): boolean {
    const high = (at: number): number => (at >>> 0 < lo >>> 0 ? (hi + 1) | 0 : hi);
    const last = (lo + bytes - 1) | 0;
    if (this.find(last, high(last), ACCESS.WRITE) === FAULTED) return false;
    for (let i = 0; i < bytes; i++) {
      const at = (lo + i) | 0;
      const offset = this.find(at, high(at), ACCESS.WRITE);
      if (offset === FAULTED) return false;
      if (offset >= 0) this.ram8[offset] = from[i >> 2]! >>> (8 * (i & 3));
    }
    return true;
  }

  /** As `find` for an atomic of `bytes` bytes; FAULTED also when it is misaligned. */
  atomic(lo: number, hi: number, bytes: number): number {
    if (hi === DROPPED_HIGH) return DROPPED;
    if ((lo & (bytes - 1)) !== 0) {
      this.fail(FAULT.ADDR_RANGE_FAULT, (hi >>> 0) * TWO32 + (lo >>> 0));
      return FAULTED;
    }
    return this.find(lo, hi, ACCESS.ATOMIC);
  }
}
