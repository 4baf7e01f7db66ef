/**
 * A case for every documented error of the driver's own calls, and a success of each.
 */
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { PANTHOR_ERRORS } from '../../spec/uapi/panthor-errors.ts';
import {
  panthorBoSyncOp,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import type { Case, CasesOf, World } from './testing-uapi.ts';
import { CORES, LAST_POINT, MAPPED, NOWHERE, QUEUE, exhaust, failing } from './testing-uapi.ts';

const I = PANTHOR_IOCTLS;
const SIGNAL = 0x8000_0000;
const TIMELINE = 1;
const UNMAP = 0x1000_0000;
const SYNC_ONLY = 0x2000_0000;
const ASYNC = { flags: 1 };
const NOEXEC_SPARSE = 0xa;
const PAGE = 0x1000;

type Fields = Record<string, unknown>;

const fixed = (args: Fields) => (): Fields => args;
const bindOp = (w: World, op: Fields = {}): Fields => ({ bo_handle: w.bo, va: 0x10000, size: PAGE, ...op });
/** One operation with syncs; `extra` goes to the call. */
const bind =
  (op: Fields | ((w: World) => Fields), extra: Fields = {}, syncs: ((w: World) => Fields)[] = []) =>
  (w: World): Fields => {
    const list = syncs.length === 0 ? {} : { syncs: w.c.array(panthorSyncOp, syncs.map((s) => s(w)) as never[]) };
    const ops = [{ ...bindOp(w, typeof op === 'function' ? op(w) : op), ...list }];
    return { vm_id: w.vm, ops: w.c.array(panthorVmBindOp, ops as never[]), ...extra };
  };
const create =
  (args: Fields, queue: Fields = {}, count = 1) =>
  (w: World): Fields => ({
    ...CORES,
    priority: 1,
    vm_id: w.vm,
    queues: w.c.array(panthorQueueCreate, Array.from({ length: count }, () => ({ ...QUEUE, ...queue })) as never[]),
    ...args,
  });
const submit =
  (job: Fields, syncs: ((w: World) => Fields)[] = [], call: Fields = {}) =>
  (w: World): Fields => ({
    group_handle: w.group,
    queue_submits: w.c.array(panthorQueueSubmit, [
      {
        stream_addr: MAPPED,
        stream_size: 8,
        syncs: w.c.array(panthorSyncOp, syncs.map((s) => s(w)) as never[]),
        ...job,
      } as never,
    ]),
    ...call,
  });
const heap =
  (args: Fields) =>
  (w: World): Fields => ({
    vm_id: w.vm,
    initial_chunk_count: 2,
    chunk_size: 0x20_0000,
    max_chunks: 4,
    target_in_flight: 1,
    ...args,
  });
const sync =
  (op: Fields) =>
  (w: World): Fields => ({ ops: w.c.array(panthorBoSyncOp, [{ handle: w.bo, size: PAGE, ...op } as never]) });
const query =
  (type: number, bytes: number, fill?: (b: DataView) => void) =>
  (w: World): Fields => {
    const data = new Uint8Array(bytes);
    fill?.(new DataView(data.buffer));
    return { type, size: bytes, pointer: w.c.place(data) };
  };
const timestamp = (flags: number): Case => query(2, 56, (b) => b.setUint32(24, flags, true));
/** An array that is all right but for its stride, its place or what stands behind its elements. */
const strayArrays = (size: number, array: (stray: Fields) => (w: World) => Fields) => ({
  short: [array({ stride: size - 1, count: 1, array: PAGE }), array({ stride: 0, count: 1, array: PAGE })],
  nowhere: [
    array({ stride: size, count: 1, array: NOWHERE }),
    array({ stride: size, count: 1, array: 0 }),
    array({ stride: size, count: 1, array: 2 ** 63 }),
    array({ stride: 0xffff_ffff, count: 1, array: NOWHERE }),
  ],
  longer: (w: World): Fields => {
    const data = new Uint8Array(size + 8);
    data[size + 3] = 1;
    return array({ stride: size + 8, count: 1, array: w.c.place(data) })(w);
  },
  absurd: array({ stride: size, count: 0xffff_ffff, array: PAGE }),
});

const unplugged = (args: (w: World) => Fields): Case => ({ before: (w) => w.bench.tyr.drm.unplug(), args });
const unusable = (w: World): void => {
  for (const { vm } of [w.bench.tyr.drm.openFiles[0]?.driverData.vm(w.vm)].filter((v) => v !== undefined)) {
    vm.unusable = true;
  }
};
const deadGroup = (w: World): void => {
  const { kernel, tyr } = w.bench;
  const [group] = tyr.sched.groups.values();
  if (group !== undefined) kernel.run('timeout', () => tyr.sched.timeout(group));
  w.bench.run(5);
};
/** A VM whose kernel part has one MiB. */
const SMALL_VM = 9;
const smallVm = (w: World): void => {
  const { tyr } = w.bench;
  const file = tyr.drm.openFiles[0]?.driverData;
  const layout = { forMcu: false, userRange: 2 ** 20, kernelStart: 2 ** 20, kernelEnd: 2 ** 21 };
  if (file === undefined) return;
  while (file.vms.size < SMALL_VM) file.addVm(() => tyr.createVm(layout));
};

const BIND_ARRAY = strayArrays(48, (ops) => (w) => ({ vm_id: w.vm, ops }));
const BIND_SYNCS = strayArrays(16, (syncs) => bind({ syncs }, ASYNC));
const GROUP_ARRAY = strayArrays(8, (queues) => create({ queues }));
const SUBMIT_ARRAY = strayArrays(40, (queue_submits) => (w) => ({ group_handle: w.group, queue_submits }));
const SUBMIT_SYNCS = strayArrays(16, (syncs) => submit({ syncs }));
const SYNC_ARRAY = strayArrays(24, (ops) => () => ({ ops }));

export const PANTHOR_CASES = {
  DEV_QUERY: {
    EINVAL: {
      'unknown query': [fixed({ type: 5 }), fixed({ type: 0xffff_ffff, pointer: NOWHERE, size: 8 })],
      'size below the minimum': [query(0, 95), query(1, 23), query(2, 15), query(3, 3), query(4, 7)],
      'unknown timestamp flags': [timestamp(0x100), timestamp(0x8000_0001)],
      'unknown CPU clock': [timestamp(6), timestamp(0xe), timestamp(8)],
    },
    EFAULT: {
      'the destination leads nowhere': [
        fixed({ pointer: NOWHERE, size: 112 }),
        fixed({ type: 2, pointer: NOWHERE, size: 56 }),
        fixed({ type: 3, pointer: 2 ** 63, size: 4 }),
        (w) => ({ type: 1, size: 0xffff_ffff, pointer: w.c.place(new Uint8Array(24)) }),
      ],
    },
    E2BIG: { 'bytes set behind timestamp_info': query(2, 64, (b) => b.setUint8(60, 1)) },
  },
  VM_CREATE: {
    EINVAL: {
      'flags set': [fixed({ flags: 1 }), fixed({ flags: 0x8000_0000 })],
      'user range above the address space': [fixed({ user_va_range: 2 ** 48 + 1 }), fixed({ user_va_range: 2 ** 63 })],
      'too little left for the kernel': [
        fixed({ user_va_range: 2 ** 48 }),
        fixed({ user_va_range: 2 ** 48 - 2 ** 28 + 4096 }),
      ],
    },
    ENOMEM: {
      'no room for the page table': [
        { before: failing(0), args: fixed({}) },
        { before: failing(1), args: fixed({}) },
      ],
    },
    EBUSY: {
      'all 32 numbers taken': { before: (w) => exhaust(() => w.c.call(I.VM_CREATE, {}).ret, 'EBUSY'), args: fixed({}) },
    },
    ENODEV: { unplugged: unplugged(fixed({})) },
  },
  VM_DESTROY: {
    EINVAL: {
      'pad set': (w) => ({ id: w.vm, pad: 1 }),
      'unknown VM': [
        fixed({ id: 0 }),
        fixed({ id: 9 }),
        fixed({ id: 0xffff_ffff }),
        { before: (w) => w.c.ok(I.VM_DESTROY, { id: w.otherVm }), args: (w) => ({ id: w.otherVm }) },
        { scene: (w) => w.other.call(I.VM_DESTROY, { id: w.vm }).ret },
      ],
    },
  },
  VM_BIND: {
    EINVAL: {
      'unknown VM': [bind({}, { vm_id: 7 }), bind({}, { vm_id: 0 }), bind({}, { vm_id: 7, ...ASYNC })],
      'va, size or offset not of whole pages': [
        bind({ va: 0x10001 }),
        bind({ size: 0x1001 }),
        bind({ bo_offset: 0x800 }),
        bind({ va: 0x10800, flags: UNMAP, bo_handle: 0 }),
        bind({ va: 0x10001 }, ASYNC),
      ],
      'asynchronous and of size 0': [bind({ size: 0 }, ASYNC), bind({ size: 0, flags: UNMAP, bo_handle: 0 }, ASYNC)],
      'range overflows': [
        bind({ va: 2 ** 64 - PAGE * 2, size: PAGE * 4 }),
        bind({ va: PAGE, size: 2 ** 64 - PAGE, flags: UNMAP, bo_handle: 0 }),
        bind({ bo_offset: 2 ** 64 - PAGE * 2, size: PAGE * 3 }),
      ],
      'range above the user range': [
        bind({ va: 2 ** 47 }),
        bind({ va: 2 ** 47 - PAGE, size: PAGE * 2 }),
        bind({ va: 2 ** 47, flags: UNMAP, bo_handle: 0 }),
        bind({ va: 2 ** 47 }, ASYNC),
      ],
      'unknown object': [
        bind({ bo_handle: 77 }),
        bind({ bo_handle: 0 }),
        bind({ bo_handle: 77 }, ASYNC),
        { before: (w) => w.c.ok(CORE_IOCTLS.GEM_CLOSE, { handle: w.bo }), args: bind({}) },
        {
          scene: (w) => {
            const vm = w.other.ok(I.VM_CREATE, {}).id;
            const ops = w.other.array(panthorVmBindOp, [{ bo_handle: w.bo, va: PAGE, size: PAGE }]);
            const { ret } = w.other.call(I.VM_BIND, { vm_id: vm, ops });
            w.other.ok(I.VM_DESTROY, { id: vm });
            return ret;
          },
        },
      ],
      'unknown map flags': [bind({ flags: 0x10 }), bind({ flags: 0x0800_0000 }), bind({ flags: 0x10 }, ASYNC)],
      'range behind the object': [
        bind({ bo_offset: 0x3000 }),
        bind({ size: 0x4000 }),
        bind({ bo_offset: 0x2000, size: 0x2000 }),
        bind({ bo_offset: 0x3000 }, ASYNC),
      ],
      'object of another VM': [
        bind((w) => ({ bo_handle: w.privateBo, vm: 0 }), {}),
        bind((w) => ({ bo_handle: w.privateBo }), ASYNC),
      ].map((args) => (w: World) => ({ ...args(w), vm_id: w.otherVm })),
      'sparse map that is executable, or has an object or an offset': [
        bind({ flags: 8, bo_handle: 0 }),
        bind({ flags: NOEXEC_SPARSE }),
        bind({ flags: NOEXEC_SPARSE, bo_handle: 0, bo_offset: PAGE }),
        bind({ flags: 8, bo_handle: 0 }, ASYNC),
      ],
      'unmap with flags, object or offset': [
        bind({ flags: UNMAP }),
        bind({ flags: UNMAP | 1, bo_handle: 0 }),
        bind({ flags: UNMAP, bo_handle: 0, bo_offset: PAGE }),
        bind({ flags: UNMAP }, ASYNC),
      ],
      'sync-only with anything else, or without syncs': [
        bind({ flags: SYNC_ONLY, bo_handle: 0, va: 0, size: 0 }, ASYNC),
        bind({ flags: SYNC_ONLY, bo_handle: 0, va: 0 }),
        bind({ flags: SYNC_ONLY, va: 0, size: 0 }, ASYNC, [(w) => ({ handle: w.signalled })]),
        bind({ flags: SYNC_ONLY | 1, bo_handle: 0, va: 0, size: 0 }, ASYNC, [(w) => ({ handle: w.signalled })]),
        bind({ flags: SYNC_ONLY, bo_handle: 0, size: 0 }, ASYNC, [(w) => ({ handle: w.signalled })]),
        bind({ flags: SYNC_ONLY, bo_handle: 0, va: 0, size: 0, bo_offset: PAGE }, ASYNC, [
          (w) => ({ handle: w.signalled }),
        ]),
      ],
      'unknown operation': [
        bind({ flags: 0x3000_0000 }),
        bind({ flags: 0xf000_0000 }),
        bind({ flags: 0x3000_0000 }, ASYNC),
      ],
      'synchronous call with syncs': bind({}, {}, [(w) => ({ handle: w.signalled })]),
      'VM unusable': [
        { before: unusable, args: bind({}) },
        { before: unusable, args: bind({}, ASYNC) },
      ],
      'malformed sync operation': [
        bind({}, ASYNC, [() => ({ flags: 0x100 })]),
        bind({}, ASYNC, [() => ({ flags: 2 })]),
        bind({}, ASYNC, [(w) => ({ handle: w.signalled, timeline_value: 1 })]),
      ],
      'wait where no fence is': [
        bind({}, ASYNC, [(w) => ({ handle: w.empty })]),
        bind({}, ASYNC, [(w) => ({ handle: w.timeline, flags: TIMELINE, timeline_value: LAST_POINT + 1 })]),
      ],
      'signal of an unknown syncobj': bind({}, ASYNC, [() => ({ flags: SIGNAL, handle: 99 })]),
      'stride below the shortest element': [...BIND_ARRAY.short, ...BIND_SYNCS.short],
    },
    ENOENT: { 'wait for an unknown syncobj': bind({}, ASYNC, [() => ({ handle: 99 })]) },
    ENODEV: { unplugged: unplugged(bind({})) },
    E2BIG: { 'bytes set behind the element as the driver knows it': [BIND_ARRAY.longer, BIND_SYNCS.longer] },
    EFAULT: { 'the array leads nowhere': [...BIND_ARRAY.nowhere, ...BIND_SYNCS.nowhere] },
    ENOMEM: {
      'no room for page tables or pages': [
        { before: failing(1), args: bind({}) },
        { before: failing(2), args: bind({}) },
        bind({ flags: NOEXEC_SPARSE, bo_handle: 0, va: 0, size: 2 ** 46 }),
      ],
      'no room for a copy of the array': [BIND_ARRAY.absurd, BIND_SYNCS.absurd, { before: failing(), args: bind({}) }],
    },
  },
  VM_GET_STATE: {
    EINVAL: {
      'unknown VM': [
        fixed({ vm_id: 9 }),
        fixed({ vm_id: 0 }),
        { before: (w) => w.c.ok(I.VM_DESTROY, { id: w.otherVm }), args: (w) => ({ vm_id: w.otherVm }) },
      ],
    },
  },
  BO_CREATE: {
    EINVAL: {
      'size 0': fixed({ size: 0 }),
      'size overflows': [fixed({ size: 2 ** 63 }), fixed({ size: 2 ** 64 - PAGE })],
      'pad set': fixed({ size: 1, pad: 1 }),
      'unknown flags': [fixed({ size: 1, flags: 4 }), fixed({ size: 1, flags: 0x8000_0000 })],
      'NO_MMAP with WB_MMAP': fixed({ size: 1, flags: 3 }),
      'unknown exclusive VM': [
        fixed({ size: 1, exclusive_vm_id: 5 }),
        fixed({ size: 1, exclusive_vm_id: 0xffff_ffff }),
      ],
    },
    ENOMEM: {
      'no room for the object': [
        fixed({ size: 2 ** 62 }),
        { before: failing(), args: fixed({ size: 1 }) },
        { before: failing(1), args: fixed({ size: 1 }) },
      ],
    },
    ENODEV: { unplugged: unplugged(fixed({ size: 1 })) },
  },
  BO_MMAP_OFFSET: {
    EINVAL: { 'pad set': (w) => ({ handle: w.bo, pad: 1 }) },
    ENOENT: {
      'unknown handle': [
        fixed({ handle: 99 }),
        fixed({ handle: 0 }),
        { scene: (w) => w.other.call(I.BO_MMAP_OFFSET, { handle: w.bo }).ret },
      ],
    },
    EPERM: { 'made with NO_MMAP': (w) => ({ handle: w.privateBo }) },
  },
  GROUP_CREATE: {
    EINVAL: {
      'no queues': create({}, {}, 0),
      'more than 32 queues': create({}, {}, 33),
      'more queues than streams': [create({}, {}, 9), create({}, {}, 32)],
      'stride below the shortest element': GROUP_ARRAY.short,
      'unknown priority': [create({ priority: 4 }), create({ priority: 255 })],
      'pad set': create({ pad: 1 }),
      'cores that do not exist': [
        create({ compute_core_mask: 2 }),
        create({ fragment_core_mask: 2 ** 63 }),
        create({ tiler_core_mask: 2 }),
      ],
      'more cores than the mask has': [
        create({ max_compute_cores: 5 }),
        create({ max_fragment_cores: 1 }),
        create({ max_tiler_cores: 1 }),
      ],
      'unknown VM': [create({ vm_id: 4 }), create({ vm_id: 0 })],
      'pad of a queue set': [create({}, { pad: [1, 0, 0] }), create({}, { pad: [0, 0, 1] })],
      'ring size no power of two in 4096..65536': [0, 2048, 0x1800, 0x3000, 0x2_0000, 0x8000_0000].map((ringbuf_size) =>
        create({}, { ringbuf_size }),
      ),
      'queue priority above 15': [create({}, { priority: 16 }), create({}, { priority: 255 })],
    },
    EACCES: { 'HIGH or REALTIME without the right': [create({ priority: 2 }), create({ priority: 3 })] },
    ENOMEM: {
      'no room for its memory': [1, 3, 5, 9, 12].map((n) => ({ before: failing(n), args: create({}) })),
      'no room for a copy of the array': { before: failing(), args: create({}) },
    },
    EBUSY: {
      'all 128 handles taken': {
        before: (w) => exhaust(() => w.c.call(I.GROUP_CREATE, create({})(w)).ret, 'EBUSY'),
        args: create({}),
      },
    },
    E2BIG: { 'bytes set behind the element as the driver knows it': GROUP_ARRAY.longer },
    EFAULT: { 'the array leads nowhere': GROUP_ARRAY.nowhere },
  },
  GROUP_DESTROY: {
    EINVAL: {
      'pad set': (w) => ({ group_handle: w.group, pad: 1 }),
      'unknown group': [
        fixed({ group_handle: 5 }),
        fixed({ group_handle: 0 }),
        (w) => ({ group_handle: w.group + 0x1_0000 }),
        {
          before: (w) => w.c.ok(I.GROUP_DESTROY, { group_handle: w.group }),
          args: (w) => ({ group_handle: w.group }),
        },
        { scene: (w) => w.other.call(I.GROUP_DESTROY, { group_handle: w.group }).ret },
      ],
    },
  },
  GROUP_SUBMIT: {
    EINVAL: {
      'pad set': submit({}, [], { pad: 1 }),
      'pad of a job set': submit({ pad: 1 }),
      'address or size without the other': [submit({ stream_size: 0 }), submit({ stream_addr: 0 })],
      'address not of 64 bytes': [submit({ stream_addr: MAPPED + 32 }), submit({ stream_addr: MAPPED + 1 })],
      'size not of whole instructions': [submit({ stream_size: 12 }), submit({ stream_size: 1 })],
      'reserved bits of the flush id': [submit({ latest_flush: 0x100_0000 }), submit({ latest_flush: 0x4000_0000 })],
      'unknown group': [submit({}, [], { group_handle: 99 }), submit({}, [], { group_handle: 0 })],
      'group cannot run': { before: deadGroup, args: submit({}) },
      'queue out of range': [submit({ queue_index: 1 }), submit({ queue_index: 0xffff_ffff })],
      'unknown sync flags': [submit({}, [() => ({ flags: 0x100 })]), submit({}, [() => ({ flags: 0x4000_0000 })])],
      'unknown sync type': [submit({}, [() => ({ flags: 2 })]), submit({}, [() => ({ flags: 0xff })])],
      'point of a binary syncobj': submit({}, [(w) => ({ handle: w.signalled, timeline_value: 1 })]),
      'signal of an unknown syncobj': [
        submit({}, [() => ({ handle: 99, flags: SIGNAL })]),
        submit({}, [() => ({ handle: 0, flags: SIGNAL })]),
      ],
      'wait where no fence is': submit({}, [(w) => ({ handle: w.empty })]),
      'wait for a point nobody submitted': [
        submit({}, [(w) => ({ handle: w.timeline, flags: TIMELINE, timeline_value: LAST_POINT + 1 })]),
        submit({}, [(w) => ({ handle: w.signalled, flags: TIMELINE, timeline_value: 1 })]),
      ],
      'stride below the shortest element': [...SUBMIT_ARRAY.short, ...SUBMIT_SYNCS.short],
    },
    ENOENT: { 'wait for an unknown syncobj': submit({}, [() => ({ handle: 99 })]) },
    ENODEV: { unplugged: unplugged(submit({})) },
    ENOMEM: {
      'no room for the jobs': { before: failing(1), args: submit({}) },
      'no room for a copy of the array': [
        SUBMIT_ARRAY.absurd,
        SUBMIT_SYNCS.absurd,
        { before: failing(), args: submit({}) },
      ],
    },
    E2BIG: { 'bytes set behind the element as the driver knows it': [SUBMIT_ARRAY.longer, SUBMIT_SYNCS.longer] },
    EFAULT: { 'the array leads nowhere': [...SUBMIT_ARRAY.nowhere, ...SUBMIT_SYNCS.nowhere] },
    EINTR: {
      'interrupted while taking reservations': { never: 'calls do not overlap, so a reservation is never waited for' },
    },
  },
  GROUP_GET_STATE: {
    EINVAL: {
      'pad set': (w) => ({ group_handle: w.group, pad: 1 }),
      'unknown group': [
        fixed({ group_handle: 5 }),
        fixed({ group_handle: 0 }),
        (w) => ({ group_handle: w.group + 0x1_0000 }),
      ],
    },
  },
  TILER_HEAP_CREATE: {
    EINVAL: {
      'unknown VM': heap({ vm_id: 8 }),
      'no initial chunk': [
        heap({ initial_chunk_count: 0 }),
        (w) => ({ ...heap({ initial_chunk_count: 0 })(w), vm_id: w.otherVm }),
      ],
      'more initial chunks than chunks': [heap({ initial_chunk_count: 5 }), heap({ max_chunks: 0 })],
      'chunk size': [0, 0x1_0000, 0x2_0001, 0x80_1000, 0xffff_f000].flatMap((chunk_size) => [
        heap({ chunk_size }),
        (w: World) => ({ ...heap({ chunk_size })(w), vm_id: w.otherVm }),
      ]),
    },
    ENOMEM: {
      'no room for chunks': [
        heap({ initial_chunk_count: 1000, max_chunks: 1000 }),
        (w) => ({ ...heap({ initial_chunk_count: 1000, max_chunks: 1000 })(w), vm_id: w.otherVm }),
      ],
      'no kernel addresses left': { before: smallVm, args: heap({ vm_id: SMALL_VM }) },
    },
    EBUSY: {
      'all 128 numbers taken': {
        before: (w) =>
          exhaust(
            () => w.c.call(I.TILER_HEAP_CREATE, heap({ initial_chunk_count: 1, chunk_size: 0x2_0000 })(w)).ret,
            'EBUSY',
          ),
        args: heap({ initial_chunk_count: 1, chunk_size: 0x2_0000 }),
      },
    },
  },
  TILER_HEAP_DESTROY: {
    EINVAL: {
      'pad set': (w) => ({ handle: w.heap, pad: 1 }),
      'unknown VM': [fixed({ handle: 9 << 16 }), fixed({ handle: 0 }), fixed({ handle: 0xffff_ffff })],
      'unknown heap': [
        (w) => ({ handle: w.heap + 1 }),
        (w) => ({ handle: w.heap | 0xffff }),
        { before: (w) => w.c.ok(I.TILER_HEAP_DESTROY, { handle: w.heap }), args: (w) => ({ handle: w.heap }) },
      ],
    },
    ENOENT: {
      'the VM has no heaps': [
        (w) => ({ handle: w.otherVm << 16 }),
        {
          // A heap that could not be made leaves no pool behind.
          before: (w) => w.c.call(I.TILER_HEAP_CREATE, { ...heap({ initial_chunk_count: 0 })(w), vm_id: w.otherVm }),
          args: (w) => ({ handle: w.otherVm << 16 }),
        },
      ],
    },
  },
  BO_SET_LABEL: {
    EINVAL: { 'pad set': (w) => ({ handle: w.bo, pad: 1 }) },
    ENOENT: { 'unknown handle': [fixed({ handle: 99 }), fixed({ handle: 0 })] },
    E2BIG: { 'longer than 4096 bytes': (w) => ({ handle: w.bo, label: w.c.place(new Uint8Array(4096).fill(65)) }) },
    EFAULT: {
      'the text leads nowhere': [
        (w) => ({ handle: w.bo, label: NOWHERE }),
        (w) => ({ handle: w.bo, label: 2 ** 63 }),
        // It begins in memory and ends behind it.
        (w) => ({ handle: w.bo, label: w.c.place(new Uint8Array(4096).fill(65)) + 1 }),
      ],
    },
    ENOMEM: {
      'no room for the text': {
        before: failing(),
        args: (w) => ({ handle: w.bo, label: w.c.place(Uint8Array.of(65, 0)) }),
      },
    },
  },
  SET_USER_MMIO_OFFSET: {
    EINVAL: { 'another offset': [0, 2 ** 44, 2 ** 43 + 4096, 2 ** 63].map((offset) => fixed({ offset })) },
  },
  BO_SYNC: {
    EINVAL: {
      'range outside the object': [sync({ size: 0x4000 }), sync({ offset: 0x3000 }), sync({ offset: 0x4000, size: 0 })],
      'range overflows': [sync({ offset: 2 ** 64 - PAGE }), sync({ offset: PAGE, size: 2 ** 64 - PAGE })],
      'unknown type': [sync({ type: 2 }), sync({ type: 0xffff_ffff })],
      'imported object': { never: 'dma-bufs of this board all belong to the device itself' },
      'stride below the shortest element': SYNC_ARRAY.short,
    },
    ENOENT: { 'unknown handle': [sync({ handle: 99 }), sync({ handle: 0 })] },
    E2BIG: { 'bytes set behind the element as the driver knows it': SYNC_ARRAY.longer },
    EFAULT: { 'the array leads nowhere': SYNC_ARRAY.nowhere },
    ENOMEM: { 'no room for a copy of the array': [SYNC_ARRAY.absurd, { before: failing(), args: sync({}) }] },
  },
  BO_QUERY_INFO: { ENOENT: { 'unknown handle': [fixed({ handle: 99 }), fixed({ handle: 0 })] } },
} as const satisfies { readonly [Name in keyof typeof PANTHOR_ERRORS]: CasesOf<(typeof PANTHOR_ERRORS)[Name]> };

/** Arguments each call takes. */
export const PANTHOR_SUCCESSES: Readonly<Record<keyof typeof I, readonly ((w: World) => Fields)[]>> = {
  DEV_QUERY: [
    ...[0, 1, 2, 3, 4].map((type) => fixed({ type })),
    query(0, 112),
    query(0, 96),
    query(0, 200),
    query(1, 24),
    query(2, 16),
    timestamp(0xf3 & ~0xe) as (w: World) => Fields,
    query(3, 4),
    query(4, 16),
  ],
  VM_CREATE: [fixed({}), fixed({ user_va_range: 2 ** 40 }), fixed({ user_va_range: 2 ** 48 - 2 ** 28 })],
  VM_DESTROY: [(w) => ({ id: w.otherVm })],
  VM_BIND: [
    (w) => ({ vm_id: w.vm }),
    bind({}),
    bind({ flags: 7 }),
    bind({ flags: NOEXEC_SPARSE, bo_handle: 0, size: 0x60_0000 }),
    bind({ flags: UNMAP, bo_handle: 0, size: 2 ** 40, va: 0 }),
    bind({ flags: 0x7000_0000, size: 0 }),
    bind({}, { flags: 0xffff_fffe }),
    bind({}, ASYNC),
    bind({}, ASYNC, [(w) => ({ handle: w.signalled }), (w) => ({ handle: w.empty, flags: SIGNAL })]),
    bind({ flags: SYNC_ONLY, bo_handle: 0, va: 0, size: 0 }, ASYNC, [(w) => ({ handle: w.signalled })]),
    bind((w) => ({ bo_handle: w.privateBo })),
  ],
  VM_GET_STATE: [(w) => ({ vm_id: w.vm })],
  BO_CREATE: [fixed({ size: 1 }), fixed({ size: 1, flags: 1 }), (w) => ({ size: 1, flags: 2, exclusive_vm_id: w.vm })],
  BO_MMAP_OFFSET: [(w) => ({ handle: w.bo })],
  GROUP_CREATE: [create({}), create({ priority: 0 }, { ringbuf_size: 65536, priority: 15 }, 8)],
  GROUP_DESTROY: [(w) => ({ group_handle: w.group })],
  GROUP_SUBMIT: [
    submit({}),
    (w) => ({ ...submit({})(w), group_handle: w.group + 0x5_0000 }),
    fixed({ group_handle: 99 }),
    submit({ stream_addr: 0, stream_size: 0 }),
    submit({ latest_flush: 0x80ff_ffff }),
    submit({}, [
      (w) => ({ handle: w.timeline, flags: TIMELINE, timeline_value: LAST_POINT }),
      (w) => ({ handle: w.empty, flags: SIGNAL }),
    ]),
  ],
  GROUP_GET_STATE: [(w) => ({ group_handle: w.group })],
  TILER_HEAP_CREATE: [heap({}), (w) => ({ ...heap({ target_in_flight: 0xffff_ffff })(w), vm_id: w.otherVm })],
  TILER_HEAP_DESTROY: [(w) => ({ handle: w.heap })],
  BO_SET_LABEL: [
    (w) => ({ handle: w.bo, label: w.c.place(Uint8Array.of(65, 0)) }),
    (w) => ({ handle: w.bo }),
    (w) => ({ handle: w.bo, label: w.c.place(new Uint8Array(4096).fill(65, 0, 4095)) }),
  ],
  SET_USER_MMIO_OFFSET: [fixed({ offset: 2 ** 43 }), fixed({ offset: 2 ** 56 })],
  BO_SYNC: [sync({}), fixed({}), sync({ type: 1, offset: 0x3000, size: 0 })],
  BO_QUERY_INFO: [(w) => ({ handle: w.bo }), (w) => ({ handle: w.privateBo, pad: 7 })],
};
