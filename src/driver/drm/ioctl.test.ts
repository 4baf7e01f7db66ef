import { describe, expect, it } from 'vitest';
import { Bug } from '../../base/errors.ts';
import { CAP } from '../../spec/uapi/constants.ts';
import { version as versionLayout } from '../../spec/uapi/core-structs.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS, ioctlNumber } from '../../spec/uapi/ioctls.ts';
import { isPending } from '../kernel/char-device.ts';
import { ERRNO } from '../kernel/errno.ts';
import { driverIoctls, handle } from './ioctl.ts';
import { FakeClient, TestObject, drmBench } from './testing.ts';

const setup = () => {
  const bench = drmBench();
  const client = new FakeClient();
  const file = bench.dev.open(client);
  const raw = (cmd: number, arg: Uint8Array) => {
    const reply = file.ioctl(cmd, arg, client.memory);
    if (isPending(reply)) throw new Error('waits');
    return reply;
  };
  return { ...bench, client, file, raw };
};

describe('the dispatcher', () => {
  it('fills a smaller struct with zeros and returns only its bytes', () => {
    const { raw, file } = setup();
    const reply = raw(ioctlNumber('RW', 0x40, 8), Uint8Array.of(0, 0, 0, 0, 9, 9, 9, 9));
    expect(reply).toEqual({ ret: 0, arg: Uint8Array.of(0, 0, 0, 0, 112, 0, 0, 0) });
    expect(file.driverData.calls).toBe(1);
  });

  it('returns the tail of a larger struct as it came', () => {
    const { raw } = setup();
    const arg = new Uint8Array(24).fill(0x55);
    arg.fill(0, 0, 4);
    const reply = raw(ioctlNumber('RW', 0x40, 24), arg);
    expect(reply.ret).toBe(0);
    expect(reply.arg.subarray(8)).toEqual(new Uint8Array(16).fill(0x55));
    expect(reply.arg[4]).toBe(112);
  });

  it('looks at the direction bits of both sides', () => {
    const { raw } = setup();
    // Write only: nothing comes back. Read only: the handler sees zeros, not type 7.
    expect(raw(ioctlNumber('W', 0x40, 16), new Uint8Array(16))).toEqual({ ret: 0, arg: new Uint8Array(0) });
    const seven = PANTHOR_IOCTLS.DEV_QUERY.layout.encode({ type: 7 });
    expect(raw(ioctlNumber('R', 0x40, 16), seven)).toMatchObject({ ret: 0 });
  });

  it('copies back what a failing handler changed, and logs why it failed', () => {
    const { raw, platform } = setup();
    const reply = raw(PANTHOR_IOCTLS.DEV_QUERY.number, PANTHOR_IOCTLS.DEV_QUERY.layout.encode({ type: 7 }));
    expect(reply.ret).toBe(-ERRNO.EINVAL);
    expect(PANTHOR_IOCTLS.DEV_QUERY.layout.decode(reply.arg).size).toBe(112);
    expect(platform.logged.at(-1)).toBe(
      'debug fb000000.gpu: DRM_IOCTL_PANTHOR_DEV_QUERY of test[1]: EINVAL: test data knows no type 7',
    );
  });

  it.each([
    ['a foreign type byte', ioctlNumber('RW', 0x40, 16, 0x54), 16, 'ENOTTY'],
    ['a driver number above the table', ioctlNumber('RW', 0x42, 16), 16, 'EINVAL'],
    ['a core number above the table', ioctlNumber('RW', 0xd3, 16), 16, 'EINVAL'],
    ['a hole of the core table', ioctlNumber('RW', 0x03, 16), 16, 'EINVAL'],
    ['an argument shorter than its number says', PANTHOR_IOCTLS.DEV_QUERY.number, 15, 'EFAULT'],
    ['a call for the master on a render node', PANTHOR_IOCTLS.VM_CREATE.number, 16, 'EACCES'],
  ] as const)('refuses %s', (_, cmd, bytes, errno) => {
    expect(setup().raw(cmd, new Uint8Array(bytes)).ret).toBe(-ERRNO[errno]);
  });

  it('gives the first opener of the primary node the master calls', () => {
    const { dev } = setup();
    const client = new FakeClient(2);
    const master = dev.open(client, 'primary');
    const plain = dev.open(client, 'primary');
    const call = PANTHOR_IOCTLS.VM_CREATE;
    expect(client.call(master, call, {}).ret).toBe(0);
    expect(client.call(plain, call, {}).ret).toBe(-ERRNO.EACCES);
  });

  it('refuses everything after the device is unplugged', () => {
    const { raw, registration, kernel, client, file } = setup();
    expect(kernel.nodes.paths).toEqual(['dri/card0', 'dri/renderD128']);
    registration.dispose();
    expect(raw(PANTHOR_IOCTLS.DEV_QUERY.number, new Uint8Array(16)).ret).toBe(-ERRNO.ENODEV);
    expect(() => file.mmap(0, 4096, { write: true, exec: false, shared: true })).toThrow(/ENODEV/);
    expect(() => kernel.nodes.open('dri/renderD128', client)).toThrow(/ENOENT/);
  });

  it('checks a driver table', () => {
    const row = handle(PANTHOR_IOCTLS.VM_CREATE, () => 0);
    expect(() => driverIoctls([row])).toThrow(Bug);
  });
});

describe('core calls', () => {
  it('VERSION copies what fits and tells the full lengths', () => {
    const { client, file } = setup();
    const name = client.put(new Uint8Array(8));
    const { ret, out } = client.call(file, CORE_IOCTLS.VERSION, { name, name_len: 4 });
    expect(ret).toBe(0);
    expect(String.fromCharCode(...client.memory.copyFrom(name, 8))).toBe('pant\0\0\0\0');
    expect({ ...out }).toEqual({
      ...versionLayout.decode(new Uint8Array(64)),
      version_major: 1,
      version_minor: 9,
      name,
      name_len: 7,
      date_len: 1,
      desc_len: 18,
    });
    expect(client.call(file, CORE_IOCTLS.VERSION, { name: 8, name_len: 4 }).ret).toBe(-ERRNO.EFAULT);
  });

  it('GET_CAP knows four caps on a render driver', () => {
    const { client, file } = setup();
    const cap = (capability: number) => {
      const { ret, out } = client.call(file, CORE_IOCTLS.GET_CAP, { capability, value: 99 });
      return [ret, out.value];
    };
    expect(cap(CAP.PRIME)).toEqual([0, 3]);
    expect(cap(CAP.TIMESTAMP_MONOTONIC)).toEqual([0, 1]);
    expect(cap(CAP.SYNCOBJ)).toEqual([0, 1]);
    expect(cap(CAP.SYNCOBJ_TIMELINE)).toEqual([0, 1]);
    expect(cap(CAP.DUMB_BUFFER)).toEqual([-ERRNO.EOPNOTSUPP, 0]);
    expect(cap(12345)).toEqual([-ERRNO.EOPNOTSUPP, 0]);
  });

  it('SET_CLIENT_NAME takes 64 printable characters', () => {
    const { client, file } = setup();
    const set = (name: string) => {
      const bytes = Uint8Array.from(name, (c) => c.charCodeAt(0));
      return client.call(file, CORE_IOCTLS.SET_CLIENT_NAME, { name: client.put(bytes), name_len: bytes.length }).ret;
    };
    expect(set('x'.repeat(64))).toBe(0);
    for (const bad of ['x'.repeat(65), 'a b', 'a\0', 'a\n', 'caf\u00e9']) expect(set(bad)).toBe(-ERRNO.EINVAL);
    expect(file.clientName).toBe('x'.repeat(64));
    expect(client.call(file, CORE_IOCTLS.SET_CLIENT_NAME, { name: 8, name_len: 4 }).ret).toBe(-ERRNO.EFAULT);
    expect(set('')).toBe(0);
    expect(file.clientName).toBe('');
  });

  it('GEM_CLOSE drops a handle once', () => {
    const { client, file, dev } = setup();
    const object = new TestObject(dev, 1);
    const handle = file.createHandle(object);
    object.put();
    expect(client.call(file, CORE_IOCTLS.GEM_CLOSE, { handle }).ret).toBe(0);
    expect(dev.allObjects).toEqual([]);
    expect(client.call(file, CORE_IOCTLS.GEM_CLOSE, { handle }).ret).toBe(-ERRNO.EINVAL);
    expect(client.call(file, CORE_IOCTLS.GEM_CLOSE, { handle: 0 }).ret).toBe(-ERRNO.EINVAL);
  });
});
