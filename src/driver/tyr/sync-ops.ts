/**
 * Waits and signals of one submission call (Panthor `panthor_submit_ctx`): all signal operations are collected
 * first, so that a later job of the call can wait for what an earlier one signals; syncobjs change last, when
 * nothing can fail any more.
 */
import { SYNC_HANDLE_TYPE, SYNC_OP_FLAGS } from '../../spec/uapi/constants.ts';
import type { panthorSyncOp } from '../../spec/uapi/panthor-structs.ts';
import type { Struct } from '../../spec/uapi/layout.ts';
import type { Fence } from '../drm/fence.ts';
import type { DrmFile } from '../drm/file.ts';
import type { SyncObj } from '../drm/syncobj.ts';
import { ensure, fail } from '../kernel/errno.ts';

export type SyncOp = Struct<typeof panthorSyncOp>;

/** Bits nobody may set. */
const UNKNOWN_FLAGS = ~(SYNC_OP_FLAGS.HANDLE_TYPE_MASK | SYNC_OP_FLAGS.SIGNAL);

const isSignal = (op: SyncOp): boolean => (op.flags & SYNC_OP_FLAGS.SIGNAL) !== 0;

/** KernelError EINVAL for malformed operations. */
export function checkSyncOp(op: SyncOp): void {
  const type = op.flags & SYNC_OP_FLAGS.HANDLE_TYPE_MASK;
  ensure((op.flags & UNKNOWN_FLAGS) === 0, 'EINVAL', `unknown sync flags 0x${op.flags.toString(16)}`);
  ensure(type <= SYNC_HANDLE_TYPE.TIMELINE_SYNCOBJ, 'EINVAL', `unknown sync handle type ${type}`);
  const binary = type === SYNC_HANDLE_TYPE.SYNCOBJ;
  ensure(!binary || op.timeline_value === 0, 'EINVAL', 'timeline_value of a binary syncobj');
  ensure(op.timeline_value <= Number.MAX_SAFE_INTEGER, 'EINVAL', 'timeline points of 2^53 and above are not kept');
}

interface Signal {
  readonly syncobj: SyncObj;
  readonly point: number;
  fence: Fence | undefined;
}

export class SyncOps {
  private readonly file: DrmFile;
  private readonly signals = new Map<string, Signal>();

  constructor(file: DrmFile) {
    this.file = file;
  }

  private static key(op: SyncOp): string {
    return `${op.handle}:${op.timeline_value}`;
  }

  /** Notes what the call will signal. KernelError EINVAL for an unknown syncobj. */
  collect(ops: readonly SyncOp[]): void {
    for (const op of ops.filter(isSignal)) {
      if (this.signals.has(SyncOps.key(op))) continue;
      const syncobj = this.file.syncobjs.get(op.handle) ?? fail('EINVAL', `unknown syncobj ${op.handle} to signal`);
      const point = op.timeline_value;
      this.signals.set(SyncOps.key(op), { syncobj, point, fence: syncobj.find(point) });
    }
  }

  /** Fences a job must wait for. KernelError ENOENT (unknown syncobj), EINVAL (no fence there). */
  dependencies(ops: readonly SyncOp[]): Fence[] {
    return ops
      .filter((op) => !isSignal(op))
      .map((op) => {
        const own = this.signals.get(SyncOps.key(op));
        const fence = own === undefined ? this.file.lookupSyncobj(op.handle).find(op.timeline_value) : own.fence;
        return fence ?? fail('EINVAL', `syncobj ${op.handle} has no fence at ${op.timeline_value}`);
      });
  }

  /** The job with these operations is armed: later jobs of the call wait for it. */
  armed(ops: readonly SyncOp[], finished: Fence): void {
    for (const op of ops.filter(isSignal)) {
      const signal = this.signals.get(SyncOps.key(op));
      if (signal !== undefined) signal.fence = finished;
    }
  }

  /** Puts the fences into the syncobjs. */
  publish(): void {
    for (const { syncobj, point, fence } of this.signals.values()) {
      if (fence === undefined) continue;
      if (point > 0) syncobj.addPoint(fence, point);
      else syncobj.replace(fence);
    }
  }
}
