/** A device that does not come back from a reset: everything stops, and everything is given back. */
import { describe, expect, it } from 'vitest';
import { CORE_IOCTLS as C, PANTHOR_IOCTLS as P } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { Bench } from './testing-bench.ts';
import { tyrModule } from './tyr.ts';
import { words } from './testing-uapi.ts';

const SIGNAL = 0x8000_0000;
const STREAM = 0x200_0000;

/** A bench with a job that never ends on a slot. */
function busy() {
  const bench = new Bench();
  const c = bench.client();
  const vm = c.ok(P.VM_CREATE, {}).id;
  const { handle: bo } = c.ok(P.BO_CREATE, { size: 0x1000 });
  c.ok(P.VM_BIND, { vm_id: vm, ops: c.array(panthorVmBindOp, [{ bo_handle: bo, va: STREAM, size: 0x1000 }]) });
  const queues = c.array(panthorQueueCreate, [{ priority: 1, ringbuf_size: 4096 }]);
  const group = c.ok(P.GROUP_CREATE, { queues, priority: 1, vm_id: vm }).group_handle;
  bench.firmware.onCall = () => 'hang';
  const done = c.syncobj();
  const syncs = c.array(panthorSyncOp, [{ flags: SIGNAL, handle: done }]);
  const jobs = c.array(panthorQueueSubmit, [{ stream_addr: STREAM, stream_size: 64, syncs }]);
  c.ok(P.GROUP_SUBMIT, { group_handle: group, queue_submits: jobs });
  bench.run(5);
  const { kernel, tyr } = bench;
  const wait = c.file.ioctl(
    C.SYNCOBJ_WAIT.number,
    C.SYNCOBJ_WAIT.layout.encode({ handles: words(c, done), count_handles: 1, timeout_nsec: 2 ** 62 }),
    c.user,
  );
  if (!('waiter' in wait)) throw new Error('the job is over');
  return { bench, c, kernel, tyr, waiter: wait.waiter };
}

describe.each(['l2', 'mcu', 'reset'] as const)('a reset that fails for the %s', (part) => {
  it('stops everything, and closing and unbinding give everything back', () => {
    const { bench, c, kernel, tyr, waiter } = busy();
    bench.soc.hang[part] = true;
    kernel.run('reset', () => tyr.reset.schedule());
    bench.run(3000);
    expect(bench.soc.lines.join('\n')).toContain('Failed to boot MCU after reset, making device unusable.');
    expect(tyr.drm.isUnplugged).toBe(true);
    // The job is over, with an error; nobody waits for ever.
    expect(c.replies.get(waiter)?.ret).toBe(0);
    // Neither ping nor governor nor autosuspend goes on, the clocks are off, no interrupt is asked for.
    expect(kernel.timers.count).toBe(0);
    expect(bench.soc.held().filter((h) => !h.startsWith('regulator'))).toEqual([]);
    expect(tyr.mmu.entries()).toEqual([]);
    expect(c.call(P.VM_CREATE, {}).ret).toBe('ENODEV');
    expect(c.call(P.GROUP_DESTROY, { group_handle: 1 }).ret).toBe('ENODEV');
    expect(() => c.file.mmap(2 ** 56, 4096, { write: false, exec: false, shared: true })).toThrow('ENODEV');
    expect(() => bench.client()).toThrow('ENODEV');
    bench.run(60_000);
    expect(tyr.reset.count).toBe(1);
    c.file.close();
    c.user.clear();
    bench.run(10);
    expect([tyr.sched.groups.size, tyr.vms.size]).toEqual([0, 1]);
    kernel.unloadModule('panthor');
    expect(bench.soc.held()).toEqual([]);
    expect([...kernel.dma.owners()]).toEqual([]);
    expect([kernel.timers.count, kernel.work.pendingCount, kernel.cpu.depth]).toEqual([0, 0, 0]);
  });
});

it('unbinding with files open cuts them off and gives everything back', () => {
  const { bench, c, kernel, waiter } = busy();
  kernel.unloadModule('panthor');
  expect(c.replies.get(waiter)?.ret).toBe(0);
  expect(bench.soc.held()).toEqual([]);
  expect(c.call(P.VM_CREATE, {}).ret).toBe('ENODEV');
  c.file.close();
  c.user.clear();
  expect([...kernel.dma.owners()]).toEqual([]);
  kernel.loadModule(tyrModule);
  expect(bench.client().call(P.VM_CREATE, {}).ret).toBe(0);
});
