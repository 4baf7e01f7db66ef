/**
 * A GPU virtual address space: its mappings, its page tables and its place in the MMU (Panthor `panthor_mmu.c`
 * struct panthor_vm, Tyr `vm.rs`). The lower part belongs to user space, the upper part to kernel objects. Every
 * change of page tables happens under the VM's lock, between LOCK and flush + UNLOCK of the touched region when
 * the VM has an address space.
 */
import { invariant } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import { LINUX_MAIR, mairToMemattr, panthorTranscfg } from '../../spec/address-space.ts';
import { BLOCK_SIZE, PAGE_SIZE } from '../../spec/page-table.ts';
import type { Protection } from '../../spec/page-table.ts';
import { VM_BIND_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { GpuVaReserve, GpuVm } from '../drm/gpuvm.ts';
import type { GpuVa, GpuVmState, StepOps, StepRemap } from '../drm/gpuvm.ts';
import type { GemObject } from '../drm/gem.ts';
import { ShmemObject } from '../drm/gem.ts';
import type { Fences } from '../drm/fence.ts';
import { Resv } from '../drm/resv.ts';
import type { ResvState } from '../drm/resv.ts';
import { IoPageTable, TableReserve } from '../kernel/io-pgtable.ts';
import type { PageSize, PageTableState } from '../kernel/io-pgtable.ts';
import { KernelError, ensure, fail } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Mutex } from '../kernel/sync.ts';
import type { DmaBlock } from '../kernel/dma.ts';
import { unionOf } from './address-space.ts';
import type { AsConfig, Region } from './address-space.ts';
import type { AsUser, Mmu } from './mmu.ts';
import { NO_SEAT } from './slot.ts';
import type { Seat } from './slot.ts';
import { VaRange } from './va-range.ts';

/** Mapping flags of the uAPI that mappings keep. */
const { MAP_READONLY, MAP_NOEXEC, MAP_UNCACHED, MAP_SPARSE } = VM_BIND_OP_FLAGS;

export interface MapFlags {
  readonly readOnly?: boolean;
  readonly noExec?: boolean;
  readonly uncached?: boolean;
}

function flagBits(flags: MapFlags): number {
  return (flags.readOnly ? MAP_READONLY : 0) | (flags.noExec ? MAP_NOEXEC : 0) | (flags.uncached ? MAP_UNCACHED : 0);
}

function protection(flags: number): Protection {
  return {
    readOnly: (flags & MAP_READONLY) !== 0,
    noExec: (flags & MAP_NOEXEC) !== 0,
    uncached: (flags & MAP_UNCACHED) !== 0,
  };
}

/** Records a map and an unmap may use up. */
const MAP_RECORDS = 3;
const UNMAP_RECORDS = 2;
/** Blocks a map may have to take apart. */
const BLOCK_ENDS = 2;

export interface VmLayout {
  readonly forMcu: boolean;
  /** Bits of a VA the tables cover. */
  readonly vaBits: number;
  /** Bits of a physical address. */
  readonly paBits: number;
  readonly coherent: boolean;
  /** First address above what user space may bind. */
  readonly userRange: number;
  /** Where kernel objects are placed automatically. */
  readonly kernelStart: number;
  readonly kernelEnd: number;
}

export class Vm implements AsUser {
  readonly id: number;
  readonly layout: VmLayout;
  readonly forMcu: boolean;
  readonly opLock: Mutex;
  readonly resv: Resv;
  readonly gpuvm: GpuVm;
  readonly table: IoPageTable;
  private readonly kernel: Kernel;
  private readonly mmu: Mmu;
  private readonly kernelVa: VaRange;
  seat: Seat = NO_SEAT;
  activeCount = 0;
  unhandledFault = false;
  lockedRegion: Region | undefined;
  /** A page-table edit or an asynchronous bind failed: nothing is mapped any more. */
  unusable = false;
  destroyed = false;
  private refs = 1;
  private readonly released: (vm: Vm) => void;

  /** `released` is called when the last reference is gone. */
  constructor(kernel: Kernel, mmu: Mmu, id: number, layout: VmLayout, released: (vm: Vm) => void) {
    this.id = id;
    this.layout = layout;
    this.forMcu = layout.forMcu;
    this.kernel = kernel;
    this.mmu = mmu;
    this.released = released;
    const name = `vm${id}`;
    this.opLock = new Mutex(kernel, `${name} op`, 'vm op');
    this.resv = new Resv(kernel, name);
    this.gpuvm = new GpuVm(name, 0, 2 ** layout.vaBits);
    this.kernelVa = new VaRange(0, 2 ** layout.vaBits, layout.kernelStart, layout.kernelEnd);
    this.table = new IoPageTable(kernel, { name, ias: layout.vaBits, oas: layout.paBits });
  }

  /** What its address space is programmed with. */
  get asConfig(): AsConfig {
    const { vaBits, coherent } = this.layout;
    return {
      transtab: this.table.ttbr,
      transcfg: panthorTranscfg(vaBits, coherent),
      memattr: mairToMemattr(LINUX_MAIR, coherent),
    };
  }

  get(): this {
    this.refs++;
    return this;
  }

  put(): void {
    if (--this.refs > 0) return;
    this.mmu.deactivate(this);
    this.table.dispose();
    this.released(this);
  }

  /** Makes the VM resident in an address space. Counted. */
  activate(): void {
    this.mmu.activate(this);
  }

  idle(): void {
    this.mmu.idle(this);
  }

  /** Its address space; Bug when it has none. */
  get as(): number {
    const as = this.mmu.asOf(this);
    invariant(as !== undefined, `vm${this.id} has no address space`);
    return as;
  }

  /** The address space, or undefined. */
  get slot(): number | undefined {
    return this.mmu.asOf(this);
  }

  /** Maps [offset, offset+size) of an object at `va`; uAPI flags. KernelError EINVAL, ENOMEM, ETIMEDOUT. */
  map(obj: GemObject, offset: number, size: number, va: number, flags: number): void {
    ensure(!this.destroyed && !this.unusable, 'EINVAL', `vm${this.id} is ${this.unusable ? 'unusable' : 'destroyed'}`);
    const tables = (): number => TableReserve.countForMap(va, size) + BLOCK_ENDS;
    this.update({ start: va, size }, tables, false, (ops) =>
      this.gpuvm.smMap({ va, range: size, obj, offset, flags }, new GpuVaReserve(MAP_RECORDS), ops),
    );
  }

  /** Removes whatever is mapped in the range. `force`: also when the MMU does not answer. */
  unmap(va: number, size: number, force = false): void {
    const tables = (): number => this.tablesToSplit(va, size);
    this.update({ start: va, size }, tables, force, (ops) =>
      this.gpuvm.smUnmap(va, size, new GpuVaReserve(UNMAP_RECORDS), ops),
    );
  }

  /**
   * Tables an unmap needs: one for each block that an end of the range lies in. Ends of mappings need none, so that
   * giving something back never fails for want of memory.
   */
  private tablesToSplit(va: number, size: number): number {
    const inside = [va, va + size].filter((at) => at % BLOCK_SIZE !== 0 && this.isBlock(at));
    return new Set(inside.map((at) => Math.floor(at / BLOCK_SIZE))).size;
  }

  /** Runs `body` with the region locked and `tables` pages for page tables set aside. */
  private update(region: Region, tables: () => number, force: boolean, body: (ops: StepOps) => void): void {
    this.opLock.with(() => {
      const reserve = new TableReserve(this.kernel, this.gpuvm.name, tables());
      try {
        this.tolerating(force, () => this.mmu.startVmUpdate(this, region));
        try {
          body({
            map: ({ va }) => this.mapVa(va, va.va, va.range, reserve),
            unmap: ({ va }) => this.clear(va.va, va.range),
            remap: (step) => this.remap(step, region, reserve),
          });
        } finally {
          this.tolerating(force, () => this.mmu.endVmUpdate(this));
        }
      } finally {
        reserve.dispose();
      }
    });
  }

  private tolerating(force: boolean, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (!force || !(error instanceof KernelError)) throw error;
    }
  }

  /** Physical pieces a mapping shows at [va, va+size); a sparse mapping repeats its one block. */
  private pieces(mapping: GpuVa, va: number, size: number): readonly DmaBlock[] {
    const { obj } = mapping;
    invariant(obj instanceof ShmemObject, 'only objects in RAM can be mapped');
    if ((mapping.flags & MAP_SPARSE) === 0) return obj.pieces(mapping.offset + (va - mapping.va), size);
    const out: DmaBlock[] = [];
    for (let at = va; at < va + size;) {
      const offset = at % obj.size;
      const length = Math.min(obj.size - offset, va + size - at);
      out.push(...obj.pieces(offset, length));
      at += length;
    }
    return out;
  }

  /** Writes the entries for a part of a mapping; a failure leaves nothing of it mapped. */
  private mapVa(mapping: GpuVa, va: number, size: number, reserve: TableReserve): void {
    const prot = protection(mapping.flags);
    let at = va;
    try {
      for (const piece of merged(this.pieces(mapping, va, size))) {
        for (const run of runs(at, piece.pa, piece.size)) {
          this.table.mapPages(run.va, run.pa, run.pageSize, run.count, prot, reserve);
          at = run.va + run.pageSize * run.count;
        }
      }
    } catch (error) {
      if (at > va) this.clear(va, at - va);
      throw error;
    }
  }

  private clear(va: number, size: number): void {
    for (const run of runs(va, va, size)) this.table.unmapPages(run.va, run.pageSize, run.count);
  }

  private isBlock(va: number): boolean {
    return this.table.walk(va)?.size === BLOCK_SIZE;
  }

  /**
   * Unmaps the middle of a mapping. A 2 MiB block cannot be split in place: the whole block goes, and what stays
   * comes back as pages, under a lock that covers the block.
   */
  private remap(step: StepRemap, region: Region, reserve: TableReserve): void {
    let start = step.unmapStart;
    let end = start + step.unmapRange;
    const blockStart = Math.floor(start / BLOCK_SIZE) * BLOCK_SIZE;
    const blockEnd = Math.ceil(end / BLOCK_SIZE) * BLOCK_SIZE;
    const { prev, next } = step;
    if (prev !== undefined && blockStart < start && this.isBlock(start)) start = blockStart;
    if (next !== undefined && blockEnd > end && this.isBlock(end - 1)) end = blockEnd;
    if (start < step.unmapStart || end > step.unmapStart + step.unmapRange) {
      this.mmu.startVmUpdate(this, unionOf(region, { start, size: end - start }));
    }
    this.clear(start, end - start);
    if (prev !== undefined && start < step.unmapStart) this.mapVa(prev, start, step.unmapStart - start, reserve);
    const after = step.unmapStart + step.unmapRange;
    if (next !== undefined && end > after) this.mapVa(next, after, end - after, reserve);
  }

  /** Places a kernel object; `va` fixes its address. Returns the address. KernelError ENOMEM, ENOSPC, EINVAL. */
  mapKernel(obj: ShmemObject, flags: MapFlags, va?: number): number {
    const { size } = obj;
    let at = va;
    if (at === undefined) at = this.kernelVa.alloc(size) ?? fail('ENOMEM', `no room for ${size} bytes in vm${this.id}`);
    else ensure(this.kernelVa.reserve(at, size), 'ENOSPC', `0x${at.toString(16)} in vm${this.id} is taken`);
    try {
      this.map(obj, 0, size, at, flagBits(flags));
    } catch (error) {
      this.kernelVa.free(at);
      throw error;
    }
    return at;
  }

  unmapKernel(va: number, size: number): void {
    this.unmap(va, size, true);
    this.kernelVa.free(va);
  }

  /** The word at a VA as the CPU sees it, undefined where nothing is mapped. */
  readWord(va: number): number | undefined {
    const mapping = this.gpuvm.find(va);
    if (mapping === undefined || !(mapping.obj instanceof ShmemObject)) return undefined;
    return mapping.obj.read32((mapping.offset + (va - mapping.va)) % mapping.obj.size);
  }

  /** VM_DESTROY: everything is unmapped; jobs that still run will fault. */
  destroy(): void {
    this.destroyed = true;
    this.unmapAll();
    this.put();
  }

  /** Removes every mapping, also those of kernel objects, whose owners unmap again without effect. */
  private unmapAll(): void {
    const { mappings } = this.gpuvm;
    const [first] = mappings;
    const last = mappings.at(-1);
    if (first !== undefined && last !== undefined) this.unmap(first.va, last.va + last.range - first.va, true);
  }

  save(fences: Fences): VmState {
    return {
      resv: this.resv.save(fences),
      id: this.id,
      layout: { ...this.layout },
      refs: this.refs,
      activeCount: this.activeCount,
      unhandledFault: this.unhandledFault,
      unusable: this.unusable,
      destroyed: this.destroyed,
      gpuvm: this.gpuvm.save(),
      table: this.table.save(),
      kernelVa: this.kernelVa.save(),
    };
  }

  load(state: VmState, object: (id: number) => GemObject, fences: Fences): void {
    this.resv.load(state.resv, fences);
    this.refs = state.refs;
    this.activeCount = state.activeCount;
    this.unhandledFault = state.unhandledFault;
    this.unusable = state.unusable;
    this.destroyed = state.destroyed;
    this.gpuvm.load(state.gpuvm, object);
    this.table.load(state.table);
    this.kernelVa.load(state.kernelVa);
  }
}

export type VmState = {
  readonly resv: ResvState;
  readonly id: number;
  readonly layout: VmLayout & { readonly [key: string]: Plain };
  readonly refs: number;
  readonly activeCount: number;
  readonly unhandledFault: boolean;
  readonly unusable: boolean;
  readonly destroyed: boolean;
  readonly gpuvm: GpuVmState;
  readonly table: PageTableState;
  readonly kernelVa: Plain;
};

/** Pieces that touch each other as one. */
function merged(pieces: readonly DmaBlock[]): DmaBlock[] {
  const out: { pa: number; size: number }[] = [];
  for (const { pa, size } of pieces) {
    const last = out.at(-1);
    if (last !== undefined && last.pa + last.size === pa) last.size += size;
    else out.push({ pa, size });
  }
  return out;
}

interface Run {
  readonly va: number;
  readonly pa: number;
  readonly pageSize: PageSize;
  readonly count: number;
}

/** Blocks where both addresses and the length allow them, pages up to the next block elsewhere. */
function* runs(va: number, pa: number, size: number): Generator<Run> {
  let done = 0;
  while (done < size) {
    const at = va + done;
    const left = size - done;
    const aligned = at % BLOCK_SIZE === 0 && (pa + done) % BLOCK_SIZE === 0;
    const pageSize = aligned && left >= BLOCK_SIZE ? BLOCK_SIZE : PAGE_SIZE;
    const upTo = pageSize === BLOCK_SIZE ? left : Math.min(left, BLOCK_SIZE - (at % BLOCK_SIZE));
    const count = Math.floor(upTo / pageSize);
    yield { va: at, pa: pa + done, pageSize, count };
    done += count * pageSize;
  }
}
