/**
 * A device, a driver of two calls and a client process for tests of the DRM core and of drivers.
 */
import { Bug } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { Decoded, Fields, Layout } from '../../spec/uapi/layout.ts';
import type { Capability, Client, IoctlReply } from '../kernel/char-device.ts';
import { isPending } from '../kernel/char-device.ts';
import { fail } from '../kernel/errno.ts';
import type { DmaBlock } from '../kernel/dma.ts';
import type { FakePlatform } from '../kernel/testing.ts';
import { GPU_NODE, fakeKernel } from '../kernel/testing.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { UserMemory } from '../kernel/uaccess.ts';
import { DrmDevice } from './device.ts';
import type { DrmDriver } from './driver.ts';
import type { DrmFile } from './file.ts';
import { ShmemObject } from './gem.ts';
import { driverIoctls, handle } from './ioctl.ts';
import { Registration } from './registration.ts';

/** A client process: memory, arguments in it, and the answers it got late. */
export class FakeClient implements Client {
  readonly pid: number;
  readonly comm = 'test';
  readonly capabilities: ReadonlySet<Capability>;
  readonly memory = new UserMemory();
  readonly answers = new Map<number, IoctlReply>();
  private brk = 0x10_0000;

  constructor(pid = 1, capabilities: readonly Capability[] = []) {
    this.pid = pid;
    this.capabilities = new Set(capabilities);
  }

  answer(waiter: number, reply: IoctlReply): void {
    this.answers.set(waiter, reply);
  }

  /** Places bytes in fresh memory and gives their address. */
  put(bytes: Uint8Array): number {
    const at = this.brk;
    this.memory.place(at, bytes);
    this.brk += Math.ceil((bytes.length + 1) / 0x1000) * 0x1000;
    return at;
  }

  u32s(...values: readonly number[]): number {
    return this.put(new Uint8Array(Uint32Array.from(values).buffer));
  }

  u64s(...values: readonly number[]): number {
    return this.put(new Uint8Array(BigUint64Array.from(values, BigInt).buffer));
  }

  /** The 64-bit words at an address. */
  readU64s(address: number, count: number): readonly number[] {
    const bytes = this.memory.copyFrom(address, count * 8);
    return Array.from(new BigUint64Array(bytes.buffer, 0, count), Number);
  }

  /** Makes a call that is answered at once; `ret` stands beside the argument as it came back. */
  call<F extends Fields>(
    file: DrmFile,
    spec: IoctlSpec<Layout<F>>,
    args: Partial<Decoded<F>>,
  ): { readonly ret: number; readonly out: Decoded<F> } {
    const arg = spec.layout.encode(args);
    const reply = file.ioctl(spec.number, arg, this.memory);
    if (isPending(reply)) throw new Bug(`${spec.name} waits`);
    arg.set(reply.arg);
    return { ret: reply.ret, out: spec.layout.decode(arg) };
  }

  /** Makes a call that waits; gives the number its answer will have. */
  start<F extends Fields>(file: DrmFile, spec: IoctlSpec<Layout<F>>, args: Partial<Decoded<F>>): number {
    const reply = file.ioctl(spec.number, spec.layout.encode(args), this.memory);
    if (!isPending(reply)) throw new Bug(`${spec.name} returned ${reply.ret} at once`);
    return reply.waiter;
  }
}

/** Object of the test driver; counts the hooks. */
export class TestObject extends ShmemObject {
  readonly hooks: string[] = [];
  refuse = false;
  override opened(file: DrmFile): void {
    if (this.refuse) fail('EPERM', 'refused by the test');
    this.hooks.push(`open ${file.id}`);
  }
  override closed(file: DrmFile): void {
    this.hooks.push(`close ${file.id}`);
  }
}

export type TestFileData = { calls: number };

/** The page list of a saved object. */
function pagesOf(state: Plain): readonly DmaBlock[] | undefined {
  if (!Array.isArray(state)) return undefined;
  return state.map((b) => ({ pa: Number(b.pa), size: Number(b.size) }));
}

/** DEV_QUERY writes its size field and fails for type 7; VM_CREATE is a plain success. */
const DRIVER: DrmDriver<string, TestFileData> = {
  info: { major: 1, minor: 9, patchlevel: 0, name: 'panthor', desc: 'Panthor DRM driver' },
  features: new Set(['RENDER', 'GEM', 'SYNCOBJ', 'SYNCOBJ_TIMELINE', 'GEM_GPUVA']),
  ioctls: driverIoctls<string, TestFileData>([
    handle(PANTHOR_IOCTLS.DEV_QUERY, (ctx, args) => {
      ctx.file.driverData.calls++;
      args.size = 112;
      return args.type === 7 ? fail('EINVAL', `${ctx.data} knows no type 7`) : 0;
    }),
    handle({ ...PANTHOR_IOCTLS.VM_CREATE, flags: ['MASTER'] }, () => 0),
  ]),
  open: () => ({ calls: 0 }),
  postclose: () => {},
  saveFile: (data) => data,
  loadFile: (_dev, _file, state) => ({
    calls: typeof state === 'object' && state !== null && 'calls' in state ? Number(state.calls) : 0,
  }),
  restoreObject: (dev, id, state) => {
    if (typeof state !== 'object' || state === null || !('size' in state)) throw new Bug('no object state');
    const object = new TestObject(dev, Number(state.size), undefined, id);
    object.restorePages(pagesOf('pages' in state ? state.pages : undefined));
    return object;
  },
};

export interface DrmBench {
  readonly kernel: Kernel;
  readonly platform: FakePlatform;
  readonly dev: DrmDevice<string, TestFileData>;
  readonly registration: Registration<string, TestFileData>;
}

/** A registered device of the test driver, or of a variation of it. */
export function drmBench(change: Partial<DrmDriver<string, TestFileData>> = {}): DrmBench {
  const { kernel, platform } = fakeKernel({ devices: [GPU_NODE] });
  const parent = kernel.bus.devices[0];
  if (parent === undefined) throw new Bug('no device');
  const dev = new DrmDevice(parent, { ...DRIVER, ...change });
  return { kernel, platform, dev, registration: new Registration(dev, 'test data') };
}
