/**
 * The module: Tyr's driver for Mali GPUs with a command-stream front end, with Panthor's name and interface, so
 * that user space of Panthor runs on it (Tyr `tyr.rs`).
 */
import type { Kernel } from '../kernel/kernel.ts';
import type { Module } from '../kernel/platform-device.ts';
import { modulePlatformDriver } from '../kernel/platform-device.ts';
import { platformDriver } from './driver.ts';
import type { Bound } from './driver.ts';

/** Path of a node of the first device under `kernel.nodes`. */
export function nodePath(node: 'primary' | 'render'): string {
  return node === 'primary' ? 'dri/card0' : 'dri/renderD128';
}

/** `kernel.loadModule(tyrModule)` binds every matching device; unloading unbinds them. */
export const tyrModule: Module = modulePlatformDriver({
  ...platformDriver,
  probe: (dev, info) => {
    const found = platformDriver.probe(dev, info);
    bound.set(dev.kernel, found);
    return found;
  },
  remove: (dev, data) => {
    bound.delete(dev.kernel);
    platformDriver.remove?.(dev, data);
  },
});

/** Bound devices by kernel; the kernel owns them, this only finds them for the debug views. */
const bound = new WeakMap<Kernel, Bound>();

/** The device bound in a kernel, for debug views; undefined before the probe has succeeded. */
export function boundDevice(kernel: Kernel): Bound['tyr'] | undefined {
  return bound.get(kernel)?.tyr;
}
