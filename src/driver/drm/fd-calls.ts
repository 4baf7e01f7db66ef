/**
 * What a process does with the descriptors of `fds.ts`: close them, pass them on, and the calls dma-bufs and sync files
 * have of their own (dma-buf/dma-buf.c, dma-buf/sync_file.c). A dma-buf call works on the reservation of the object
 * behind it; jobs of explicit-sync drivers are there as bookkeeping only, so implicit users never see them.
 */
import type { Decoded, Fields, Layout } from '../../spec/uapi/layout.ts';
import { DMA_BUF_SYNC_FLAGS, FD_IOCTLS, syncFenceInfo } from '../../spec/uapi/fd-structs.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import type { IoctlReply, Pending, ProcessFds } from '../kernel/char-device.ts';
import { KernelError, ensure, fail } from '../kernel/errno.ts';
import type { UserMemory } from '../kernel/uaccess.ts';
import type { FdContent } from './fds.ts';
import type { Fence } from './fence.ts';
import { leaves } from './fence.ts';
import type { DrmFile } from './file.ts';
import type { GemObject } from './gem.ts';
import type { IoctlResult } from './ioctl.ts';
import { lockAll } from './resv.ts';
import type { ResvUse } from './resv.ts';

const { READ, WRITE, END } = DMA_BUF_SYNC_FLAGS;
/** Bytes of a name in the structs of sync files. */
const NAME_BYTES = 32;
/** Small memory of an open file (chosen). */
const FILE_BYTES = 256;

/** A call on a descriptor: who calls, and what is behind it. */
interface Context {
  readonly file: DrmFile;
  readonly user: UserMemory;
}

interface Row<K extends FdContent['kind']> {
  readonly kind: K;
  readonly spec: IoctlSpec;
  run(ctx: Context, content: Extract<FdContent, { kind: K }>, argument: Uint8Array): IoctlResult;
}

function row<K extends FdContent['kind'], F extends Fields>(
  kind: K,
  spec: IoctlSpec<Layout<F>>,
  body: (ctx: Context, content: Extract<FdContent, { kind: K }>, args: Decoded<F>) => IoctlResult,
): Row<K> {
  return {
    kind,
    spec,
    run(ctx, content, argument) {
      const args = spec.layout.decode(argument);
      const before = spec.layout.decode(argument);
      const result = body(ctx, content, args);
      spec.layout.encodeInto(argument, 0, args, before);
      return result;
    },
  };
}

/** Which fences an implicit user waits for: readers for writers, writers for all. */
const waitedFor = (flags: number): ResvUse => ((flags & WRITE) === 0 ? 'WRITE' : 'READ');

function needsSide(flags: number, known: number): void {
  const side = (flags & (READ | WRITE)) !== 0 && (flags & ~known) === 0;
  ensure(side, 'EINVAL', `flags 0x${flags.toString(16)}: READ or WRITE, and nothing unknown`);
}

function newSyncFile({ file }: Context, fence: Fence): number {
  file.dev.kernel.slab.take(FILE_BYTES, 'a sync file');
  return file.dev.fds.open(file.client.pid, { kind: 'sync-file', fence });
}

function implicitFence({ file }: Context, object: GemObject, flags: number): Fence {
  return file.dev.fences.merge(...object.resv.pending(waitedFor(flags)));
}

const name = (text: string): number[] => Array.from({ length: NAME_BYTES }, (_, i) => text.charCodeAt(i) || 0);
/** As sync files tell it: 0 active, 1 signalled, negative when it failed. */
const status = (fence: Fence): number => (fence.isSignaled ? fence.error || 1 : 0);

const ROWS = [
  row('dma-buf', FD_IOCTLS.DMA_BUF_SYNC, (ctx, { object }, { flags }) => {
    needsSide(flags, READ | WRITE | END);
    // The CPU sees what the device wrote and the other way round: only what is under way is waited for.
    return (flags & END) !== 0 ? 0 : ctx.file.dev.waiters.follow(ctx.file, implicitFence(ctx, object, flags));
  }),
  row('dma-buf', FD_IOCTLS.DMA_BUF_EXPORT_SYNC_FILE, (ctx, { object }, args) => {
    needsSide(args.flags, READ | WRITE);
    args.fd = newSyncFile(ctx, implicitFence(ctx, object, args.flags));
    return 0;
  }),
  row('dma-buf', FD_IOCTLS.DMA_BUF_IMPORT_SYNC_FILE, (ctx, { object }, args) => {
    needsSide(args.flags, READ | WRITE);
    const content = ctx.file.dev.fds.find(ctx.file.client.pid, args.fd);
    if (content?.kind !== 'sync-file') return fail('EINVAL', `file ${args.fd} is no sync file`);
    ctx.file.dev.kernel.slab.take(FILE_BYTES, 'fences of a reservation');
    const { resv } = object;
    lockAll([resv], () => {
      for (const fence of leaves(content.fence)) resv.add(fence, (args.flags & WRITE) === 0 ? 'READ' : 'WRITE');
    });
    return 0;
  }),
  row('sync-file', FD_IOCTLS.SYNC_MERGE, (ctx, { fence }, args) => {
    ensure(args.flags === 0 && args.pad === 0, 'EINVAL', 'flags or pad are not 0');
    const other = ctx.file.dev.fds.find(ctx.file.client.pid, args.fd2);
    if (other?.kind !== 'sync-file') return fail('ENOENT', `file ${args.fd2} is no sync file`);
    args.fence = newSyncFile(ctx, ctx.file.dev.fences.merge(fence, other.fence));
    return 0;
  }),
  row('sync-file', FD_IOCTLS.SYNC_FILE_INFO, (ctx, { fence }, args) => {
    ensure(args.flags === 0 && args.pad === 0, 'EINVAL', 'flags or pad are not 0');
    const members = leaves(fence);
    const room = args.num_fences;
    ensure(room === 0 || room >= members.length, 'EINVAL', `there are ${members.length} fences`);
    const { info } = ctx.file.dev.driver;
    if (room > 0) {
      for (const [i, member] of members.entries()) {
        const bytes = syncFenceInfo.encode({
          obj_name: name(`context ${member.context}`),
          driver_name: name(info.name),
          status: status(member),
          timestamp_ns: member.timestamp,
        });
        ctx.user.copyTo(args.sync_fence_info + i * syncFenceInfo.size, bytes);
      }
    }
    args.name = name(`${info.name}-${fence.context}-${fence.seqno}`);
    args.status = status(fence);
    args.num_fences = members.length;
    return 0;
  }),
  row('sync-file', FD_IOCTLS.SYNC_SET_DEADLINE, (_ctx, _content, args) => {
    ensure(args.pad === 0, 'EINVAL', 'pad is not 0');
    // A hint; nothing here runs faster for it.
    return 0;
  }),
] as const;

/** Finds the call of a descriptor and makes it. KernelError. */
function call(ctx: Context, content: FdContent, command: number, argument: Uint8Array): IoctlResult {
  for (const entry of ROWS) {
    if (entry.spec.number !== command || entry.kind !== content.kind) continue;
    ensure(argument.length >= entry.spec.layout.size, 'EFAULT', 'the argument is shorter than its struct');
    // The row's kind is that of the content: the table pairs them.
    return (entry as Row<FdContent['kind']>).run(ctx, content, argument);
  }
  return fail('ENOTTY', `a ${content.kind} has no call 0x${command.toString(16)}`);
}

/** The descriptors of the process that has `file` open. */
export function processFds(file: DrmFile): ProcessFds {
  const { dev, client } = file;
  const { pid, comm } = client;
  const enter = <T>(what: string, body: () => T): T => dev.kernel.enter(`${comm}[${pid}] ${what}`, body);
  return {
    close: (fd) => enter('close', () => dev.fds.close(pid, fd)),
    send: (fd, toPid) => enter('sendmsg', () => dev.fds.send(pid, fd, toPid)),
    eventfd: () => enter('eventfd', () => dev.fds.createEventfd(pid)),
    read: (fd) => enter('read', () => dev.fds.readEventfd(pid, fd)),
    interrupt: (waiter) => enter('signal', () => dev.waiters.interrupt(waiter)),
    ioctl: (fd, command, argument, user): IoctlReply | Pending =>
      enter('ioctl', () => {
        const arg = Uint8Array.from(argument);
        try {
          const result = call({ file, user }, dev.fds.get(pid, fd), command, arg);
          return typeof result === 'number' ? { ret: result, arg } : result;
        } catch (error) {
          if (!(error instanceof KernelError)) throw error;
          dev.log.debug(`ioctl of file ${fd} of ${comm}[${pid}]: ${error.message}`);
          return { ret: error.ret, arg: Uint8Array.from(argument) };
        }
      }),
  };
}
