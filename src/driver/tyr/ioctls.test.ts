import { describe, expect, it } from 'vitest';
import { DEV_QUERY_TYPE } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import {
  panthorCsifInfo,
  panthorGroupPrioritiesInfo,
  panthorMmuInfo,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorTimestampInfo,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { Bench } from './testing-bench.ts';
import type { TestClient } from './testing-bench.ts';

interface World {
  readonly bench: Bench;
  readonly c: TestClient;
  readonly vm: number;
  readonly bo: number;
  readonly noMmap: number;
  readonly group: number;
}

const queue = { priority: 1, ringbuf_size: 4096 };
const CORES = { max_compute_cores: 4, compute_core_mask: 0x50005 };

function world(): World {
  const bench = new Bench();
  const c = bench.client();
  const vm = c.ok(PANTHOR_IOCTLS.VM_CREATE, {}).id;
  const bo = c.ok(PANTHOR_IOCTLS.BO_CREATE, { size: 0x2345 }).handle;
  const noMmap = c.ok(PANTHOR_IOCTLS.BO_CREATE, { size: 1, flags: 1, exclusive_vm_id: vm }).handle;
  const queues = c.array(panthorQueueCreate, [queue]);
  const group = c.ok(PANTHOR_IOCTLS.GROUP_CREATE, { ...CORES, queues, priority: 1, vm_id: vm }).group_handle;
  return { bench, c, vm, bo, noMmap, group };
}

/** Arguments of a call, made in a world. */
type Case = readonly [
  name: string,
  spec: IoctlSpec,
  args: (w: World) => Record<string, unknown>,
  result: number | string,
];

const bind =
  (op: Record<string, number>, extra = {}) =>
  (w: World) => ({
    vm_id: w.vm,
    ops: w.c.array(panthorVmBindOp, [{ bo_handle: w.bo, va: 0x10000, size: 0x1000, ...op }]),
    ...extra,
  });
const create =
  (args: Record<string, unknown>, q: Record<string, unknown> = {}) =>
  (w: World) => ({
    ...CORES,
    priority: 1,
    vm_id: w.vm,
    queues: w.c.array(panthorQueueCreate, [{ ...queue, ...q }]),
    ...args,
  });
const submit =
  (q: Record<string, number>, syncs: Record<string, number>[] = []) =>
  (w: World) => ({
    group_handle: w.group,
    queue_submits: w.c.array(panthorQueueSubmit, [
      { stream_addr: 0x1000, stream_size: 8, syncs: w.c.array(panthorSyncOp, syncs), ...q },
    ]),
  });
const heap = (args: Record<string, number>) => (w: World) => ({
  vm_id: w.vm,
  initial_chunk_count: 2,
  chunk_size: 0x20_0000,
  max_chunks: 4,
  target_in_flight: 1,
  ...args,
});
const fixed = (args: Record<string, unknown>) => () => args;
const I = PANTHOR_IOCTLS;

const CASES: readonly Case[] = [
  ['unknown query', I.DEV_QUERY, fixed({ type: 5 }), 'EINVAL'],
  ['short gpu_info', I.DEV_QUERY, (w) => ({ pointer: w.c.place(new Uint8Array(95)), size: 95 }), 'EINVAL'],
  ['old gpu_info', I.DEV_QUERY, (w) => ({ pointer: w.c.place(new Uint8Array(96)), size: 96 }), 0],
  ['bad query pointer', I.DEV_QUERY, fixed({ pointer: 0x7f00_0000_0000, size: 112 }), 'EFAULT'],
  ['VM flags', I.VM_CREATE, fixed({ flags: 1 }), 'EINVAL'],
  ['VM too large', I.VM_CREATE, fixed({ user_va_range: 2 ** 48 }), 'EINVAL'],
  ['VM destroy pad', I.VM_DESTROY, (w) => ({ id: w.vm, pad: 1 }), 'EINVAL'],
  ['VM destroy unknown', I.VM_DESTROY, fixed({ id: 9 }), 'EINVAL'],
  ['VM state unknown', I.VM_GET_STATE, fixed({ vm_id: 9 }), 'EINVAL'],
  ['bind', I.VM_BIND, bind({}), 0],
  ['bind unknown VM', I.VM_BIND, bind({}, { vm_id: 7 }), 'EINVAL'],
  ['bind unaligned', I.VM_BIND, bind({ va: 0x10001 }), 'EINVAL'],
  ['bind above the user range', I.VM_BIND, bind({ va: 2 ** 47 }), 'EINVAL'],
  ['bind unknown object', I.VM_BIND, bind({ bo_handle: 77 }), 'EINVAL'],
  ['bind behind the object', I.VM_BIND, bind({ bo_offset: 0x3000 }), 'EINVAL'],
  ['bind unknown flag', I.VM_BIND, bind({ flags: 0x10 }), 'EINVAL'],
  ['bind unknown type', I.VM_BIND, bind({ flags: 0x3000_0000 }), 'EINVAL'],
  ['bind sparse executable', I.VM_BIND, bind({ flags: 8, bo_handle: 0 }), 'EINVAL'],
  ['bind sparse', I.VM_BIND, bind({ flags: 0xa, bo_handle: 0, size: 0x60_0000 }), 0],
  ['bind size 0', I.VM_BIND, bind({ flags: 0x7000_0000, size: 0 }), 0],
  ['unmap with object', I.VM_BIND, bind({ flags: 0x1000_0000 }), 'EINVAL'],
  ['unmap nothing', I.VM_BIND, bind({ flags: 0x1000_0000, bo_handle: 0 }), 0],
  ['bind stride', I.VM_BIND, (w) => ({ vm_id: w.vm, ops: { stride: 40, count: 1, array: 0x1000 } }), 'EINVAL'],
  ['bind array', I.VM_BIND, (w) => ({ vm_id: w.vm, ops: { stride: 48, count: 1, array: 0x1000 } }), 'EFAULT'],
  ['asynchronous bind', I.VM_BIND, bind({}, { flags: 1 }), 0],
  ['BO size 0', I.BO_CREATE, fixed({ size: 0 }), 'EINVAL'],
  ['BO pad', I.BO_CREATE, fixed({ size: 1, pad: 1 }), 'EINVAL'],
  ['BO flags', I.BO_CREATE, fixed({ size: 1, flags: 4 }), 'EINVAL'],
  ['BO flags exclude', I.BO_CREATE, fixed({ size: 1, flags: 3 }), 'EINVAL'],
  ['BO unknown VM', I.BO_CREATE, fixed({ size: 1, exclusive_vm_id: 5 }), 'EINVAL'],
  ['mmap offset pad', I.BO_MMAP_OFFSET, (w) => ({ handle: w.bo, pad: 1 }), 'EINVAL'],
  ['mmap offset unknown', I.BO_MMAP_OFFSET, fixed({ handle: 99 }), 'ENOENT'],
  ['mmap offset refused', I.BO_MMAP_OFFSET, (w) => ({ handle: w.noMmap }), 'EPERM'],
  ['group without queues', I.GROUP_CREATE, create({ queues: { stride: 8, count: 0, array: 0 } }), 'EINVAL'],
  ['group with 33 queues', I.GROUP_CREATE, create({ queues: { stride: 8, count: 33, array: 0 } }), 'EINVAL'],
  ['group queue stride', I.GROUP_CREATE, create({ queues: { stride: 7, count: 1, array: 0 } }), 'EINVAL'],
  ['group priority', I.GROUP_CREATE, create({ priority: 4 }), 'EINVAL'],
  ['group priority refused', I.GROUP_CREATE, create({ priority: 2 }), 'EACCES'],
  ['group pad', I.GROUP_CREATE, create({ pad: 1 }), 'EINVAL'],
  ['group cores', I.GROUP_CREATE, create({ compute_core_mask: 2 }), 'EINVAL'],
  ['group core count', I.GROUP_CREATE, create({ max_compute_cores: 5 }), 'EINVAL'],
  ['group tilers', I.GROUP_CREATE, create({ max_tiler_cores: 1 }), 'EINVAL'],
  ['group unknown VM', I.GROUP_CREATE, create({ vm_id: 4 }), 'EINVAL'],
  ['ring size', I.GROUP_CREATE, create({}, { ringbuf_size: 0x3000 }), 'EINVAL'],
  ['ring too small', I.GROUP_CREATE, create({}, { ringbuf_size: 2048 }), 'EINVAL'],
  ['queue priority', I.GROUP_CREATE, create({}, { priority: 16 }), 'EINVAL'],
  ['queue pad', I.GROUP_CREATE, create({}, { pad: [0, 1, 0] }), 'EINVAL'],
  ['group', I.GROUP_CREATE, create({}), 0],
  ['destroy pad', I.GROUP_DESTROY, (w) => ({ group_handle: w.group, pad: 1 }), 'EINVAL'],
  ['destroy unknown', I.GROUP_DESTROY, fixed({ group_handle: 5 }), 'EINVAL'],
  ['state pad', I.GROUP_GET_STATE, (w) => ({ group_handle: w.group, pad: 1 }), 'EINVAL'],
  ['state unknown', I.GROUP_GET_STATE, fixed({ group_handle: 5 }), 'EINVAL'],
  ['submit nothing anywhere', I.GROUP_SUBMIT, fixed({ group_handle: 99 }), 0],
  ['submit pad', I.GROUP_SUBMIT, submit({ pad: 1 }), 'EINVAL'],
  ['submit without size', I.GROUP_SUBMIT, submit({ stream_size: 0 }), 'EINVAL'],
  ['submit unaligned', I.GROUP_SUBMIT, submit({ stream_addr: 0x1020 }), 'EINVAL'],
  ['submit odd size', I.GROUP_SUBMIT, submit({ stream_size: 12 }), 'EINVAL'],
  ['submit flush id', I.GROUP_SUBMIT, submit({ latest_flush: 0x100_0000 }), 'EINVAL'],
  ['submit queue', I.GROUP_SUBMIT, submit({ queue_index: 1 }), 'EINVAL'],
  ['submit sync flags', I.GROUP_SUBMIT, submit({}, [{ flags: 0x100 }]), 'EINVAL'],
  ['submit sync type', I.GROUP_SUBMIT, submit({}, [{ flags: 2 }]), 'EINVAL'],
  ['submit binary point', I.GROUP_SUBMIT, submit({}, [{ timeline_value: 1 }]), 'EINVAL'],
  ['submit unknown wait', I.GROUP_SUBMIT, submit({}, [{ handle: 9 }]), 'ENOENT'],
  ['submit unknown signal', I.GROUP_SUBMIT, submit({}, [{ handle: 9, flags: 0x8000_0000 }]), 'EINVAL'],
  ['heap', I.TILER_HEAP_CREATE, heap({}), 0],
  ['heap unknown VM', I.TILER_HEAP_CREATE, heap({ vm_id: 8 }), 'EINVAL'],
  ['heap without chunks', I.TILER_HEAP_CREATE, heap({ initial_chunk_count: 0 }), 'EINVAL'],
  ['heap above max', I.TILER_HEAP_CREATE, heap({ initial_chunk_count: 5 }), 'EINVAL'],
  ['heap chunk size', I.TILER_HEAP_CREATE, heap({ chunk_size: 0x1_0000 }), 'EINVAL'],
  ['heap destroy pad', I.TILER_HEAP_DESTROY, fixed({ pad: 1 }), 'EINVAL'],
  ['heap destroy without pool', I.TILER_HEAP_DESTROY, (w) => ({ handle: w.c.ok(I.VM_CREATE, {}).id << 16 }), 'ENOENT'],
  ['heap destroy unknown VM', I.TILER_HEAP_DESTROY, fixed({ handle: 9 << 16 }), 'EINVAL'],
  ['label unknown', I.BO_SET_LABEL, fixed({ handle: 99 }), 'ENOENT'],
  ['label pointer', I.BO_SET_LABEL, (w) => ({ handle: w.bo, label: 0x7f00_0000_0000 }), 'EFAULT'],
  ['user MMIO offset', I.SET_USER_MMIO_OFFSET, fixed({ offset: 2 ** 43 }), 0],
  ['user MMIO offset elsewhere', I.SET_USER_MMIO_OFFSET, fixed({ offset: 2 ** 44 }), 'EINVAL'],
  ['info unknown', I.BO_QUERY_INFO, fixed({ handle: 99 }), 'ENOENT'],
];

describe('ioctls', () => {
  const w = world();
  it.each(CASES)('%s', (_name, spec, args, result) => {
    // The table mixes structs; each row gives fields of its own call.
    expect(w.c.call(spec, args(w) as never).ret).toBe(result);
    w.bench.run(1);
  });

  it('answer what user space needs to know', () => {
    const { c } = world();
    const query = (type: number, size: number): Uint8Array => {
      const pointer = c.place(new Uint8Array(size));
      c.ok(I.DEV_QUERY, { type, size, pointer });
      return c.user.copyFrom(pointer, size);
    };
    expect(c.ok(I.DEV_QUERY, { type: 0 }).size).toBe(112);
    expect(panthorCsifInfo.decode(query(DEV_QUERY_TYPE.CSIF_INFO, 24))).toEqual({
      csg_slot_count: 8,
      cs_slot_count: 8,
      cs_reg_count: 96,
      scoreboard_slot_count: 8,
      unpreserved_cs_reg_count: 4,
      pad: 0,
    });
    expect(panthorGroupPrioritiesInfo.decode(query(DEV_QUERY_TYPE.GROUP_PRIORITIES_INFO, 4)).allowed_mask).toBe(3);
    expect(panthorMmuInfo.decode(query(DEV_QUERY_TYPE.MMU_INFO, 8)).page_size_bitmap).toBe(0x20_1000);
    const time = panthorTimestampInfo.decode(query(DEV_QUERY_TYPE.TIMESTAMP_INFO, 56));
    expect(time.timestamp_frequency).toBe(24_000_000);
    expect(time.current_timestamp).toBeGreaterThan(0);
    expect(c.ok(CORE_IOCTLS.VERSION, {})).toMatchObject({ version_major: 1, version_minor: 9 });
  });

  it('say how far a failing bind came, and round sizes', () => {
    const { c, vm, bo } = world();
    const good = { bo_handle: bo, va: 0x10000, size: 0x1000 };
    const ops = c.array(panthorVmBindOp, [good, { ...good, va: 1 }, good]);
    expect(c.call(I.VM_BIND, { vm_id: vm, ops })).toMatchObject({ ret: 'EINVAL', out: { ops: { count: 1 } } });
    expect(c.ok(I.BO_CREATE, { size: 0x2345 }).size).toBe(0x3000);
  });

  it('run out of numbers as the kernel does', () => {
    const { c } = world();
    for (let i = 0; i < 31; i++) c.ok(I.VM_CREATE, {});
    expect(c.call(I.VM_CREATE, {}).ret).toBe('EBUSY');
  });

  it('show the flush id to user space', () => {
    const { c } = world();
    const flags = { write: false, exec: false, shared: true };
    const page = c.file.mmap(2 ** 56, 4096, flags);
    expect(new Uint32Array(page.read(0, 4).slice().buffer)[0]).toBeGreaterThan(0);
    for (const wrong of [{ write: true }, { exec: true }, { shared: false }]) {
      expect(() => c.file.mmap(2 ** 56, 4096, { ...flags, ...wrong })).toThrow('EINVAL');
    }
    expect(() => c.file.mmap(2 ** 56, 8192, flags)).toThrow('EINVAL');
    expect(() => c.file.mmap(2 ** 56 + 4096, 4096, flags)).toThrow('EINVAL');
  });
});
