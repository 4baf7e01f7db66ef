/**
 * Every error a call of the driver documents, one line per condition (panthor_drm.h, panthor_drv.c and what it
 * calls). The driver's table test has at least one case for each line. What can meet every call alike, the device
 * unplugged or an argument that cannot be read, is in `ANY_CALL`.
 */
import type { PANTHOR_IOCTLS } from './ioctls.ts';

/** Conditions by the name of the errno. */
export type ErrorTable = Readonly<Record<string, readonly string[]>>;

export const ANY_CALL = {
  ENODEV: ['the device is unplugged'],
  ENOTTY: ['the type byte of the number is not that of DRM'],
  EINVAL: ['no call has the number'],
  EFAULT: ['the argument cannot be read'],
} as const satisfies ErrorTable;

const ARRAY_EINVAL = 'stride below the shortest element';
const ARRAY = {
  E2BIG: ['bytes set behind the element as the driver knows it'],
  EFAULT: ['the array leads nowhere'],
} as const;
const ARRAY_ENOMEM = 'no room for a copy of the array';

export const PANTHOR_ERRORS = {
  DEV_QUERY: {
    EINVAL: ['unknown query', 'size below the minimum', 'unknown timestamp flags', 'unknown CPU clock'],
    EFAULT: ['the destination leads nowhere'],
    E2BIG: ['bytes set behind timestamp_info'],
  },
  VM_CREATE: {
    EINVAL: ['flags set', 'user range above the address space', 'too little left for the kernel'],
    ENOMEM: ['no room for the page table'],
    EBUSY: ['all 32 numbers taken'],
    ENODEV: ['unplugged'],
  },
  VM_DESTROY: { EINVAL: ['pad set', 'unknown VM'] },
  VM_BIND: {
    EINVAL: [
      'unknown VM',
      'va, size or offset not of whole pages',
      'asynchronous and of size 0',
      'range overflows',
      'range above the user range',
      'unknown object',
      'unknown map flags',
      'range behind the object',
      'object of another VM',
      'sparse map that is executable, or has an object or an offset',
      'unmap with flags, object or offset',
      'sync-only with anything else, or without syncs',
      'unknown operation',
      'synchronous call with syncs',
      'VM unusable',
      'malformed sync operation',
      'wait where no fence is',
      'signal of an unknown syncobj',
      ARRAY_EINVAL,
    ],
    ENOENT: ['wait for an unknown syncobj'],
    ENODEV: ['unplugged'],
    ...ARRAY,
    ENOMEM: ['no room for page tables or pages', ARRAY_ENOMEM],
  },
  VM_GET_STATE: { EINVAL: ['unknown VM'] },
  BO_CREATE: {
    EINVAL: ['size 0', 'size overflows', 'pad set', 'unknown flags', 'NO_MMAP with WB_MMAP', 'unknown exclusive VM'],
    ENOMEM: ['no room for the object'],
    ENODEV: ['unplugged'],
  },
  BO_MMAP_OFFSET: {
    EINVAL: ['pad set'],
    ENOENT: ['unknown handle'],
    EPERM: ['made with NO_MMAP'],
  },
  GROUP_CREATE: {
    EINVAL: [
      'no queues',
      'more than 32 queues',
      'more queues than streams',
      ARRAY_EINVAL,
      'unknown priority',
      'pad set',
      'cores that do not exist',
      'more cores than the mask has',
      'unknown VM',
      'pad of a queue set',
      'ring size no power of two in 4096..65536',
      'queue priority above 15',
    ],
    EACCES: ['HIGH or REALTIME without the right'],
    ENOMEM: ['no room for its memory', ARRAY_ENOMEM],
    EBUSY: ['all 128 handles taken'],
    ...ARRAY,
  },
  GROUP_DESTROY: { EINVAL: ['pad set', 'unknown group'] },
  GROUP_SUBMIT: {
    EINVAL: [
      'pad set',
      'pad of a job set',
      'address or size without the other',
      'address not of 64 bytes',
      'size not of whole instructions',
      'reserved bits of the flush id',
      'unknown group',
      'group cannot run',
      'queue out of range',
      'unknown sync flags',
      'unknown sync type',
      'point of a binary syncobj',
      'signal of an unknown syncobj',
      'wait where no fence is',
      'wait for a point nobody submitted',
      ARRAY_EINVAL,
    ],
    ENOENT: ['wait for an unknown syncobj'],
    ENODEV: ['unplugged'],
    ENOMEM: ['no room for the jobs', ARRAY_ENOMEM],
    ...ARRAY,
    EINTR: ['interrupted while taking reservations'],
  },
  GROUP_GET_STATE: { EINVAL: ['pad set', 'unknown group'] },
  TILER_HEAP_CREATE: {
    EINVAL: ['unknown VM', 'no initial chunk', 'more initial chunks than chunks', 'chunk size'],
    ENOMEM: ['no room for chunks', 'no kernel addresses left'],
    EBUSY: ['all 128 numbers taken'],
  },
  TILER_HEAP_DESTROY: {
    EINVAL: ['pad set', 'unknown VM', 'unknown heap'],
    ENOENT: ['the VM has no heaps'],
  },
  BO_SET_LABEL: {
    EINVAL: ['pad set'],
    ENOENT: ['unknown handle'],
    E2BIG: ['longer than 4096 bytes'],
    EFAULT: ['the text leads nowhere'],
    ENOMEM: ['no room for the text'],
  },
  SET_USER_MMIO_OFFSET: { EINVAL: ['another offset'] },
  BO_SYNC: {
    EINVAL: ['range outside the object', 'range overflows', 'unknown type', 'imported object', ARRAY_EINVAL],
    ENOENT: ['unknown handle'],
    ...ARRAY,
    ENOMEM: [ARRAY_ENOMEM],
  },
  BO_QUERY_INFO: { ENOENT: ['unknown handle'] },
} as const satisfies Readonly<Record<keyof typeof PANTHOR_IOCTLS, ErrorTable>>;
