/**
 * The calls that turn handles into file descriptors and back: PRIME, syncobj export and import, sync files, eventfds
 * (drm_prime.c, drm_syncobj.c).
 */
import {
  PRIME_FLAGS,
  SYNCOBJ_FD_TO_HANDLE_FLAGS,
  SYNCOBJ_HANDLE_TO_FD_FLAGS,
  SYNCOBJ_WAIT_FLAGS,
} from '../../spec/uapi/constants.ts';
import type { syncobjHandle } from '../../spec/uapi/core-structs.ts';
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { IoctlContext, IoctlEntry, IoctlResult } from './ioctl.ts';
import { handle } from './ioctl.ts';

/** Small memory of an open file, of a handle and of a watcher (chosen). */
const FILE_BYTES = 256;
const HANDLE_BYTES = 64;
const WATCH_BYTES = 128;

type SyncobjHandle = Struct<typeof syncobjHandle>;

/** The 16-byte form of older callers has no point: its bytes read 0. */
function checkHandle(ctx: IoctlContext, args: SyncobjHandle, known: number, file: number): void {
  ensure(ctx.dev.driver.features.has('SYNCOBJ'), 'EOPNOTSUPP', 'the driver has no SYNCOBJ');
  ensure(args.pad === 0 && (args.flags & ~known) === 0, 'EINVAL', `flags ${args.flags} or pad ${args.pad}`);
  ensure(args.point === 0 || (args.flags & file) !== 0, 'EINVAL', 'a point without a sync file');
}

function exportSyncobj(ctx: IoctlContext, args: SyncobjHandle): IoctlResult {
  const { EXPORT_SYNC_FILE, TIMELINE } = SYNCOBJ_HANDLE_TO_FD_FLAGS;
  checkHandle(ctx, args, EXPORT_SYNC_FILE | TIMELINE, EXPORT_SYNC_FILE);
  const { fds } = ctx.dev;
  const { pid } = ctx.file.client;
  if ((args.flags & EXPORT_SYNC_FILE) !== 0) {
    const point = (args.flags & TIMELINE) === 0 ? 0 : args.point;
    const fence = ctx.file.lookupSyncobj(args.handle).find(point);
    if (fence === undefined) return fail('EINVAL', `syncobj ${args.handle} has no fence at ${point}`);
    ctx.slab.take(FILE_BYTES, 'a sync file');
    args.fd = fds.open(pid, { kind: 'sync-file', fence });
    return 0;
  }
  const syncobj = ctx.file.syncobjs.get(args.handle) ?? fail('EINVAL', `unknown syncobj handle ${args.handle}`);
  ctx.slab.take(FILE_BYTES, 'a file');
  args.fd = fds.open(pid, { kind: 'syncobj', syncobj });
  return 0;
}

function importSyncobj(ctx: IoctlContext, args: SyncobjHandle): IoctlResult {
  const { IMPORT_SYNC_FILE, TIMELINE } = SYNCOBJ_FD_TO_HANDLE_FLAGS;
  checkHandle(ctx, args, IMPORT_SYNC_FILE | TIMELINE, IMPORT_SYNC_FILE);
  const content = ctx.dev.fds.find(ctx.file.client.pid, args.fd);
  if ((args.flags & IMPORT_SYNC_FILE) === 0) {
    if (content?.kind !== 'syncobj') return fail('EINVAL', `file ${args.fd} is no syncobj`);
    ctx.slab.take(HANDLE_BYTES, 'a handle');
    args.handle = ctx.file.syncobjs.add(content.syncobj.get());
    return 0;
  }
  if (content?.kind !== 'sync-file') return fail('EINVAL', `file ${args.fd} is no sync file`);
  const syncobj = ctx.file.lookupSyncobj(args.handle);
  const point = (args.flags & TIMELINE) === 0 ? 0 : args.point;
  ensure(point <= Number.MAX_SAFE_INTEGER, 'EINVAL', 'timeline points of 2^53 and above are not kept here');
  ctx.slab.take(WATCH_BYTES, 'a point');
  if (point === 0) syncobj.replace(content.fence);
  else syncobj.addPoint(ctx.dev.fences.merge(content.fence), point);
  return 0;
}

export const FD_ENTRIES: readonly IoctlEntry[] = [
  handle(CORE_IOCTLS.PRIME_HANDLE_TO_FD, (ctx, args) => {
    const unknown = args.flags & ~(PRIME_FLAGS.CLOEXEC | PRIME_FLAGS.RDWR);
    ensure(unknown === 0, 'EINVAL', `unknown flags 0x${args.flags.toString(16)}`);
    const object = ctx.file.lookup(args.handle);
    object.checkExport();
    ctx.slab.take(FILE_BYTES, 'a dma-buf');
    args.fd = ctx.dev.fds.open(ctx.file.client.pid, { kind: 'dma-buf', object });
    return 0;
  }),
  handle(CORE_IOCTLS.PRIME_FD_TO_HANDLE, (ctx, args) => {
    const content = ctx.dev.fds.get(ctx.file.client.pid, args.fd);
    if (content.kind !== 'dma-buf') return fail('EINVAL', `file ${args.fd} is no dma-buf`);
    // A file has one handle for a dma-buf, whether it exported or imported it.
    const known = ctx.file.objects.list().find(([, object]) => object === content.object);
    args.handle = known?.[0] ?? ctx.file.createHandle(content.object);
    return 0;
  }),
  handle(CORE_IOCTLS.SYNCOBJ_HANDLE_TO_FD, exportSyncobj),
  handle(CORE_IOCTLS.SYNCOBJ_FD_TO_HANDLE, importSyncobj),
  handle(CORE_IOCTLS.SYNCOBJ_EVENTFD, (ctx, args) => {
    const { AVAILABLE } = SYNCOBJ_WAIT_FLAGS;
    ensure(ctx.dev.driver.features.has('SYNCOBJ_TIMELINE'), 'EOPNOTSUPP', 'the driver has no SYNCOBJ_TIMELINE');
    ensure((args.flags & ~AVAILABLE) === 0 && args.pad === 0, 'EINVAL', `flags ${args.flags} or pad ${args.pad}`);
    const syncobj = ctx.file.lookupSyncobj(args.handle);
    const content = ctx.dev.fds.get(ctx.file.client.pid, args.fd);
    if (content.kind !== 'eventfd') return fail('EINVAL', `file ${args.fd} is no eventfd`);
    ctx.slab.take(WATCH_BYTES, 'a watcher');
    ctx.dev.waiters.watch(ctx, { syncobj, point: args.point }, args.flags, content.event);
    return 0;
  }),
  handle(CORE_IOCTLS.GEM_CHANGE_HANDLE, () => fail('EINVAL', 'handles cannot be changed')),
];
