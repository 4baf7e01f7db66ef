/**
 * Arguments of ioctls as JSON of the struct's fields, for the `args` column, with the elements of the arrays a call
 * points to. 64-bit values are `0x...` text.
 */
import { big64 } from '../../base/bits.ts';
import { UsageError } from '../../base/errors.ts';
import type { FieldInfo, Layout } from '../../spec/uapi/layout.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS, type IoctlSpec } from '../../spec/uapi/ioctls.ts';
import { NOVA_IOCTLS } from '../../spec/uapi/nova.ts';
import {
  panthorBoSyncOp,
  panthorObjArray,
  panthorQueueCreate,
  panthorQueueSubmit,
  panthorSyncOp,
  panthorVmBindOp,
} from '../../spec/uapi/panthor-structs.ts';

export type DriverName = 'tyr' | 'nova';

const table = (own: readonly IoctlSpec[]): ReadonlyMap<number, IoctlSpec> =>
  new Map([...own, ...Object.values(CORE_IOCTLS)].map((spec) => [spec.nr, spec]));
const SPECS: Readonly<Record<DriverName, ReadonlyMap<number, IoctlSpec>>> = {
  tyr: table(Object.values(PANTHOR_IOCTLS)),
  nova: table(Object.values(NOVA_IOCTLS)),
};
const NR_MASK = 0xff;

/** Elements of the arrays, by struct and field. */
const ELEMENTS: Readonly<Record<string, Layout>> = {
  'drm_panthor_vm_bind.ops': panthorVmBindOp,
  'drm_panthor_vm_bind_op.syncs': panthorSyncOp,
  'drm_panthor_group_create.queues': panthorQueueCreate,
  'drm_panthor_group_submit.queue_submits': panthorQueueSubmit,
  'drm_panthor_queue_submit.syncs': panthorSyncOp,
  'drm_panthor_bo_sync.ops': panthorBoSyncOp,
};
/** Elements written out of one array; the count says how many there were (chosen). */
const SHOWN = 16;

/** Bytes of the process's memory; UsageError where it has none. */
export type ReadUser = (address: number, length: number) => Uint8Array;

/** The call an ioctl number selects; only its low byte counts, as in the kernel. */
export function ioctlOf(command: number, driver: DriverName = 'tyr'): IoctlSpec | undefined {
  return SPECS[driver].get(command & NR_MASK);
}

/**
 * JSON of an argument. Bytes that a shorter caller did not give count as 0; a call nobody knows gives its bytes as
 * `{"bytes": hex}`. With `read` arrays have their elements.
 */
export function describeArgument(spec: IoctlSpec | undefined, argument: Uint8Array, read?: ReadUser): string {
  if (spec === undefined) return JSON.stringify({ bytes: Buffer.from(argument).toString('hex') });
  return JSON.stringify(describeStruct(spec.layout, argument, read));
}

/** Fields of a struct by name. */
export function describeStruct(layout: Layout, argument: Uint8Array, read?: ReadUser): Record<string, unknown> {
  const whole = new Uint8Array(layout.size);
  whole.set(argument.subarray(0, whole.length));
  return objectOf(layout, new DataView(whole.buffer), 0, read);
}

function objectOf(layout: Layout, view: DataView, base: number, read?: ReadUser): Record<string, unknown> {
  return Object.fromEntries(
    layout.fields.map((f) => [f.name, valueOf(f, view, base + f.offset, `${layout.name}.${f.name}`, read)]),
  );
}

function valueOf(field: FieldInfo, view: DataView, at: number, path: string, read?: ReadUser): unknown {
  const { nested, count, size } = field;
  if (nested !== undefined) {
    const value = objectOf(nested, view, at);
    const elements = read === undefined ? undefined : elementsOf(path, view, at, read);
    return elements === undefined ? value : { ...value, elements };
  }
  if (count === undefined) return scalar(field, view, at, size);
  const width = size / count;
  return Array.from({ length: count }, (_, i) => scalar(field, view, at + i * width, width));
}

/** The first elements of an array; undefined when it is empty or cannot be read. */
function elementsOf(path: string, view: DataView, at: number, read: ReadUser): unknown[] | undefined {
  const layout = ELEMENTS[path];
  if (layout === undefined) return undefined;
  const { stride, count, array } = panthorObjArray.decode(new Uint8Array(view.buffer, at, panthorObjArray.size));
  if (count === 0 || stride < layout.minSize || !Number.isSafeInteger(array)) return undefined;
  try {
    return Array.from({ length: Math.min(count, SHOWN) }, (_, i) => {
      const bytes = read(array + i * stride, Math.min(stride, layout.size));
      return describeStruct(layout, bytes, read);
    });
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function scalar(field: FieldInfo, view: DataView, at: number, width: number): number | string {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true);
  if (width === 4) return field.scalar === 's32' ? view.getInt32(at, true) : view.getUint32(at, true);
  return `0x${big64(view.getUint32(at, true), view.getUint32(at + 4, true)).toString(16)}`;
}
