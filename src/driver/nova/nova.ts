/**
 * Nova's DRM driver (drivers/gpu/drm/nova: driver.rs, file.rs, gem.rs): three calls for tests, on a device that only
 * says who it is. Everything else is the DRM layer's.
 */
import type { Plain } from '../../base/stateful.ts';
import { NOVA, NOVA_WINDOW } from '../../spec/registers/nova.ts';
import { NOVA_IOCTLS, NOVA_PARAM } from '../../spec/uapi/nova.ts';
import { DrmDevice } from '../drm/device.ts';
import type { DrmDriver } from '../drm/driver.ts';
import { ShmemObject } from '../drm/gem.ts';
import type { ShmemState } from '../drm/gem.ts';
import { driverIoctls, handle } from '../drm/ioctl.ts';
import { Registration } from '../drm/registration.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { modulePlatformDriver } from '../kernel/platform-device.ts';
import type { Module, PlatformDevice } from '../kernel/platform-device.ts';

/** Second DRM device of the board. */
const MINOR = 1;
/** Resources: registers, and the window to video memory. */
const REGISTERS = 0;
const VRAM = 1;
const MAX_OBJECT = 2 ** 47;

export const NOVA_NODE_PATH = `dri/renderD${128 + MINOR}`;

/** What lives as long as user space sees the device. */
export interface NovaData {
  readonly vramBarSize: number;
}

type NovaDrm = DrmDevice<NovaData, undefined>;

function restore(dev: NovaDrm, id: number, state: Plain): ShmemObject {
  const { size, pages } = state as ShmemState;
  const object = new ShmemObject(dev, size, undefined, id);
  object.restorePages(pages);
  return object;
}

const drmDriver: DrmDriver<NovaData, undefined> = {
  info: { major: 0, minor: 0, patchlevel: 0, name: 'nova', desc: 'Nvidia Graphics' },
  features: new Set(['RENDER', 'GEM']),
  ioctls: driverIoctls<NovaData, undefined>([
    handle(NOVA_IOCTLS.GETPARAM, (ctx, args) => {
      ensure(args.param === NOVA_PARAM.VRAM_BAR_SIZE, 'EINVAL', `unknown parameter ${args.param}`);
      args.value = ctx.dev.data.vramBarSize;
      return 0;
    }),
    handle(NOVA_IOCTLS.GEM_CREATE, (ctx, args) => {
      ensure(args.size > 0, 'EINVAL', 'size is 0');
      ensure(args.size <= MAX_OBJECT, 'ENOMEM', `no room for ${args.size} bytes`);
      const object = new ShmemObject(ctx.dev, args.size);
      try {
        args.handle = ctx.file.createHandle(object);
      } finally {
        object.put();
      }
      return 0;
    }),
    handle(NOVA_IOCTLS.GEM_INFO, (ctx, args) => {
      args.size = ctx.file.lookup(args.handle).size;
      return 0;
    }),
  ]),
  open: () => undefined,
  postclose: () => {},
  restoreObject: restore,
};

interface Bound {
  readonly drm: NovaDrm;
  readonly registration: Registration<NovaData, undefined>;
}

function probe(dev: PlatformDevice): Bound {
  const io = dev.ioMem(REGISTERS, NOVA_WINDOW);
  const boot = io.read(NOVA.BOOT_0);
  ensure(boot !== 0 && boot !== 0xffff_ffff, 'ENODEV', 'no device answers');
  const chip = (NOVA.BOOT_0.get('architecture', boot) << 4) | NOVA.BOOT_0.get('implementation', boot);
  dev.log.info(`NVIDIA (Chipset: 0x${chip.toString(16)})`);
  const vram = dev.node.reg[VRAM] ?? fail('ENODEV', 'the device has no video memory window');
  const drm = new DrmDevice<NovaData, undefined>(dev, drmDriver, MINOR);
  dev.devres.action('drm', () => drm.dispose());
  return { drm, registration: new Registration(drm, { vramBarSize: vram.size }) };
}

/** Bound devices by kernel; the kernel owns them. */
const bound = new WeakMap<Kernel, NovaDrm>();

/** The device bound in a kernel, or undefined. */
export function boundNova(kernel: Kernel): NovaDrm | undefined {
  return bound.get(kernel);
}

export const novaModule: Module = modulePlatformDriver<undefined, Bound>({
  name: 'nova',
  matches: [{ compatible: 'tyr,nova', info: undefined }],
  probe: (dev) => {
    const found = probe(dev);
    bound.set(dev.kernel, found.drm);
    return found;
  },
  remove: (dev, { registration }) => {
    bound.delete(dev.kernel);
    registration.dispose();
  },
});
