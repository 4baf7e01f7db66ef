/**
 * The SYNCOBJ calls (ioctl functions of drm_syncobj.c).
 */
import { SYNCOBJ_CREATE_FLAGS, SYNCOBJ_QUERY_FLAGS, SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import type { syncobjTimelineArray } from '../../spec/uapi/core-structs.ts';
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { layout } from '../../spec/uapi/layout.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import { ensure, fail } from '../kernel/errno.ts';
import { SEC } from '../kernel/time.ts';
import type { DrmFeature } from './driver.ts';
import type { IoctlContext, IoctlEntry, IoctlResult } from './ioctl.ts';
import { handle } from './ioctl.ts';
import type { SyncObj } from './syncobj.ts';
import { transferFence } from './syncobj-wait.ts';

/** How long TRANSFER waits for a fence. */
const FIND_TIMEOUT = 5 * SEC;

/** Bytes of what a table of pointers, a syncobj, a waiting entry and a chain node take (chosen but the first). */
const POINTER = 8;
const SYNCOBJ_BYTES = 64;
const ENTRY_BYTES = 56;
const CHAIN_BYTES = 128;

const word = layout('u32', 4, { value: ['u32', 0, 'in'] });
const point = layout('u64', 8, { value: ['u64', 0, 'inout'] });

function needs(ctx: IoctlContext, feature: DrmFeature): void {
  ensure(ctx.dev.driver.features.has(feature), 'EOPNOTSUPP', `the driver has no ${feature}`);
}

function onlyFlags(flags: number, known: number): void {
  ensure((flags & ~known) === 0, 'EINVAL', `unknown flags ${flags & ~known}`);
}

/** Copies the handle array and looks all of it up before anything changes. */
function syncobjs(ctx: IoctlContext, address: number, count: number): readonly SyncObj[] {
  ctx.slab.take(count * word.size, 'handles');
  const bytes = ctx.user.copyFrom(address, count * word.size);
  ctx.slab.take(count * POINTER, 'syncobjs');
  return Array.from({ length: count }, (_, i) => ctx.file.lookupSyncobj(word.decode(bytes, i * word.size).value));
}

/** The points of an array call; without an array all are 0. */
function points(ctx: IoctlContext, address: number, count: number): readonly number[] {
  ctx.slab.take(count * point.size, 'points');
  if (address === 0) return Array.from({ length: count }, () => 0);
  const bytes = ctx.user.copyFrom(address, count * point.size);
  return Array.from({ length: count }, (_, i) => point.decode(bytes, i * point.size).value);
}

/** A point that is to be stored must be a Number (a limit of ours). */
function storable(value: number): number {
  ensure(value <= Number.MAX_SAFE_INTEGER, 'EINVAL', 'timeline points of 2^53 and above are not kept here');
  return value;
}

function wait(
  ctx: IoctlContext,
  args: { handles: number; count_handles: number; flags: number; timeout_nsec: number },
  pointsAt: number | undefined,
): IoctlResult {
  if (args.count_handles === 0) return 0;
  const objects = syncobjs(ctx, args.handles, args.count_handles);
  ctx.slab.take(args.count_handles * ENTRY_BYTES, 'waiting entries');
  const at = pointsAt === undefined ? undefined : points(ctx, pointsAt, args.count_handles);
  const items = objects.map((syncobj, i) => ({ syncobj, point: at?.[i] ?? 0 }));
  return ctx.dev.waiters.wait(ctx, items, args.flags, args.timeout_nsec);
}

/** The handles of an array call, which must not be empty. */
function some(ctx: IoctlContext, args: { handles: number; count_handles: number }): readonly SyncObj[] {
  ensure(args.count_handles > 0, 'EINVAL', 'count_handles is 0');
  return syncobjs(ctx, args.handles, args.count_handles);
}

function query(ctx: IoctlContext, args: Struct<typeof syncobjTimelineArray>): IoctlResult {
  needs(ctx, 'SYNCOBJ_TIMELINE');
  onlyFlags(args.flags, SYNCOBJ_QUERY_FLAGS.LAST_SUBMITTED);
  const last = (args.flags & SYNCOBJ_QUERY_FLAGS.LAST_SUBMITTED) !== 0;
  for (const [i, syncobj] of some(ctx, args).entries()) {
    ctx.user.copyTo(args.points + i * point.size, point.encode({ value: syncobj.query(last) }));
  }
  return 0;
}

export const SYNCOBJ_ENTRIES: readonly IoctlEntry[] = [
  handle(CORE_IOCTLS.SYNCOBJ_CREATE, (ctx, args) => {
    needs(ctx, 'SYNCOBJ');
    onlyFlags(args.flags, SYNCOBJ_CREATE_FLAGS.SIGNALED);
    ctx.slab.take(SYNCOBJ_BYTES, 'a syncobj');
    const { fences } = ctx.dev;
    const syncobj = ctx.dev.syncobjs.create(args.flags === 0 ? undefined : fences.stub());
    args.handle = ctx.file.syncobjs.add(syncobj);
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_DESTROY, (ctx, args) => {
    needs(ctx, 'SYNCOBJ');
    ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
    const syncobj = ctx.file.syncobjs.remove(args.handle) ?? fail('EINVAL', `unknown syncobj handle ${args.handle}`);
    syncobj.put();
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_WAIT, (ctx, args) => {
    needs(ctx, 'SYNCOBJ');
    onlyFlags(args.flags, SYNCOBJ_WAIT_FLAGS.ALL | SYNCOBJ_WAIT_FLAGS.FOR_SUBMIT | SYNCOBJ_WAIT_FLAGS.DEADLINE);
    return wait(ctx, args, undefined);
  }),
  handle(CORE_IOCTLS.SYNCOBJ_TIMELINE_WAIT, (ctx, args) => {
    needs(ctx, 'SYNCOBJ_TIMELINE');
    const { ALL, FOR_SUBMIT, AVAILABLE, DEADLINE } = SYNCOBJ_WAIT_FLAGS;
    onlyFlags(args.flags, ALL | FOR_SUBMIT | AVAILABLE | DEADLINE);
    return wait(ctx, args, args.points);
  }),
  handle(CORE_IOCTLS.SYNCOBJ_RESET, (ctx, args) => {
    needs(ctx, 'SYNCOBJ');
    ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
    for (const syncobj of some(ctx, args)) syncobj.replace(undefined);
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_SIGNAL, (ctx, args) => {
    needs(ctx, 'SYNCOBJ');
    ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
    for (const syncobj of some(ctx, args)) syncobj.replace(ctx.dev.fences.stub());
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_TIMELINE_SIGNAL, (ctx, args) => {
    needs(ctx, 'SYNCOBJ_TIMELINE');
    ensure(args.flags === 0, 'EINVAL', 'flags are not 0');
    const objects = some(ctx, args);
    const at = points(ctx, args.points, objects.length);
    for (const value of at) storable(value);
    ctx.slab.take(objects.length * CHAIN_BYTES, 'points');
    for (const [i, syncobj] of objects.entries()) syncobj.addPoint(ctx.dev.fences.stub(), at[i] ?? 0);
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_QUERY, query),
  handle(CORE_IOCTLS.SYNCOBJ_TRANSFER, (ctx, args) => {
    needs(ctx, 'SYNCOBJ_TIMELINE');
    ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
    onlyFlags(args.flags, SYNCOBJ_WAIT_FLAGS.FOR_SUBMIT);
    const dst = ctx.file.lookupSyncobj(args.dst_handle);
    const syncobj = ctx.file.lookupSyncobj(args.src_handle);
    const dstPoint = storable(args.dst_point);
    ctx.slab.take(CHAIN_BYTES, 'a point');
    const fence = syncobj.find(args.src_point);
    if (fence !== undefined) {
      transferFence(ctx.dev, dst, dstPoint, fence);
      return 0;
    }
    ensure(args.flags !== 0, 'EINVAL', `the source has no fence at point ${args.src_point}`);
    const deadline = ctx.dev.kernel.now() + FIND_TIMEOUT;
    return ctx.dev.waiters.transfer(ctx, { syncobj, point: args.src_point }, dst, dstPoint, deadline);
  }),
];
