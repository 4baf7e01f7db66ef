/**
 * VM_BIND: checking operations and carrying them out, at once or as jobs of the VM's bind queue (Panthor
 * `panthor_mmu.c`: panthor_vm_bind_prepare_op_ctx, panthor_vm_bind_job). An asynchronous operation that fails when
 * its turn comes makes the VM unusable.
 */
import { invariant } from '../../base/errors.ts';
import { isAligned } from '../../base/bits.ts';
import { VM_BIND_OP_FLAGS, VM_BIND_OP_TYPE } from '../../spec/uapi/constants.ts';
import type { panthorVmBindOp } from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import type { Fence } from '../drm/fence.ts';
import { PAGE_SIZE } from '../kernel/dma.ts';
import { ensure, fail, toRet } from '../kernel/errno.ts';
import type { TyrDevice } from './driver.ts';
import { Entity } from './entity.ts';
import type { EntityState } from './entity.ts';
import type { TyrFile } from './file.ts';
import { Bo } from './gem.ts';
import type { Vm } from './vm.ts';

export type BindOp = Struct<typeof panthorVmBindOp>;

const { MAP_READONLY, MAP_NOEXEC, MAP_UNCACHED, MAP_SPARSE, TYPE_MASK } = VM_BIND_OP_FLAGS;
const MAP_FLAGS = MAP_READONLY | MAP_NOEXEC | MAP_UNCACHED | MAP_SPARSE;

/** A checked operation. `bo` is the number of the object in the device, 0 for none. */
export type BindCall = {
  readonly kind: 'map' | 'unmap' | 'none';
  readonly va: number;
  readonly size: number;
  readonly bo: number;
  readonly offset: number;
  readonly flags: number;
  /** Its pages were taken for this operation. */
  readonly fresh: boolean;
};

/** Checks an operation. KernelError EINVAL. A map holds a reference on its object until it was carried out. */
export function prepareBind(file: TyrFile, vm: Vm, op: BindOp): BindCall {
  const { va, size, bo_offset: offset, bo_handle: handle } = op;
  const aligned = isAligned(va, PAGE_SIZE) && isAligned(size, PAGE_SIZE) && isAligned(offset, PAGE_SIZE);
  ensure(aligned, 'EINVAL', 'va, size or bo_offset is not a page multiple');
  ensure(va + size <= vm.layout.userRange, 'EINVAL', `range ends above the user range of the VM`);
  const type = (op.flags & TYPE_MASK) >>> 0;
  // Only an asynchronous call comes here with size 0; the sources leave open what it would do (chosen).
  ensure(size > 0 || type === VM_BIND_OP_TYPE.SYNC_ONLY, 'EINVAL', 'an asynchronous bind of size 0');
  const flags = (op.flags & ~TYPE_MASK) >>> 0;
  const none = { va, size, bo: 0, offset: 0, flags: 0, fresh: false };
  switch (type) {
    case VM_BIND_OP_TYPE.MAP:
      return prepareMap(file, vm, op, flags);
    case VM_BIND_OP_TYPE.UNMAP:
      ensure(flags === 0 && handle === 0 && offset === 0, 'EINVAL', 'an unmap has no flags, object or offset');
      return { ...none, kind: 'unmap' };
    case VM_BIND_OP_TYPE.SYNC_ONLY: {
      const empty = flags === 0 && handle === 0 && offset === 0 && va === 0 && size === 0;
      ensure(empty && op.syncs.count > 0, 'EINVAL', 'SYNC_ONLY has sync operations and nothing else');
      return { ...none, kind: 'none' };
    }
    default:
      return fail('EINVAL', `unknown bind type 0x${op.flags.toString(16)}`);
  }
}

function prepareMap(file: TyrFile, vm: Vm, op: BindOp, flags: number): BindCall {
  const { va, size, bo_offset: offset, bo_handle: handle } = op;
  ensure((flags & ~MAP_FLAGS) === 0, 'EINVAL', `unknown map flags 0x${flags.toString(16)}`);
  if ((flags & MAP_SPARSE) !== 0) {
    ensure((flags & MAP_NOEXEC) !== 0 && handle === 0 && offset === 0, 'EINVAL', 'sparse: NOEXEC and no object');
    const bo = file.dummy().get();
    return { kind: 'map', va, size, bo: bo.id, offset: va % bo.size, flags, fresh: false };
  }
  const bo = file.file.objects.get(handle);
  ensure(bo instanceof Bo, 'EINVAL', `unknown GEM handle ${handle}`);
  ensure(size <= bo.size && offset <= bo.size - size, 'EINVAL', 'range outside the object');
  ensure(bo.exclusiveVm === 0 || bo.exclusiveVm === vm.id, 'EINVAL', 'the object belongs to another VM');
  // Last, so that an object nobody could map takes no memory; here, because carrying it out must not fail for it.
  const fresh = !bo.hasPages;
  bo.pages();
  return { kind: 'map', va, size, bo: bo.get().id, offset, flags, fresh };
}

/** Carries a checked operation out. KernelError. */
function execute(device: TyrDevice, vm: Vm, call: BindCall): void {
  if (call.kind === 'map') {
    vm.map(device.drm.object(call.bo), call.offset, call.size, call.va, call.flags);
  } else if (call.kind === 'unmap') vm.unmap(call.va, call.size);
}

function release(device: TyrDevice, call: BindCall): void {
  if (call.bo !== 0) device.drm.object(call.bo).put();
}

/** A synchronous operation: an empty one succeeds unseen. */
export function bindNow(file: TyrFile, vm: Vm, op: BindOp): void {
  ensure(op.syncs.count === 0, 'EINVAL', 'a synchronous bind has no sync operations');
  if (op.size === 0) return;
  const call = prepareBind(file, vm, op);
  try {
    execute(file.device, vm, call);
  } catch (error) {
    dropBind(file, call);
    throw error;
  }
  release(file.device, call);
}

/** Asynchronous binds of a VM, in order, one at a time. */
export class BindQueue {
  private readonly device: TyrDevice;
  private readonly vm: Vm;
  private readonly entity: Entity<BindCall>;

  constructor(device: TyrDevice, vm: Vm) {
    this.device = device;
    this.vm = vm;
    this.entity = new Entity<BindCall>(
      `vm${vm.id}/bind`,
      device.drm.fences,
      device.sched.queue,
      1,
      { run: (call) => this.run(call), cost: () => 1, release: (call) => release(device, call) },
      device.memoryLocks(vm),
    );
  }

  private run(call: BindCall): number | Fence | undefined {
    const ret = toRet(() => execute(this.device, this.vm, call));
    if (ret < 0) this.vm.unusable = true;
    return ret;
  }

  arm(): Fence {
    return this.entity.arm();
  }

  push(call: BindCall, finished: Fence, dependencies: readonly Fence[]): void {
    invariant(!this.vm.destroyed, 'bind pushed to a destroyed VM');
    this.entity.push(call, finished, dependencies);
  }

  dispose(): void {
    this.entity.dispose();
  }

  abandon(): void {
    this.entity.abandon();
  }

  save(): EntityState<BindCall> {
    return this.entity.save();
  }

  load(state: EntityState<BindCall>): void {
    this.entity.load(state);
  }
}

/** Gives back what a checked operation holds that is not carried out. */
export function dropBind(file: TyrFile, call: BindCall): void {
  const bo = call.bo === 0 ? undefined : file.device.drm.object(call.bo);
  if (call.fresh && bo instanceof Bo && bo.idle) bo.dropPages();
  release(file.device, call);
  file.dropDummy();
}
