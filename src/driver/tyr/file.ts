/**
 * What the driver keeps per open file: its VMs, groups and heaps under small numbers, and where its flush-id page
 * appears (Panthor `struct panthor_file`, `panthor_drv.c`). A second teardown does nothing.
 */
import type { Plain } from '../../base/stateful.ts';
import { GROUP_PRIORITY, USER_FLUSH_ID_OFFSET, USER_MMIO_OFFSET } from '../../spec/uapi/constants.ts';
import { CSF_USER } from '../../spec/registers/csf-user.ts';
import type { DrmFile } from '../drm/file.ts';
import { HandleTable } from '../drm/handles.ts';
import type { MmapFlags } from '../kernel/char-device.ts';
import { PAGE_SIZE } from '../kernel/dma.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { UserBacking } from '../kernel/uaccess.ts';
import { BindQueue } from './bind.ts';
import type { TyrDevice } from './driver.ts';
import { Bo } from './gem.ts';
import type { Group } from './group.ts';
import type { Vm } from './vm.ts';

export const MAX_VMS = 32;
export const MAX_GROUPS = 128;

/** A VM under a number of a file, with its queue of asynchronous binds. */
export interface OpenVm {
  readonly vm: Vm;
  readonly binds: BindQueue;
}

export class TyrFile {
  readonly device: TyrDevice;
  readonly file: DrmFile<TyrDevice, TyrFile>;
  readonly vms = new HandleTable<OpenVm>(MAX_VMS);
  readonly groups = new HandleTable<Group>(MAX_GROUPS);
  userMmioOffset: number = USER_MMIO_OFFSET.BITS64;
  private dummyBo: Bo | undefined;

  constructor(device: TyrDevice, file: DrmFile<TyrDevice, TyrFile>) {
    this.device = device;
    this.file = file;
  }

  /** A VM by number; KernelError EINVAL. */
  vm(id: number): OpenVm {
    return this.vms.get(id) ?? fail('EINVAL', `no VM ${id}`);
  }

  /** A group by handle; KernelError EINVAL. */
  group(handle: number): Group {
    return this.groups.get(handle) ?? fail('EINVAL', `no group ${handle}`);
  }

  /** Priorities the file may use, a bit each. */
  get allowedPriorities(): number {
    const ordinary = (1 << GROUP_PRIORITY.LOW) | (1 << GROUP_PRIORITY.MEDIUM);
    const high = (1 << GROUP_PRIORITY.HIGH) | (1 << GROUP_PRIORITY.REALTIME);
    const { client, isMaster } = this.file;
    return client.capabilities.has('SYS_NICE') || isMaster ? ordinary | high : ordinary;
  }

  /** What sparse mappings of this file show: 2 MiB with their pages, made on first use. KernelError ENOMEM. */
  dummy(): Bo {
    if (this.dummyBo !== undefined) return this.dummyBo;
    const bo = new Bo(this.device.drm, SPARSE_BYTES, 0);
    try {
      bo.pages();
    } catch (error) {
      bo.put();
      throw error;
    }
    this.dummyBo = bo;
    return bo;
  }

  /** Lets what sparse mappings show go when nothing shows it. */
  dropDummy(): void {
    if (this.dummyBo?.refCount !== 1) return;
    this.dummyBo.put();
    this.dummyBo = undefined;
  }

  /** Registers a VM. KernelError EBUSY when all numbers are taken. */
  addVm(make: () => Vm): number {
    const id = this.vms.reserve('EBUSY');
    try {
      const vm = make();
      this.vms.publish(id, { vm, binds: new BindQueue(this.device, vm) });
      return id;
    } catch (error) {
      this.vms.remove(id);
      throw error;
    }
  }

  /** VM_DESTROY. */
  destroyVm(id: number): void {
    const { vm, binds } = this.vm(id);
    this.vms.remove(id);
    binds.dispose();
    this.device.heaps.destroy(vm);
    vm.destroy();
  }

  /** The file or the device goes away. */
  destroy(): void {
    for (const [handle, group] of this.groups.list()) {
      this.groups.remove(handle);
      this.device.sched.destroy(group);
    }
    for (const [id] of this.vms.list()) this.destroyVm(id);
    this.dummyBo?.put();
    this.dummyBo = undefined;
  }

  /** Handles offsets of the user MMIO area; undefined leaves the call to GEM. */
  mmap(offset: number, length: number, flags: MmapFlags): UserBacking | undefined {
    if (offset < this.userMmioOffset) return undefined;
    const at = offset - this.userMmioOffset;
    ensure(flags.shared && !flags.write && !flags.exec, 'EINVAL', 'the flush-id page is shared and read-only');
    ensure(length === PAGE_SIZE && at === USER_FLUSH_ID_OFFSET, 'EINVAL', `no user register page at +${at}`);
    return new FlushIdPage(this.device);
  }

  save(): TyrFileState {
    return {
      userMmioOffset: this.userMmioOffset,
      vms: this.vms.list().map(([handle, { vm, binds }]) => ({ handle, vm: vm.id, binds: binds.save() })),
      groups: this.groups.list().map(([handle, group]) => ({ handle, group: group.id })),
      dummy: this.dummyBo?.id,
    };
  }

  load(state: TyrFileState): void {
    this.userMmioOffset = state.userMmioOffset;
    for (const { handle, vm: id, binds } of state.vms) {
      const vm = this.device.vms.get(id) ?? fail('EINVAL', `saved VM ${id} is missing`);
      const queue = new BindQueue(this.device, vm);
      queue.load(binds);
      this.vms.publish(handle, { vm, binds: queue });
    }
    for (const { handle, group: id } of state.groups) {
      const group = this.device.sched.groups.get(id) ?? fail('EINVAL', `saved group ${id} is missing`);
      this.groups.publish(handle, group);
    }
    const dummy = state.dummy === undefined ? undefined : this.device.drm.object(state.dummy);
    if (dummy instanceof Bo) this.dummyBo = dummy;
  }
}

/** What the dummy page shows while the device sleeps: older than any flush to come, and not 0, which means always flush. */
const ASLEEP_FLUSH_ID = 1;

const SPARSE_BYTES = 0x20_0000;

export type TyrFileState = {
  readonly userMmioOffset: number;
  readonly vms: readonly {
    readonly handle: number;
    readonly vm: number;
    readonly binds: Parameters<BindQueue['load']>[0];
  }[];
  readonly groups: readonly { readonly handle: number; readonly group: number }[];
  readonly dummy: number | undefined;
} & { readonly [key: string]: Plain };

/** The page that shows LATEST_FLUSH_ID; its other words read 0. */
class FlushIdPage implements UserBacking {
  readonly id = 'panthor:flush-id';
  private readonly device: TyrDevice;

  constructor(device: TyrDevice) {
    this.device = device;
  }

  read(offset: number, length: number): Uint8Array {
    if (this.device.drm.isUnplugged) return fail('EFAULT', 'the device is gone (SIGBUS)');
    const page = new Uint8Array(PAGE_SIZE);
    const awake = this.device.pm?.isActive ?? false;
    const id = awake ? this.device.io.read(CSF_USER.CSF_GPU_LATEST_FLUSH_ID) : ASLEEP_FLUSH_ID;
    new DataView(page.buffer).setUint32(0, id, true);
    return page.subarray(offset, offset + length);
  }

  write(): void {
    fail('EFAULT', 'the flush-id page is read-only');
  }
}
