/**
 * Every error the core calls of a render node document, one line per condition (drm_ioctl.c, drm_gem.c,
 * drm_prime.c, drm_syncobj.c), and the core calls a render node does not have.
 */
import type { CORE_IOCTLS } from './ioctls.ts';
import { ioctl } from './ioctls.ts';
import type { IoctlDirection, IoctlFlag, IoctlSpec } from './ioctls.ts';
import { layout } from './layout.ts';
import type { ErrorTable } from './panthor-errors.ts';

const NO_SYNCOBJ = { EOPNOTSUPP: ['driver without SYNCOBJ'] } as const;
const NO_TIMELINE = { EOPNOTSUPP: ['driver without SYNCOBJ_TIMELINE'] } as const;
const NOWHERE = 'an array leads nowhere';
const NO_ROOM = 'no room';
const ARRAY_CALL = {
  EINVAL: ['pad set', 'no handles'],
  ENOENT: ['unknown handle'],
  EFAULT: [NOWHERE],
  ENOMEM: [NO_ROOM],
} as const;
const WAIT = {
  ENOENT: ['unknown handle'],
  ETIME: ['time over', 'poll that fails'],
  EINTR: ['interrupted'],
  EFAULT: [NOWHERE],
  ENOMEM: [NO_ROOM],
} as const;

export const CORE_ERRORS = {
  VERSION: { EFAULT: ['a text leads nowhere'] },
  GEM_CLOSE: { EINVAL: ['unknown handle', 'handle 0'], EOPNOTSUPP: ['driver without GEM'] },
  GET_CAP: {
    EOPNOTSUPP: ['needs MODESET', 'unknown number'],
    EINVAL: ['unknown number, driver with MODESET'],
  },
  PRIME_HANDLE_TO_FD: {
    EINVAL: ['unknown flags', 'object of one VM'],
    ENOENT: ['unknown handle'],
    EMFILE: ['too many files'],
    ENOMEM: [NO_ROOM],
  },
  PRIME_FD_TO_HANDLE: { EBADF: ['no such file'], EINVAL: ['no dma-buf'], ENOMEM: [NO_ROOM] },
  SYNCOBJ_CREATE: { ...NO_SYNCOBJ, EINVAL: ['unknown flags'], ENOMEM: [NO_ROOM] },
  SYNCOBJ_DESTROY: { ...NO_SYNCOBJ, EINVAL: ['pad set', 'unknown handle'] },
  SYNCOBJ_HANDLE_TO_FD: {
    ...NO_SYNCOBJ,
    EINVAL: [
      'pad set',
      'unknown flags',
      'point without sync file',
      'unknown handle, syncobj',
      'no fence',
      'point not submitted',
    ],
    ENOENT: ['unknown handle, sync file'],
    EMFILE: ['too many files'],
    ENOMEM: [NO_ROOM],
  },
  SYNCOBJ_FD_TO_HANDLE: {
    ...NO_SYNCOBJ,
    EINVAL: ['pad set', 'unknown flags', 'point without sync file', 'no such file', 'file of another kind'],
    ENOENT: ['unknown handle, sync file'],
    ENOMEM: [NO_ROOM],
  },
  SYNCOBJ_WAIT: { ...NO_SYNCOBJ, EINVAL: ['unknown flags', 'no fence'], ...WAIT },
  SYNCOBJ_RESET: { ...NO_SYNCOBJ, ...ARRAY_CALL },
  SYNCOBJ_SIGNAL: { ...NO_SYNCOBJ, ...ARRAY_CALL },
  SYNCOBJ_TIMELINE_WAIT: { ...NO_TIMELINE, EINVAL: ['unknown flags', 'point not submitted'], ...WAIT },
  SYNCOBJ_QUERY: { ...NO_TIMELINE, ...ARRAY_CALL, EINVAL: ['unknown flags', 'no handles'] },
  SYNCOBJ_TRANSFER: {
    ...NO_TIMELINE,
    EINVAL: ['pad set', 'unknown flags', 'no fence in the source', 'point not submitted in the source'],
    ENOENT: ['unknown source', 'unknown destination'],
    ETIME: ['nothing came in 5 s'],
    EINTR: ['interrupted'],
    ENOMEM: [NO_ROOM],
  },
  SYNCOBJ_TIMELINE_SIGNAL: { ...NO_TIMELINE, ...ARRAY_CALL, EINVAL: ['flags set', 'no handles'] },
  SYNCOBJ_EVENTFD: {
    ...NO_TIMELINE,
    EINVAL: ['unknown flags', 'pad set', 'no eventfd'],
    ENOENT: ['unknown handle'],
    EBADF: ['no such file'],
    ENOMEM: [NO_ROOM],
  },
  SET_CLIENT_NAME: {
    EINVAL: ['longer than 64', 'NUL inside', 'space, control or non-ASCII character'],
    EFAULT: ['the name leads nowhere'],
    ENOMEM: [NO_ROOM],
  },
  GEM_CHANGE_HANDLE: { EINVAL: ['always'] },
} as const satisfies Readonly<Record<keyof typeof CORE_IOCTLS, ErrorTable>>;

/** A core call that only the primary node has, and what a driver without MODESET answers there. */
export interface ClosedCall {
  readonly spec: IoctlSpec;
  readonly primary: 'EOPNOTSUPP' | 'ENOSYS' | 'EINVAL';
}

type Row = readonly [name: string, nr: number, direction: IoctlDirection, size: number, flags?: readonly IoctlFlag[]];

const AUTH: readonly IoctlFlag[] = ['AUTH'];
const MASTER: readonly IoctlFlag[] = ['MASTER'];
const rows = (primary: ClosedCall['primary'], list: readonly Row[]): readonly ClosedCall[] =>
  list.map(([name, nr, direction, size, flags = []]) => ({
    spec: ioctl(`DRM_IOCTL_${name}`, nr, direction, layout(name, size, {}), flags),
    primary,
  }));

/** On a render node all of these give EACCES before anything else is looked at. */
export const CLOSED_CALLS: readonly ClosedCall[] = [
  ...rows('EOPNOTSUPP', [
    // Authentication and names of objects are older than render nodes; nobody here opens a primary node for them.
    ['GET_UNIQUE', 0x01, 'RW', 16],
    ['GET_MAGIC', 0x02, 'R', 4],
    ['GET_CLIENT', 0x05, 'RW', 40],
    ['SET_VERSION', 0x07, 'RW', 16, MASTER],
    ['GEM_FLINK', 0x0a, 'RW', 8, AUTH],
    ['GEM_OPEN', 0x0b, 'RW', 16, AUTH],
    ['SET_CLIENT_CAP', 0x0d, 'W', 16],
    ['AUTH_MAGIC', 0x11, 'W', 4, MASTER],
    ['SET_MASTER', 0x1e, 'NONE', 0],
    ['DROP_MASTER', 0x1f, 'NONE', 0],
    ['WAIT_VBLANK', 0x3a, 'RW', 24],
    ['CRTC_GET_SEQUENCE', 0x3b, 'RW', 24],
    ['CRTC_QUEUE_SEQUENCE', 0x3c, 'RW', 24],
    ['MODE_GETRESOURCES', 0xa0, 'RW', 64],
    ['MODE_GETCRTC', 0xa1, 'RW', 104],
    ['MODE_SETCRTC', 0xa2, 'RW', 104, MASTER],
    ['MODE_CURSOR', 0xa3, 'RW', 28, MASTER],
    ['MODE_GETGAMMA', 0xa4, 'RW', 32],
    ['MODE_SETGAMMA', 0xa5, 'RW', 32, MASTER],
    ['MODE_GETENCODER', 0xa6, 'RW', 20],
    ['MODE_GETCONNECTOR', 0xa7, 'RW', 80],
    ['MODE_GETPROPERTY', 0xaa, 'RW', 64],
    ['MODE_GETPROPBLOB', 0xac, 'RW', 16],
    ['MODE_GETFB', 0xad, 'RW', 28],
    ['MODE_ADDFB', 0xae, 'RW', 28],
    ['MODE_RMFB', 0xaf, 'RW', 4],
    ['MODE_PAGE_FLIP', 0xb0, 'RW', 24, MASTER],
    ['MODE_DIRTYFB', 0xb1, 'RW', 24, MASTER],
  ]),
  ...rows('ENOSYS', [
    ['MODE_CREATE_DUMB', 0xb2, 'RW', 32],
    ['MODE_MAP_DUMB', 0xb3, 'RW', 16],
    ['MODE_DESTROY_DUMB', 0xb4, 'RW', 4],
  ]),
  ...rows('EOPNOTSUPP', [
    ['MODE_GETPLANERESOURCES', 0xb5, 'RW', 16],
    ['MODE_GETPLANE', 0xb6, 'RW', 32],
    ['MODE_SETPLANE', 0xb7, 'RW', 48, MASTER],
    ['MODE_ADDFB2', 0xb8, 'RW', 104],
    ['MODE_OBJ_GETPROPERTIES', 0xb9, 'RW', 32],
    ['MODE_OBJ_SETPROPERTY', 0xba, 'RW', 24, MASTER],
    ['MODE_CURSOR2', 0xbb, 'RW', 36, MASTER],
    ['MODE_ATOMIC', 0xbc, 'RW', 56, MASTER],
    ['MODE_CREATEPROPBLOB', 0xbd, 'RW', 16],
    ['MODE_DESTROYPROPBLOB', 0xbe, 'RW', 4],
  ]),
  ...rows('EINVAL', [['MODE_GETFB2', 0xce, 'RW', 104]]),
  ...rows('EOPNOTSUPP', [['MODE_CLOSEFB', 0xd0, 'RW', 8]]),
];
