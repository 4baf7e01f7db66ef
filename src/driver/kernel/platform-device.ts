/**
 * Platform devices, their drivers and modules: the device-tree match, probe, remove, and what a module registers
 * (Rust: kernel::platform, module_platform_driver!).
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Devres } from './devres.ts';
import { ERRNO, KernelError, fail } from './errno.ts';
import { IoMem } from './io.ts';
import type { IrqAction, IrqOptions } from './irq.ts';
import type { Kernel } from './kernel.ts';
import type { Log } from './log.ts';
import type { DeviceTreeNode } from './platform.ts';

/** A row of a driver's match table with the driver's data for that part. */
export interface DeviceMatch<Info> {
  readonly compatible: string;
  readonly info: Info;
}

export interface PlatformDriver<Info = unknown, Data = unknown> {
  readonly name: string;
  readonly matches: readonly DeviceMatch<Info>[];
  /** Throws KernelError on failure; what was put into `dev.devres` is then released. */
  probe(dev: PlatformDevice, info: Info): Data;
  /** Before the resources go. */
  remove?(dev: PlatformDevice, data: Data): void;
}

/** A device of the device tree. */
export class PlatformDevice {
  readonly kernel: Kernel;
  readonly node: DeviceTreeNode;
  readonly name: string;
  readonly devres = new Devres();
  log: Log;

  constructor(kernel: Kernel, node: DeviceTreeNode) {
    this.kernel = kernel;
    this.node = node;
    this.name = node.name;
    this.log = kernel.log.as(node.name);
  }

  /** Maps register resource `index`, which must have at least `size` bytes. KernelError ENODEV, EBUSY, EINVAL. */
  ioMem<const Size extends number>(index: number, size: Size): IoMem<Size> {
    const reg = this.node.reg[index] ?? fail('ENODEV', `${this.name} has no register resource ${index}`);
    if (reg.size < size) fail('EINVAL', `register resource ${index} has ${reg.size} bytes, ${size} needed`);
    this.kernel.service(`ioremap ${this.name}`);
    const window = this.kernel.platform.mapIo(reg.base, reg.size) ?? fail('EBUSY', `nothing answers at ${reg.base}`);
    const io = new IoMem(this.kernel, window, size);
    this.devres.action('io', () => io.revoke());
    return io;
  }

  /** Requests the interrupt called `name`. KernelError ENXIO. */
  requestIrq(name: string, options: IrqOptions): IrqAction {
    const irq = this.node.interrupts.find((i) => i.name === name);
    if (irq === undefined) return fail('ENXIO', `${this.name} has no interrupt ${name}`);
    return this.devres.use(`irq ${name}`, this.kernel.irqs.request(irq.line, options));
  }
}

interface Binding {
  readonly driver: string;
  readonly unbind: () => void;
}

/** Registered drivers and bound devices. */
export class PlatformBus {
  readonly devices: readonly PlatformDevice[];
  private readonly kernel: Kernel;
  /** -errno of the last probe that failed, by device. */
  readonly probeErrors = new Map<string, number>();
  private readonly bound = new Map<string, Binding>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.devices = kernel.platform.devices.map((node) => new PlatformDevice(kernel, node));
  }

  device(name: string): PlatformDevice | undefined {
    return this.devices.find((d) => d.name === name);
  }

  /** Driver bound to the device, or undefined. */
  driverOf(name: string): string | undefined {
    return this.bound.get(name)?.driver;
  }

  /** Binds every free device that matches; disposing unbinds them. A failed probe is logged, not thrown. */
  register<Info, Data>(driver: PlatformDriver<Info, Data>): Disposable {
    for (const dev of this.devices) if (!this.bound.has(dev.name)) this.bind(dev, driver);
    return {
      dispose: () => {
        for (const [name, { driver: owner }] of this.bound) if (owner === driver.name) this.unbind(name);
      },
    };
  }

  /** 0, or -errno of the probe; -ENODEV when no row matches. */
  bind<Info, Data>(dev: PlatformDevice, driver: PlatformDriver<Info, Data>): number {
    const row = dev.node.compatible
      .map((c) => driver.matches.find((m) => m.compatible === c))
      .find((m) => m !== undefined);
    if (row === undefined) return -ERRNO.ENODEV;
    if (this.bound.has(dev.name)) throw new Bug(`${dev.name} is bound already`);
    dev.log = this.kernel.log.as(`${driver.name} ${dev.name}`);
    try {
      const data = this.kernel.run(`probe ${driver.name}`, () => driver.probe(dev, row.info));
      const unbind = (): void => {
        driver.remove?.(dev, data);
        dev.devres.dispose();
      };
      this.bound.set(dev.name, { driver: driver.name, unbind });
      this.probeErrors.delete(dev.name);
      return 0;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.kernel.run(`probe ${driver.name} unwind`, () => dev.devres.dispose());
      this.probeErrors.set(dev.name, error.ret);
      dev.log.err(`probe failed with error ${error.ret} (${error.message})`);
      return error.ret;
    }
  }

  unbind(name: string): void {
    const binding = this.bound.get(name);
    if (binding === undefined) throw new Bug(`${name} is not bound`);
    this.bound.delete(name);
    this.kernel.run(`remove ${binding.driver}`, binding.unbind);
  }
}

/** What a module does when it is loaded; disposing unloads it. */
export interface Module {
  readonly name: string;
  init(kernel: Kernel): Disposable;
}

/** module_platform_driver!: a module that is one platform driver. */
export function modulePlatformDriver<Info, Data>(driver: PlatformDriver<Info, Data>): Module {
  return { name: driver.name, init: (kernel) => kernel.bus.register(driver) };
}
