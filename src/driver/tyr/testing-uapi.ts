/**
 * What the table test of the user-space interface stands on: a world with one object of each kind, the form of a case,
 * and a picture of everything a call may leave behind.
 */
import type { Plain } from '../../base/stateful.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { panthorQueueCreate, panthorVmBindOp } from '../../spec/uapi/panthor-structs.ts';
import type { ErrorTable } from '../../spec/uapi/panthor-errors.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import type { Layout } from '../../spec/uapi/layout.ts';
import { isPending } from '../kernel/char-device.ts';
import { errnoName } from '../kernel/errno.ts';
import { saveDevice } from './state.ts';
import { Bench } from './testing-bench.ts';
import type { TestClient } from './testing-bench.ts';

/** An address no process has anything at. */
export const NOWHERE = 0x7f00_0000_0000;
/** Where the one mapping of the world is. */
export const MAPPED = 0x200_0000;
/** The last point given to the timeline. */
export const LAST_POINT = 5;
export const CORES = { max_compute_cores: 4, compute_core_mask: 0x5_0005 };
export const QUEUE = { priority: 1, ringbuf_size: 4096 };
/** Enough for 128 heaps or groups, and quick to make. */
const RAM = 36 * 2 ** 20;
/** After so many ms without use the device has been suspended. */
const ASLEEP = 200;

/** Arguments of a call as an object of the fields of its struct. */
export type Args = Record<string, unknown>;

/** A board, a process with one of everything, and a process with nothing. */
export interface World {
  readonly bench: Bench;
  readonly c: TestClient;
  readonly other: TestClient;
  readonly vm: number;
  readonly otherVm: number;
  /** 0x3000 bytes. */
  readonly bo: number;
  /** NO_MMAP, belongs to `vm`. */
  readonly privateBo: number;
  readonly group: number;
  /** Holds nothing. */
  readonly empty: number;
  readonly signalled: number;
  /** Point 5 is signalled. */
  readonly timeline: number;
  readonly heap: number;
  readonly dmaBuf: number;
  readonly syncobjFd: number;
  readonly syncFile: number;
  readonly eventfd: number;
}

export function world(): World {
  const bench = new Bench(() => {}, RAM);
  const c = bench.client();
  const other = bench.client();
  const { VM_CREATE, BO_CREATE, GROUP_CREATE, VM_BIND, TILER_HEAP_CREATE } = PANTHOR_IOCTLS;
  const vm = c.ok(VM_CREATE, {}).id;
  const otherVm = c.ok(VM_CREATE, {}).id;
  const bo = c.ok(BO_CREATE, { size: 0x2345 }).handle;
  const privateBo = c.ok(BO_CREATE, { size: 1, flags: 1, exclusive_vm_id: vm }).handle;
  c.ok(VM_BIND, { vm_id: vm, ops: c.array(panthorVmBindOp, [{ bo_handle: bo, va: MAPPED, size: 0x1000 }]) });
  const queues = c.array(panthorQueueCreate, [QUEUE]);
  const group = c.ok(GROUP_CREATE, { ...CORES, queues, priority: 1, vm_id: vm }).group_handle;
  const empty = c.syncobj();
  const signalled = c.ok(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 1 }).handle;
  const timeline = c.syncobj();
  c.ok(CORE_IOCTLS.SYNCOBJ_TIMELINE_SIGNAL, {
    handles: words(c, timeline),
    points: longs(c, LAST_POINT),
    count_handles: 1,
  });
  const heap = c.ok(TILER_HEAP_CREATE, {
    vm_id: vm,
    initial_chunk_count: 1,
    chunk_size: 0x2_0000,
    max_chunks: 4,
  }).handle;
  const dmaBuf = c.ok(CORE_IOCTLS.PRIME_HANDLE_TO_FD, { handle: bo }).fd;
  const syncobjFd = c.ok(CORE_IOCTLS.SYNCOBJ_HANDLE_TO_FD, { handle: signalled }).fd;
  const syncFile = c.ok(CORE_IOCTLS.SYNCOBJ_HANDLE_TO_FD, { handle: signalled, flags: 1 }).fd;
  const eventfd = bench.tyr.drm.fds.createEventfd(c.client.pid);
  // Nothing runs any more and the device sleeps: time alone changes nothing.
  bench.run(ASLEEP);
  const objects = { vm, otherVm, bo, privateBo, group, empty, signalled, timeline, heap };
  return { bench, c, other, ...objects, dmaBuf, syncobjFd, syncFile, eventfd };
}

/** Words in the memory of a process. */
export function words(c: TestClient, ...values: readonly number[]): number {
  return c.place(new Uint8Array(Uint32Array.from(values).buffer));
}

export function longs(c: TestClient, ...values: readonly number[]): number {
  return c.place(new Uint8Array(BigUint64Array.from(values, BigInt).buffer));
}

/** Arguments that give the error in the ordinary world. */
type Plainly = (w: World) => Args;
/** The error needs a world of its own, changed by `before`. */
export interface Prepared {
  readonly before: (w: World) => void;
  readonly args: Plainly;
}
/** More than one call is needed, or another driver; gives the result. */
export interface Scene {
  readonly scene: (w: World) => number | string;
}
/** The condition cannot arise on this machine. */
export interface Never {
  readonly never: string;
}
export type Case = Plainly | Prepared | Scene | Never;

/** At least one case for every condition of every error of a table. */
export type CasesOf<T extends ErrorTable> = {
  readonly [E in keyof T]: { readonly [When in T[E][number]]: Case | readonly Case[] };
};

/** Gives a driver's process the last of something: calls until `errno`. */
export function exhaust(call: () => number | string, errno: string): void {
  for (;;) {
    const ret = call();
    if (ret === errno) return;
    if (ret !== 0) throw new Error(`${ret} instead of ${errno}`);
  }
}

/** The allocation after `skip` others fails. */
export const failing =
  (skip = 0) =>
  (w: World): void => {
    w.bench.soc.failAllocation = skip;
  };

/** All that a call of the process can change in the driver, but numbers that only say what comes next. */
export function picture({ bench, c, other }: World): unknown {
  const { kernel, tyr } = bench;
  const { drm, vms, groups, heaps, orphans } = saveDevice(tyr);
  // Tables that became empty stay for the next mapping; what they say is that of the mappings.
  const tables = [...kernel.dma.owners()].filter(([owner]) => owner.startsWith('page table'));
  const tablePages = tables.reduce((sum, [, count]) => sum + count, 0);
  return withoutCounters({
    drm,
    vms: vms.map((vm) => ({ ...vm, table: undefined })),
    groups,
    heaps,
    orphans,
    pages: kernel.dma.pagesUsed - tablePages,
    timers: kernel.timers.count,
    depth: kernel.cpu.depth,
    replies: [c.replies.size, other.replies.size],
    mmio: [c, other].map(({ file }) => file.id),
  } as unknown as Plain);
}

function withoutCounters(state: Plain): Plain {
  if (typeof state !== 'object' || state === null || ArrayBuffer.isView(state)) return state;
  if (Array.isArray(state)) return state.map(withoutCounters);
  const rows = Object.entries(state as Record<string, Plain>).filter(([key]) => !key.startsWith('next'));
  return Object.fromEntries(rows.map(([key, value]) => [key, withoutCounters(value)]));
}

/** A call with its argument as bytes: result, and the bytes as they came back. */
export function raw(client: TestClient, spec: IoctlSpec, arg: Uint8Array): { ret: number | string; arg: Uint8Array } {
  const reply = client.file.ioctl(spec.number, arg, client.user);
  if (isPending(reply)) return { ret: 'PENDING', arg };
  return { ret: reply.ret < 0 ? (errnoName(reply.ret) ?? reply.ret) : reply.ret, arg: reply.arg };
}

/** Encodes fields that are checked only at run time: each row of a table has the fields of its own call. */
export function encode(spec: IoctlSpec, args: Args): Uint8Array {
  return (spec.layout as Layout).encode(args as never);
}
