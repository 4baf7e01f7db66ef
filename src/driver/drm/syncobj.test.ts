import { describe, expect, it } from 'vitest';
import { stateHash } from '../../base/stateful.ts';
import { SYNCOBJ_WAIT_FLAGS as W } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS as C } from '../../spec/uapi/ioctls.ts';
import { ERRNO } from '../kernel/errno.ts';
import { SEC } from '../kernel/time.ts';
import { FakeClient, drmBench } from './testing.ts';

const setup = () => {
  const bench = drmBench();
  const { dev } = bench;
  const client = new FakeClient();
  const file = dev.open(client);
  const create = (flags = 0): number => client.call(file, C.SYNCOBJ_CREATE, { flags }).out.handle;
  const pending = () => dev.fences.create(dev.fences.newContext(), 1);
  const array = (...handles: number[]) => ({ handles: client.u32s(...handles), count_handles: handles.length });
  const wait = (handles: number[], flags = 0, timeout_nsec = 0) =>
    client.call(file, C.SYNCOBJ_WAIT, { ...array(...handles), flags, timeout_nsec, first_signaled: 77 });
  const waitPoint = (handle: number, point: number, flags = 0): string | number => {
    const points = client.u64s(point);
    const { ret } = client.call(file, C.SYNCOBJ_TIMELINE_WAIT, { ...array(handle), points, flags });
    return Object.entries(ERRNO).find(([, v]) => v === -ret)?.[0] ?? ret;
  };
  const query = (handle: number, flags = 0): number => {
    const points = client.u64s(99);
    expect(client.call(file, C.SYNCOBJ_QUERY, { ...array(handle), points, flags }).ret).toBe(0);
    return client.readU64s(points, 1)[0] ?? -1;
  };
  const signalPoint = (handle: number, ...points: number[]) =>
    client.call(file, C.SYNCOBJ_TIMELINE_SIGNAL, { ...array(handle), points: client.u64s(...points) }).ret;
  const add = (handle: number, point: number) => {
    const fence = pending();
    file.lookupSyncobj(handle).addPoint(fence, point);
    return fence;
  };
  return { ...bench, client, file, create, pending, array, wait, waitPoint, query, signalPoint, add };
};

describe('timelines (worked cases)', () => {
  it('tell the last point up to which all is signalled', () => {
    const { create, add, query, waitPoint } = setup();
    const h = create();
    const a = add(h, 1);
    add(h, 2).signal();
    const c = add(h, 3);
    expect([query(h), query(h, 1), waitPoint(h, 2)]).toEqual([0, 3, 'ETIME']);
    a.signal();
    expect([query(h), waitPoint(h, 1), waitPoint(h, 2), waitPoint(h, 3), waitPoint(h, 4)]).toEqual([
      2,
      0,
      0,
      'ETIME',
      'EINVAL',
    ]);
    c.signal();
    expect(query(h)).toBe(3);
  });

  it('accept a point out of order as a new head', () => {
    const { create, add, query, signalPoint, waitPoint } = setup();
    const h = create();
    const ten = add(h, 10);
    expect(signalPoint(h, 5)).toBe(0);
    expect([query(h), query(h, 1), waitPoint(h, 5)]).toEqual([0, 10, 'ETIME']);
    ten.signal();
    expect([query(h), waitPoint(h, 5)]).toEqual([10, 0]);
  });

  it('have no points while binary', () => {
    const { create, waitPoint, client, file, array } = setup();
    const h = create();
    expect(client.call(file, C.SYNCOBJ_SIGNAL, array(h)).ret).toBe(0);
    expect([waitPoint(h, 1), waitPoint(h, 0)]).toEqual(['EINVAL', 0]);
  });

  it('put a point on top of a pending binary fence', () => {
    const { create, pending, file, signalPoint, waitPoint } = setup();
    const h = create();
    const f = pending();
    file.lookupSyncobj(h).replace(f);
    expect(signalPoint(h, 4)).toBe(0);
    expect(waitPoint(h, 4)).toBe('ETIME');
    f.signal();
    expect(waitPoint(h, 4)).toBe(0);
  });

  it('need not be dense', () => {
    const { create, add, waitPoint } = setup();
    const h = create();
    add(h, 5).signal();
    const nine = add(h, 9);
    expect([waitPoint(h, 7), waitPoint(h, 5)]).toEqual(['ETIME', 0]);
    nine.signal();
    expect(waitPoint(h, 7)).toBe(0);
  });
});

describe('WAIT', () => {
  it('any: a missing fence is an error even beside a signalled one, unless waited for', () => {
    const { create, wait } = setup();
    const handles = [create(), create(1)];
    expect(wait(handles)).toMatchObject({ ret: -ERRNO.EINVAL, out: { first_signaled: 77 } });
    expect(wait(handles, W.FOR_SUBMIT)).toMatchObject({ ret: 0, out: { first_signaled: 1 } });
  });

  it('all: first_signaled is what was signalled at the start', () => {
    const { create, wait, file, pending } = setup();
    const [a, b] = [create(), create(1)];
    const f = pending();
    file.lookupSyncobj(a).replace(f);
    expect(wait([a, b], W.ALL)).toMatchObject({ ret: -ERRNO.ETIME, out: { first_signaled: 77 } });
    f.signal();
    expect(wait([a, b], W.ALL)).toMatchObject({ ret: 0, out: { first_signaled: 0 } });
  });

  it('checks flags, count, handles and arrays in that order', () => {
    const { client, file, wait, array, create } = setup();
    expect(wait([], W.AVAILABLE).ret).toBe(-ERRNO.EINVAL);
    expect(client.call(file, C.SYNCOBJ_WAIT, { handles: 1, count_handles: 0 }).ret).toBe(0);
    expect(client.call(file, C.SYNCOBJ_WAIT, { handles: 1, count_handles: 2 ** 32 - 1 }).ret).toBe(-ERRNO.ENOMEM);
    expect(client.call(file, C.SYNCOBJ_WAIT, { handles: 1, count_handles: 2 }).ret).toBe(-ERRNO.EFAULT);
    expect(wait([9]).ret).toBe(-ERRNO.ENOENT);
    expect(client.call(file, C.SYNCOBJ_TIMELINE_WAIT, { ...array(create()), points: 8 }).ret).toBe(-ERRNO.EFAULT);
  });

  it('that blocks is answered when the fence signals, with the index found then', () => {
    const { create, client, file, array, pending, kernel, dev } = setup();
    const [a, b] = [create(), create()];
    const [fa, fb] = [pending(), pending()];
    file.lookupSyncobj(a).replace(fa);
    file.lookupSyncobj(b).replace(fb);
    const w = client.start(file, C.SYNCOBJ_WAIT, { ...array(a, b), timeout_nsec: SEC });
    kernel.runUntil(100);
    expect(client.answers.size).toBe(0);
    fb.signal();
    const reply = client.answers.get(w);
    expect(reply?.ret).toBe(0);
    expect(C.SYNCOBJ_WAIT.layout.decode(reply?.arg ?? new Uint8Array()).first_signaled).toBe(1);
    expect([dev.waiters.count, kernel.timers.count]).toEqual([0, 0]);
    fa.signal();
    expect(client.answers.size).toBe(1);
  });

  it('ends at its time, never early, and can be interrupted', () => {
    const { create, client, file, array, kernel, dev } = setup();
    const h = create();
    const args = { ...array(h), flags: W.FOR_SUBMIT, timeout_nsec: 500 };
    const w = client.start(file, C.SYNCOBJ_WAIT, args);
    kernel.runUntil(499);
    expect(client.answers.size).toBe(0);
    kernel.runUntil(500);
    expect(client.answers.get(w)?.ret).toBe(-ERRNO.ETIME);
    const endless = client.start(file, C.SYNCOBJ_WAIT, { ...args, timeout_nsec: 2 ** 62 });
    expect(kernel.timers.count).toBe(0);
    expect(dev.waiters.interrupt(endless)).toBe(true);
    expect(client.answers.get(endless)?.ret).toBe(-ERRNO.EINTR);
  });

  it('for submission keeps the fence it took, whatever becomes of the syncobj', () => {
    const { create, client, file, array, pending, dev } = setup();
    const h = create();
    const w = client.start(file, C.SYNCOBJ_WAIT, { ...array(h), flags: W.FOR_SUBMIT, timeout_nsec: SEC });
    const f = pending();
    file.lookupSyncobj(h).replace(f);
    client.call(file, C.SYNCOBJ_RESET, array(h));
    client.call(file, C.SYNCOBJ_DESTROY, { handle: h });
    expect([dev.syncobjs.count, client.answers.size]).toEqual([1, 0]);
    f.signal();
    expect(client.answers.get(w)?.ret).toBe(0);
    expect(dev.syncobjs.count).toBe(0);
  });

  it('for availability does not wait for the signal', () => {
    const { create, client, file, array, add, waitPoint } = setup();
    const h = create();
    const w = client.start(file, C.SYNCOBJ_TIMELINE_WAIT, {
      ...array(h),
      points: client.u64s(3),
      flags: W.AVAILABLE,
      timeout_nsec: SEC,
    });
    add(h, 2);
    expect(client.answers.size).toBe(0);
    add(h, 4);
    expect(client.answers.get(w)?.ret).toBe(0);
    expect(waitPoint(h, 4, W.AVAILABLE)).toBe(0);
  });

  it('must not call back into the driver from its answer', () => {
    const { create, client, file, array, dev, pending } = setup();
    const h = create();
    client.start(file, C.SYNCOBJ_WAIT, { ...array(h), flags: W.FOR_SUBMIT, timeout_nsec: SEC });
    client.answer = () => void create();
    dev.syncobjs.byId(file.lookupSyncobj(h).id).replace(pending());
    expect(() => dev.kernel.run('signal', () => file.lookupSyncobj(h).content?.signal())).toThrow(
      /ioctl from inside a driver call/,
    );
  });

  it('is dropped with its file', () => {
    const { create, client, file, array, dev, kernel } = setup();
    client.start(file, C.SYNCOBJ_WAIT, { ...array(create()), flags: W.FOR_SUBMIT, timeout_nsec: SEC });
    file.close();
    expect([dev.waiters.count, dev.syncobjs.count, kernel.timers.count, client.answers.size]).toEqual([0, 0, 0, 0]);
  });
});

describe('other calls', () => {
  it('look all handles up before they change one', () => {
    const { create, client, file, array, wait } = setup();
    const h = create(1);
    for (const call of [C.SYNCOBJ_RESET, C.SYNCOBJ_SIGNAL]) {
      expect(client.call(file, call, array(h, 99)).ret).toBe(-ERRNO.ENOENT);
      expect(client.call(file, call, array()).ret).toBe(-ERRNO.EINVAL);
      expect(client.call(file, call, { ...array(h), pad: 1 }).ret).toBe(-ERRNO.EINVAL);
    }
    expect(wait([h]).ret).toBe(0);
  });

  it('refuse flags they do not know and handles that are not there', () => {
    const { create, client, file } = setup();
    expect(client.call(file, C.SYNCOBJ_CREATE, { flags: 2 }).ret).toBe(-ERRNO.EINVAL);
    expect(client.call(file, C.SYNCOBJ_DESTROY, { handle: 1 }).ret).toBe(-ERRNO.EINVAL);
    const h = create();
    expect(client.call(file, C.SYNCOBJ_DESTROY, { handle: h, pad: 1 }).ret).toBe(-ERRNO.EINVAL);
    expect(client.call(file, C.SYNCOBJ_DESTROY, { handle: h }).ret).toBe(0);
  });

  it('QUERY writes in order and stops at a bad pointer', () => {
    const { create, client, file, array, add } = setup();
    const [a, b] = [create(), create()];
    add(a, 8).signal();
    const page = client.put(new Uint8Array(0x1000)) + 0xff8;
    const { ret } = client.call(file, C.SYNCOBJ_QUERY, { ...array(a, b), points: page });
    expect(ret).toBe(-ERRNO.EFAULT);
    expect(client.readU64s(page, 1)).toEqual([8]);
  });

  it('TRANSFER copies, flattens and waits', () => {
    const { create, client, file, add, query, kernel, dev } = setup();
    const [src, dst] = [create(), create()];
    const transfer = { src_handle: src, dst_handle: dst, src_point: 2, dst_point: 6 };
    expect(client.call(file, C.SYNCOBJ_TRANSFER, transfer).ret).toBe(-ERRNO.EINVAL);
    const w = client.start(file, C.SYNCOBJ_TRANSFER, { ...transfer, flags: W.FOR_SUBMIT });
    const one = add(src, 1);
    const two = add(src, 2);
    expect(client.answers.get(w)?.ret).toBe(0);
    expect([query(dst, 1), query(dst)]).toEqual([6, 0]);
    two.signal();
    expect(query(dst)).toBe(0);
    one.signal();
    expect(query(dst)).toBe(6);
    const late = client.start(file, C.SYNCOBJ_TRANSFER, { ...transfer, src_point: 9, flags: W.FOR_SUBMIT });
    kernel.runUntil(kernel.now() + 5 * SEC);
    expect(client.answers.get(late)?.ret).toBe(-ERRNO.ETIME);
    expect(client.call(file, C.SYNCOBJ_TRANSFER, { ...transfer, dst_point: 0 }).ret).toBe(0);
    expect(file.lookupSyncobj(dst).content?.isSignaled).toBe(true);
    expect(client.call(file, C.SYNCOBJ_TRANSFER, { src_handle: 99, dst_handle: dst }).ret).toBe(-ERRNO.ENOENT);
    expect(dev.waiters.count).toBe(0);
  });

  it('are missing without the feature', () => {
    const { dev } = drmBench({ features: new Set(['RENDER', 'SYNCOBJ']) });
    const client = new FakeClient();
    const file = dev.open(client);
    expect(client.call(file, C.SYNCOBJ_CREATE, {}).ret).toBe(0);
    expect(client.call(file, C.SYNCOBJ_QUERY, {}).ret).toBe(-ERRNO.EOPNOTSUPP);
    expect(client.call(file, C.GEM_CLOSE, { handle: 1 }).ret).toBe(-ERRNO.EOPNOTSUPP);
  });
});

describe('saved state', () => {
  it('brings files, handles, timelines and blocked waits back', () => {
    const { create, client, file, array, add, dev, kernel, pending } = setup();
    const h = create();
    const five = add(h, 5);
    const w = client.start(file, C.SYNCOBJ_TIMELINE_WAIT, {
      ...array(h),
      points: client.u64s(5),
      timeout_nsec: SEC,
    });
    const other = create();
    const pair = client.start(file, C.SYNCOBJ_WAIT, { ...array(other), flags: W.FOR_SUBMIT, timeout_nsec: SEC });
    const [kernelState, state] = [kernel.save(), dev.save()];
    five.signal();
    file.close();
    const clientLater = new FakeClient(client.pid);
    dev.load(state, () => clientLater);
    kernel.load(kernelState);
    expect(stateHash(dev.save())).toBe(stateHash(state));
    dev.fences.find(five.id)?.signal(-22);
    expect(clientLater.answers.get(w)?.ret).toBe(0);
    dev.file(file.id)?.lookupSyncobj(other).replace(pending());
    kernel.runUntil(2 * SEC);
    expect(clientLater.answers.get(pair)?.ret).toBe(-ERRNO.ETIME);
  });
});
