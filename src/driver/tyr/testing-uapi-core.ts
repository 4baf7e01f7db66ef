/**
 * A case for every documented error of the core calls that a render node has, and a success of each.
 */
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import type { CORE_ERRORS } from '../../spec/uapi/core-errors.ts';
import type { DrmFeature } from '../drm/driver.ts';
import { FakeClient, drmBench } from '../drm/testing.ts';
import { errnoName } from '../kernel/errno.ts';
import { MSEC, SEC } from '../kernel/time.ts';
import type { Case, CasesOf, World } from './testing-uapi.ts';
import { LAST_POINT, NOWHERE, encode, exhaust, failing, longs, raw, words } from './testing-uapi.ts';

const I = CORE_IOCTLS;
type Fields = Record<string, unknown>;

const EXPORT = 1;
const FOR_SUBMIT = 2;
const TIMELINE = 2;
const SYNC_FILE = 1;
const CAP_CURSOR = 8;

const fixed = (args: Fields) => (): Fields => args;
const file = (spec: IoctlSpec, args: (w: World) => Fields): Case => ({ before: failing(), args });
/** An array call on the handles that `pick` gives. */
const array =
  (pick: (w: World) => number[], extra: Fields | ((w: World) => Fields) = {}) =>
  (w: World): Fields => {
    const handles = pick(w);
    const more = typeof extra === 'function' ? extra(w) : extra;
    return { handles: words(w.c, ...handles, 0), count_handles: handles.length, ...more };
  };
const pointsOf =
  (...values: number[]) =>
  (w: World): Fields => ({ points: longs(w.c, ...values) });
const one = (w: World): number[] => [w.signalled];
const absurd = fixed({ handles: NOWHERE, count_handles: 0xffff_ffff });

/** The call on a device whose driver lacks features. */
const without = (spec: IoctlSpec, ...missing: DrmFeature[]): Case =>
  onDriver(spec, {}, (all) => all.filter((f) => !missing.includes(f)));
function onDriver(
  spec: IoctlSpec,
  args: Fields,
  features: (all: readonly DrmFeature[]) => readonly DrmFeature[],
): Case {
  return {
    scene: () => {
      const { dev } = drmBench({
        features: new Set(features(['RENDER', 'GEM', 'SYNCOBJ', 'SYNCOBJ_TIMELINE', 'GEM_GPUVA'])),
      });
      const client = new FakeClient();
      const reply = dev.open(client).ioctl(spec.number, encode(spec, args), client.memory);
      return 'ret' in reply ? (errnoName(reply.ret) ?? reply.ret) : 'PENDING';
    },
  };
}
/** The call waits; `end` ends the wait. */
const waits = (spec: IoctlSpec, args: (w: World) => Fields, end: (w: World, waiter: number) => void): Case => ({
  scene: (w) => {
    const reply = w.c.file.ioctl(spec.number, encode(spec, args(w)), w.c.user);
    if (!('waiter' in reply)) return `at once: ${reply.ret}`;
    end(w, reply.waiter);
    const answer = w.c.replies.get(reply.waiter);
    w.c.replies.delete(reply.waiter);
    return answer === undefined ? 'PENDING' : (errnoName(answer.ret) ?? answer.ret);
  },
});
const interrupt = (w: World, waiter: number): void => void w.bench.tyr.drm.waiters.interrupt(waiter);
const manyFiles = (w: World): void => exhaust(() => w.c.call(I.PRIME_HANDLE_TO_FD, { handle: w.bo }).ret, 'EMFILE');
const soon = (w: World): Fields => ({ timeout_nsec: w.bench.kernel.now() + MSEC });
const name =
  (text: string) =>
  (w: World): Fields => ({
    name: w.c.place(Uint8Array.from(text, (c) => c.charCodeAt(0))),
    name_len: text.length,
  });

/** What RESET, SIGNAL, QUERY and TIMELINE_SIGNAL have in common. */
const handles = {
  ENOENT: {
    'unknown handle': [
      array(() => [99]),
      array(() => [0]),
      // The first is known; nothing happens to it.
      array((w) => [w.signalled, 99]),
    ],
  },
  EFAULT: { 'an array leads nowhere': fixed({ handles: NOWHERE, count_handles: 1 }) },
  ENOMEM: { 'no room': [absurd, { before: failing(), args: array(one) }, { before: failing(1), args: array(one) }] },
} as const;
const none = fixed({ handles: 0, count_handles: 0 });
const waitErrors = (spec: IoctlSpec) =>
  ({
    ENOENT: { 'unknown handle': [array(() => [99]), array((w) => [w.signalled, 0])] },
    ETIME: {
      'time over': waits(
        spec,
        array(
          (w) => [w.empty],
          (w) => ({ flags: FOR_SUBMIT, ...soon(w) }),
        ),
        (w) => w.bench.run(5),
      ),
      'poll that fails': [
        array((w) => [w.empty], { flags: FOR_SUBMIT }),
        array((w) => [w.empty], { flags: FOR_SUBMIT, timeout_nsec: -5 }),
        array((w) => [w.signalled, w.empty], { flags: FOR_SUBMIT | 1, timeout_nsec: 1 }),
      ],
    },
    EINTR: {
      interrupted: waits(
        spec,
        array((w) => [w.empty], { flags: FOR_SUBMIT, timeout_nsec: 2 ** 62 }),
        interrupt,
      ),
    },
    ENOMEM: { 'no room': [absurd, { before: failing(), args: array(one) }, { before: failing(2), args: array(one) }] },
  }) as const;

export const CORE_CASES = {
  VERSION: {
    EFAULT: {
      'a text leads nowhere': [
        fixed({ name: NOWHERE, name_len: 4 }),
        fixed({ date: NOWHERE, date_len: 4 }),
        fixed({ desc: NOWHERE, desc_len: 4 }),
      ],
    },
  },
  GEM_CLOSE: {
    EINVAL: {
      'unknown handle': [
        fixed({ handle: 99 }),
        { before: (w) => w.c.ok(I.GEM_CLOSE, { handle: w.bo }), args: (w) => ({ handle: w.bo }) },
        { scene: (w) => raw(w.other, I.GEM_CLOSE, encode(I.GEM_CLOSE, { handle: w.bo })).ret },
      ],
      'handle 0': fixed({ handle: 0 }),
    },
    EOPNOTSUPP: { 'driver without GEM': without(I.GEM_CLOSE, 'GEM') },
  },
  GET_CAP: {
    EOPNOTSUPP: {
      'needs MODESET': [fixed({ capability: 1 }), fixed({ capability: CAP_CURSOR })],
      'unknown number': [fixed({ capability: 0 }), fixed({ capability: 22 }), fixed({ capability: 2 ** 63 })],
    },
    EINVAL: {
      'unknown number, driver with MODESET': onDriver(I.GET_CAP, { capability: 22 }, (all) => [...all, 'MODESET']),
    },
  },
  PRIME_HANDLE_TO_FD: {
    EINVAL: {
      'unknown flags': [(w) => ({ handle: w.bo, flags: 1 }), (w) => ({ handle: w.bo, flags: 0x8008_0000 })],
      'object of one VM': (w) => ({ handle: w.privateBo }),
    },
    ENOENT: { 'unknown handle': [fixed({ handle: 99 }), fixed({ handle: 0 })] },
    EMFILE: { 'too many files': { before: manyFiles, args: (w) => ({ handle: w.bo }) } },
    ENOMEM: { 'no room': file(I.PRIME_HANDLE_TO_FD, (w) => ({ handle: w.bo })) },
  },
  PRIME_FD_TO_HANDLE: {
    EBADF: {
      'no such file': [
        fixed({ fd: 99 }),
        fixed({ fd: -1 }),
        { scene: (w) => w.other.call(I.PRIME_FD_TO_HANDLE, { fd: w.dmaBuf }).ret },
        { before: (w) => w.bench.tyr.drm.fds.close(1, w.dmaBuf), args: (w) => ({ fd: w.dmaBuf }) },
      ],
    },
    EINVAL: { 'no dma-buf': [(w) => ({ fd: w.syncFile }), (w) => ({ fd: w.eventfd })] },
    ENOMEM: {
      'no room': {
        before: (w) => {
          w.c.ok(I.GEM_CLOSE, { handle: w.bo });
          failing()(w);
        },
        args: (w) => ({ fd: w.dmaBuf }),
      },
    },
  },
  SYNCOBJ_CREATE: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_CREATE, 'SYNCOBJ') },
    EINVAL: { 'unknown flags': [fixed({ flags: 2 }), fixed({ flags: 0x8000_0001 })] },
    ENOMEM: { 'no room': { before: failing(), args: fixed({}) } },
  },
  SYNCOBJ_DESTROY: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_DESTROY, 'SYNCOBJ') },
    EINVAL: {
      'pad set': (w) => ({ handle: w.empty, pad: 1 }),
      'unknown handle': [
        fixed({ handle: 99 }),
        fixed({ handle: 0 }),
        { before: (w) => w.c.ok(I.SYNCOBJ_DESTROY, { handle: w.empty }), args: (w) => ({ handle: w.empty }) },
        { scene: (w) => w.other.call(I.SYNCOBJ_DESTROY, { handle: w.empty }).ret },
      ],
    },
  },
  SYNCOBJ_HANDLE_TO_FD: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_HANDLE_TO_FD, 'SYNCOBJ') },
    EINVAL: {
      'pad set': (w) => ({ handle: w.signalled, pad: 1 }),
      'unknown flags': (w) => ({ handle: w.signalled, flags: 4 }),
      'point without sync file': [
        (w) => ({ handle: w.timeline, point: 1 }),
        (w) => ({ handle: w.timeline, point: 1, flags: TIMELINE }),
      ],
      'unknown handle, syncobj': [fixed({ handle: 99 }), fixed({ handle: 0 })],
      'no fence': (w) => ({ handle: w.empty, flags: EXPORT }),
      'point not submitted': (w) => ({ handle: w.timeline, flags: EXPORT | TIMELINE, point: LAST_POINT + 1 }),
    },
    ENOENT: { 'unknown handle, sync file': fixed({ handle: 99, flags: EXPORT }) },
    EMFILE: {
      'too many files': [
        { before: manyFiles, args: (w) => ({ handle: w.signalled }) },
        { before: manyFiles, args: (w) => ({ handle: w.signalled, flags: EXPORT }) },
      ],
    },
    ENOMEM: {
      'no room': [
        { before: failing(), args: (w) => ({ handle: w.signalled }) },
        { before: failing(), args: (w) => ({ handle: w.signalled, flags: EXPORT }) },
      ],
    },
  },
  SYNCOBJ_FD_TO_HANDLE: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_FD_TO_HANDLE, 'SYNCOBJ') },
    EINVAL: {
      'pad set': (w) => ({ fd: w.syncobjFd, pad: 1 }),
      'unknown flags': (w) => ({ fd: w.syncobjFd, flags: 4 }),
      'point without sync file': (w) => ({ fd: w.syncobjFd, point: 1 }),
      'no such file': [fixed({ fd: 99 }), fixed({ fd: -1 }), (w) => ({ fd: 99, handle: w.empty, flags: SYNC_FILE })],
      'file of another kind': [
        (w) => ({ fd: w.dmaBuf }),
        (w) => ({ fd: w.syncFile }),
        (w) => ({ fd: w.syncobjFd, handle: w.empty, flags: SYNC_FILE }),
        (w) => ({ fd: w.dmaBuf, handle: w.empty, flags: SYNC_FILE }),
      ],
    },
    ENOENT: { 'unknown handle, sync file': (w) => ({ fd: w.syncFile, handle: 99, flags: SYNC_FILE }) },
    ENOMEM: {
      'no room': [
        { before: failing(), args: (w) => ({ fd: w.syncobjFd }) },
        { before: failing(), args: (w) => ({ fd: w.syncFile, handle: w.empty, flags: SYNC_FILE }) },
      ],
    },
  },
  SYNCOBJ_WAIT: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_WAIT, 'SYNCOBJ') },
    EINVAL: {
      'unknown flags': [array(one, { flags: 4 }), array(one, { flags: 0x10 })],
      'no fence': [array((w) => [w.empty]), array((w) => [w.signalled, w.empty])],
    },
    ...waitErrors(I.SYNCOBJ_WAIT),
    EFAULT: { 'an array leads nowhere': fixed({ handles: NOWHERE, count_handles: 1 }) },
  },
  SYNCOBJ_RESET: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_RESET, 'SYNCOBJ') },
    EINVAL: { 'pad set': array(one, { pad: 1 }), 'no handles': none },
    ...handles,
  },
  SYNCOBJ_SIGNAL: {
    EOPNOTSUPP: { 'driver without SYNCOBJ': without(I.SYNCOBJ_SIGNAL, 'SYNCOBJ') },
    EINVAL: { 'pad set': array(one, { pad: 1 }), 'no handles': none },
    ...handles,
  },
  SYNCOBJ_TIMELINE_WAIT: {
    EOPNOTSUPP: { 'driver without SYNCOBJ_TIMELINE': without(I.SYNCOBJ_TIMELINE_WAIT, 'SYNCOBJ_TIMELINE') },
    EINVAL: {
      'unknown flags': array(one, { flags: 0x10 }),
      'point not submitted': [
        array((w) => [w.timeline], pointsOf(LAST_POINT + 1)),
        array((w) => [w.timeline], pointsOf(2 ** 63)),
        array((w) => [w.signalled], pointsOf(1)),
        array((w) => [w.empty]),
      ],
    },
    ...waitErrors(I.SYNCOBJ_TIMELINE_WAIT),
    EFAULT: {
      'an array leads nowhere': [
        fixed({ handles: NOWHERE, count_handles: 1 }),
        array((w) => [w.timeline], { points: NOWHERE }),
      ],
    },
  },
  SYNCOBJ_QUERY: {
    EOPNOTSUPP: { 'driver without SYNCOBJ_TIMELINE': without(I.SYNCOBJ_QUERY, 'SYNCOBJ_TIMELINE') },
    EINVAL: { 'unknown flags': array(one, { flags: 2 }), 'no handles': none },
    ...handles,
    EFAULT: {
      'an array leads nowhere': [
        fixed({ handles: NOWHERE, count_handles: 1 }),
        array((w) => [w.timeline], { points: NOWHERE }),
        array((w) => [w.timeline]),
      ],
    },
  },
  SYNCOBJ_TRANSFER: {
    EOPNOTSUPP: { 'driver without SYNCOBJ_TIMELINE': without(I.SYNCOBJ_TRANSFER, 'SYNCOBJ_TIMELINE') },
    EINVAL: {
      'pad set': (w) => ({ src_handle: w.signalled, dst_handle: w.empty, pad: 1 }),
      'unknown flags': [
        (w) => ({ src_handle: w.signalled, dst_handle: w.empty, flags: 1 }),
        (w) => ({ src_handle: w.signalled, dst_handle: w.empty, flags: 4 }),
      ],
      'no fence in the source': (w) => ({ src_handle: w.empty, dst_handle: w.signalled }),
      'point not submitted in the source': (w) => ({
        src_handle: w.timeline,
        dst_handle: w.empty,
        src_point: LAST_POINT + 1,
      }),
    },
    ENOENT: {
      'unknown source': (w) => ({ src_handle: 99, dst_handle: w.empty }),
      'unknown destination': (w) => ({ src_handle: w.signalled, dst_handle: 99 }),
    },
    ETIME: {
      'nothing came in 5 s': waits(
        I.SYNCOBJ_TRANSFER,
        (w) => ({ src_handle: w.empty, dst_handle: w.signalled, flags: FOR_SUBMIT }),
        (w) => w.bench.run((5 * SEC) / MSEC + 1),
      ),
    },
    EINTR: {
      interrupted: waits(
        I.SYNCOBJ_TRANSFER,
        (w) => ({ src_handle: w.empty, dst_handle: w.signalled, flags: FOR_SUBMIT }),
        interrupt,
      ),
    },
    ENOMEM: {
      'no room': { before: failing(), args: (w) => ({ src_handle: w.signalled, dst_handle: w.empty, dst_point: 3 }) },
    },
  },
  SYNCOBJ_TIMELINE_SIGNAL: {
    EOPNOTSUPP: { 'driver without SYNCOBJ_TIMELINE': without(I.SYNCOBJ_TIMELINE_SIGNAL, 'SYNCOBJ_TIMELINE') },
    EINVAL: { 'flags set': array(one, { flags: 1 }), 'no handles': none },
    ...handles,
    EFAULT: {
      'an array leads nowhere': [
        fixed({ handles: NOWHERE, count_handles: 1 }),
        array((w) => [w.timeline], { points: NOWHERE }),
      ],
    },
  },
  SYNCOBJ_EVENTFD: {
    EOPNOTSUPP: { 'driver without SYNCOBJ_TIMELINE': without(I.SYNCOBJ_EVENTFD, 'SYNCOBJ_TIMELINE') },
    EINVAL: {
      'unknown flags': [1, 2, 8].map((flags) => (w: World) => ({ handle: w.empty, fd: w.eventfd, flags })),
      'pad set': (w) => ({ handle: w.empty, fd: w.eventfd, pad: 1 }),
      'no eventfd': (w) => ({ handle: w.empty, fd: w.dmaBuf }),
    },
    ENOENT: { 'unknown handle': (w) => ({ handle: 99, fd: w.eventfd }) },
    EBADF: { 'no such file': (w) => ({ handle: w.empty, fd: 99 }) },
    ENOMEM: { 'no room': { before: failing(), args: (w) => ({ handle: w.empty, fd: w.eventfd }) } },
  },
  SET_CLIENT_NAME: {
    EINVAL: {
      'longer than 64': [name('x'.repeat(65)), fixed({ name: NOWHERE, name_len: 2 ** 63 })],
      'NUL inside': name('a\0b'),
      'space, control or non-ASCII character': [name('a b'), name('a\n'), name('caf\u00e9'), name('\x7f')],
    },
    EFAULT: { 'the name leads nowhere': fixed({ name: NOWHERE, name_len: 4 }) },
    ENOMEM: { 'no room': { before: failing(), args: name('abc') } },
  },
  GEM_CHANGE_HANDLE: { EINVAL: { always: (w) => ({ handle: w.bo, new_handle: 7 }) } },
} as const satisfies { readonly [Name in keyof typeof CORE_ERRORS]: CasesOf<(typeof CORE_ERRORS)[Name]> };

/** Arguments each call takes. */
export const CORE_SUCCESSES: Readonly<Record<keyof typeof I, readonly ((w: World) => Fields)[]>> = {
  VERSION: [fixed({})],
  GEM_CLOSE: [(w) => ({ handle: w.bo })],
  GET_CAP: [5, 6, 19, 20].map((capability) => fixed({ capability })),
  PRIME_HANDLE_TO_FD: [(w) => ({ handle: w.bo, flags: 0x8_0002 })],
  PRIME_FD_TO_HANDLE: [(w) => ({ fd: w.dmaBuf })],
  SYNCOBJ_CREATE: [fixed({}), fixed({ flags: 1 })],
  SYNCOBJ_DESTROY: [(w) => ({ handle: w.empty })],
  SYNCOBJ_HANDLE_TO_FD: [
    (w) => ({ handle: w.empty }),
    (w) => ({ handle: w.timeline, flags: EXPORT | TIMELINE, point: LAST_POINT }),
  ],
  SYNCOBJ_FD_TO_HANDLE: [
    (w) => ({ fd: w.syncobjFd }),
    (w) => ({ fd: w.syncFile, handle: w.empty, flags: SYNC_FILE | TIMELINE, point: 9 }),
  ],
  SYNCOBJ_WAIT: [
    none,
    array(one),
    array((w) => [w.empty, w.signalled], { flags: FOR_SUBMIT }),
    array(one, { flags: 8 }),
  ],
  SYNCOBJ_RESET: [array(one)],
  SYNCOBJ_SIGNAL: [array((w) => [w.empty, w.timeline])],
  SYNCOBJ_TIMELINE_WAIT: [
    none,
    array((w) => [w.timeline], pointsOf(LAST_POINT)),
    // Without an array all points are 0.
    array((w) => [w.timeline, w.signalled], { flags: 1 }),
    array(
      (w) => [w.timeline],
      (w) => ({ flags: 4, ...pointsOf(2)(w) }),
    ),
  ],
  SYNCOBJ_QUERY: [
    array((w) => [w.timeline], pointsOf(0)),
    array(
      (w) => [w.empty],
      (w) => ({ flags: 1, ...pointsOf(0)(w) }),
    ),
  ],
  SYNCOBJ_TRANSFER: [
    (w) => ({ src_handle: w.timeline, dst_handle: w.empty, src_point: 2, dst_point: 3 }),
    (w) => ({ src_handle: w.signalled, dst_handle: w.timeline, flags: FOR_SUBMIT }),
  ],
  SYNCOBJ_TIMELINE_SIGNAL: [array((w) => [w.timeline, w.empty], pointsOf(8, 9)), array((w) => [w.empty])],
  SYNCOBJ_EVENTFD: [
    (w) => ({ handle: w.signalled, fd: w.eventfd }),
    (w) => ({ handle: w.empty, fd: w.eventfd, flags: 4 }),
  ],
  SET_CLIENT_NAME: [name('x'.repeat(64)), fixed({})],
  GEM_CHANGE_HANDLE: [],
};
