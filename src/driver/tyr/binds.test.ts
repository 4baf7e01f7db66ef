/**
 * Asynchronous binds with timelines, what a failing one does to its VM, and more VMs than address spaces.
 */
import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { Bench } from './testing-bench.ts';
import type { TestClient } from './testing-bench.ts';

const SIGNAL = 0x8000_0000;
const TIMELINE = 1;
const ASYNC = 1;

/** TIMELINE_WAIT of one point as a poll. */
function reached(c: TestClient, handle: number, point: number): number | string {
  const handles = c.place(new Uint8Array(new Uint32Array([handle]).buffer));
  const points = c.place(new Uint8Array(new BigUint64Array([BigInt(point)]).buffer));
  return c.call(C.SYNCOBJ_TIMELINE_WAIT, { handles, points, count_handles: 1, flags: 1 }).ret;
}

const RAM = 64 << 20;

describe('asynchronous binds', () => {
  it('wait for points, signal points, and happen in order', () => {
    const bench = new Bench();
    const c = bench.client();
    const vm = c.ok(P.VM_CREATE, {}).id;
    const bo = c.ok(P.BO_CREATE, { size: 0x2000, exclusive_vm_id: vm }).handle;
    const line = c.syncobj();
    const sync = (flags: number, point: number) => ({
      flags: (flags | TIMELINE) >>> 0,
      handle: line,
      timeline_value: point,
    });
    const ops = (first: number) =>
      c.array(panthorVmBindOp, [
        { bo_handle: bo, va: 0x1000, size: 0x2000, syncs: c.array(panthorSyncOp, [sync(0, first), sync(SIGNAL, 2)]) },
        { flags: 0x1000_0000, va: 0x1000, size: 0x1000, syncs: c.array(panthorSyncOp, [sync(SIGNAL, 3)]) },
        { flags: 0x2000_0000, syncs: c.array(panthorSyncOp, [sync(0, 2), sync(SIGNAL, 4)]) },
      ]);
    // Nobody has promised point 1 yet: refused as a whole.
    expect(c.call(P.VM_BIND, { vm_id: vm, flags: ASYNC, ops: ops(1) }).ret).toBe('EINVAL');
    expect(bench.tyr.drm.fences.pendingCount).toBe(0);
    const handles = c.place(new Uint8Array(new Uint32Array([line]).buffer));
    const points = c.place(new Uint8Array(new BigUint64Array([1n]).buffer));
    c.ok(C.SYNCOBJ_TIMELINE_SIGNAL, { handles, points, count_handles: 1 });
    c.ok(P.VM_BIND, { vm_id: vm, flags: ASYNC, ops: ops(1) });
    expect(reached(c, line, 5)).toBe('EINVAL');
    bench.run(2);
    expect([2, 3, 4].map((p) => reached(c, line, p))).toEqual([0, 0, 0]);
    const mappings = [...bench.tyr.vms.values()].at(-1)!.gpuvm.mappings.map((m) => [m.va, m.range, m.offset]);
    expect(mappings).toEqual([[0x2000, 0x1000, 0x1000]]);
  });

  it('that fail when their turn comes make the VM unusable; a synchronous failure does not', () => {
    const bench = new Bench();
    const c = bench.client();
    const vm = c.ok(P.VM_CREATE, {}).id;
    const big = c.ok(P.BO_CREATE, { size: 2 * RAM }).handle;
    const map = { bo_handle: big, va: 0x20_0000, size: 2 * RAM };
    const pages = bench.kernel.dma.pagesUsed;
    expect(c.call(P.VM_BIND, { vm_id: vm, ops: c.array(panthorVmBindOp, [map]) }).ret).toBe('ENOMEM');
    expect(c.ok(P.VM_GET_STATE, { vm_id: vm }).state).toBe(0);
    expect(bench.kernel.dma.pagesUsed).toBe(pages);
    const done = c.syncobj();
    const syncs = c.array(panthorSyncOp, [{ flags: SIGNAL, handle: done }]);
    // Pages are taken when the call is made, tables when its turn comes.
    const later = (op: object) =>
      c.call(P.VM_BIND, { vm_id: vm, flags: ASYNC, ops: c.array(panthorVmBindOp, [op]) }).ret;
    expect(later({ ...map, syncs })).toBe('ENOMEM');
    expect(bench.kernel.dma.pagesUsed).toBe(pages);
    const bo = c.ok(P.BO_CREATE, { size: 0x1000 }).handle;
    expect(later({ bo_handle: bo, va: 0x20_0000, size: 0x1000, syncs })).toBe(0);
    bench.soc.failAllocation = 0;
    bench.run(2);
    expect(c.ok(P.VM_GET_STATE, { vm_id: vm }).state).toBe(1);
    // Its fence has signalled all the same; nothing more is mapped, unmapping goes on.
    expect(reached(c, done, 0)).toBe(0);
    const small = { bo_handle: bo, va: 0x1000, size: 0x1000 };
    const bind = (op: object, flags = 0) =>
      c.call(P.VM_BIND, { vm_id: vm, flags, ops: c.array(panthorVmBindOp, [op]) }).ret;
    expect([bind(small), bind(small, ASYNC)]).toEqual(['EINVAL', 'EINVAL']);
    expect(bind({ flags: 0x1000_0000, va: 0x1000, size: 0x1000 })).toBe(0);
  });
});

describe('more VMs than address spaces', () => {
  it('take turns: the one that was idle longest gives its slot away', () => {
    const bench = new Bench();
    const c = bench.client();
    const fences = Array.from({ length: 20 }, () => {
      const vm = c.ok(P.VM_CREATE, { user_va_range: 2 ** 32 }).id;
      const group = c.ok(P.GROUP_CREATE, {
        queues: c.array(panthorQueueCreate, [{ priority: 1, ringbuf_size: 4096 }]),
        priority: 1,
        vm_id: vm,
      }).group_handle;
      const handle = c.syncobj();
      const syncs = c.array(panthorSyncOp, [{ flags: SIGNAL, handle }]);
      const submits = c.array(panthorQueueSubmit, [{ stream_addr: 0x1000, stream_size: 8, syncs }]);
      c.ok(P.GROUP_SUBMIT, { group_handle: group, queue_submits: submits });
      return handle;
    });
    bench.run(40);
    expect(fences.map((f) => reached(c, f, 0))).toEqual(fences.map(() => 0));
    const { tyr } = bench;
    expect(tyr.sched.asSlotCount).toBeLessThan(20);
    // All slots were handed on at least once, the firmware's never.
    const spaces = new Set(bench.soc.commands.filter((l) => l.endsWith('UPDATE')).map((l) => l.split(' ')[0]));
    expect(spaces.size).toBe(tyr.sched.asSlotCount + 1);
    expect(bench.soc.commands.filter((l) => l === 'AS0 UPDATE')).toHaveLength(1);
  });
});
