/**
 * A client of the driver as the tests of the whole bench use it: one VM, streams in memory of its own, groups,
 * submissions, waits. Everything goes through inputs of the engine.
 */
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import { SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import { UserProcess, type Applier } from './process.ts';

/** Cores of the G610 of the bench. */
const SHADERS = 0x5_0005;
const SHADER_COUNT = 4;
const PAGE = 4096;
/** Where memory of a client is mapped, one piece behind the other. */
const FIRST_VA = 0x200_0000;

/** A piece of memory: address for the GPU and for the process. */
export interface Memory {
  readonly va: number;
  readonly size: number;
  readonly handle: number;
  readonly address: number;
  /** Bytes of the stream in it. */
  readonly length: number;
}

export interface Submit {
  readonly queue: number;
  readonly stream?: Memory;
  readonly syncs?: readonly Partial<Struct<typeof panthorSyncOp>>[];
}

export class Client {
  readonly process: UserProcess;
  readonly vm: number;
  private next = FIRST_VA;

  constructor(engine: Applier, client: number, privileged = false) {
    this.process = new UserProcess(engine, client, 'tyr', privileged);
    this.vm = this.process.must(PANTHOR_IOCTLS.VM_CREATE, { user_va_range: 2 ** 40 }).id;
  }

  /** Structs as `drm_panthor_obj_array`. */
  array<L extends Layout>(layout: L, items: readonly Partial<Struct<L>>[]) {
    return { stride: layout.size, count: items.length, array: this.process.putStructs(layout, items) };
  }

  /** `size` bytes, mapped for both. */
  memory(size: number, length = size): Memory {
    const { process, vm } = this;
    const va = this.next;
    const bytes = Math.ceil(size / PAGE) * PAGE;
    this.next += bytes + PAGE;
    const { handle } = process.must(PANTHOR_IOCTLS.BO_CREATE, { size: bytes, exclusive_vm_id: vm });
    process.must(PANTHOR_IOCTLS.VM_BIND, {
      vm_id: vm,
      ops: this.array(panthorVmBindOp, [{ bo_handle: handle, va, size: bytes }]),
    });
    const { offset } = process.must(PANTHOR_IOCTLS.BO_MMAP_OFFSET, { handle });
    return { va, size: bytes, handle, address: process.mmap(offset, bytes), length };
  }

  /** Memory that holds a stream. */
  stream(words: Uint8Array): Memory {
    const memory = this.memory(words.length, words.length);
    this.process.write(memory.address, words);
    return memory;
  }

  group(priority: number, queues: number): number {
    return this.process.must(PANTHOR_IOCTLS.GROUP_CREATE, {
      queues: this.array(
        panthorQueueCreate,
        Array.from({ length: queues }, () => ({ priority: 1, ringbuf_size: PAGE })),
      ),
      max_compute_cores: SHADER_COUNT,
      max_fragment_cores: SHADER_COUNT,
      max_tiler_cores: 1,
      priority,
      compute_core_mask: SHADERS,
      fragment_core_mask: SHADERS,
      tiler_core_mask: 1,
      vm_id: this.vm,
    }).group_handle;
  }

  syncobj(): number {
    return this.process.must(CORE_IOCTLS.SYNCOBJ_CREATE, {}).handle;
  }

  /** GROUP_SUBMIT; 0 or -errno. */
  submit(group: number, submits: readonly Submit[]): number {
    return this.process.call(PANTHOR_IOCTLS.GROUP_SUBMIT, {
      group_handle: group,
      queue_submits: this.array(
        panthorQueueSubmit,
        submits.map(({ queue, stream, syncs = [] }) => ({
          queue_index: queue,
          stream_addr: stream?.va ?? 0,
          stream_size: stream?.length ?? 0,
          syncs: this.array(panthorSyncOp, syncs),
        })),
      ),
    }).result;
  }

  /** Waits for a syncobj without limit; the ticket, or undefined when it was signalled already. */
  wait(handle: number): number | undefined {
    const result = this.poll(handle, Number.MAX_SAFE_INTEGER);
    return result.ticket;
  }

  /** Whether a syncobj has signalled. */
  done(handle: number): boolean {
    return this.poll(handle, 0).result === 0;
  }

  private poll(handle: number, timeout: number) {
    return this.process.call(CORE_IOCTLS.SYNCOBJ_WAIT, {
      handles: this.process.put(new Uint8Array(new Uint32Array([handle]).buffer)),
      count_handles: 1,
      timeout_nsec: timeout,
      flags: SYNCOBJ_WAIT_FLAGS.ALL,
    });
  }

  state(group: number): { state: number; fatal: number } {
    const out = this.process.must(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group });
    return { state: out.state, fatal: out.fatal_queues };
  }
}
