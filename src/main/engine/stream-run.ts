/**
 * Runs assembled words on a queue as a user-space program does it: VM_CREATE, BO_CREATE, VM_BIND, GROUP_CREATE,
 * GROUP_SUBMIT, syncobj wait, all through the driver's ioctls. Behind `tyr run FILE.cs` and the stream editor.
 */
import { UsageError } from '../../base/errors.ts';
import { alignUp } from '../../base/bits.ts';
import type { ParsedParams, StreamResult } from '../../protocol/messages.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorCsifInfo,
  panthorGpuInfo,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { DEV_QUERY_TYPE, GROUP_STATE_FLAGS, SYNC_OP_FLAGS, SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { Engine } from './engine.ts';
import { UserProcess } from './process.ts';
import type { Timeline } from './timeline.ts';

const PAGE = 4096;
/** Where the stream itself is mapped, unless the caller's memory lies there (chosen). */
const STREAM_VA = 0x7e00_0000_0000;
/** Ring of each queue in bytes: the smallest the driver takes. */
const RING_BYTES = 4096;
/** Slices of virtual time granted while waiting; between two of them the host may stop the run. */
const WAIT_SLICE_NS = 20_000_000;
/** Core counts asked for: more than any device has, cut to the present ones below. */
const BITS_OF = (mask: number): number => {
  let count = 0;
  for (let m = mask; m > 0; m = Math.floor(m / 2)) count += m % 2;
  return count;
};

interface Mapping {
  readonly va: number;
  readonly length: number;
  readonly handle: number;
  readonly address: number;
}

/** One run; the group and everything else is destroyed at its end. */
export function runStream(history: Timeline, request: ParsedParams<'stream.run'>): StreamResult {
  const process = new UserProcess(history, history.engine.freeClient());
  try {
    return run(history, process, request);
  } finally {
    process.close();
  }
}

/** DEV_QUERY of one kind. */
export function query<L extends Layout>(process: UserProcess, type: number, layout: L): Struct<L> {
  const pointer = process.put(new Uint8Array(layout.size));
  process.must(PANTHOR_IOCTLS.DEV_QUERY, { type, size: layout.size, pointer });
  return layout.decode(process.read(pointer, layout.size)) as Struct<L>;
}

function run(history: Timeline, process: UserProcess, request: ParsedParams<'stream.run'>): StreamResult {
  const { engine } = history;
  const gpu = query(process, DEV_QUERY_TYPE.GPU_INFO, panthorGpuInfo);
  const csif = query(process, DEV_QUERY_TYPE.CSIF_INFO, panthorCsifInfo);
  if (request.queue >= csif.cs_slot_count) {
    throw new UsageError(`queue ${request.queue} does not exist: a group has ${csif.cs_slot_count}`);
  }
  const vm = process.must(PANTHOR_IOCTLS.VM_CREATE, { flags: 0, user_va_range: 0 });
  const maps = mergePages(request.map);
  const mappings = maps.map((m) => mapMemory(process, vm.id, m.va, m.length));
  for (const { va, value } of request.set32) write32(process, mappings, va, value);

  const streamVa = placeStream(maps, request.words.length);
  if (request.words.length > 0) {
    const stream = mapMemory(process, vm.id, streamVa, alignUp(request.words.length, PAGE));
    process.write(stream.address, request.words);
  }

  const queues = Array.from({ length: request.queue + 1 }, () => ({ priority: 1, ringbuf_size: RING_BYTES }));
  const group = process.must(PANTHOR_IOCTLS.GROUP_CREATE, {
    queues: objects(process, panthorQueueCreate, queues),
    max_compute_cores: BITS_OF(gpu.shader_present),
    max_fragment_cores: BITS_OF(gpu.shader_present),
    max_tiler_cores: BITS_OF(gpu.tiler_present),
    priority: 1,
    compute_core_mask: gpu.shader_present,
    fragment_core_mask: gpu.shader_present,
    tiler_core_mask: gpu.tiler_present,
    vm_id: vm.id,
  });
  const sync = process.must(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 0 });
  const submittedNs = engine.now;
  process.must(PANTHOR_IOCTLS.GROUP_SUBMIT, {
    group_handle: group.group_handle,
    queue_submits: objects(process, panthorQueueSubmit, [
      {
        queue_index: request.queue,
        stream_size: request.words.length,
        stream_addr: request.words.length > 0 ? streamVa : 0,
        latest_flush: 0,
        syncs: objects(process, panthorSyncOp, [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: sync.handle }]),
      },
    ]),
  });
  const finished = waitFor(history, process, sync.handle, request.limitNs);
  const finishedNs = engine.now;
  const state = process.must(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group.group_handle }).state;
  const fault = engine.faultOf(process.client, group.group_handle, request.queue);
  const status = !finished
    ? 'pending'
    : state & GROUP_STATE_FLAGS.TIMEDOUT
      ? 'timeout'
      : fault === undefined
        ? 'done'
        : 'faulted';
  return {
    jobs: [
      {
        queue: request.queue,
        status,
        ...(fault === undefined ? {} : { fault }),
        submittedNs,
        ...(finished ? { finishedNs } : {}),
      },
    ],
    registers: registersOf(engine, process.client, group.group_handle, request.queue, csif.cs_reg_count),
    memory: dumpAll(process, mappings, request.dump),
    virtualNs: engine.now,
    finished,
  };
}

function registersOf(
  engine: Engine,
  client: number,
  group: number,
  queue: number,
  count: number,
): Record<string, number> {
  const values = engine.streamRegisters(client, group, queue) ?? [];
  return Object.fromEntries(Array.from(values.slice(0, count), (v, i) => [`r${i}`, v >>> 0]));
}

function objects<L extends Layout>(
  process: UserProcess,
  layout: L,
  items: readonly Partial<Struct<L>>[],
): { stride: number; count: number; array: number } {
  return { stride: layout.size, count: items.length, array: process.putStructs(layout, items) };
}

/** A BO of `length` bytes at `va`, mapped for the process too. */
function mapMemory(process: UserProcess, vmId: number, va: number, length: number): Mapping {
  const bo = process.must(PANTHOR_IOCTLS.BO_CREATE, { size: length, flags: 0, exclusive_vm_id: vmId });
  const bind = process.call(PANTHOR_IOCTLS.VM_BIND, {
    vm_id: vmId,
    flags: 0,
    ops: objects(process, panthorVmBindOp, [{ flags: 0, bo_handle: bo.handle, bo_offset: 0, va, size: length }]),
  });
  if (bind.result < 0) {
    throw new UsageError(`0x${va.toString(16)}:0x${length.toString(16)} cannot be mapped (errno ${-bind.result})`);
  }
  const { offset } = process.must(PANTHOR_IOCTLS.BO_MMAP_OFFSET, { handle: bo.handle });
  return { va, length, handle: bo.handle, address: process.mmap(offset, length) };
}

/** Whole pages, overlapping and touching ranges joined, in ascending order. */
function mergePages(ranges: readonly { va: number; length: number }[]): { va: number; length: number }[] {
  const pages = ranges
    .filter((r) => r.length > 0)
    .map((r) => ({ start: Math.floor(r.va / PAGE) * PAGE, end: alignUp(r.va + r.length, PAGE) }))
    .toSorted((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const p of pages) {
    const last = merged.at(-1);
    if (last !== undefined && p.start <= last.end) last.end = Math.max(last.end, p.end);
    else merged.push({ ...p });
  }
  return merged.map((m) => ({ va: m.start, length: m.end - m.start }));
}

/** A place for the stream that touches none of the caller's ranges. */
function placeStream(maps: readonly { va: number; length: number }[], length: number): number {
  let va = STREAM_VA;
  const size = alignUp(Math.max(length, 1), PAGE);
  for (const m of maps) if (va < m.va + m.length && va + size > m.va) va = m.va + m.length;
  return va;
}

function find(mappings: readonly Mapping[], va: number, length: number): Mapping {
  const m = mappings.find((x) => va >= x.va && va + length <= x.va + x.length);
  if (m === undefined) throw new UsageError(`0x${va.toString(16)} is not in the mapped memory: name it with --map`);
  return m;
}

function write32(process: UserProcess, mappings: readonly Mapping[], va: number, value: number): void {
  const m = find(mappings, va, 4);
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  process.write(m.address + (va - m.va), bytes);
}

function dumpAll(
  process: UserProcess,
  mappings: readonly Mapping[],
  dump: readonly { va: number; length: number }[],
): Record<string, string> {
  const memory: Record<string, string> = {};
  for (const { va, length } of dump) {
    const m = find(mappings, va, length);
    memory[`0x${va.toString(16)}`] = Buffer.from(process.read(m.address + (va - m.va), length)).toString('hex');
  }
  return memory;
}

/** SYNCOBJ_WAIT without limit of its own; time is granted in slices up to `limitNs`. */
function waitFor(history: Timeline, process: UserProcess, handle: number, limitNs: number): boolean {
  const { engine } = history;
  const handles = new Uint8Array(4);
  new DataView(handles.buffer).setUint32(0, handle, true);
  const until = engine.now + limitNs;
  const call = process.call(CORE_IOCTLS.SYNCOBJ_WAIT, {
    handles: process.put(handles),
    count_handles: 1,
    timeout_nsec: Number.MAX_SAFE_INTEGER,
    flags: SYNCOBJ_WAIT_FLAGS.ALL,
  });
  if (call.ticket === undefined) return call.result >= 0;
  while (!engine.answered(call.ticket) && engine.now < until) {
    history.apply({
      kind: 'advance',
      until: 'answer',
      ticket: call.ticket,
      limitNs: Math.min(WAIT_SLICE_NS, until - engine.now),
    });
  }
  return engine.answered(call.ticket);
}
