/**
 * Page tables in the format ARM_64_LPAE_S1 (io-pgtable-arm.c; Rust `IoPageTable<ARM64LPAES1>`): 4 KiB pages and
 * 2 MiB blocks, four levels, tables in system RAM. The caller serialises and takes care of the TLBs. Blocks are
 * never split: unmapping a page inside one is a bug of the driver, which has to widen to the block (panthor_mmu.c).
 */
import { hex } from '../../base/bits.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Leaf, Protection } from '../../spec/page-table.ts';
import {
  BLOCK_SIZE,
  ENTRIES_PER_TABLE,
  ENTRY,
  ENTRY_SIZE,
  LAST_LEVEL,
  LEVELS,
  PAGE_SIZE,
  decodeLeaf,
  encodeTable,
  entryAddress,
  entryKind,
  linuxLeaf,
  tableIndex,
} from '../../spec/page-table.ts';
import { ensure, fail } from './errno.ts';
import type { Kernel } from './kernel.ts';

export type PageSize = typeof PAGE_SIZE | typeof BLOCK_SIZE;

/** Page sizes as a bitmap, as MMU_INFO reports it. */
export const PAGE_SIZE_BITMAP = PAGE_SIZE | BLOCK_SIZE;

export interface PageTableConfig {
  /** Owner of the table pages in leak reports. */
  readonly name: string;
  /** Input and output address bits. */
  readonly ias: number;
  readonly oas: number;
}

/** Table pages set aside before a map or unmap, so that the operation itself cannot run out of memory. */
export class TableReserve implements Disposable {
  private readonly kernel: Kernel;
  private readonly free: number[] = [];

  /** KernelError ENOMEM; then nothing is taken. */
  constructor(kernel: Kernel, name: string, count: number) {
    this.kernel = kernel;
    for (let i = 0; i < count; i++) {
      const page = kernel.dma.tryAlloc(PAGE_SIZE, `page table ${name}`);
      if (page === undefined) {
        this.dispose();
        fail('ENOMEM', `no page for the tables of ${name}`);
      }
      this.free.push(page.pa);
    }
  }

  /** Tables a map of the range may need: one per 512 GiB, 1 GiB and 2 MiB touched. */
  static countForMap(va: number, size: number): number {
    const touched = (unit: number): number => Math.floor((va + size - 1) / unit) - Math.floor(va / unit) + 1;
    return size === 0 ? 0 : touched(2 ** 39) + touched(2 ** 30) + touched(BLOCK_SIZE);
  }

  /** Tables an unmap may need: one for each end that lies inside a block. */
  static countForUnmap(va: number, size: number): number {
    const start = va % BLOCK_SIZE !== 0;
    const end = (va + size) % BLOCK_SIZE !== 0;
    const same = Math.floor(va / BLOCK_SIZE) === Math.floor((va + size) / BLOCK_SIZE);
    return same && start && end ? 1 : Number(start) + Number(end);
  }

  get remaining(): number {
    return this.free.length;
  }

  take(): number {
    const page = this.free.pop();
    if (page === undefined) throw new Bug('more page tables needed than were set aside');
    return page;
  }

  /** Gives back what was not used. */
  dispose(): void {
    for (const pa of this.free) this.kernel.dma.release(pa);
    this.free.length = 0;
  }
}

/** A leaf as found in memory. */
export interface LeafInfo extends Leaf {
  readonly va: number;
  readonly size: number;
  readonly level: number;
}

export type PageTableState = { readonly root: number; readonly tables: number };

export class IoPageTable implements Disposable, Stateful<PageTableState> {
  readonly config: PageTableConfig;
  private readonly kernel: Kernel;
  private root: number;
  private tables = 1;

  /** Takes one page for the root. KernelError ENOMEM. */
  constructor(kernel: Kernel, config: PageTableConfig) {
    this.kernel = kernel;
    this.config = config;
    this.root = kernel.dma.alloc(PAGE_SIZE, `page table ${config.name}`).pa;
  }

  /** Physical address of the root table (TRANSTAB). */
  get ttbr(): number {
    return this.root;
  }

  /** Pages in use by tables, the root included. */
  get tableCount(): number {
    return this.tables;
  }

  private check(va: number, size: number, pgsize: PageSize): void {
    ensure(va % pgsize === 0, 'EINVAL', `${hex(va)} is not aligned to ${hex(pgsize)}`);
    ensure(va >= 0 && va + size <= 2 ** this.config.ias, 'ERANGE', `${hex(va)} has more than ${this.config.ias} bits`);
  }

  private entry(table: number, index: number): { lo: number; hi: number } {
    const at = table + index * ENTRY_SIZE;
    const { bus } = this.kernel.dma;
    return { lo: bus.read32(at) >>> 0, hi: bus.read32(at + 4) >>> 0 };
  }

  /** The high word first, so that the entry is never valid with half an address. */
  private store(table: number, index: number, lo: number, hi: number): void {
    const at = table + index * ENTRY_SIZE;
    const { bus } = this.kernel.dma;
    bus.write32(at + 4, hi);
    bus.write32(at, lo);
  }

  /** The table of `level` for `va`, made from the reserve where it is missing (without one: undefined). */
  private tableAt(va: number, level: number, reserve: TableReserve | undefined): number | undefined {
    let table = this.root;
    for (let l = 0; l < level; l++) {
      const index = tableIndex(va, l);
      const { lo, hi } = this.entry(table, index);
      const kind = entryKind(lo, l);
      if (kind === ENTRY.TABLE) {
        table = entryAddress(lo, hi);
      } else if (kind !== ENTRY.INVALID) {
        return reserve === undefined ? undefined : fail('EEXIST', `${hex(va)} lies in a mapped block`);
      } else {
        if (reserve === undefined) return undefined;
        const next = reserve.take();
        this.tables++;
        const words = encodeTable(next);
        this.store(table, index, words.lo, words.hi);
        table = next;
      }
    }
    return table;
  }

  /**
   * Maps `count` pages of `pgsize` at `va` to contiguous memory at `pa`. KernelError EEXIST (something is mapped
   * there; pages before it stay mapped), EINVAL, ERANGE.
   */
  mapPages(va: number, pa: number, pgsize: PageSize, count: number, prot: Protection, reserve: TableReserve): void {
    this.kernel.service(`map ${this.config.name} ${hex(va)}`);
    this.check(va, pgsize * count, pgsize);
    ensure(pa + pgsize * count <= 2 ** this.config.oas, 'ERANGE', `${hex(pa)} has more than ${this.config.oas} bits`);
    const level = pgsize === BLOCK_SIZE ? 2 : 3;
    let table: number | undefined;
    for (let i = 0; i < count; i++) {
      const at = va + i * pgsize;
      const index = tableIndex(at, level);
      // Neighbours share their table until the index wraps.
      if (table === undefined || index === 0) table = this.tableAt(at, level, reserve);
      if (table === undefined) throw new Bug('table missing in spite of a reserve');
      const { lo, hi } = this.entry(table, index);
      const kind = entryKind(lo, level);
      if (kind === ENTRY.TABLE && this.isEmpty(entryAddress(lo, hi))) this.releaseTable(entryAddress(lo, hi));
      else if (kind !== ENTRY.INVALID) fail('EEXIST', `${hex(at)} is mapped already`);
      const leaf = linuxLeaf(pa + i * pgsize, level, prot);
      this.store(table, index, leaf.lo, leaf.hi);
    }
  }

  /**
   * Clears `count` pages of `pgsize` from `va`; holes are fine. A whole 2 MiB made of pages is cleared with its
   * table. Returns the bytes that were mapped. Bug when a page lies inside a block.
   */
  unmapPages(va: number, pgsize: PageSize, count: number): number {
    this.kernel.service(`unmap ${this.config.name} ${hex(va)}`);
    this.check(va, pgsize * count, pgsize);
    let bytes = 0;
    for (let i = 0; i < count; i++) bytes += this.unmapOne(va + i * pgsize, pgsize);
    return bytes;
  }

  private unmapOne(va: number, pgsize: PageSize): number {
    const level = pgsize === BLOCK_SIZE ? 2 : 3;
    const table = this.tableAt(va, level, undefined);
    if (table === undefined) {
      if (this.walk(va) !== undefined) throw new Bug(`unmap of a page at ${hex(va)}, inside a 2 MiB block`);
      return 0;
    }
    const index = tableIndex(va, level);
    const { lo, hi } = this.entry(table, index);
    const kind = entryKind(lo, level);
    if (kind === ENTRY.INVALID) return 0;
    this.store(table, index, 0, 0);
    if (kind !== ENTRY.TABLE) return pgsize;
    const sub = entryAddress(lo, hi);
    const mapped = this.leaves(sub, 3, va).length * PAGE_SIZE;
    this.releaseTable(sub);
    return mapped;
  }

  private isEmpty(table: number): boolean {
    for (let i = 0; i < ENTRIES_PER_TABLE; i++) if ((this.entry(table, i).lo & 1) !== 0) return false;
    return true;
  }

  private releaseTable(pa: number): void {
    this.kernel.dma.release(pa);
    this.tables--;
  }

  /** The leaf that translates `va`, or undefined. */
  walk(va: number): LeafInfo | undefined {
    let table = this.root;
    for (const { level, size } of LEVELS) {
      const { lo, hi } = this.entry(table, tableIndex(va, level));
      const kind = entryKind(lo, level);
      if (kind === ENTRY.TABLE) table = entryAddress(lo, hi);
      else if (kind === ENTRY.BLOCK || kind === ENTRY.PAGE) {
        return { ...decodeLeaf(lo, hi), va: va - (va % size), size, level };
      } else return undefined;
    }
    return undefined;
  }

  /** Physical address of a byte, or undefined (iova_to_phys). */
  toPhys(va: number): number | undefined {
    const leaf = this.walk(va);
    return leaf === undefined ? undefined : leaf.address + (va - leaf.va);
  }

  /** All leaves by rising address. */
  dump(): readonly LeafInfo[] {
    return this.leaves(this.root, 0, 0);
  }

  private leaves(table: number, level: number, base: number): readonly LeafInfo[] {
    const size = LEVELS[level]?.size ?? 0;
    const out: LeafInfo[] = [];
    for (let i = 0; i < ENTRIES_PER_TABLE; i++) {
      const { lo, hi } = this.entry(table, i);
      const va = base + i * size;
      const kind = entryKind(lo, level);
      if (kind === ENTRY.TABLE) out.push(...this.leaves(entryAddress(lo, hi), level + 1, va));
      else if (kind !== ENTRY.INVALID) out.push({ ...decodeLeaf(lo, hi), va, size, level });
    }
    return out;
  }

  /** free_io_pgtable_ops: gives all tables back; mappings need not be gone. */
  dispose(): void {
    this.freeBelow(this.root, 0);
    this.tables = 0;
  }

  private freeBelow(table: number, level: number): void {
    const entries = level === LAST_LEVEL ? 0 : ENTRIES_PER_TABLE;
    for (let i = 0; i < entries; i++) {
      const { lo, hi } = this.entry(table, i);
      if (entryKind(lo, level) === ENTRY.TABLE) this.freeBelow(entryAddress(lo, hi), level + 1);
    }
    this.kernel.dma.release(table);
  }

  save(): PageTableState {
    return { root: this.root, tables: this.tables };
  }

  /** The tables themselves are in RAM, their pages in the allocator's state. */
  load(state: PageTableState): void {
    this.root = state.root;
    this.tables = state.tables;
  }
}
