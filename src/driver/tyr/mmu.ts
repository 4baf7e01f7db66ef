/**
 * Address space slots shared by VMs, and page faults (Panthor `panthor_mmu.c`, Tyr `mmu.rs`). Slot 0 belongs to
 * the firmware's VM for good; the others go round among the VMs of groups. An idle VM keeps its slot until another
 * needs it. A page fault disables the slot: there is no demand paging, the groups of that VM are dead.
 */
import type { PlainObject } from '../../base/stateful.ts';
import { faultName } from '../../spec/faults.ts';
import { ACCESS_TYPE } from '../../spec/registers/gpu-control.ts';
import { AS_COUNT, MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { KernelError } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import { Mutex } from '../kernel/sync.ts';
import { AddressSpace } from './address-space.ts';
import type { AsConfig, Region } from './address-space.ts';
import { FLUSH_ALL } from './gpu.ts';
import type { Gpu } from './gpu.ts';
import { GpuIrq } from './irq.ts';
import { SlotManager } from './slot.ts';
import type { SavedSlots, Seated } from './slot.ts';

/** What the slots need of a VM. */
export interface AsUser extends Seated {
  /** Stable number of the VM, for saved state. */
  readonly id: number;
  readonly forMcu: boolean;
  readonly asConfig: AsConfig;
  /** Holders that need the slot now; above 0 the slot cannot be taken away. */
  activeCount: number;
  /** A fault has disabled the slot and nobody has acted on it yet. */
  unhandledFault: boolean;
  /** Being edited; also locked in a slot the VM gets meanwhile. */
  lockedRegion: Region | undefined;
}

/** AS of the firmware. */
const MCU_AS = 0;

const ACCESS_NAMES = new Map<number, string>(Object.entries(ACCESS_TYPE).map(([name, value]) => [value, name]));

export interface MmuHooks {
  /** A slot does not answer any more. */
  scheduleReset(): void;
  /** VMs have unhandled faults: the scheduler must look. */
  reportFault(): void;
}

export class Mmu {
  readonly slotsLock: Mutex;
  readonly irq: GpuIrq;
  private readonly io: IoMem;
  private readonly log: Log;
  private readonly gpu: Gpu;
  private readonly hooks: MmuHooks;
  private readonly spaces: readonly AddressSpace[];
  private readonly slots: SlotManager<AsUser>;
  private faultyMask = 0;

  constructor(kernel: Kernel, io: IoMem, log: Log, gpu: Gpu, asPresent: number, hooks: MmuHooks) {
    this.io = io;
    this.log = log;
    this.gpu = gpu;
    this.hooks = hooks;
    this.slotsLock = new Mutex(kernel, 'mmu slots');
    this.irq = new GpuIrq(io, 'mmu', 0, (status) => this.handle(status));
    this.spaces = Array.from(
      { length: AS_COUNT },
      (_, i) => new AddressSpace(kernel, io, log, i, () => hooks.scheduleReset()),
    );
    this.slots = new SlotManager<AsUser>(AS_COUNT, (slot) => ((asPresent >>> slot) & 1) === 1, {
      activate: (slot, vm) => this.enable(slot, vm),
      evict: (slot, vm, recycled) => this.disable(slot, vm, recycled),
    });
  }

  /** Slot of a VM, or undefined. */
  asOf(vm: AsUser): number | undefined {
    return this.slots.slotOf(vm);
  }

  /** VMs by slot, for the debug view. */
  entries(): (readonly [number, AsUser])[] {
    return [...this.slots.entries()];
  }

  /** Gives the VM a slot and keeps it there until `idle`. Counted. KernelError EBUSY, ETIMEDOUT. */
  activate(vm: AsUser): void {
    this.slotsLock.with(() => {
      if (vm.activeCount === 0) {
        const own = this.slots.slotOf(vm);
        if (own !== undefined && ((this.faultyMask >>> own) & 1) === 1) this.enable(own, vm);
        this.slots.activate(vm, vm.forMcu ? MCU_AS : MCU_AS + 1, vm.forMcu ? MCU_AS + 1 : AS_COUNT);
      }
      vm.activeCount++;
    });
  }

  /** Counterpart of `activate`; the slot stays programmed. */
  idle(vm: AsUser): void {
    this.slotsLock.with(() => {
      if (vm.activeCount > 0 && --vm.activeCount === 0) this.slots.idle(vm);
    });
  }

  /** The VM goes away; hardware that does not answer cannot keep it. */
  deactivate(vm: AsUser): void {
    this.slotsLock.with(() => this.vacate(vm));
  }

  private vacate(vm: AsUser): void {
    try {
      this.slots.evict(vm);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.log.warn(`vm${vm.id} left its address space without an answer: ${error.message}`);
      this.slots.release(vm);
    }
    vm.activeCount = 0;
  }

  /** Before page tables are edited; nested calls widen the region. */
  startVmUpdate(vm: AsUser, region: Region): void {
    this.slotsLock.with(() => {
      const slot = this.slots.slotOf(vm);
      if (slot !== undefined) this.spaces[slot]?.lock(region);
      vm.lockedRegion = region;
    });
  }

  /** After page tables were edited: caches are flushed and the region is unlocked. */
  endVmUpdate(vm: AsUser): void {
    this.slotsLock.with(() => {
      vm.lockedRegion = undefined;
      const slot = this.slots.slotOf(vm);
      const space = slot === undefined ? undefined : this.spaces[slot];
      if (space?.locked === undefined) return;
      this.gpu.flushCaches(FLUSH_ALL);
      try {
        space.unlock();
      } catch (error) {
        this.hooks.scheduleReset();
        throw error;
      }
    });
  }

  private enable(slot: number, vm: AsUser): void {
    const bit = 1 << slot;
    if ((this.faultyMask & bit) !== 0) {
      this.irq.clear(bit);
      this.faultyMask &= ~bit;
      vm.unhandledFault = false;
    }
    this.irq.enableEvents(bit);
    const space = this.spaces[slot];
    space?.enable(vm.asConfig);
    if (vm.lockedRegion !== undefined) space?.lock(vm.lockedRegion);
  }

  private disable(slot: number, _vm: AsUser, recycled: boolean): void {
    this.irq.disableEvents(1 << slot);
    this.gpu.flushCaches(FLUSH_ALL);
    const space = this.spaces[slot];
    space?.unlock();
    if (!recycled) space?.disable();
  }

  /** Thread of the mmu interrupt. */
  private handle(status: number): void {
    this.slotsLock.with(() => {
      for (let slot = 0; slot < AS_COUNT; slot++) if (((status >>> slot) & 1) === 1) this.fault(slot);
    });
    this.hooks.reportFault();
  }

  private fault(slot: number): void {
    const bit = 1 << slot;
    const space = this.spaces[slot];
    if (space === undefined) return;
    const { status, address } = space.readFault();
    this.faultyMask |= bit;
    this.log.err(faultText(slot, status, address));
    this.io.write(MMU_CONTROL.MMU_INT_CLEAR, bit);
    const vm = this.slots.userOf(slot);
    if (vm === undefined) return;
    vm.unhandledFault = true;
    try {
      this.disable(slot, vm, false);
    } catch (error) {
      // A reset has been asked for; it sorts this out.
      if (!(error instanceof KernelError)) throw error;
    }
  }

  /** Takes every slot away (runtime suspend). */
  suspend(): void {
    this.slotsLock.with(() => {
      for (const [, vm] of this.entries()) this.vacate(vm);
    });
    this.irq.suspend();
  }

  preReset(): void {
    this.irq.suspend();
  }

  /** Everything is free again; the hardware has forgotten its slots. */
  postReset(): void {
    this.slotsLock.with(() => {
      for (const [slot, vm] of this.entries()) {
        vm.activeCount = 0;
        vm.unhandledFault = false;
        this.irq.disableEvents(1 << slot);
      }
      for (const space of this.spaces) space.locked = undefined;
      this.slots.releaseAll();
      this.faultyMask = 0;
    });
    this.irq.resume();
  }

  save(): PlainObject {
    return {
      irq: this.irq.save(),
      faultyMask: this.faultyMask,
      slots: this.slots.save((vm) => vm.id),
      locked: this.spaces.map((s) => (s.locked === undefined ? undefined : { ...s.locked })),
    };
  }

  load(state: MmuState, vmById: (id: number) => AsUser): void {
    this.irq.load(state.irq);
    this.faultyMask = state.faultyMask;
    this.slots.load(state.slots, vmById);
    for (const [i, space] of this.spaces.entries()) space.locked = state.locked[i];
  }
}

/** What `Mmu.save` returns, for `load`. */
export interface MmuState {
  readonly irq: { readonly state: string; readonly mask: number };
  readonly faultyMask: number;
  readonly slots: SavedSlots;
  readonly locked: readonly (Region | undefined)[];
}

function faultText(slot: number, status: number, address: { lo: number; hi: number }): string {
  const reg = MMU_CONTROL.AS_FAULTSTATUS;
  const part = (name: 'exception_type' | 'access_type' | 'source_id'): number => reg.get(name, status);
  const upper = (value: number): string => value.toString(16).toUpperCase();
  const va = upper(address.hi).padStart(8, '0') + upper(address.lo).padStart(8, '0');
  return [
    `Unhandled Page fault in AS${slot} at VA 0x${va}`,
    `raw fault status: 0x${upper(status)}`,
    `decoded fault status: ${reg.get('decoder_fault', status) === 1 ? 'DECODER FAULT' : 'SLAVE FAULT'}`,
    `exception type 0x${upper(part('exception_type'))}: ${faultName(part('exception_type'))}`,
    `access type 0x${upper(part('access_type'))}: ${ACCESS_NAMES.get(part('access_type')) ?? '?'}`,
    `source id 0x${upper(part('source_id'))}`,
  ].join('\n');
}
