/**
 * Replays a captured user-space run through the driver's own ioctls and compares the buffers it leaves. The
 * recorder's kernel side did nothing, so a replay must allow for what only a real kernel does: sizes of objects and
 * bindings are rounded to pages, objects get the numbers the driver gives them, and the addresses of tiler heaps in
 * the image become those of the driver's heaps (docs/shaders.md).
 *
 * Memory is loaded through the client's own maps before the submission it was recorded at. If the first submission
 * has no image, everything up to the earliest image is set up first, that image is loaded, and then all submissions
 * run in their order.
 */
import { alignUp } from '../../base/bits.ts';
import { CheckFailed } from '../../base/errors.ts';
import { CAPTURE_PAGE, type CaptureCall, type CaptureSubmit, type CaptureSync } from '../../formats/capture.ts';
import { GROUP_STATE_FLAGS, SYNC_OP_FLAGS, VM_BIND_FLAGS, VM_BIND_OP_TYPE } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import {
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';
import { compareBuffer, type Mismatch } from './capture-compare.ts';
import type { Capture, MemoryImage } from './capture-files.ts';
import { CaptureObjects } from './capture-objects.ts';
import { CaptureProcess, type CaptureHost, type SyncPoint } from './capture-process.ts';

/** Virtual time a submission may take: above the driver's own timeout, which ends a job that hangs. */
const LIMIT_NS = 60_000_000_000;

type Call<K extends CaptureCall['kind']> = Extract<CaptureCall, { kind: K }>;

export interface BufferResult {
  readonly name: string;
  readonly va: number;
  readonly size: number;
  readonly compared: boolean;
  /** Words that differ, and the first of them. */
  readonly differing: number;
  readonly first: Mismatch | undefined;
}

export interface CaptureResult {
  /** True when all submissions ended without a fault and every compared buffer agrees. */
  readonly ok: boolean;
  /** Mode and what was compared. */
  readonly compare: string;
  /** The first of the differing words, and the number of all. */
  readonly mismatches: readonly Mismatch[];
  readonly mismatchCount: number;
  /** All buffers of the run; `compared` false for those that were not looked at. */
  readonly buffers: readonly BufferResult[];
  readonly submits: number;
  /** What went wrong on the way; undefined when nothing did. */
  readonly fault: string | undefined;
  readonly virtualNs: number;
}

/** Calls of the DRM core that make the process wait for what it submitted. */
const WAITS: ReadonlySet<number> = new Set([CORE_IOCTLS.SYNCOBJ_WAIT.nr, CORE_IOCTLS.SYNCOBJ_TIMELINE_WAIT.nr]);

/** Told before each call: how many are done, of how many. */
export type Progress = (done: number, total: number) => void;

class Replay {
  private readonly process: CaptureProcess;
  private readonly capture: Capture;
  private readonly objects: CaptureObjects;
  private readonly progress: Progress;
  /** Signal operations of submissions nobody has waited for yet. */
  private pending: SyncPoint[] = [];
  /** Submissions put off until the earliest image is loaded; undefined once it is. */
  private waiting: Call<'groupSubmit'>[] | undefined = [];
  private submits = 0;

  constructor(capture: Capture, process: CaptureProcess, progress: Progress) {
    this.capture = capture;
    this.process = process;
    this.progress = progress;
    this.objects = new CaptureObjects(process, capture);
  }

  async run(): Promise<CaptureResult> {
    const faultsBefore = await this.process.host.faults();
    let fault: string | undefined;
    try {
      const { entries } = this.capture;
      // What follows the last submission tears down what is compared.
      const last = entries.findLastIndex((e) => e.call.kind === 'groupSubmit');
      let done = 0;
      for (const { call, line } of entries.slice(0, last + 1)) {
        this.progress(done++, last + 1);
        await this.perform(call, `ioctls.jsonl:${line}`);
      }
      await this.flushWaiting();
      await this.drain();
    } catch (error) {
      if (!(error instanceof CheckFailed)) throw error;
      fault = error.message;
    }
    const faults = (await this.process.host.faults()) - faultsBefore;
    if (fault === undefined && faults > 0) fault = `the hardware reported ${faults} fault${faults === 1 ? '' : 's'}`;
    const { mismatches, count, buffers } = await this.compare(fault === undefined);
    const { mode, relative } = this.capture.run.compare;
    return {
      ok: fault === undefined && count === 0,
      compare: mode === 'tolerance' ? `tolerance ${relative}` : mode,
      mismatches,
      mismatchCount: count,
      buffers,
      submits: this.submits,
      fault,
      virtualNs: await this.process.host.now(),
    };
  }

  private async perform(call: CaptureCall, where: string): Promise<void> {
    switch (call.kind) {
      case 'core':
        if (WAITS.has(call.nr)) await this.waitForAll();
        return;
      case 'groupSubmit':
        return this.submitWhenLoaded(call);
      case 'vmBind':
        return this.bind(call, where);
      case 'groupCreate':
        return this.createGroup(call, where);
      default:
        return this.objects.perform(call, where);
    }
  }

  private async bind(call: Call<'vmBind'>, where: string): Promise<void> {
    const { process, objects } = this;
    const ops = [];
    for (const op of call.ops) {
      const type = op.flags & VM_BIND_OP_TYPE.UNMAP ? 'unmap' : op.flags & VM_BIND_OP_TYPE.SYNC_ONLY ? 'sync' : 'map';
      const size = type === 'sync' ? 0 : alignUp(op.size, CAPTURE_PAGE);
      const bo = type === 'map' ? objects.bo(op.bo, where) : undefined;
      if (type === 'map') objects.mapped(op.va, size, op.bo, op.boOffset, where);
      if (type === 'unmap') objects.unmapped(op.va, size);
      const syncs = process.array(panthorSyncOp, await this.syncOps(op.syncs));
      ops.push({
        flags: op.flags,
        bo_handle: bo ?? 0,
        bo_offset: type === 'map' ? op.boOffset : 0,
        va: type === 'sync' ? 0 : op.va,
        size,
        syncs,
      });
    }
    // Without its sync operations an asynchronous call is made a synchronous one: nobody could wait for it.
    const asynchronous = call.ops.some((op) => op.syncs.length > 0);
    await process.must(
      PANTHOR_IOCTLS.VM_BIND,
      {
        vm_id: objects.vm(call.vm, where),
        flags: asynchronous ? call.flags : call.flags & ~VM_BIND_FLAGS.ASYNC,
        ops: process.array(panthorVmBindOp, ops),
      },
      where,
    );
    for (const op of call.ops) await this.signalled(op.syncs);
  }

  private async createGroup(call: Call<'groupCreate'>, where: string): Promise<void> {
    const { process, objects } = this;
    const queues = call.queues.map((q) => ({ priority: q.priority, ringbuf_size: q.ringSize }));
    const { group_handle: handle } = await process.must(
      PANTHOR_IOCTLS.GROUP_CREATE,
      {
        queues: process.array(panthorQueueCreate, queues),
        max_compute_cores: call.maxCompute,
        max_fragment_cores: call.maxFragment,
        max_tiler_cores: call.maxTiler,
        priority: call.priority,
        compute_core_mask: call.computeMask,
        fragment_core_mask: call.fragmentMask,
        tiler_core_mask: call.tilerMask,
        vm_id: objects.vm(call.vm, where),
      },
      where,
    );
    objects.addGroup(call.handle, handle, call.queues.length);
  }

  /** Sync operations with the driver's handles; what is waited for and nobody will signal is signalled first. */
  private async syncOps(
    syncs: readonly CaptureSync[],
  ): Promise<{ flags: number; handle: number; timeline_value: number }[]> {
    const ops = [];
    for (const s of syncs) {
      const handle = await this.objects.sync(s.handle);
      if ((s.flags & SYNC_OP_FLAGS.SIGNAL) === 0) await this.objects.ensureSignalled(handle, s.point);
      ops.push({ flags: s.flags, handle, timeline_value: s.point });
    }
    return ops;
  }

  /** Notes what a call that succeeded will signal. */
  private async signalled(syncs: readonly CaptureSync[]): Promise<void> {
    for (const s of syncs) {
      if ((s.flags & SYNC_OP_FLAGS.SIGNAL) === 0) continue;
      const handle = await this.objects.sync(s.handle);
      this.objects.noteSignal(handle, s.point);
      this.pending.push({ handle, point: s.point });
    }
  }

  private async submitWhenLoaded(call: Call<'groupSubmit'>): Promise<void> {
    const { images } = this.capture;
    const image = images.find((i) => i.submit === call.submit);
    if (this.waiting !== undefined) {
      if (image === undefined && images.length > 0) {
        this.waiting.push(call);
        return;
      }
      if (image !== undefined) await this.load(image);
      await this.flushWaiting();
    } else if (image !== undefined) {
      await this.load(image);
    }
    await this.submit(call);
  }

  private async flushWaiting(): Promise<void> {
    const calls = this.waiting ?? [];
    this.waiting = undefined;
    for (const call of calls) {
      await this.submit({ ...call, queues: call.queues.filter((q) => this.hasStream(q)) });
      await this.waitForAll();
    }
  }

  /** A stream that was put off and whose memory the process has unmapped since is in no image: it is left out. */
  private hasStream(q: CaptureSubmit): boolean {
    return q.streamSize === 0 || this.objects.isMapped(q.streamAddress, q.streamSize);
  }

  private async submit(call: Call<'groupSubmit'>): Promise<void> {
    if (call.queues.length === 0) return;
    const { process, objects } = this;
    const where = `submit ${call.submit}`;
    const queues = [];
    for (const q of call.queues) {
      queues.push({
        queue_index: q.queue,
        stream_size: q.streamSize,
        stream_addr: q.streamAddress,
        latest_flush: q.latestFlush,
        syncs: process.array(panthorSyncOp, await this.syncOps(q.syncs)),
      });
    }
    const group = objects.group(call.group, where);
    await process.must(
      PANTHOR_IOCTLS.GROUP_SUBMIT,
      { group_handle: group.handle, queue_submits: process.array(panthorQueueSubmit, queues) },
      where,
    );
    this.submits++;
    for (const q of call.queues) await this.signalled(q.syncs);
  }

  private async waitForAll(): Promise<void> {
    const points = this.pending;
    this.pending = [];
    if (!(await this.process.wait(points, LIMIT_NS))) throw new CheckFailed(`submit ${this.submits - 1} does not end`);
    await this.checkGroups();
  }

  /** Waits until every queue of every group is empty, by an empty job that signals. */
  private async drain(): Promise<void> {
    const { process, objects } = this;
    const points: SyncPoint[] = [...this.pending];
    this.pending = [];
    for (const group of objects.groups) {
      for (let queue = 0; queue < group.queues; queue++) {
        const { handle } = await process.must(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 0 }, 'end of the run');
        const syncs = process.array(panthorSyncOp, [{ flags: SYNC_OP_FLAGS.SIGNAL, handle, timeline_value: 0 }]);
        const { result } = await process.call(PANTHOR_IOCTLS.GROUP_SUBMIT, {
          group_handle: group.handle,
          queue_submits: process.array(panthorQueueSubmit, [{ queue_index: queue, syncs }]),
        });
        if (result < 0) {
          await this.checkGroups();
          throw new CheckFailed(`queue ${queue} takes no jobs any more (errno ${-result})`);
        }
        points.push({ handle, point: 0 });
      }
    }
    if (!(await process.wait(points, LIMIT_NS))) throw new CheckFailed('the queues do not become empty');
    await this.checkGroups();
  }

  private async checkGroups(): Promise<void> {
    for (const group of this.objects.groups) {
      const state = await this.process.must(PANTHOR_IOCTLS.GROUP_GET_STATE, { group_handle: group.handle }, 'state');
      if (state.state & GROUP_STATE_FLAGS.TIMEDOUT) throw new CheckFailed('a job timed out');
      if (state.state & GROUP_STATE_FLAGS.FATAL_FAULT) {
        throw new CheckFailed(`a job faulted (queues 0x${state.fatal_queues.toString(16)})`);
      }
    }
  }

  private async load(image: MemoryImage): Promise<void> {
    for (const map of image.maps) {
      for (const { va, length, fileOffset } of map.runs) {
        const bytes = this.objects.patched(image.bytes.subarray(fileOffset, fileOffset + length));
        await this.objects.writeVa(va, bytes);
      }
    }
  }

  /** After a failure, buffers that were never made are left out (`all` false). */
  private async compare(
    all: boolean,
  ): Promise<{ mismatches: Mismatch[]; count: number; buffers: readonly BufferResult[] }> {
    const { run, expected } = this.capture;
    const mismatches: Mismatch[] = [];
    const buffers: BufferResult[] = [];
    let count = 0;
    for (const buffer of run.buffers) {
      const { name, va, size } = buffer;
      const skipped = expected === undefined || run.compare.mode === 'none';
      if (skipped || (!all && !this.objects.isMapped(va, size))) {
        buffers.push({ name, va, size, compared: false, differing: 0, first: undefined });
        continue;
      }
      const got = await this.objects.readVa(buffer.va, buffer.size);
      const want = expected.subarray(buffer.expectedOffset, buffer.expectedOffset + buffer.size);
      const result = compareBuffer(buffer, got, want, run.compare);
      count += result.count;
      mismatches.push(...result.listed);
      buffers.push({ name, va, size, compared: true, differing: result.count, first: result.listed[0] });
    }
    return { mismatches, count, buffers };
  }
}

/** Replays `capture` as client `client` of a booted bench. */
export async function replayCapture(
  capture: Capture,
  host: CaptureHost,
  client = 1,
  progress: Progress = () => {},
): Promise<CaptureResult> {
  const process = new CaptureProcess(host, client);
  await process.open();
  try {
    return await new Replay(capture, process, progress).run();
  } finally {
    await process.close();
  }
}
