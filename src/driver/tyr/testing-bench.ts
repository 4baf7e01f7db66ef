/**
 * A board with the scripted firmware, the driver and a client process: what the driver's tests start from.
 */
import { CORE_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import type { Decoded, Fields, Layout } from '../../spec/uapi/layout.ts';
import { errnoName } from '../kernel/errno.ts';
import type { Capability, Client, IoctlReply, OpenFile } from '../kernel/char-device.ts';
import { isPending } from '../kernel/char-device.ts';
import { Kernel } from '../kernel/kernel.ts';
import { UserMemory } from '../kernel/uaccess.ts';
import type { TyrDevice } from './driver.ts';
import { boundDevice, nodePath, tyrModule } from './tyr.ts';
import { FakeSoc } from './testing.ts';
import { ScriptedFirmware, testImage } from './testing-firmware.ts';

export const FIRMWARE_PATH = 'arm/mali/arch10.8/mali_csffw.bin';

/** A process that has the render node open. */
export class TestClient {
  readonly user = new UserMemory();
  file: OpenFile;
  readonly client: Client;
  readonly replies = new Map<number, IoctlReply>();
  private next = 0x10_0000;

  constructor(kernel: Kernel, pid: number, capabilities: readonly Capability[]) {
    const client: Client = {
      pid,
      comm: `client${pid}`,
      capabilities: new Set(capabilities),
      answer: (waiter, reply) => void this.replies.set(waiter, reply),
    };
    this.client = client;
    this.file = kernel.nodes.open(nodePath('render'), client);
  }

  /** Places bytes somewhere in the process; the address. */
  place(bytes: Uint8Array): number {
    const at = this.next;
    this.next += Math.ceil((bytes.length + 1) / 0x1000) * 0x1000;
    this.user.place(at, bytes.length === 0 ? new Uint8Array(1) : bytes);
    return at;
  }

  /** An array of structs as `drm_panthor_obj_array`. */
  array<F extends Fields>(layout: Layout<F>, items: readonly Partial<Decoded<F>>[]) {
    const bytes = new Uint8Array(layout.size * items.length);
    items.forEach((item, i) => layout.encodeInto(bytes, i * layout.size, item));
    return { stride: layout.size, count: items.length, array: this.place(bytes) };
  }

  /** Result of a call (0 or the name of the error) and its argument afterwards. */
  call<F extends Fields>(
    spec: IoctlSpec<Layout<F>>,
    args: Partial<Decoded<F>>,
  ): { ret: number | string; out: Decoded<F> } {
    const reply = this.file.ioctl(spec.number, spec.layout.encode(args), this.user);
    if (isPending(reply)) return { ret: 'PENDING', out: spec.layout.decode(spec.layout.encode(args)) };
    return {
      ret: reply.ret < 0 ? (errnoName(reply.ret) ?? reply.ret) : reply.ret,
      out: spec.layout.decode(reply.arg.length === 0 ? spec.layout.encode(args) : reply.arg),
    };
  }

  /** As `call`; throws when it fails. */
  ok<F extends Fields>(spec: IoctlSpec<Layout<F>>, args: Partial<Decoded<F>>): Decoded<F> {
    const { ret, out } = this.call(spec, args);
    if (ret !== 0) throw new Error(`${spec.name}: ${ret}`);
    return out;
  }

  syncobj(): number {
    return this.ok(CORE_IOCTLS.SYNCOBJ_CREATE, {}).handle;
  }
}

export class Bench {
  readonly soc: FakeSoc;
  readonly firmware: ScriptedFirmware;
  readonly kernel: Kernel;
  private pids = 1;

  /** `ramBytes`: as the double has it when not given. */
  constructor(setup: (soc: FakeSoc, firmware: ScriptedFirmware) => void = () => {}, ramBytes?: number) {
    this.soc = new FakeSoc(ramBytes);
    this.firmware = new ScriptedFirmware(this.soc);
    this.soc.firmware = this.firmware;
    this.soc.files.set(FIRMWARE_PATH, testImage());
    setup(this.soc, this.firmware);
    this.kernel = new Kernel(this.soc.platform());
    this.kernel.loadModule(tyrModule);
  }

  /** The bound device; throws when the probe failed. */
  get tyr(): TyrDevice {
    const device = boundDevice(this.kernel);
    if (device === undefined) throw new Error(`not bound:\n${this.soc.lines.join('\n')}`);
    return device;
  }

  client(...capabilities: Capability[]): TestClient {
    return new TestClient(this.kernel, this.pids++, capabilities);
  }

  /** Lets `ms` of virtual time pass. */
  run(ms: number): void {
    this.kernel.runUntil(this.kernel.now() + ms * 1_000_000);
  }
}
