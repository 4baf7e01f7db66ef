/**
 * The calls about VMs, buffer objects and heaps (Panthor `panthor_drv.c`).
 */
import {
  BO_CREATE_FLAGS,
  BO_QUERY_EXTRA_FLAGS,
  BO_SYNC_TYPE,
  USER_MMIO_OFFSET,
  VM_BIND_FLAGS,
  VM_STATE,
} from '../../spec/uapi/constants.ts';
import { panthorBoSyncOp, panthorSyncOp, panthorVmBindOp } from '../../spec/uapi/panthor-structs.ts';
import type {
  panthorBoCreate,
  panthorBoMmapOffset,
  panthorBoQueryInfo,
  panthorBoSetLabel,
  panthorBoSync,
  panthorSetUserMmioOffset,
  panthorTilerHeapCreate,
  panthorTilerHeapDestroy,
  panthorVmBind,
  panthorVmCreate,
  panthorVmDestroy,
  panthorVmGetState,
} from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import type { Fence } from '../drm/fence.ts';
import type { IoctlContext } from '../drm/ioctl.ts';
import { ERRNO, ensure, fail } from '../kernel/errno.ts';
import { bindNow, dropBind, prepareBind } from './bind.ts';
import type { BindCall, BindOp } from './bind.ts';
import type { TyrDevice } from './driver.ts';
import type { TyrFile } from './file.ts';
import { Bo } from './gem.ts';
import { addressBits } from './gpu-info.ts';
import { SyncOps, checkSyncOp } from './sync-ops.ts';
import type { SyncOp } from './sync-ops.ts';
import { userArray } from './user-array.ts';
import { splitVa } from './vm-layout.ts';

type Ctx = IoctlContext<TyrDevice, TyrFile>;

/** Small memory of a VM (chosen). */
const VM_BYTES = 1024;

export function vmCreate(ctx: Ctx, args: Struct<typeof panthorVmCreate>): number {
  ensure(args.flags === 0, 'EINVAL', 'flags are not 0');
  const split = splitVa(2 ** addressBits(ctx.data.info).va, args.user_va_range);
  ctx.slab.take(VM_BYTES, 'a VM');
  args.id = ctx.file.driverData.addVm(() => ctx.data.createVm({ forMcu: false, ...split }));
  args.user_va_range = split.userRange;
  return 0;
}

export function vmDestroy(ctx: Ctx, args: Struct<typeof panthorVmDestroy>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  ctx.file.driverData.destroyVm(args.id);
  return 0;
}

export function vmGetState(ctx: Ctx, args: Struct<typeof panthorVmGetState>): number {
  const { vm } = ctx.file.driverData.vm(args.vm_id);
  args.state = vm.unusable ? VM_STATE.UNUSABLE : VM_STATE.USABLE;
  return 0;
}

export function vmBind(ctx: Ctx, args: Struct<typeof panthorVmBind>): number {
  const file = ctx.file.driverData;
  const { vm } = file.vm(args.vm_id);
  const ops = userArray(ctx, args.ops, panthorVmBindOp);
  if ((args.flags & VM_BIND_FLAGS.ASYNC) !== 0) {
    bindLater(ctx, args.vm_id, ops);
    return 0;
  }
  for (const [i, op] of ops.entries()) {
    try {
      bindNow(file, vm, op);
    } catch (error) {
      args.ops.count = i;
      throw error;
    }
  }
  return 0;
}

/** All jobs are made and checked before the first is pushed. */
function bindLater(ctx: Ctx, vmId: number, ops: readonly BindOp[]): void {
  const file = ctx.file.driverData;
  const { vm, binds } = file.vm(vmId);
  const calls: BindCall[] = [];
  const finished: Fence[] = [];
  try {
    const syncs: SyncOp[][] = ops.map((op) => {
      ensure(!vm.unusable && !vm.destroyed, 'EINVAL', `VM ${vmId} is unusable`);
      const list = userArray(ctx, op.syncs, panthorSyncOp);
      for (const sync of list) checkSyncOp(sync);
      calls.push(prepareBind(file, vm, op));
      return list;
    });
    const context = new SyncOps(ctx.file);
    for (const list of syncs) context.collect(list);
    const dependencies = syncs.map((list) => {
      const needed = context.dependencies(list);
      const fence = binds.arm();
      finished.push(fence);
      context.armed(list, fence);
      return needed;
    });
    for (const [i, call] of calls.entries()) {
      const fence = finished[i] ?? fail('EINVAL', 'bind without fence');
      binds.push(call, fence, dependencies[i] ?? []);
    }
    context.publish();
  } catch (error) {
    for (const call of calls) dropBind(file, call);
    for (const fence of finished) fence.signal(-ERRNO.ECANCELED);
    throw error;
  }
}

/** Small memory of an object (chosen). */
const BO_BYTES = 512;
/** Larger objects have no room in any address space (a limit of ours; the kernel runs out of memory earlier). */
const MAX_BO = 2 ** 47;

export function boCreate(ctx: Ctx, args: Struct<typeof panthorBoCreate>): number {
  const { NO_MMAP, WB_MMAP } = BO_CREATE_FLAGS;
  const { size, flags, exclusive_vm_id: vmId } = args;
  ensure(size > 0 && args.pad === 0, 'EINVAL', 'size is 0 or pad is not');
  ensure((flags & ~(NO_MMAP | WB_MMAP)) === 0, 'EINVAL', `unknown flags 0x${flags.toString(16)}`);
  ensure((flags & NO_MMAP) === 0 || (flags & WB_MMAP) === 0, 'EINVAL', 'NO_MMAP together with WB_MMAP');
  const vm = vmId === 0 ? undefined : ctx.file.driverData.vm(vmId).vm;
  // As a file offset the size would be negative, or rounding it up to pages overflows.
  ensure(ctx.words('size').hi < 0x8000_0000, 'EINVAL', 'size overflows');
  ensure(size <= MAX_BO, 'ENOMEM', `no room for ${size} bytes`);
  ctx.slab.take(BO_BYTES, 'a buffer object');
  const bo = new Bo(ctx.data.drm, size, flags, vm?.id ?? 0, vm?.resv);
  try {
    args.handle = ctx.file.createHandle(bo);
    args.size = bo.size;
  } finally {
    bo.put();
  }
  return 0;
}

/** The object of a handle; KernelError ENOENT. */
function lookup(ctx: Ctx, handle: number): Bo {
  const object = ctx.file.lookup(handle);
  return object instanceof Bo ? object : fail('ENOENT', `GEM handle ${handle} is not an object of this driver`);
}

export function boMmapOffset(ctx: Ctx, args: Struct<typeof panthorBoMmapOffset>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const bo = lookup(ctx, args.handle);
  ensure((bo.flags & BO_CREATE_FLAGS.NO_MMAP) === 0, 'EPERM', 'the object was made with NO_MMAP');
  args.offset = bo.mmapOffset();
  return 0;
}

/** Bytes of a label, its NUL included. */
const MAX_LABEL = 4096;

export function boSetLabel(ctx: Ctx, args: Struct<typeof panthorBoSetLabel>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const bo = lookup(ctx, args.handle);
  if (args.label === 0) {
    bo.label = undefined;
    return 0;
  }
  const text = ctx.user.copyString(args.label, MAX_LABEL);
  ctx.slab.take(text.length + 1, 'a label');
  bo.label = String.fromCharCode(...text);
  return 0;
}

export function boSync(ctx: Ctx, args: Struct<typeof panthorBoSync>): number {
  for (const op of userArray(ctx, args.ops, panthorBoSyncOp)) {
    const bo = lookup(ctx, op.handle);
    ensure(op.type <= BO_SYNC_TYPE.CPU_CACHE_FLUSH_AND_INVALIDATE, 'EINVAL', `unknown sync type ${op.type}`);
    const inside = op.size <= bo.size && op.offset <= bo.size - op.size;
    ensure(inside, 'EINVAL', 'range outside the object');
    // The CPU of this machine has no caches between it and memory: there is nothing to write back.
  }
  return 0;
}

export function boQueryInfo(ctx: Ctx, args: Struct<typeof panthorBoQueryInfo>): number {
  const bo = lookup(ctx, args.handle);
  // Only objects of this device can be held here: an import from elsewhere would be of another class.
  args.extra_flags = bo.dev === ctx.dev ? 0 : BO_QUERY_EXTRA_FLAGS.IS_IMPORTED;
  args.create_flags = bo.flags;
  args.pad = 0;
  return 0;
}

export function setUserMmioOffset(ctx: Ctx, args: Struct<typeof panthorSetUserMmioOffset>): number {
  const known: readonly number[] = Object.values(USER_MMIO_OFFSET);
  ensure(known.includes(args.offset), 'EINVAL', `no user MMIO offset ${args.offset}`);
  ctx.file.driverData.userMmioOffset = args.offset;
  return 0;
}

/** A heap handle names VM and heap. */
const HEAP_VM_SHIFT = 16;

export function heapCreate(ctx: Ctx, args: Struct<typeof panthorTilerHeapCreate>): number {
  const { vm } = ctx.file.driverData.vm(args.vm_id);
  const config = {
    initialChunks: args.initial_chunk_count,
    chunkSize: args.chunk_size,
    maxChunks: args.max_chunks,
    targetInFlight: args.target_in_flight,
  };
  const heap = ctx.data.heaps.create(vm, config);
  args.handle = ((args.vm_id << HEAP_VM_SHIFT) | heap.id) >>> 0;
  args.tiler_heap_ctx_gpu_va = heap.contextVa;
  args.first_heap_chunk_gpu_va = heap.firstChunkVa;
  return 0;
}

export function heapDestroy(ctx: Ctx, args: Struct<typeof panthorTilerHeapDestroy>): number {
  ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
  const { vm } = ctx.file.driverData.vm(args.handle >>> HEAP_VM_SHIFT);
  const pool = ctx.data.heaps.find(vm) ?? fail('ENOENT', 'the VM has no heaps');
  pool.destroy(args.handle & 0xffff);
  return 0;
}
