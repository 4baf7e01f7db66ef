/** Arguments of ioctls as JSON of the struct's fields, for the `args` column. 64-bit values are `0x...` text. */
import { big64 } from '../../base/bits.ts';
import type { FieldInfo, Layout } from '../../spec/uapi/layout.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS, type IoctlSpec } from '../../spec/uapi/ioctls.ts';

const SPECS: ReadonlyMap<number, IoctlSpec> = new Map(
  [...Object.values(PANTHOR_IOCTLS), ...Object.values(CORE_IOCTLS)].map((spec) => [spec.nr, spec]),
);
const NR_MASK = 0xff;

/** The call an ioctl number selects; only its low byte counts, as in the kernel. */
export function ioctlOf(command: number): IoctlSpec | undefined {
  return SPECS.get(command & NR_MASK);
}

/**
 * JSON of an argument. Bytes that a shorter caller did not give count as 0; a call nobody knows gives its bytes as
 * `{"bytes": hex}`.
 */
export function describeArgument(command: number, argument: Uint8Array): string {
  const spec = ioctlOf(command);
  if (spec === undefined) return JSON.stringify({ bytes: Buffer.from(argument).toString('hex') });
  const whole = new Uint8Array(spec.layout.size);
  whole.set(argument.subarray(0, whole.length));
  return JSON.stringify(objectOf(spec.layout, new DataView(whole.buffer), 0));
}

function objectOf(layout: Layout, view: DataView, base: number): Record<string, unknown> {
  return Object.fromEntries(layout.fields.map((f) => [f.name, valueOf(f, view, base + f.offset)]));
}

function valueOf(field: FieldInfo, view: DataView, at: number): unknown {
  const { nested, count, size } = field;
  if (nested !== undefined) return objectOf(nested, view, at);
  if (count === undefined) return scalar(field, view, at, size);
  const width = size / count;
  return Array.from({ length: count }, (_, i) => scalar(field, view, at + i * width, width));
}

function scalar(field: FieldInfo, view: DataView, at: number, width: number): number | string {
  if (width === 1) return view.getUint8(at);
  if (width === 2) return view.getUint16(at, true);
  if (width === 4) return field.scalar === 's32' ? view.getInt32(at, true) : view.getUint32(at, true);
  return `0x${big64(view.getUint32(at, true), view.getUint32(at + 4, true)).toString(16)}`;
}
