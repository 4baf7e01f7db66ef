/**
 * The core calls a render node answers beside the SYNCOBJ family (drm_ioctl.c, drm_gem.c), and the table of all.
 */
import { CAP, KMS_CAPS, PRIME_CAP } from '../../spec/uapi/constants.ts';
import { CLOSED_CALLS } from '../../spec/uapi/core-errors.ts';
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { DriverInfo, DrmFeature } from './driver.ts';
import type { IoctlContext, IoctlEntry } from './ioctl.ts';
import { handle } from './ioctl.ts';
import { FD_ENTRIES } from './fd-ioctls.ts';
import { SYNCOBJ_ENTRIES } from './syncobj-ioctls.ts';

/** The date went out of use; user space still expects a string. */
const DATE = '0';

const CLIENT_NAME_MAX = 64;
/** The characters of a client name lie between these two. */
const SPACE = 0x20;
const DELETE = 0x7f;

/** Copies as much of `text` as fits (no NUL) and gives its full length. */
function copyText(ctx: IoctlContext, address: number, room: number, text: string): number {
  if (address !== 0 && room > 0) {
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    ctx.user.copyTo(address, bytes.subarray(0, Math.min(room, bytes.length)));
  }
  return text.length;
}

type CapValue = (has: (feature: DrmFeature) => boolean) => number;

/** Caps that work without MODESET. */
const CAPS: ReadonlyMap<number, CapValue> = new Map<number, CapValue>([
  [CAP.PRIME, () => PRIME_CAP.IMPORT | PRIME_CAP.EXPORT],
  [CAP.TIMESTAMP_MONOTONIC, () => 1],
  [CAP.SYNCOBJ, (has) => Number(has('SYNCOBJ'))],
  [CAP.SYNCOBJ_TIMELINE, (has) => Number(has('SYNCOBJ_TIMELINE'))],
]);

const ENTRIES: readonly IoctlEntry[] = [
  handle(CORE_IOCTLS.VERSION, (ctx, args) => {
    const info: DriverInfo = ctx.dev.driver.info;
    args.version_major = info.major;
    args.version_minor = info.minor;
    args.version_patchlevel = info.patchlevel;
    args.name_len = copyText(ctx, args.name, args.name_len, info.name);
    args.date_len = copyText(ctx, args.date, args.date_len, DATE);
    args.desc_len = copyText(ctx, args.desc, args.desc_len, info.desc);
    return 0;
  }),
  handle(CORE_IOCTLS.GET_CAP, (ctx, args) => {
    args.value = 0;
    const has = (feature: DrmFeature): boolean => ctx.dev.driver.features.has(feature);
    const value = CAPS.get(args.capability);
    if (value !== undefined) args.value = value(has);
    // The other capabilities are those of displays, of which this layer drives none: it has none of them.
    else if (!has('MODESET')) fail('EOPNOTSUPP', `capability ${args.capability} needs MODESET`);
    else ensure(KMS_CAPS.includes(args.capability), 'EINVAL', `unknown capability ${args.capability}`);
    return 0;
  }),
  handle(CORE_IOCTLS.SET_CLIENT_NAME, (ctx, args) => {
    ensure(args.name_len <= CLIENT_NAME_MAX, 'EINVAL', `name longer than ${CLIENT_NAME_MAX}`);
    ctx.slab.take(args.name_len + 1, 'a client name');
    const name = ctx.user.copyFrom(args.name, args.name_len);
    const printable = name.every((c) => c > SPACE && c < DELETE);
    ensure(printable, 'EINVAL', 'the name has a space, control or non-ASCII character');
    ctx.file.clientName = String.fromCharCode(...name);
    return 0;
  }),
  handle(CORE_IOCTLS.GEM_CLOSE, (ctx, args) => {
    ensure(ctx.dev.driver.features.has('GEM'), 'EOPNOTSUPP', 'the driver has no GEM');
    ctx.file.deleteHandle(args.handle);
    return 0;
  }),
];

/** Calls of the primary node: the permission test refuses them on a render node, a driver without displays elsewhere. */
const CLOSED: readonly IoctlEntry[] = CLOSED_CALLS.map(({ spec, primary }) => ({
  spec,
  invoke: () => fail(primary, `${spec.name} needs a driver with displays`),
}));

/** By nr. */
export const CORE_TABLE: ReadonlyMap<number, IoctlEntry> = new Map(
  [...ENTRIES, ...SYNCOBJ_ENTRIES, ...FD_ENTRIES, ...CLOSED].map((entry) => [entry.spec.nr, entry]),
);
