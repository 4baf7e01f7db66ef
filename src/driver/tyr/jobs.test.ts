import { describe, expect, it } from 'vitest';
import { GROUP_STATE_FLAGS, SYNCOBJ_WAIT_FLAGS, VM_BIND_OP_FLAGS } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { MMU_CONTROL } from '../../spec/registers/mmu.ts';
import { Bench } from './testing-bench.ts';
import type { TestClient } from './testing-bench.ts';

const SIGNAL = 0x8000_0000;
const STREAM = 0x200_0000;

interface Setup {
  readonly bench: Bench;
  readonly client: TestClient;
  readonly vm: number;
  group(priority?: number, queues?: number): number;
  submit(group: number, queue: number, options?: { waits?: number[]; empty?: boolean }): number;
  /** Whether a syncobj has signalled. */
  done(syncobj: number): boolean;
  state(group: number): { state: number; fatal: number };
}

function setup(prepare?: ConstructorParameters<typeof Bench>[0]): Setup {
  const bench = new Bench(prepare);
  const client = bench.client('SYS_NICE');
  const vm = client.ok(PANTHOR_IOCTLS.VM_CREATE, { user_va_range: 2 ** 32 }).id;
  const bo = client.ok(PANTHOR_IOCTLS.BO_CREATE, { size: 0x1000, exclusive_vm_id: vm }).handle;
  const ops = client.array(panthorVmBindOp, [
    { flags: VM_BIND_OP_FLAGS.MAP_NOEXEC, bo_handle: bo, va: STREAM, size: 0x1000 },
  ]);
  client.ok(PANTHOR_IOCTLS.VM_BIND, { vm_id: vm, ops });
  return {
    bench,
    client,
    vm,
    group(priority = 1, queues = 1) {
      return client.ok(PANTHOR_IOCTLS.GROUP_CREATE, {
        queues: client.array(
          panthorQueueCreate,
          Array.from({ length: queues }, () => ({ priority: 1, ringbuf_size: 4096 })),
        ),
        max_compute_cores: 4,
        max_fragment_cores: 4,
        max_tiler_cores: 1,
        priority,
        compute_core_mask: 0x50005,
        fragment_core_mask: 0x50005,
        tiler_core_mask: 1,
        vm_id: vm,
      }).group_handle;
    },
    submit(group, queue, { waits = [], empty = false } = {}) {
      const handle = client.syncobj();
      const syncs = client.array(panthorSyncOp, [{ flags: SIGNAL, handle }, ...waits.map((w) => ({ handle: w }))]);
      const stream = empty ? {} : { stream_addr: STREAM, stream_size: 64 };
      const submits = client.array(panthorQueueSubmit, [{ queue_index: queue, ...stream, syncs }]);
      client.ok(PANTHOR_IOCTLS.GROUP_SUBMIT, { group_handle: group, queue_submits: submits });
      return handle;
    },
    done(syncobj) {
      const handles = new Uint8Array(new Uint32Array([syncobj]).buffer);
      return (
        client.call(CORE_IOCTLS.SYNCOBJ_WAIT, {
          handles: client.place(handles),
          count_handles: 1,
          flags: SYNCOBJ_WAIT_FLAGS.ALL,
        }).ret === 0
      );
    },
    state(group) {
      const out = client.ok(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group });
      return { state: out.state, fatal: out.fatal_queues };
    },
  };
}

describe('a job on a free slot', () => {
  it('starts the group, runs, and signals its syncobj', () => {
    const { bench, group, submit, done, client } = setup();
    const g = group();
    const fence = submit(g, 0);
    expect(done(fence)).toBe(false);
    bench.run(2);
    expect(bench.firmware.states).toEqual(['CSG0 START']);
    expect(bench.firmware.calls).toEqual([`AS1 0x${STREAM.toString(16)} +0x40`]);
    expect(done(fence)).toBe(true);
    // More work goes to the running group without another START.
    const more = [submit(g, 0), submit(g, 0), submit(g, 0, { empty: true })];
    bench.run(2);
    expect(more.map(done)).toEqual([true, true, true]);
    expect(bench.firmware.calls).toHaveLength(3);
    expect(bench.firmware.states).toEqual(['CSG0 START']);
    client.ok(PANTHOR_IOCTLS.GROUP_DESTROY, { group_handle: g });
    bench.run(20);
    expect(bench.firmware.states).toEqual(['CSG0 START', 'CSG0 TERMINATE']);
    expect(bench.tyr.sched.groups.size).toBe(0);
  });

  it('keeps the order of queues and waits of other queues', () => {
    const { bench, group, submit, done } = setup();
    const g = group(1, 2);
    const empty = submit(g, 0, { empty: true });
    bench.run(1);
    expect(done(empty)).toBe(true);
    const first = submit(g, 0);
    const second = submit(g, 1, { waits: [first] });
    const third = submit(g, 0, { waits: [second] });
    bench.run(5);
    expect([first, second, third].map(done)).toEqual([true, true, true]);
    expect(bench.firmware.calls).toHaveLength(3);
  });

  it('wraps the ring and gives credits back', () => {
    const { bench, group, submit, done } = setup();
    const g = group();
    const fences = Array.from({ length: 100 }, () => submit(g, 0));
    bench.run(20);
    expect(fences.every(done)).toBe(true);
    expect(bench.firmware.calls).toHaveLength(100);
  });

  it('gives everything back when the file is closed with work under way', () => {
    const { bench, group, submit, client } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    const before = new Bench().kernel.dma.pagesUsed;
    submit(group(), 0);
    submit(group(2), 0);
    bench.run(1);
    client.file.close();
    bench.run(50);
    expect(bench.tyr.sched.groups.size).toBe(0);
    expect(bench.kernel.dma.pagesUsed).toBe(before);
    bench.kernel.unloadModule('panthor');
    expect(bench.kernel.dma.pagesUsed).toBe(0);
    expect(bench.soc.held()).toEqual([]);
  });

  it('lets the device be unbound with work under way', () => {
    const { bench, group, submit, client } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    submit(group(), 0);
    bench.run(1);
    bench.kernel.unloadModule('panthor');
    expect(bench.soc.held()).toEqual([]);
    client.file.close();
    expect(bench.kernel.dma.pagesUsed).toBe(0);
  });
});

describe('what goes wrong', () => {
  it('a fault is the error of its job; later jobs run', () => {
    let calls = 0;
    const { bench, group, submit, done, state } = setup(
      (_soc, fw) => void (fw.onCall = () => (calls++ === 0 ? 'fault' : 'done')),
    );
    const g = group();
    const fences = [submit(g, 0), submit(g, 0)];
    bench.run(5);
    expect(fences.map(done)).toEqual([true, true]);
    expect(state(g)).toEqual({ state: 0, fatal: 0 });
    expect(bench.soc.lines.some((l) => l.includes('CS_FAULT.EXCEPTION_TYPE: 0x58 (DATA_INVALID_FAULT)'))).toBe(true);
    expect(bench.firmware.calls).toHaveLength(2);
  });

  it('a fatal exception ends the group', () => {
    const { bench, group, submit, done, state, client } = setup((_soc, fw) => void (fw.onCall = () => 'fatal'));
    const g = group(1, 2);
    const fence = submit(g, 1);
    bench.run(5);
    expect(done(fence)).toBe(true);
    expect(state(g)).toEqual({ state: GROUP_STATE_FLAGS.FATAL_FAULT, fatal: 2 });
    expect(bench.firmware.states).toEqual(['CSG0 START', 'CSG0 TERMINATE']);
    const submits = client.array(panthorQueueSubmit, [{ queue_index: 0 }]);
    expect(client.call(PANTHOR_IOCTLS.GROUP_SUBMIT, { group_handle: g, queue_submits: submits }).ret).toBe('EINVAL');
  });

  it('a job that does not end times out after 5 s', () => {
    const { bench, group, submit, done, state } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    const g = group();
    const fence = submit(g, 0);
    bench.run(4990);
    expect(done(fence)).toBe(false);
    bench.run(100);
    expect(done(fence)).toBe(true);
    expect(state(g)).toEqual({ state: GROUP_STATE_FLAGS.TIMEDOUT, fatal: 0 });
    expect(bench.soc.lines.some((l) => l.includes('job timeout: pid=1, comm=client1, seqno=1'))).toBe(true);
  });

  it('a page fault kills the groups of its VM', () => {
    const { bench, group, submit, done, state } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    const g = group();
    const fence = submit(g, 0);
    bench.run(1);
    bench.soc.poke(MMU_CONTROL.AS_FAULTSTATUS.at(1).offset, 0x12_02c3);
    bench.soc.poke(MMU_CONTROL.AS_FAULTADDRESS.at(1).offset, 0xdead_b000);
    bench.soc.raise(MMU_CONTROL.MMU_INT_RAWSTAT.offset, 2);
    bench.run(5);
    expect(done(fence)).toBe(true);
    expect(state(g)).toEqual({ state: GROUP_STATE_FLAGS.FATAL_FAULT, fatal: 1 });
    const line = bench.soc.lines.find((l) => l.includes('Unhandled Page fault'));
    expect(line).toContain('AS1 at VA 0x00000000DEADB000\nraw fault status: 0x1202C3');
    expect(line).toContain('exception type 0xC3: TRANSLATION_FAULT_3\naccess type 0x2: READ\nsource id 0x12');
  });

  it('a firmware that does not answer pings leads to a reset, and work goes on', () => {
    const { bench, group, submit, done } = setup();
    // Without work the device would sleep and nobody would ask.
    bench.tyr.pm?.forbid(true);
    const g = group();
    submit(g, 0);
    bench.run(5);
    bench.firmware.deaf = true;
    bench.run(12_050);
    bench.firmware.deaf = false;
    bench.run(500);
    expect(bench.soc.lines.some((l) => l.includes('FW ping timeout, scheduling a reset'))).toBe(true);
    expect(bench.tyr.reset.count).toBe(1);
    const fence = submit(group(), 0);
    bench.run(20);
    expect(done(fence)).toBe(true);
  });

  it('a slot that does not leave in time is innocent and timed out', () => {
    const { bench, group, submit, done, state } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    const g = group();
    const fence = submit(g, 0);
    bench.run(5);
    bench.firmware.deafSlots = 1;
    bench.tyr.reset.schedule();
    bench.run(1000);
    expect(bench.tyr.reset.count).toBe(1);
    expect(done(fence)).toBe(true);
    expect(state(g).state).toBe(GROUP_STATE_FLAGS.TIMEDOUT | GROUP_STATE_FLAGS.INNOCENT);
  });
});

describe('more groups than slots', () => {
  it('take turns, and all get done', () => {
    const { bench, group, submit, done } = setup();
    const groups = Array.from({ length: 12 }, () => group());
    const fences = groups.map((g) => submit(g, 0));
    bench.run(200);
    expect(fences.every(done)).toBe(true);
    expect(bench.firmware.states.some((s) => s.endsWith('SUSPEND'))).toBe(true);
  });

  it('rotate while all are busy; real time comes first', () => {
    const { bench, group, submit } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    for (let i = 0; i < 9; i++) submit(group(), 0);
    bench.run(15);
    const before = bench.firmware.states.length;
    submit(group(3), 0);
    bench.run(1);
    expect(bench.firmware.states.slice(before).some((s) => s.endsWith('START'))).toBe(true);
    bench.run(100);
    const resumed = bench.firmware.states.filter((s) => s.endsWith('RESUME'));
    expect(resumed.length).toBeGreaterThan(0);
  });

  it('rotate in spite of ticks before their time', () => {
    const { bench, group, submit } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    for (let i = 0; i < 9; i++) submit(group(), 0);
    bench.run(5);
    for (let ms = 0; ms < 40; ms++) {
      bench.tyr.sched.tickNow();
      bench.run(1);
    }
    expect(bench.firmware.states.filter((s) => s.endsWith('SUSPEND')).length).toBeGreaterThanOrEqual(3);
  });

  it('a group dropped during a reset goes away', () => {
    const { bench, group, submit, client, done } = setup((_soc, fw) => void (fw.onCall = () => 'hang'));
    const g = group();
    const fence = submit(g, 0);
    bench.run(5);
    bench.tyr.reset.schedule();
    client.ok(PANTHOR_IOCTLS.GROUP_DESTROY, { group_handle: g });
    bench.run(500);
    expect(done(fence)).toBe(true);
    expect(bench.tyr.sched.groups.size).toBe(0);
  });
});
