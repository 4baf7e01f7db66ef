import { describe, expect, it } from 'vitest';
import {
  CSG_CONTROL,
  CS_CONTROL,
  GLB_CONTROL,
  SHARED_BASE,
  csControlOffset,
  csgControlOffset,
  encodeChunk,
} from '../../../spec/firmware/interface.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../../spec/uapi/ioctls.ts';
import { panthorQueueCreate, panthorQueueSubmit } from '../../../spec/uapi/panthor-structs.ts';
import { Log } from '../../kernel/log.ts';
import { Bench } from '../testing-bench.ts';
import { readLayout } from './interfaces.ts';

const SIZE = 0x2_0000;
const STRIDE = 0x200;
const csg = (i: number): number => csgControlOffset(i, STRIDE);
const cs = (i: number, j: number): number => csControlOffset(i, STRIDE, j, 0x10);
const END = SHARED_BASE + SIZE;

/** The section of a booted bench with one word changed, read again. */
function readWith(bench: Bench, offset: number, value: number): unknown {
  const shared = bench.tyr.fw.glb.input;
  const words = {
    read32: (at: number) => (at === offset ? value : bench.soc.load(0, SHARED_BASE + at)),
    write32: () => {},
  };
  expect(shared.offset).toBeGreaterThan(0);
  return readLayout(words, SIZE, new Log(bench.kernel.platform, 'test'));
}

describe('checks of the firmware interface', () => {
  const bench = new Bench();
  it.each([
    ['version', GLB_CONTROL.VERSION.offset, 0, 'version is 0'],
    ['GLB input below', GLB_CONTROL.INPUT_VA.offset, SHARED_BASE - 4, 'GLB input'],
    ['GLB input over the end', GLB_CONTROL.INPUT_VA.offset, END - 0x80, 'GLB input'],
    ['GLB output', GLB_CONTROL.OUTPUT_VA.offset, END - 4, 'GLB output'],
    ['2 groups', GLB_CONTROL.GROUP_NUM.offset, 2, 'group slots: 2'],
    ['group stride', GLB_CONTROL.GROUP_STRIDE.offset, 0x8_0000, 'CSG 1 control'],
    ['CSG input', csg(3) + CSG_CONTROL.INPUT_VA.offset, END - 0x40, 'CSG 3 input'],
    ['CSG output', csg(0) + CSG_CONTROL.OUTPUT_VA.offset, 0, 'CSG 0 output'],
    ['7 streams', csg(0) + CSG_CONTROL.STREAM_NUM.offset, 7, 'stream slots: 7'],
    ['33 streams', csg(0) + CSG_CONTROL.STREAM_NUM.offset, 33, 'stream slots: 33'],
    ['other suspend size', csg(5) + CSG_CONTROL.SUSPEND_SIZE.offset, 0x2000, 'identical CSG'],
    ['other protm size', csg(5) + CSG_CONTROL.PROTM_SUSPEND_SIZE.offset, 0, 'identical CSG'],
    ['other features', csg(7) + CSG_CONTROL.FEATURES.offset, 1, 'identical CSG'],
    ['other stream number', csg(1) + CSG_CONTROL.STREAM_NUM.offset, 9, 'identical CSG'],
    ['CS features', cs(2, 7) + CS_CONTROL.FEATURES.offset, 1, 'identical CS'],
    ['CS input', cs(1, 1) + CS_CONTROL.INPUT_VA.offset, END, 'CSG 1 CS 1 input'],
    ['CS output', cs(7, 7) + CS_CONTROL.OUTPUT_VA.offset, END - 0xd4, 'CSG 7 CS 7 output'],
  ])('refuse a wrong %s', (_name, offset, value, message) => {
    expect(() => readWith(bench, offset, value)).toThrow(message);
  });

  it('accept what the firmware wrote', () => {
    expect(readWith(bench, -1, 0)).toMatchObject({ version: 0x0101_0000, instrFeatures: 0x71 });
  });
});

describe('a tiler heap that runs out', () => {
  function setup(maxChunks: number) {
    const bench = new Bench((_soc, fw) => void (fw.onCall = () => 'hang'));
    const c = bench.client();
    const vm = c.ok(PANTHOR_IOCTLS.VM_CREATE, { user_va_range: 2 ** 32 }).id;
    const heap = c.ok(PANTHOR_IOCTLS.TILER_HEAP_CREATE, {
      vm_id: vm,
      initial_chunk_count: 2,
      chunk_size: 0x20_0000,
      max_chunks: maxChunks,
      target_in_flight: 8,
    });
    const queues = c.array(panthorQueueCreate, [{ priority: 1, ringbuf_size: 4096 }]);
    const group = c.ok(PANTHOR_IOCTLS.GROUP_CREATE, { queues, priority: 1, vm_id: vm }).group_handle;
    const submits = c.array(panthorQueueSubmit, [{ stream_addr: 0x1000, stream_size: 8 }]);
    c.ok(PANTHOR_IOCTLS.GROUP_SUBMIT, { group_handle: group, queue_submits: submits });
    bench.run(2);
    return { bench, c, heap, group };
  }

  it('gets another chunk, encoded for the firmware', () => {
    const { bench, heap } = setup(4);
    expect(heap.tiler_heap_ctx_gpu_va).toBeGreaterThanOrEqual(2 ** 47);
    bench.firmware.heap(0, 0, heap.tiler_heap_ctx_gpu_va, 2, 1, 1);
    bench.firmware.raise(0, 0, 'TILER_OOM', 0);
    bench.run(2);
    const [start, end] = bench.firmware.heapAnswer(0, 0);
    expect(start).toBe(end);
    expect(start % 0x1000).toBe(0x200);
    expect(start).not.toBe(encodeChunk(heap.first_heap_chunk_gpu_va, 0x20_0000));
  });

  it('is told to go on without when it may not grow', () => {
    const { bench, heap, c, group } = setup(2);
    bench.firmware.heap(0, 0, heap.tiler_heap_ctx_gpu_va, 2, 1, 1);
    bench.firmware.raise(0, 0, 'TILER_OOM', 0);
    bench.run(2);
    expect(bench.firmware.heapAnswer(0, 0)).toEqual([0, 0]);
    expect(c.ok(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group }).state).toBe(0);
  });

  it('ends the group when its counters make no sense', () => {
    const { bench, heap, c, group } = setup(4);
    bench.firmware.heap(0, 0, heap.tiler_heap_ctx_gpu_va, 1, 1, 1);
    bench.firmware.raise(0, 0, 'TILER_OOM', 0);
    bench.run(20);
    expect(c.ok(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group })).toMatchObject({ state: 2, fatal_queues: 1 });
    expect(c.call(CORE_IOCTLS.VERSION, {}).ret).toBe(0);
  });
});
