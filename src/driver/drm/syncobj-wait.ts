/**
 * Waits on syncobjs as registered waiters: a call that cannot be answered at once is kept here as data and
 * answered through its client when a fence signals, a fence arrives, or its time is over. Semantics of
 * drm_syncobj_array_wait_timeout; TRANSFER with WAIT_FOR_SUBMIT waits here, too.
 */
import type { Disposable } from '../../base/disposable.ts';
import { SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import type { Pending } from '../kernel/char-device.ts';
import { ERRNO, ensure } from '../kernel/errno.ts';
import type { DrmDevice } from './device.ts';
import type { DrmFile } from './file.ts';
import type { Fence, FenceCallback, FenceRef } from './fence.ts';
import type { IoctlContext, IoctlResult } from './ioctl.ts';
import type { SyncObj } from './syncobj.ts';

const SIGNALLED = 0;
const TIME_OVER = 1;

/** `first_signaled` of an ALL wait for which nothing was signalled at the start. */
const NONE_FIRST = 0xffff_ffff;

interface Entry {
  readonly syncobj: SyncObj;
  readonly point: number;
  fence: Fence | undefined;
}

/** What a wait is for: the flags of a WAIT call, or where a TRANSFER goes. */
type Purpose =
  | { readonly kind: 'wait'; readonly flags: number; readonly first: number; readonly firstOffset: number }
  | { readonly kind: 'transfer'; readonly dst: SyncObj; readonly dstPoint: number }
  | { readonly kind: 'eventfd'; readonly flags: number; readonly event: number }
  | { readonly kind: 'follow'; readonly flags: 0 };

interface Waiter {
  readonly id: number;
  readonly file: number;
  readonly entries: readonly Entry[];
  readonly purpose: Purpose;
  readonly buffer: Uint8Array;
  readonly outSize: number;
  timer: number;
}

export type WaitersState = {
  readonly nextId: number;
  readonly waiters: readonly {
    readonly id: number;
    readonly file: number;
    readonly entries: readonly {
      readonly syncobj: number;
      readonly point: number;
      readonly fence: FenceRef | undefined;
    }[];
    readonly purpose:
      | { readonly kind: 'wait'; readonly flags: number; readonly first: number; readonly firstOffset: number }
      | { readonly kind: 'transfer'; readonly dst: number; readonly dstPoint: number }
      | { readonly kind: 'eventfd'; readonly flags: number; readonly event: number }
      | { readonly kind: 'follow'; readonly flags: 0 };
    readonly buffer: Uint8Array;
    readonly outSize: number;
    readonly timer: number;
  }[];
};

/** Who waits, and the argument that goes back. */
type Caller = Pick<IoctlContext, 'buffer' | 'outSize'> & { readonly file: DrmFile };

/** One entry of a WAIT call. */
export interface WaitItem {
  readonly syncobj: SyncObj;
  readonly point: number;
}

export class Waiters implements Disposable {
  /** Callback target of fences and timers. */
  readonly id: string;
  private readonly dev: DrmDevice;
  private readonly registration: Disposable;
  private readonly waiters = new Map<number, Waiter>();
  private nextId = 1;

  constructor(dev: DrmDevice, id: string) {
    this.dev = dev;
    this.id = id;
    this.registration = dev.kernel.targets.register(this);
    dev.syncobjs.onArrival = (syncobj) => this.arrived(syncobj);
  }

  /** Calls that wait. */
  get count(): number {
    return this.waiters.size;
  }

  /** A WAIT or TIMELINE_WAIT with its arrays read. `deadline`: absolute ns. KernelError EINVAL, ETIME. */
  wait(ctx: IoctlContext, items: readonly WaitItem[], flags: number, deadline: number): IoctlResult {
    const entries = items.map(({ syncobj, point }) => ({ syncobj, point, fence: syncobj.find(point) }));
    const patient = SYNCOBJ_WAIT_FLAGS.FOR_SUBMIT | SYNCOBJ_WAIT_FLAGS.AVAILABLE;
    const absent = entries.find((e) => e.fence === undefined);
    ensure(absent === undefined || (flags & patient) !== 0, 'EINVAL', `point ${absent?.point} is not submitted`);
    const first = entries.findIndex((e) => satisfied(e, flags));
    const firstOffset = ctx.spec.layout.fields.find((f) => f.name === 'first_signaled')?.offset ?? 0;
    const purpose = { kind: 'wait', flags, first: first < 0 ? NONE_FIRST : first, firstOffset } as const;
    return this.begin(ctx, entries, purpose, deadline);
  }

  /** A TRANSFER whose source has no fence yet. */
  transfer(ctx: IoctlContext, source: WaitItem, dst: SyncObj, dstPoint: number, deadline: number): IoctlResult {
    return this.begin(ctx, [{ ...source, fence: undefined }], { kind: 'transfer', dst, dstPoint }, deadline);
  }

  /** Counts an eventfd up once, when a point signals or, with AVAILABLE, is there; nobody waits. */
  watch(ctx: IoctlContext, item: WaitItem, flags: number, event: number): void {
    const { syncobj, point } = item;
    this.begin(ctx, [{ syncobj, point, fence: syncobj.find(point) }], { kind: 'eventfd', flags, event }, Infinity);
  }

  /** A call that returns 0 when a fence has signalled. */
  follow(file: DrmFile, fence: Fence): IoctlResult {
    // The fence waits in a syncobj nobody has a handle of.
    const syncobj = this.dev.syncobjs.create(fence);
    const ctx = { file, buffer: new Uint8Array(0), outSize: 0 };
    const result = this.begin(ctx, [{ syncobj, point: 0, fence }], { kind: 'follow', flags: 0 }, Infinity);
    syncobj.put();
    return result;
  }

  private begin(ctx: Caller, entries: readonly Entry[], purpose: Purpose, deadline: number): IoctlResult {
    const { buffer, outSize } = ctx;
    const w: Waiter = { id: this.nextId, file: ctx.file.id, entries, purpose, buffer, outSize, timer: 0 };
    if (this.ready(w)) return this.conclude(w);
    const { kernel } = this.dev;
    ensure(deadline > kernel.now(), 'ETIME', 'time is over');
    this.nextId++;
    this.waiters.set(w.id, w);
    for (const e of entries) {
      e.syncobj.get();
      e.fence?.addCallback(this.callback(w));
    }
    if (purpose.kind === 'transfer') purpose.dst.get();
    if (purpose.kind === 'eventfd') this.dev.fds.getEvent(purpose.event);
    if (deadline <= Number.MAX_SAFE_INTEGER) w.timer = kernel.timers.schedule(deadline, this.id, TIME_OVER, w.id);
    const pending: Pending = { waiter: w.id };
    return pending;
  }

  private callback(w: Waiter): FenceCallback {
    return { target: this.id, kind: SIGNALLED, payload: w.id };
  }

  private ready(w: Waiter): boolean {
    const { purpose, entries } = w;
    if (purpose.kind === 'transfer') return entries.every((e) => e.fence !== undefined);
    const all = purpose.kind === 'wait' && (purpose.flags & SYNCOBJ_WAIT_FLAGS.ALL) !== 0;
    const done = (e: Entry): boolean => satisfied(e, purpose.flags);
    return all ? entries.every(done) : entries.some(done);
  }

  /** Writes the outputs of a wait that succeeded. */
  private conclude(w: Waiter): number {
    const { purpose, entries } = w;
    if (purpose.kind === 'transfer') {
      const fence = entries[0]?.fence;
      if (fence !== undefined) transferFence(this.dev, purpose.dst, purpose.dstPoint, fence);
      return 0;
    }
    if (purpose.kind === 'follow') return 0;
    if (purpose.kind === 'eventfd') {
      this.dev.fds.signalEvent(purpose.event);
      return 0;
    }
    const all = (purpose.flags & SYNCOBJ_WAIT_FLAGS.ALL) !== 0;
    const first = all ? purpose.first : entries.findIndex((e) => satisfied(e, purpose.flags));
    new DataView(w.buffer.buffer, w.buffer.byteOffset).setUint32(purpose.firstOffset, first, true);
    return 0;
  }

  private finish(w: Waiter, ret: number): void {
    this.drop(w);
    if (w.purpose.kind === 'eventfd') return;
    this.dev.file(w.file)?.client.answer(w.id, { ret, arg: w.buffer.slice(0, w.outSize) });
  }

  private drop(w: Waiter): void {
    this.waiters.delete(w.id);
    this.dev.kernel.timers.cancel(w.timer);
    for (const e of w.entries) {
      e.fence?.removeCallback(this.callback(w));
      e.syncobj.put();
    }
    if (w.purpose.kind === 'transfer') w.purpose.dst.put();
    if (w.purpose.kind === 'eventfd') this.dev.fds.putEvent(w.purpose.event);
  }

  private settle(w: Waiter): void {
    if (this.ready(w)) this.finish(w, this.conclude(w));
  }

  /** A fence was stored in a syncobj: those who wait for one take it. */
  private arrived(syncobj: SyncObj): void {
    for (const w of this.waiters.values()) {
      let took = false;
      for (const e of w.entries) {
        if (e.syncobj !== syncobj || e.fence !== undefined) continue;
        e.fence = syncobj.find(e.point);
        e.fence?.addCallback(this.callback(w));
        took ||= e.fence !== undefined;
      }
      if (took) this.settle(w);
    }
  }

  fire(kind: number, payload: number): void {
    const w = this.waiters.get(payload);
    if (w === undefined) return;
    if (kind === SIGNALLED) this.settle(w);
    else this.finish(w, this.ready(w) ? this.conclude(w) : -ERRNO.ETIME);
  }

  /** A signal reaches the process: the call ends with EINTR. False when it is not waiting. */
  interrupt(waiter: number): boolean {
    const w = this.waiters.get(waiter);
    if (w === undefined) return false;
    this.finish(w, -ERRNO.EINTR);
    return true;
  }

  /** The file is closed: its waits end without an answer. */
  forget(file: number): void {
    for (const w of this.waiters.values()) if (w.file === file) this.drop(w);
  }

  dispose(): void {
    for (const w of this.waiters.values()) this.drop(w);
    this.registration.dispose();
  }

  save(): WaitersState {
    const { fences } = this.dev;
    const waiters = [...this.waiters.values()].map((w) => ({
      id: w.id,
      file: w.file,
      entries: w.entries.map((e) => ({
        syncobj: e.syncobj.id,
        point: e.point,
        fence: e.fence === undefined ? undefined : fences.ref(e.fence),
      })),
      purpose: w.purpose.kind === 'transfer' ? { ...w.purpose, dst: w.purpose.dst.id } : { ...w.purpose },
      buffer: w.buffer.slice(),
      outSize: w.outSize,
      timer: w.timer,
    }));
    return { nextId: this.nextId, waiters };
  }

  /** After fences, syncobjs and files. */
  load(state: WaitersState): void {
    const { fences, syncobjs } = this.dev;
    this.nextId = state.nextId;
    this.waiters.clear();
    for (const w of state.waiters) {
      const entries = w.entries.map((e) => ({
        syncobj: syncobjs.byId(e.syncobj),
        point: e.point,
        fence: e.fence === undefined ? undefined : fences.deref(e.fence),
      }));
      const purpose: Purpose =
        w.purpose.kind === 'transfer' ? { ...w.purpose, dst: syncobjs.byId(w.purpose.dst) } : { ...w.purpose };
      this.waiters.set(w.id, { ...w, entries, purpose, buffer: w.buffer.slice() });
    }
  }
}

function satisfied(entry: Entry, flags: number): boolean {
  if (entry.fence === undefined) return false;
  return (flags & SYNCOBJ_WAIT_FLAGS.AVAILABLE) !== 0 || entry.fence.isSignaled;
}

/** Puts a fence found in one syncobj into another: as content for point 0, else flattened as a point. */
export function transferFence(dev: DrmDevice, dst: SyncObj, dstPoint: number, fence: Fence): void {
  if (dstPoint === 0) dst.replace(fence);
  else dst.addPoint(dev.fences.merge(fence), dstPoint);
}
