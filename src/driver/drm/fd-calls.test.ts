import { describe, expect, it } from 'vitest';
import { DMA_BUF_SYNC_FLAGS, FD_IOCTLS as F, syncFenceInfo } from '../../spec/uapi/fd-structs.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import type { Decoded, Fields, Layout } from '../../spec/uapi/layout.ts';
import { errnoName } from '../kernel/errno.ts';
import { Bench } from '../tyr/testing-bench.ts';
import type { TestClient } from '../tyr/testing-bench.ts';

const { READ, WRITE, END } = DMA_BUF_SYNC_FLAGS;

/** A call on a file of a process. */
function on<T extends Fields>(
  c: TestClient,
  fd: number,
  spec: IoctlSpec<Layout<T>>,
  args: Partial<Decoded<T>>,
): { ret: number | string; out: Decoded<T>; waiter: number } {
  const argument = spec.layout.encode(args);
  const reply = c.file.fds.ioctl(fd, spec.number, argument, c.user);
  if ('waiter' in reply) return { ret: 'PENDING', out: spec.layout.decode(argument), waiter: reply.waiter };
  const ret = reply.ret < 0 ? (errnoName(reply.ret) ?? reply.ret) : reply.ret;
  return { ret, out: spec.layout.decode(reply.arg), waiter: 0 };
}

function setup() {
  const bench = new Bench();
  const c = bench.client();
  const { drm } = bench.tyr;
  const { handle } = c.ok(P.BO_CREATE, { size: 0x1000 });
  const dmaBuf = c.ok(C.PRIME_HANDLE_TO_FD, { handle }).fd;
  /** A sync file of a fence that signals on demand. */
  const pending = () => {
    const fence = drm.fences.create(drm.fences.newContext(), 1);
    return { fence, fd: drm.fds.open(c.client.pid, { kind: 'sync-file', fence }) };
  };
  const info = (fd: number, num_fences = 0) => on(c, fd, F.SYNC_FILE_INFO, { num_fences });
  return { bench, c, drm, handle, dmaBuf, pending, info };
}

describe('calls of a dma-buf', () => {
  it('hand fences in and out by use', () => {
    const { c, dmaBuf, pending, info } = setup();
    const exported = (flags: number) => on(c, dmaBuf, F.DMA_BUF_EXPORT_SYNC_FILE, { flags }).out.fd;
    // Nothing is under way: a file that has signalled.
    expect(info(exported(READ)).out).toMatchObject({ status: 1, num_fences: 1 });
    const [reader, writer] = [pending(), pending()];
    expect(on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: READ, fd: reader.fd }).ret).toBe(0);
    // A new reader need not wait for readers, a writer must.
    expect(info(exported(READ)).out.status).toBe(1);
    expect(info(exported(WRITE)).out).toMatchObject({ status: 0, num_fences: 1 });
    expect(on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: WRITE, fd: writer.fd }).ret).toBe(0);
    expect(info(exported(READ)).out).toMatchObject({ status: 0, num_fences: 1 });
    expect(info(exported(READ | WRITE)).out).toMatchObject({ status: 0, num_fences: 2 });
    const both = exported(WRITE);
    reader.fence.signal();
    expect(info(both).out.status).toBe(0);
    writer.fence.signal(-5);
    expect(info(both).out.status).toBe(-5);
    expect(info(exported(WRITE)).out.status).toBe(1);
  });

  it('bracket accesses of the CPU: the start waits for what is under way', () => {
    const { bench, c, dmaBuf, pending, drm } = setup();
    expect(on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: READ | WRITE }).ret).toBe(0);
    const { fd, fence } = pending();
    on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: WRITE, fd });
    const wait = on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: READ });
    expect(wait.ret).toBe('PENDING');
    expect(on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: READ | END }).ret).toBe(0);
    const interrupted = on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: WRITE });
    expect(c.file.fds.interrupt(interrupted.waiter)).toBe(true);
    expect(c.file.fds.interrupt(interrupted.waiter)).toBe(false);
    expect(c.replies.get(interrupted.waiter)?.ret).toBe(-4);
    bench.run(1);
    expect(c.replies.has(wait.waiter)).toBe(false);
    fence.signal();
    expect(c.replies.get(wait.waiter)?.ret).toBe(0);
    expect([drm.waiters.count, drm.syncobjs.count]).toEqual([0, 0]);
  });

  it('refuse what the kernel refuses, and change nothing', () => {
    const { c, drm, dmaBuf, pending } = setup();
    const { fd } = pending();
    const files = drm.fds.count;
    const bad = [
      on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: 0 }),
      on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: END }),
      on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: 8 | READ }),
      on(c, dmaBuf, F.DMA_BUF_SYNC, { flags: 2 ** 63 }),
      on(c, dmaBuf, F.DMA_BUF_EXPORT_SYNC_FILE, { flags: 0 }),
      on(c, dmaBuf, F.DMA_BUF_EXPORT_SYNC_FILE, { flags: READ | END }),
      on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: READ, fd: dmaBuf }),
      on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: READ, fd: 99 }),
      on(c, dmaBuf, F.DMA_BUF_IMPORT_SYNC_FILE, { flags: 0, fd }),
    ];
    expect(bad.map((b) => b.ret)).toEqual(bad.map(() => 'EINVAL'));
    expect(on(c, fd, F.DMA_BUF_SYNC, { flags: READ }).ret).toBe('ENOTTY');
    expect(on(c, dmaBuf, F.SYNC_FILE_INFO, {}).ret).toBe('ENOTTY');
    expect(on(c, 99, F.SYNC_FILE_INFO, {}).ret).toBe('EBADF');
    const short = c.file.fds.ioctl(dmaBuf, F.DMA_BUF_SYNC.number, new Uint8Array(4), c.user);
    expect(short).toMatchObject({ ret: -14 });
    expect(drm.fds.count).toBe(files);
  });
});

describe('calls of a sync file', () => {
  it('merge two, and tell what is inside', () => {
    const { c, pending, info } = setup();
    const [a, b] = [pending(), pending()];
    const merged = on(c, a.fd, F.SYNC_MERGE, { fd2: b.fd }).out.fence;
    expect(info(merged).out).toMatchObject({ status: 0, num_fences: 2 });
    a.fence.signal();
    b.fence.signal(-110);
    const at = c.place(new Uint8Array(2 * syncFenceInfo.size));
    const { ret, out } = on(c, merged, F.SYNC_FILE_INFO, { num_fences: 4, sync_fence_info: at });
    expect([ret, out.status, out.num_fences]).toEqual([0, -110, 2]);
    const bytes = c.user.copyFrom(at, 2 * syncFenceInfo.size);
    const members = [0, 1].map((i) => syncFenceInfo.decode(bytes, i * syncFenceInfo.size));
    expect(members.map((m) => m.status).toSorted((x, y) => x - y)).toEqual([-110, 1]);
    expect(String.fromCharCode(...(members[0]?.driver_name ?? []).filter((x) => x !== 0))).toBe('panthor');
  });

  it('refuse what the kernel refuses', () => {
    const { c, pending, dmaBuf } = setup();
    const [a, b] = [pending(), pending()];
    const merge = (args: { fd2?: number; flags?: number; pad?: number }) =>
      on(c, a.fd, F.SYNC_MERGE, { fd2: b.fd, ...args }).ret;
    expect([merge({ flags: 1 }), merge({ pad: 1 }), merge({ fd2: dmaBuf }), merge({ fd2: 99 })]).toEqual([
      'EINVAL',
      'EINVAL',
      'ENOENT',
      'ENOENT',
    ]);
    const both = on(c, a.fd, F.SYNC_MERGE, { fd2: b.fd }).out.fence;
    const info = (args: object) => on(c, both, F.SYNC_FILE_INFO, args).ret;
    expect([info({ num_fences: 1 }), info({ flags: 1 }), info({ pad: 1 })]).toEqual(['EINVAL', 'EINVAL', 'EINVAL']);
    expect(info({ num_fences: 2, sync_fence_info: 8 })).toBe('EFAULT');
    expect(on(c, both, F.SYNC_SET_DEADLINE, { deadline_ns: 5 }).ret).toBe(0);
    expect(on(c, both, F.SYNC_SET_DEADLINE, { pad: 5 }).ret).toBe('EINVAL');
  });
});

it('files pass between processes, end with close, and count for eventfds', () => {
  const { bench, c, drm, dmaBuf } = setup();
  const other = bench.client();
  const there = c.file.fds.send(dmaBuf, other.client.pid);
  c.file.fds.close(dmaBuf);
  expect(() => c.file.fds.close(dmaBuf)).toThrow('EBADF');
  const { handle } = other.ok(C.PRIME_FD_TO_HANDLE, { fd: there });
  expect(handle).toBeGreaterThan(0);
  const event = c.file.fds.eventfd();
  const syncobj = c.ok(C.SYNCOBJ_CREATE, { flags: 1 }).handle;
  c.ok(C.SYNCOBJ_EVENTFD, { handle: syncobj, fd: event });
  expect([c.file.fds.read(event), c.file.fds.read(event)]).toEqual([1, 0]);
  expect(() => other.file.fds.read(there)).toThrow('EINVAL');
  c.file.close();
  other.file.close();
  expect(drm.fds.count).toBe(0);
});
