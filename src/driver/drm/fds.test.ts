import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import { Bench } from '../tyr/testing-bench.ts';
import type { TestClient } from '../tyr/testing-bench.ts';

function signalled(c: TestClient, handle: number): number | string {
  const handles = c.place(new Uint8Array(new Uint32Array([handle]).buffer));
  return c.call(C.SYNCOBJ_WAIT, { handles, count_handles: 1, flags: 1 }).ret;
}

function signal(c: TestClient, handle: number): void {
  c.ok(C.SYNCOBJ_SIGNAL, { handles: c.place(new Uint8Array(new Uint32Array([handle]).buffer)), count_handles: 1 });
}

describe('PRIME', () => {
  it('gives other processes the same object, and each file one handle', () => {
    const bench = new Bench();
    const [a, b] = [bench.client(), bench.client()];
    const { drm } = bench.tyr;
    const before = drm.allObjects.length;
    const { handle } = a.ok(P.BO_CREATE, { size: 0x3000 });
    const { fd } = a.ok(C.PRIME_HANDLE_TO_FD, { handle, flags: 0x8_0002 });
    const again = a.ok(C.PRIME_HANDLE_TO_FD, { handle });
    expect(again.fd).not.toBe(fd);
    expect(a.ok(C.PRIME_FD_TO_HANDLE, { fd: again.fd }).handle).toBe(handle);
    const there = drm.fds.send(a.client.pid, fd, b.client.pid);
    const imported = b.ok(C.PRIME_FD_TO_HANDLE, { fd: there }).handle;
    expect(b.ok(C.PRIME_FD_TO_HANDLE, { fd: there }).handle).toBe(imported);
    // A write through one mapping is seen through the other.
    const map = (c: TestClient, h: number) =>
      c.file.mmap(c.ok(P.BO_MMAP_OFFSET, { handle: h }).offset, 0x1000, { write: true, exec: false, shared: true });
    const [mine, theirs] = [map(a, handle), map(b, imported)];
    mine.write(4, Uint8Array.of(1, 2, 3));
    expect(theirs.read(4, 3)).toEqual(Uint8Array.of(1, 2, 3));
    mine.unmapped?.();
    theirs.unmapped?.();
    a.file.close();
    expect(b.ok(P.BO_QUERY_INFO, { handle: imported }).extra_flags).toBe(0);
    b.file.close();
    expect(drm.allObjects).toHaveLength(before);
    expect(drm.fds.count).toBe(0);
  });

  it('refuses what the kernel refuses', () => {
    const bench = new Bench();
    const c = bench.client();
    const vm = c.ok(P.VM_CREATE, {}).id;
    const { handle } = c.ok(P.BO_CREATE, { size: 0x1000, exclusive_vm_id: vm });
    expect(c.call(C.PRIME_HANDLE_TO_FD, { handle }).ret).toBe('EINVAL');
    expect(c.call(C.PRIME_HANDLE_TO_FD, { handle: 99 }).ret).toBe('ENOENT');
    const shared = c.ok(P.BO_CREATE, { size: 0x1000 }).handle;
    expect(c.call(C.PRIME_HANDLE_TO_FD, { handle: shared, flags: 1 }).ret).toBe('EINVAL');
    expect(c.call(C.PRIME_FD_TO_HANDLE, { fd: 77 }).ret).toBe('EBADF');
    const { fd } = c.ok(C.SYNCOBJ_HANDLE_TO_FD, { handle: c.syncobj() });
    expect(c.call(C.PRIME_FD_TO_HANDLE, { fd }).ret).toBe('EINVAL');
    expect(c.call(C.GEM_CHANGE_HANDLE, { handle: shared, new_handle: 9 }).ret).toBe('EINVAL');
  });
});

describe('syncobjs as files', () => {
  it('share the container', () => {
    const bench = new Bench();
    const [a, b] = [bench.client(), bench.client()];
    const handle = a.syncobj();
    const { fd } = a.ok(C.SYNCOBJ_HANDLE_TO_FD, { handle });
    const there = bench.tyr.drm.fds.send(a.client.pid, fd, b.client.pid);
    const own = b.ok(C.SYNCOBJ_FD_TO_HANDLE, { fd: there }).handle;
    expect(b.ok(C.SYNCOBJ_FD_TO_HANDLE, { fd: there }).handle).not.toBe(own);
    expect(signalled(b, own)).toBe('EINVAL');
    signal(a, handle);
    expect(signalled(b, own)).toBe(0);
    for (const c of [a, b]) c.file.close();
    expect(bench.tyr.drm.syncobjs.count).toBe(0);
  });

  it('give and take sync files, which keep the fence of their moment', () => {
    const bench = new Bench();
    const c = bench.client();
    const [from, to] = [c.syncobj(), c.syncobj()];
    const exported = { handle: from, flags: 1 };
    expect(c.call(C.SYNCOBJ_HANDLE_TO_FD, exported).ret).toBe('EINVAL');
    signal(c, from);
    const { fd } = c.ok(C.SYNCOBJ_HANDLE_TO_FD, exported);
    c.ok(C.SYNCOBJ_FD_TO_HANDLE, { fd, handle: to, flags: 1 });
    expect(signalled(c, to)).toBe(0);
    c.ok(C.SYNCOBJ_FD_TO_HANDLE, { fd, handle: to, flags: 3, point: 5 });
    expect(c.ok(C.SYNCOBJ_HANDLE_TO_FD, { handle: to, flags: 3, point: 5 }).fd).toBeGreaterThan(fd);
    for (const [args, errno] of [
      [{ handle: to, flags: 3, point: 6 }, 'EINVAL'],
      [{ handle: 99, flags: 1 }, 'ENOENT'],
      [{ handle: 99 }, 'EINVAL'],
      [{ handle: to, point: 1 }, 'EINVAL'],
      [{ handle: to, flags: 4 }, 'EINVAL'],
      [{ handle: to, pad: 1 }, 'EINVAL'],
    ] as const)
      expect(c.call(C.SYNCOBJ_HANDLE_TO_FD, args).ret, JSON.stringify(args)).toBe(errno);
    expect(c.call(C.SYNCOBJ_FD_TO_HANDLE, { fd }).ret).toBe('EINVAL');
    expect(c.call(C.SYNCOBJ_FD_TO_HANDLE, { fd: 99 }).ret).toBe('EINVAL');
    expect(c.call(C.SYNCOBJ_FD_TO_HANDLE, { fd, handle: 99, flags: 1 }).ret).toBe('ENOENT');
  });

  it('count an eventfd up once', () => {
    const bench = new Bench();
    const c = bench.client();
    const { fds } = bench.tyr.drm;
    const { pid } = c.client;
    const handle = c.syncobj();
    const fd = fds.createEventfd(pid);
    c.ok(C.SYNCOBJ_EVENTFD, { handle, fd });
    expect(fds.readEventfd(pid, fd)).toBe(0);
    signal(c, handle);
    expect(fds.readEventfd(pid, fd)).toBe(1);
    signal(c, handle);
    expect(fds.readEventfd(pid, fd)).toBe(0);
    c.ok(C.SYNCOBJ_EVENTFD, { handle, fd });
    expect(fds.readEventfd(pid, fd)).toBe(1);
    expect(c.call(C.SYNCOBJ_EVENTFD, { handle, fd: 99 }).ret).toBe('EBADF');
    expect(c.call(C.SYNCOBJ_EVENTFD, { handle: 99, fd }).ret).toBe('ENOENT');
    expect(c.call(C.SYNCOBJ_EVENTFD, { handle, fd, flags: 1 }).ret).toBe('EINVAL');
    c.ok(C.SYNCOBJ_EVENTFD, { handle: c.syncobj(), fd });
    c.file.close();
    expect(fds.count).toBe(0);
  });
});
