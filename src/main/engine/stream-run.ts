/**
 * Runs assembled words on a queue as a user-space program does it: VM_CREATE, BO_CREATE, VM_BIND, GROUP_CREATE,
 * GROUP_SUBMIT, syncobj wait, all through the driver's ioctls. Behind `tyr run FILE.cs`, the stream editor and its
 * debugger, which keeps the job and grants the time itself.
 */
import { Bug, UsageError } from '../../base/errors.ts';
import type { ParsedParams, StreamResult } from '../../protocol/messages.ts';
import { assemble } from '../../spec/cs/assemble.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorCsifInfo,
  panthorGpuInfo,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
} from '../../spec/uapi/panthor-structs.ts';
import { DEV_QUERY_TYPE, GROUP_STATE_FLAGS, SYNC_OP_FLAGS, SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import { UserProcess } from './process.ts';
import { JobMemory, objects, PAGE } from './stream-memory.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { Timeline } from './timeline.ts';

/** Ring of each queue in bytes: the smallest the driver takes. */
const RING_BYTES = 4096;
/** Bytes before the instructions in the page of a gate; its first word is what they look at. */
const GATE_CODE = 0x100;
/** Slices of virtual time granted while waiting; between two of them the host may stop the run. */
const WAIT_SLICE_NS = 20_000_000;
/** Core counts asked for: more than any device has, cut to the present ones below. */
const BITS_OF = (mask: number): number => {
  let count = 0;
  for (let m = mask; m > 0; m = Math.floor(m / 2)) count += m % 2;
  return count;
};

/** DEV_QUERY of one kind. */
export function query<L extends Layout>(process: UserProcess, type: number, layout: L): Struct<L> {
  const pointer = process.put(new Uint8Array(layout.size));
  process.must(PANTHOR_IOCTLS.DEV_QUERY, { type, size: layout.size, pointer });
  return layout.decode(process.read(pointer, layout.size)) as Struct<L>;
}

/** One run; the group and everything else is destroyed at its end. */
export function runStream(history: Timeline, request: ParsedParams<'stream.run'>): StreamResult {
  const job = new StreamJob(history, request);
  try {
    job.submit();
    job.wait(request.limitNs);
    return job.result();
  } finally {
    job.close();
  }
}

/** A group with one stream on one of its queues, from the open file to the syncobj that tells of its end. */
export class StreamJob {
  /** Where the words lie. */
  readonly va: number;
  readonly queue: number;
  readonly request: ParsedParams<'stream.run'>;
  private readonly history: Timeline;
  private readonly process: UserProcess;
  private readonly memory: JobMemory;
  private readonly registerCount: number;
  private readonly handle: number;
  private readonly sync: number;
  private submittedNs = 0;
  private gate = 0;
  /** The wait for the end: a ticket while it is open, its result when it ended at once. */
  private ended: boolean | { readonly ticket: number } = false;

  /** Makes everything but the submission. UsageError for a queue that does not exist or memory that cannot be mapped. */
  constructor(history: Timeline, request: ParsedParams<'stream.run'>) {
    this.history = history;
    this.request = request;
    this.queue = request.queue;
    this.process = new UserProcess(history, history.engine.freeClient());
    try {
      const { process } = this;
      const gpu = query(process, DEV_QUERY_TYPE.GPU_INFO, panthorGpuInfo);
      const csif = query(process, DEV_QUERY_TYPE.CSIF_INFO, panthorCsifInfo);
      if (request.queue >= csif.cs_slot_count) {
        throw new UsageError(`queue ${request.queue} does not exist: a group has ${csif.cs_slot_count}`);
      }
      this.registerCount = csif.cs_reg_count;
      const vm = process.must(PANTHOR_IOCTLS.VM_CREATE, { flags: 0, user_va_range: 0 });
      this.memory = new JobMemory(process, vm.id, request.map);
      for (const { va, value } of request.set32) this.memory.write32(va, value);
      this.va = this.memory.placeStream(request.words);
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
      this.handle = group.group_handle;
      this.sync = process.must(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 0 }).handle;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Id of its group; undefined when there is no such group now (history may have gone back to before it). */
  get group(): number | undefined {
    return this.history.engine.driver.groupId(this.process.client, this.handle);
  }

  /** Puts the stream on its ring. */
  submit(): void {
    const { length } = this.request.words;
    this.ring(length > 0 ? this.va : 0, length);
  }

  /**
   * Puts it on its ring behind a gate: a few instructions that wait for `openGate`, so that a debugger can stop at the
   * first instruction when the driver, which starts the group, has nothing more to do. They use the registers that the
   * kernel's own instructions change around every job, and leave in them what these left. Gives their address.
   */
  submitGated(): number {
    const page = this.memory.map(new Uint8Array(0), PAGE);
    this.gate = page;
    const bytes = gateWords(page, this.va, this.request.words.length);
    this.memory.write(page + GATE_CODE, bytes);
    this.ring(page + GATE_CODE, bytes.length);
    return page + GATE_CODE;
  }

  /** Lets a stream behind a gate begin. */
  openGate(): void {
    this.memory.write32(this.gate, 1);
  }

  private ring(stream_addr: number, stream_size: number): void {
    const { process, history } = this;
    this.submittedNs = history.engine.now;
    process.must(PANTHOR_IOCTLS.GROUP_SUBMIT, {
      group_handle: this.handle,
      queue_submits: objects(process, panthorQueueSubmit, [
        {
          queue_index: this.queue,
          stream_size,
          stream_addr,
          latest_flush: 0,
          syncs: objects(process, panthorSyncOp, [{ flags: SYNC_OP_FLAGS.SIGNAL, handle: this.sync }]),
        },
      ]),
    });
    const call = process.call(CORE_IOCTLS.SYNCOBJ_WAIT, {
      ...this.syncs(),
      timeout_nsec: Number.MAX_SAFE_INTEGER,
      flags: SYNCOBJ_WAIT_FLAGS.ALL,
    });
    this.ended = call.ticket === undefined ? call.result >= 0 : { ticket: call.ticket };
  }

  /** Its syncobj, as ioctls take an array of them. */
  private syncs(): { handles: number; count_handles: number } {
    return { handles: this.process.put(new Uint8Array(Uint32Array.of(this.sync).buffer)), count_handles: 1 };
  }

  /** The job has ended. */
  get finished(): boolean {
    const { ended } = this;
    return typeof ended === 'boolean' ? ended : this.history.engine.answered(ended.ticket);
  }

  /** Grants time in slices up to `limitNs`, until the end. */
  wait(limitNs: number): void {
    const { history, ended } = this;
    if (typeof ended === 'boolean') return;
    const until = history.engine.now + limitNs;
    while (!this.finished && history.engine.now < until) {
      history.apply({
        kind: 'advance',
        until: 'answer',
        ticket: ended.ticket,
        limitNs: Math.min(WAIT_SLICE_NS, until - history.engine.now),
      });
    }
  }

  /** What came of it so far. */
  result(): StreamResult {
    const { process, history, finished, queue } = this;
    const { engine } = history;
    const finishedNs = engine.now;
    const { state } = process.must(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: this.handle });
    const fault = engine.faultOf(process.client, this.handle, queue);
    const status = !finished
      ? 'pending'
      : state & GROUP_STATE_FLAGS.TIMEDOUT
        ? 'timeout'
        : fault === undefined
          ? 'done'
          : 'faulted';
    const job = { queue, status, submittedNs: this.submittedNs };
    return {
      jobs: [{ ...job, ...(fault === undefined ? {} : { fault }), ...(finished ? { finishedNs } : {}) }],
      registers: this.registers(),
      memory: this.memory.dump(this.request.dump),
      virtualNs: engine.now,
      finished,
    };
  }

  private registers(): Record<string, number> {
    const values = this.history.engine.streamRegisters(this.process.client, this.handle, this.queue) ?? [];
    return Object.fromEntries(Array.from(values.slice(0, this.registerCount), (v, i) => [`r${i}`, v >>> 0]));
  }

  close(): void {
    this.process.close();
  }
}

/**
 * Looks at the word at `flag` until it is not 0, with a cache flush between two looks because that takes long and few
 * instructions; then goes to the stream as the ring would have called it.
 */
function gateWords(flag: number, va: number, length: number): Uint8Array {
  const text = `
      MOVE32 r95, #0
      MOVE48 d92, #${flag}
look: FLUSH_CACHE2.l2_clean.lsc_none.other_none r95, #0, #0
      WAIT #0xff
      LOAD_MULTIPLE r94, [d92]
      WAIT #0xff
      BRANCH.eq r94, look
      MOVE48 d92, #${va}
      MOVE32 r94, #${length}
      JUMP d92, r94`;
  const { words, problems } = assemble(text, { arch: 10 });
  if (problems.length > 0) throw new Bug(`the gate of a stream does not assemble: ${problems[0]?.rule}`);
  return new Uint8Array(words.buffer);
}
