import { describe, expect, it } from 'vitest';
import { stateHash } from '../../base/stateful.ts';
import { GROUP_STATE_FLAGS, VM_BIND_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { loadDevice, saveDevice } from './state.ts';
import { Bench } from './testing-bench.ts';

describe('saved state', () => {
  it('brings back VMs, groups, rings, heaps and timers: going on gives the same as going through', () => {
    const bench = new Bench((_soc, fw) => void (fw.onCall = (start) => (start === 0x1000 ? 'hang' : 'done')));
    const c = bench.client();
    const vm = c.ok(PANTHOR_IOCTLS.VM_CREATE, { user_va_range: 2 ** 32 }).id;
    const bo = c.ok(PANTHOR_IOCTLS.BO_CREATE, { size: 0x4000, exclusive_vm_id: vm }).handle;
    const ops = c.array(panthorVmBindOp, [
      { flags: VM_BIND_OP_FLAGS.MAP_NOEXEC, bo_handle: bo, va: 0x1000, size: 0x4000 },
    ]);
    c.ok(PANTHOR_IOCTLS.VM_BIND, { vm_id: vm, ops });
    c.ok(PANTHOR_IOCTLS.TILER_HEAP_CREATE, { vm_id: vm, initial_chunk_count: 1, chunk_size: 0x2_0000, max_chunks: 2 });
    const create = (): number =>
      c.ok(PANTHOR_IOCTLS.GROUP_CREATE, {
        queues: c.array(panthorQueueCreate, [{ priority: 1, ringbuf_size: 4096 }]),
        priority: 1,
        vm_id: vm,
      }).group_handle;
    const submit = (group: number, start: number, syncs: { flags: number; handle: number }[]): void => {
      const submits = c.array(panthorQueueSubmit, [
        { stream_addr: start, stream_size: 8, syncs: c.array(panthorSyncOp, syncs) },
      ]);
      c.ok(PANTHOR_IOCTLS.GROUP_SUBMIT, { group_handle: group, queue_submits: submits });
    };
    const [stuck, waiting] = [create(), create()];
    const gate = c.syncobj();
    submit(stuck, 0x1000, [{ flags: 0x8000_0000, handle: gate }]);
    submit(waiting, 0x2000, [{ flags: 0, handle: gate }]);
    bench.run(3000);

    const hash = (): string => stateHash({ driver: saveDevice(bench.tyr), kernel: bench.kernel.save() });
    const [soc, firmware, driver, kernel, before] = [
      bench.soc.snapshot(),
      bench.firmware.snapshot(),
      saveDevice(bench.tyr),
      bench.kernel.save(),
      hash(),
    ];
    const { id } = bench.tyr.drm.openFiles[0]!;
    const calls = bench.firmware.calls.length;
    const goOn = (): string => {
      bench.run(2500);
      expect(c.ok(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: stuck }).state).toBe(GROUP_STATE_FLAGS.TIMEDOUT);
      expect(bench.firmware.calls.slice(calls).at(-1)).toContain('0x2000');
      return hash();
    };
    const through = goOn();
    expect(through).not.toBe(before);

    loadDevice(bench.tyr, driver, () => c.client);
    bench.kernel.load(kernel);
    soc();
    firmware();
    c.file = bench.tyr.drm.file(id)!;
    expect(hash()).toBe(before);
    expect(goOn()).toBe(through);
    c.file.close();
    bench.run(50);
    bench.kernel.unloadModule('panthor');
    expect(bench.kernel.dma.pagesUsed).toBe(0);
    expect(bench.soc.held()).toEqual([]);
  });
});
