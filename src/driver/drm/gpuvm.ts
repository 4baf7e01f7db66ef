/**
 * GPU virtual address space manager (drm_gpuvm.c; Rust kernel::drm::gpuvm): the sorted list of mappings and the
 * split walk of map and unmap. A driver gets one step at a time, edits its page tables, and the step is applied
 * to the list when its callback returns. Mappings come from records set aside before, so that nothing is
 * allocated on the way. Addresses and lengths are bytes.
 */
import { hex } from '../../base/bits.ts';
import { Bug } from '../../base/errors.ts';
import { ensure } from '../kernel/errno.ts';
import type { GemObject } from './gem.ts';

/** A mapping; replaced, never changed. `flags` belong to the driver and are kept by splits. */
export interface GpuVa {
  readonly va: number;
  readonly range: number;
  /** Undefined for a sparse mapping. */
  readonly obj: GemObject | undefined;
  readonly offset: number;
  readonly flags: number;
}

export type StepMap = { readonly kind: 'map'; readonly va: GpuVa };
/** `keep`: the same pages stay visible at the same addresses after the map under way. */
export type StepUnmap = { readonly kind: 'unmap'; readonly va: GpuVa; readonly keep: boolean };
export type StepRemap = {
  readonly kind: 'remap';
  readonly va: GpuVa;
  readonly prev: GpuVa | undefined;
  readonly next: GpuVa | undefined;
  readonly keep: boolean;
  /** What really goes: from the end of prev to the start of next. */
  readonly unmapStart: number;
  readonly unmapRange: number;
};
/** The driver's side of a step. A KernelError stops the walk; steps done before it stay applied. */
export interface StepOps {
  map(step: StepMap): void;
  unmap(step: StepUnmap): void;
  remap(step: StepRemap): void;
}

/** Mapping records set aside: a map needs 3 (new, prev, next), an unmap 2. */
export class GpuVaReserve {
  private left: number;
  constructor(count: number) {
    this.left = count;
  }
  get remaining(): number {
    return this.left;
  }
  take(): void {
    if (this.left === 0) throw new Bug('more mappings made than were set aside');
    this.left--;
  }
}

/** A VM and an object with mappings between them (drm_gpuvm_bo). */
export interface GpuVmBo {
  readonly vm: GpuVm;
  readonly obj: GemObject;
  /** Mappings of the object in the VM. */
  readonly count: number;
}

export type GpuVmState = {
  readonly mappings: readonly {
    readonly va: number;
    readonly range: number;
    readonly obj: number | undefined;
    readonly offset: number;
    readonly flags: number;
  }[];
};

export class GpuVm {
  readonly name: string;
  readonly start: number;
  readonly range: number;
  private list: GpuVa[] = [];
  private readonly pairs = new Map<GemObject, number>();

  /** Manages [start, start+range). */
  constructor(name: string, start: number, range: number) {
    this.name = name;
    this.start = start;
    this.range = range;
  }

  /** By rising address. */
  get mappings(): readonly GpuVa[] {
    return this.list;
  }

  /** Objects with mappings here; each holds one reference on its object. */
  get bos(): readonly GpuVmBo[] {
    return [...this.pairs].map(([obj, count]) => ({ vm: this, obj, count }));
  }

  /** The mapping that covers `va`. */
  find(va: number): GpuVa | undefined {
    const v = this.list[this.firstEndingAfter(va)];
    return v !== undefined && v.va <= va ? v : undefined;
  }

  /** Mappings that touch the range, by rising address. */
  overlapping(va: number, range: number): readonly GpuVa[] {
    const from = this.firstEndingAfter(va);
    let to = from;
    while ((this.list[to]?.va ?? Infinity) < va + range) to++;
    return this.list.slice(from, to);
  }

  private firstEndingAfter(va: number): number {
    let lo = 0;
    let hi = this.list.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const v = this.list[mid];
      if (v !== undefined && v.va + v.range <= va) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  /** drm_gpuvm_range_valid. KernelError EINVAL. */
  private checkRange(va: number, range: number): void {
    const ok = va >= this.start && range >= 0 && va + range <= this.start + this.range;
    ensure(ok, 'EINVAL', `[${hex(va)}, +${hex(range)}) is not inside ${this.name}`);
  }

  /** drm_gpuvm_sm_map. KernelError EINVAL, or what a callback throws. */
  smMap(request: GpuVa, reserve: GpuVaReserve, ops: StepOps): void {
    this.checkRange(request.va, request.range);
    this.clear(request.va, request.range, request, reserve, ops);
    const step: StepMap = { kind: 'map', va: request };
    ops.map(step);
    reserve.take();
    this.insert(request);
  }

  /** drm_gpuvm_sm_unmap. Holes are fine. KernelError EINVAL, or what a callback throws. */
  smUnmap(va: number, range: number, reserve: GpuVaReserve, ops: StepOps): void {
    this.checkRange(va, range);
    this.clear(va, range, undefined, reserve, ops);
  }

  private clear(start: number, range: number, request: GpuVa | undefined, reserve: GpuVaReserve, ops: StepOps): void {
    const end = start + range;
    for (const v of this.overlapping(start, range)) {
      const vEnd = v.va + v.range;
      const keep = request?.obj !== undefined && v.obj === request.obj && v.offset - v.va === request.offset - start;
      const prev = v.va < start ? { ...v, range: start - v.va } : undefined;
      const next = vEnd > end ? { ...v, va: end, range: vEnd - end, offset: v.offset + (end - v.va) } : undefined;
      if (prev === undefined && next === undefined) {
        ops.unmap({ kind: 'unmap', va: v, keep });
        this.remove(v);
        continue;
      }
      const unmapStart = Math.max(v.va, start);
      const unmapRange = Math.min(vEnd, end) - unmapStart;
      ops.remap({ kind: 'remap', va: v, prev, next, keep, unmapStart, unmapRange });
      // New ones first: the object must not lose its last reference in between.
      const parts = [prev, next].filter((part) => part !== undefined);
      for (const part of parts) {
        reserve.take();
        this.link(part.obj, 1);
      }
      this.list.splice(this.list.indexOf(v), 1, ...parts);
      this.link(v.obj, -1);
    }
  }

  private insert(v: GpuVa): void {
    this.list.splice(this.firstEndingAfter(v.va), 0, v);
    this.link(v.obj, 1);
  }

  private remove(v: GpuVa): void {
    this.list.splice(this.list.indexOf(v), 1);
    this.link(v.obj, -1);
  }

  private link(obj: GemObject | undefined, by: number): void {
    if (obj === undefined) return;
    const before = this.pairs.get(obj) ?? 0;
    if (before === 0) obj.get();
    if (before + by > 0) this.pairs.set(obj, before + by);
    else {
      this.pairs.delete(obj);
      obj.put();
    }
  }

  save(): GpuVmState {
    return { mappings: this.list.map((v) => ({ ...v, obj: v.obj?.id })) };
  }

  /** Into an empty VM; the objects' saved counts include the references of the VM. */
  load(state: GpuVmState, object: (id: number) => GemObject): void {
    this.list = state.mappings.map((v) => ({ ...v, obj: v.obj === undefined ? undefined : object(v.obj) }));
    this.pairs.clear();
    for (const { obj } of this.list) if (obj !== undefined) this.pairs.set(obj, (this.pairs.get(obj) ?? 0) + 1);
  }
}
