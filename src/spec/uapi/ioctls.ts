/**
 * The ioctl calls of a Panthor render node: number, direction, argument and permission flags. Numbers are built
 * the way `_IOC` does (include/uapi/asm-generic/ioctl.h) from these rows.
 */
import {
  gemChangeHandle,
  gemClose,
  getCap,
  primeHandle,
  setClientName,
  syncobjArray,
  syncobjCreate,
  syncobjDestroy,
  syncobjEventfd,
  syncobjHandle,
  syncobjTimelineArray,
  syncobjTimelineWait,
  syncobjTransfer,
  syncobjWait,
  version,
} from './core-structs.ts';
import type { Layout } from './layout.ts';
import {
  panthorBoCreate,
  panthorBoMmapOffset,
  panthorBoQueryInfo,
  panthorBoSetLabel,
  panthorBoSync,
  panthorDevQuery,
  panthorGroupCreate,
  panthorGroupDestroy,
  panthorGroupGetState,
  panthorGroupSubmit,
  panthorSetUserMmioOffset,
  panthorTilerHeapCreate,
  panthorTilerHeapDestroy,
  panthorVmBind,
  panthorVmCreate,
  panthorVmDestroy,
  panthorVmGetState,
} from './panthor-structs.ts';

/** The DRM type byte, `d`. */
export const DRM_IOCTL_BASE = 0x64;
/** Driver calls have numbers from COMMAND_BASE up to and without COMMAND_END. */
export const DRM_COMMAND_BASE = 0x40;
export const DRM_COMMAND_END = 0xa0;
/** First number above the core table. */
export const DRM_CORE_COUNT = 0xd3;

/** W: the kernel reads the argument; R: it writes it. */
export type IoctlDirection = 'NONE' | 'W' | 'R' | 'RW';
const DIRECTION_BITS: Readonly<Record<IoctlDirection, number>> = { NONE: 0, W: 1, R: 2, RW: 3 };

export type IoctlFlag = 'AUTH' | 'MASTER' | 'ROOT_ONLY' | 'RENDER_ALLOW';

/** One call. */
export interface IoctlSpec<L extends Layout = Layout> {
  readonly name: string;
  /** Low byte of the number: the only part that selects the call. */
  readonly nr: number;
  readonly number: number;
  readonly direction: IoctlDirection;
  readonly layout: L;
  readonly flags: readonly IoctlFlag[];
}

/** The parts of an ioctl number. */
export interface IoctlParts {
  readonly nr: number;
  readonly type: number;
  readonly size: number;
  /** The kernel reads the argument. */
  readonly reads: boolean;
  /** The kernel writes the argument. */
  readonly writes: boolean;
}

export function ioctlNumber(direction: IoctlDirection, nr: number, size: number, type = DRM_IOCTL_BASE): number {
  return ((DIRECTION_BITS[direction] << 30) | (size << 16) | (type << 8) | nr) >>> 0;
}

export function ioctlParts(number: number): IoctlParts {
  return {
    nr: number & 0xff,
    type: (number >>> 8) & 0xff,
    size: (number >>> 16) & 0x3fff,
    reads: ((number >>> 30) & 1) !== 0,
    writes: ((number >>> 31) & 1) !== 0,
  };
}

/** Describes a call; its number follows. */
export function ioctl<L extends Layout>(
  name: string,
  nr: number,
  direction: IoctlDirection,
  layout: L,
  flags: readonly IoctlFlag[],
): IoctlSpec<L> {
  return { name, nr, number: ioctlNumber(direction, nr, layout.size), direction, layout, flags };
}

/** Panthor's own calls in order of number, without gaps. */
export const PANTHOR_IOCTLS = {
  DEV_QUERY: ioctl('DRM_IOCTL_PANTHOR_DEV_QUERY', 0x40, 'RW', panthorDevQuery, ['RENDER_ALLOW']),
  VM_CREATE: ioctl('DRM_IOCTL_PANTHOR_VM_CREATE', 0x41, 'RW', panthorVmCreate, ['RENDER_ALLOW']),
  VM_DESTROY: ioctl('DRM_IOCTL_PANTHOR_VM_DESTROY', 0x42, 'RW', panthorVmDestroy, ['RENDER_ALLOW']),
  VM_BIND: ioctl('DRM_IOCTL_PANTHOR_VM_BIND', 0x43, 'RW', panthorVmBind, ['RENDER_ALLOW']),
  VM_GET_STATE: ioctl('DRM_IOCTL_PANTHOR_VM_GET_STATE', 0x44, 'RW', panthorVmGetState, ['RENDER_ALLOW']),
  BO_CREATE: ioctl('DRM_IOCTL_PANTHOR_BO_CREATE', 0x45, 'RW', panthorBoCreate, ['RENDER_ALLOW']),
  BO_MMAP_OFFSET: ioctl('DRM_IOCTL_PANTHOR_BO_MMAP_OFFSET', 0x46, 'RW', panthorBoMmapOffset, ['RENDER_ALLOW']),
  GROUP_CREATE: ioctl('DRM_IOCTL_PANTHOR_GROUP_CREATE', 0x47, 'RW', panthorGroupCreate, ['RENDER_ALLOW']),
  GROUP_DESTROY: ioctl('DRM_IOCTL_PANTHOR_GROUP_DESTROY', 0x48, 'RW', panthorGroupDestroy, ['RENDER_ALLOW']),
  GROUP_SUBMIT: ioctl('DRM_IOCTL_PANTHOR_GROUP_SUBMIT', 0x49, 'RW', panthorGroupSubmit, ['RENDER_ALLOW']),
  GROUP_GET_STATE: ioctl('DRM_IOCTL_PANTHOR_GROUP_GET_STATE', 0x4a, 'RW', panthorGroupGetState, ['RENDER_ALLOW']),
  TILER_HEAP_CREATE: ioctl('DRM_IOCTL_PANTHOR_TILER_HEAP_CREATE', 0x4b, 'RW', panthorTilerHeapCreate, ['RENDER_ALLOW']),
  TILER_HEAP_DESTROY: ioctl('DRM_IOCTL_PANTHOR_TILER_HEAP_DESTROY', 0x4c, 'RW', panthorTilerHeapDestroy, [
    'RENDER_ALLOW',
  ]),
  BO_SET_LABEL: ioctl('DRM_IOCTL_PANTHOR_BO_SET_LABEL', 0x4d, 'RW', panthorBoSetLabel, ['RENDER_ALLOW']),
  SET_USER_MMIO_OFFSET: ioctl('DRM_IOCTL_PANTHOR_SET_USER_MMIO_OFFSET', 0x4e, 'RW', panthorSetUserMmioOffset, [
    'RENDER_ALLOW',
  ]),
  BO_SYNC: ioctl('DRM_IOCTL_PANTHOR_BO_SYNC', 0x4f, 'RW', panthorBoSync, ['RENDER_ALLOW']),
  BO_QUERY_INFO: ioctl('DRM_IOCTL_PANTHOR_BO_QUERY_INFO', 0x50, 'RW', panthorBoQueryInfo, ['RENDER_ALLOW']),
} as const;

/** Core calls that a render node answers. */
export const CORE_IOCTLS = {
  VERSION: ioctl('DRM_IOCTL_VERSION', 0x00, 'RW', version, ['RENDER_ALLOW']),
  GEM_CLOSE: ioctl('DRM_IOCTL_GEM_CLOSE', 0x09, 'W', gemClose, ['RENDER_ALLOW']),
  GET_CAP: ioctl('DRM_IOCTL_GET_CAP', 0x0c, 'RW', getCap, ['RENDER_ALLOW']),
  PRIME_HANDLE_TO_FD: ioctl('DRM_IOCTL_PRIME_HANDLE_TO_FD', 0x2d, 'RW', primeHandle, ['RENDER_ALLOW']),
  PRIME_FD_TO_HANDLE: ioctl('DRM_IOCTL_PRIME_FD_TO_HANDLE', 0x2e, 'RW', primeHandle, ['RENDER_ALLOW']),
  SYNCOBJ_CREATE: ioctl('DRM_IOCTL_SYNCOBJ_CREATE', 0xbf, 'RW', syncobjCreate, ['RENDER_ALLOW']),
  SYNCOBJ_DESTROY: ioctl('DRM_IOCTL_SYNCOBJ_DESTROY', 0xc0, 'RW', syncobjDestroy, ['RENDER_ALLOW']),
  SYNCOBJ_HANDLE_TO_FD: ioctl('DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD', 0xc1, 'RW', syncobjHandle, ['RENDER_ALLOW']),
  SYNCOBJ_FD_TO_HANDLE: ioctl('DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE', 0xc2, 'RW', syncobjHandle, ['RENDER_ALLOW']),
  SYNCOBJ_WAIT: ioctl('DRM_IOCTL_SYNCOBJ_WAIT', 0xc3, 'RW', syncobjWait, ['RENDER_ALLOW']),
  SYNCOBJ_RESET: ioctl('DRM_IOCTL_SYNCOBJ_RESET', 0xc4, 'RW', syncobjArray, ['RENDER_ALLOW']),
  SYNCOBJ_SIGNAL: ioctl('DRM_IOCTL_SYNCOBJ_SIGNAL', 0xc5, 'RW', syncobjArray, ['RENDER_ALLOW']),
  SYNCOBJ_TIMELINE_WAIT: ioctl('DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT', 0xca, 'RW', syncobjTimelineWait, ['RENDER_ALLOW']),
  SYNCOBJ_QUERY: ioctl('DRM_IOCTL_SYNCOBJ_QUERY', 0xcb, 'RW', syncobjTimelineArray, ['RENDER_ALLOW']),
  SYNCOBJ_TRANSFER: ioctl('DRM_IOCTL_SYNCOBJ_TRANSFER', 0xcc, 'RW', syncobjTransfer, ['RENDER_ALLOW']),
  SYNCOBJ_TIMELINE_SIGNAL: ioctl('DRM_IOCTL_SYNCOBJ_TIMELINE_SIGNAL', 0xcd, 'RW', syncobjTimelineArray, [
    'RENDER_ALLOW',
  ]),
  SYNCOBJ_EVENTFD: ioctl('DRM_IOCTL_SYNCOBJ_EVENTFD', 0xcf, 'RW', syncobjEventfd, ['RENDER_ALLOW']),
  SET_CLIENT_NAME: ioctl('DRM_IOCTL_SET_CLIENT_NAME', 0xd1, 'RW', setClientName, ['RENDER_ALLOW']),
  GEM_CHANGE_HANDLE: ioctl('DRM_IOCTL_GEM_CHANGE_HANDLE', 0xd2, 'RW', gemChangeHandle, ['RENDER_ALLOW']),
} as const;
