/**
 * Pages of system RAM: first-fit over sorted free extents, with the owner of every allocation, so that a leak
 * names who forgot what. Physical address and DMA address are the same (no IOMMU in front of the GPU).
 */
import { hex } from '../../base/bits.ts';
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import { fail } from './errno.ts';
import type { DmaBus } from './platform.ts';

export const PAGE_SIZE = 4096;

/** RAM kept for the kernel image (chosen): also keeps physical address 0 out of the driver's hands. */
const KERNEL_RESERVE = 0x20_0000;

type Extent = {
  /** First page number. */
  readonly page: number;
  readonly count: number;
};

/** A contiguous piece of RAM. */
export type DmaBlock = {
  readonly pa: number;
  readonly size: number;
};

export type DmaState = {
  readonly free: readonly Extent[];
  readonly used: readonly { readonly page: number; readonly count: number; readonly owner: string }[];
  readonly maskBits: number;
};

export class DmaMemory implements Stateful<DmaState> {
  readonly bus: DmaBus;
  private free: Extent[];
  private readonly used = new Map<number, { readonly count: number; readonly owner: string }>();
  private readonly fails: () => boolean;
  private maskBits = 32;
  private pages = 0;

  /** `fails`: whether the board wants the next allocation to fail. */
  constructor(bus: DmaBus, fails: () => boolean = () => false) {
    this.bus = bus;
    this.fails = fails;
    const first = Math.ceil((bus.base + KERNEL_RESERVE) / PAGE_SIZE);
    this.free = [{ page: first, count: Math.max(0, Math.floor((bus.base + bus.size) / PAGE_SIZE) - first) }];
  }

  /** Addresses handed out from now on have at most this many bits (dma_set_mask_and_coherent). */
  setMask(bits: number): void {
    this.maskBits = bits;
  }

  /** Pages in use. */
  get pagesUsed(): number {
    return this.pages;
  }

  /** Live allocations by owner: what a leak report prints. */
  owners(): ReadonlyMap<string, number> {
    const pages = new Map<string, number>();
    for (const { owner, count } of this.used.values()) pages.set(owner, (pages.get(owner) ?? 0) + count);
    return pages;
  }

  /** The owner of the page at `pa`, or undefined when it is free. */
  ownerOf(pa: number): string | undefined {
    const page = Math.floor(pa / PAGE_SIZE);
    for (const [first, { count, owner }] of this.used) if (page >= first && page < first + count) return owner;
    return undefined;
  }

  /** Contiguous zeroed pages covering `size` bytes, `align` a power of two of at least a page; undefined when full. */
  tryAlloc(size: number, owner: string, align = PAGE_SIZE): DmaBlock | undefined {
    const count = Math.ceil(size / PAGE_SIZE);
    if (count < 1) throw new Bug(`allocation of ${size} bytes for ${owner}`);
    if (this.fails()) return undefined;
    const step = align / PAGE_SIZE;
    const limit = 2 ** this.maskBits / PAGE_SIZE;
    const at = this.free.findIndex((e) => {
      const start = Math.ceil(e.page / step) * step;
      return start + count <= Math.min(e.page + e.count, limit);
    });
    const extent = this.free[at];
    if (extent === undefined) return undefined;
    const page = Math.ceil(extent.page / step) * step;
    const rest = [
      { page: extent.page, count: page - extent.page },
      { page: page + count, count: extent.page + extent.count - page - count },
    ].filter((e) => e.count > 0);
    this.free.splice(at, 1, ...rest);
    this.used.set(page, { count, owner });
    this.pages += count;
    const block = { pa: page * PAGE_SIZE, size: count * PAGE_SIZE };
    this.bus.fill(block.pa, block.size, 0);
    return block;
  }

  /** As `tryAlloc`, KernelError ENOMEM when there is no room. */
  alloc(size: number, owner: string, align = PAGE_SIZE): DmaBlock {
    return this.tryAlloc(size, owner, align) ?? fail('ENOMEM', `no ${size} contiguous bytes for ${owner}`);
  }

  /** Bug unless `pa` is the start of an allocation. */
  release(pa: number): void {
    const page = pa / PAGE_SIZE;
    const entry = this.used.get(page);
    if (entry === undefined) throw new Bug(`free of ${hex(pa)}, which is not an allocation`);
    this.used.delete(page);
    this.pages -= entry.count;
    let lo = 0;
    let hi = this.free.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if ((this.free[mid]?.page ?? 0) < page) lo = mid + 1;
      else hi = mid;
    }
    let merged: Extent = { page, count: entry.count };
    const before = this.free[lo - 1];
    const after = this.free[lo];
    let from = lo;
    let remove = 0;
    if (before !== undefined && before.page + before.count === page) {
      merged = { page: before.page, count: before.count + merged.count };
      from--;
      remove++;
    }
    if (after !== undefined && after.page === page + entry.count) {
      merged = { page: merged.page, count: merged.count + after.count };
      remove++;
    }
    this.free.splice(from, remove, merged);
  }

  save(): DmaState {
    return {
      free: this.free.map((e) => ({ ...e })),
      used: [...this.used].map(([page, { count, owner }]) => ({ page, count, owner })),
      maskBits: this.maskBits,
    };
  }

  load(state: DmaState): void {
    this.free = state.free.map((e) => ({ ...e }));
    this.used.clear();
    this.pages = 0;
    for (const { page, count, owner } of state.used) {
      this.used.set(page, { count, owner });
      this.pages += count;
    }
    this.maskBits = state.maskBits;
  }
}
