/**
 * Arrays that user space passes by `drm_panthor_obj_array` (Panthor `panthor_get_uobj_array`): the element may be
 * longer than ours, as long as what we do not know is zero.
 */
import type { panthorObjArray } from '../../spec/uapi/panthor-structs.ts';
import type { Decoded, Fields, Layout, Struct } from '../../spec/uapi/layout.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { Slab } from '../kernel/slab.ts';
import type { UserMemory } from '../kernel/uaccess.ts';

/**
 * The elements. KernelError EINVAL for a short stride, ENOMEM for more than the kernel copies, E2BIG for unknown bytes
 * that are set, EFAULT.
 */
export function userArray<F extends Fields>(
  { user, slab }: { readonly user: UserMemory; readonly slab: Slab },
  array: Struct<typeof panthorObjArray>,
  element: Layout<F>,
): Decoded<F>[] {
  const { count, stride, array: address } = array;
  if (count === 0) return [];
  ensure(stride >= element.minSize, 'EINVAL', `stride ${stride} below the ${element.minSize} bytes of ${element.name}`);
  slab.takeLarge(count * element.size, `${count} ${element.name}`);
  const bytes = user.copyFrom(address, stride * count);
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride;
    const whole = bytes.subarray(start, start + stride);
    if (whole.subarray(element.size).some((b) => b !== 0)) fail('E2BIG', `${element.name}[${i}] has unknown fields`);
    if (stride >= element.size) return element.decode(whole);
    const padded = new Uint8Array(element.size);
    padded.set(whole);
    return element.decode(padded);
  });
}

/** Writes a result struct to user space (Panthor `panthor_set_uobj`): cut or zero-filled to what the caller has. */
export function writeUser(user: UserMemory, address: number, size: number, layout: Layout, bytes: Uint8Array): void {
  ensure(size >= layout.minSize, 'EINVAL', `${layout.name} has at least ${layout.minSize} bytes`);
  user.copyTo(address, bytes.subarray(0, Math.min(size, bytes.length)));
  for (let at = bytes.length; at < size; at += ZEROS.length) {
    user.copyTo(address + at, ZEROS.subarray(0, Math.min(ZEROS.length, size - at)));
  }
}

/** Cleared piece by piece: the size comes from outside. */
const ZEROS = new Uint8Array(4096);
