/**
 * The generic ioctl dispatcher (drm_ioctl.c) and the typed tables it works on (Rust `declare_drm_ioctls!`). Only
 * the low byte of a number selects the call; size and direction bits of the caller may differ from ours.
 */
import { Bug } from '../../base/errors.ts';
import type { Words } from '../../spec/registers/define.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import {
  DRM_COMMAND_BASE,
  DRM_COMMAND_END,
  DRM_CORE_COUNT,
  DRM_IOCTL_BASE,
  ioctlParts,
} from '../../spec/uapi/ioctls.ts';
import type { Decoded, Fields, Layout } from '../../spec/uapi/layout.ts';
import type { IoctlReply, Pending } from '../kernel/char-device.ts';
import { ERRNO, KernelError } from '../kernel/errno.ts';
import type { Slab } from '../kernel/slab.ts';
import type { UserMemory } from '../kernel/uaccess.ts';
import type { DrmDevice } from './device.ts';
import type { DrmFile } from './file.ts';

/** 0 or more, -errno (throwing KernelError does the same), or a wait answered later. */
export type IoctlResult = number | Pending;

/** What a handler gets beside its argument. */
export class IoctlContext<Data = unknown, FileData = unknown> {
  readonly dev: DrmDevice<Data, FileData>;
  readonly file: DrmFile<Data, FileData>;
  readonly user: UserMemory;
  readonly spec: IoctlSpec;
  /** The kernel's copy of the argument, padded with zeros. */
  readonly buffer: Uint8Array;
  /** How many bytes of it go back. */
  readonly outSize: number;

  constructor(file: DrmFile<Data, FileData>, user: UserMemory, spec: IoctlSpec, buffer: Uint8Array, outSize: number) {
    this.dev = file.dev;
    this.file = file;
    this.user = user;
    this.spec = spec;
    this.buffer = buffer;
    this.outSize = outSize;
  }

  /** Registration data of the driver. */
  get data(): Data {
    return this.dev.data;
  }

  /** The kernel's small memory: whoever allocates for the caller asks it. */
  get slab(): Slab {
    return this.dev.kernel.slab;
  }

  /** Exact words of a 64-bit field, for values that no Number equals. */
  words(field: string): Words {
    return this.spec.layout.words(this.buffer, field);
  }
}

/** A row of a table with the types closed over. */
export interface IoctlEntry<Data = unknown, FileData = unknown> {
  readonly spec: IoctlSpec;
  invoke(ctx: IoctlContext<Data, FileData>): IoctlResult;
}

/**
 * Joins a call and its handler. The handler gets the decoded argument and writes results into it; what it changed
 * goes back to the caller, also when it fails.
 */
export function handle<F extends Fields, Data = unknown, FileData = unknown>(
  spec: IoctlSpec<Layout<F>>,
  handler: (ctx: IoctlContext<Data, FileData>, args: Decoded<F>) => IoctlResult,
): IoctlEntry<Data, FileData> {
  return {
    spec,
    invoke(ctx) {
      const args = spec.layout.decode(ctx.buffer);
      const before = spec.layout.decode(ctx.buffer);
      try {
        return handler(ctx, args);
      } finally {
        spec.layout.encodeInto(ctx.buffer, 0, args, before);
      }
    },
  };
}

/** A driver's calls by nr - 0x40. */
export type DriverIoctls<Data = unknown, FileData = unknown> = readonly IoctlEntry<Data, FileData>[];

/** Checks the rows as the Rust macro does: from COMMAND_BASE, no gap, sizes as in the number. Bug otherwise. */
export function driverIoctls<Data, FileData>(
  rows: readonly IoctlEntry<Data, FileData>[],
): DriverIoctls<Data, FileData> {
  for (const [i, { spec }] of rows.entries()) {
    if (spec.nr !== DRM_COMMAND_BASE + i) throw new Bug(`${spec.name} stands in row ${i} of the ioctl table`);
    if (ioctlParts(spec.number).size !== spec.layout.size) throw new Bug(`${spec.name}: size differs from its struct`);
  }
  return rows;
}

/** Finds the row: EINVAL for numbers without one. */
function lookup<D, F>(
  core: ReadonlyMap<number, IoctlEntry>,
  driver: DriverIoctls<D, F>,
  nr: number,
): IoctlEntry<D, F> | undefined {
  if (nr >= DRM_COMMAND_BASE && nr < DRM_COMMAND_END) return driver[nr - DRM_COMMAND_BASE];
  return nr < DRM_CORE_COUNT ? core.get(nr) : undefined;
}

/** The permission test; every failure is EACCES. */
function permitted(file: DrmFile, spec: IoctlSpec): boolean {
  const has = (flag: IoctlSpec['flags'][number]): boolean => spec.flags.includes(flag);
  if (has('ROOT_ONLY') && !file.client.capabilities.has('SYS_ADMIN')) return false;
  if (has('AUTH') && file.node !== 'render' && !file.authenticated) return false;
  if (has('MASTER') && !file.isMaster) return false;
  return has('RENDER_ALLOW') || file.node !== 'render';
}

const nothing = (ret: number): IoctlReply => ({ ret, arg: new Uint8Array(0) });

/** One call of a client, in process context. */
export function dispatch<D, F>(
  core: ReadonlyMap<number, IoctlEntry>,
  file: DrmFile<D, F>,
  cmd: number,
  arg: Uint8Array,
  user: UserMemory,
): IoctlReply | Pending {
  const { dev } = file;
  if (dev.isUnplugged) return nothing(-ERRNO.ENODEV);
  const caller = ioctlParts(cmd);
  if (caller.type !== DRM_IOCTL_BASE) return nothing(-ERRNO.ENOTTY);
  const entry = lookup(core, dev.driver.ioctls, caller.nr);
  if (entry === undefined) return nothing(-ERRNO.EINVAL);
  const ours = ioctlParts(entry.spec.number);
  const inSize = caller.reads && ours.reads ? caller.size : 0;
  const outSize = caller.writes && ours.writes ? caller.size : 0;
  if (arg.length < Math.max(inSize, outSize)) return nothing(-ERRNO.EFAULT);
  const buffer = new Uint8Array(Math.max(inSize, outSize, ours.size));
  buffer.set(arg.subarray(0, inSize));
  const ctx = new IoctlContext(file, user, entry.spec, buffer, outSize);
  const result = permitted(file, entry.spec) ? guarded(entry, ctx) : -ERRNO.EACCES;
  return typeof result === 'number' ? { ret: result, arg: buffer.slice(0, outSize) } : result;
}

/** Runs the handler; a KernelError becomes its number and a line in the log. */
function guarded<D, F>(entry: IoctlEntry<D, F>, ctx: IoctlContext<D, F>): IoctlResult {
  try {
    return ctx.dev.kernel.cpu.frame(entry.spec.name, () => entry.invoke(ctx));
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    const { pid, comm } = ctx.file.client;
    ctx.dev.log.debug(`${entry.spec.name} of ${comm}[${pid}]: ${error.message}`);
    return error.ret;
  }
}
