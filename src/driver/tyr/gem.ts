/**
 * Buffer objects (Tyr `gem.rs`, Panthor `panthor_gem.c`): those of user space, and kernel objects, which are
 * mapped into one VM for their whole life, at a fixed address or wherever there is room.
 */
import { TWO32, hi32, lo32 } from '../../base/bits.ts';
import { Bug, invariant } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { DrmDevice } from '../drm/device.ts';
import { ShmemObject } from '../drm/gem.ts';
import type { ShmemState } from '../drm/gem.ts';
import type { Resv } from '../drm/resv.ts';
import type { DmaBlock } from '../kernel/dma.ts';
import { ensure } from '../kernel/errno.ts';
import type { MapFlags, Vm } from './vm.ts';

export type BoState = ShmemState & {
  readonly flags: number;
  readonly label: string | undefined;
  readonly vm: number;
};

/** A buffer object. */
export class Bo extends ShmemObject {
  /** uAPI creation flags. */
  readonly flags: number;
  /** Id of the only VM it may be mapped in, or 0. */
  readonly exclusiveVm: number;
  /** Debug label; undefined and the empty string differ. */
  label: string | undefined;

  constructor(dev: DrmDevice, size: number, flags: number, exclusiveVm = 0, resv?: Resv, restoredId?: number) {
    super(dev, size, resv, restoredId);
    this.flags = flags;
    this.exclusiveVm = exclusiveVm;
  }

  /** Nobody has it but handles and the caller: no mapping of a GPU or of a process, no dma-buf. */
  get idle(): boolean {
    return this.refCount <= 2;
  }

  override checkExport(): void {
    ensure(this.exclusiveVm === 0, 'EINVAL', 'an object of one VM cannot be exported');
  }

  override save(): Plain {
    const { size, pages } = super.save() as ShmemState;
    return { size, pages, flags: this.flags, label: this.label, vm: this.exclusiveVm };
  }

  /** The object of a saved state; its reservation is its own or that of the VM. */
  static restore(dev: DrmDevice, id: number, state: BoState, resv?: Resv): Bo {
    const bo = new Bo(dev, state.size, state.flags, state.vm, resv, id);
    bo.restorePages(state.pages);
    bo.label = state.label;
    return bo;
  }
}

export type KernelBoState = { readonly bo: number; readonly vm: number; readonly va: number; readonly size: number };

/** A buffer of the driver itself, mapped into a VM. Offsets of words are multiples of 4. */
export class KernelBo {
  readonly vm: Vm;
  readonly bo: Bo;
  /** GPU address. */
  readonly va: number;
  readonly size: number;
  private readonly blocks: readonly DmaBlock[];

  /** Made by `KernelBos`. */
  constructor(vm: Vm, bo: Bo, va: number, size: number) {
    this.vm = vm;
    this.bo = bo;
    this.va = va;
    this.size = size;
    this.blocks = bo.pages();
  }

  private pa(offset: number): number {
    let at = offset;
    for (const block of this.blocks) {
      if (at < block.size) return block.pa + at;
      at -= block.size;
    }
    throw new Bug(`offset 0x${offset.toString(16)} outside a kernel object of 0x${this.size.toString(16)} bytes`);
  }

  read32(offset: number): number {
    return this.bo.dev.kernel.dma.bus.read32(this.pa(offset)) >>> 0;
  }

  write32(offset: number, value: number): void {
    this.bo.dev.kernel.dma.bus.write32(this.pa(offset), value >>> 0);
  }

  /** Low word first; the high word is cut to what a Number holds. */
  read64(offset: number): number {
    const lo = this.read32(offset);
    return (this.read32(offset + 4) & 0x1f_ffff) * TWO32 + lo;
  }

  write64(offset: number, value: number): void {
    this.write32(offset, lo32(value));
    this.write32(offset + 4, hi32(value));
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    this.bo.writeBytes(offset, bytes);
  }

  /** Zeroes a range. */
  fill(offset: number, length: number): void {
    this.bo.writeBytes(offset, new Uint8Array(length));
  }

  /** Unmaps and frees it. */
  dispose(): void {
    this.vm.unmapKernel(this.va, this.size);
    this.bo.put();
  }

  save(): KernelBoState {
    return { bo: this.bo.id, vm: this.vm.id, va: this.va, size: this.size };
  }
}

/** Makes kernel objects. */
export class KernelBos {
  private readonly dev: DrmDevice;
  private readonly vmById: (id: number) => Vm | undefined;

  constructor(dev: DrmDevice, vmById: (id: number) => Vm | undefined) {
    this.dev = dev;
    this.vmById = vmById;
  }

  /**
   * A zeroed object of `size` bytes in `vm`, at `va` or where there is room. KernelError EINVAL for size 0,
   * ENOMEM for no memory or no room, ENOSPC when a fixed address is taken.
   */
  create(vm: Vm, size: number, flags: MapFlags, label: string, va?: number): KernelBo {
    ensure(size > 0, 'EINVAL', `${label}: size 0`);
    const bo = new Bo(this.dev, size, 0, vm.id, vm.resv);
    bo.label = label;
    try {
      bo.pages();
      const at = vm.mapKernel(bo, flags, va);
      return new KernelBo(vm, bo, at, bo.size);
    } catch (error) {
      bo.put();
      throw error;
    }
  }

  /** The object of a saved state; object, mapping and VM exist already. */
  restore(state: KernelBoState): KernelBo {
    const bo = this.dev.object(state.bo);
    const vm = this.vmById(state.vm);
    invariant(bo instanceof Bo && vm !== undefined, `kernel object ${state.bo} cannot be restored`);
    return new KernelBo(vm, bo, state.va, state.size);
  }
}
