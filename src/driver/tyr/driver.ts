/**
 * The platform driver: the probe in Tyr's order, and its undoing (Tyr `driver.rs`, Panthor `panthor_device.c`).
 * Whatever a step takes is put on the device's resource list at once, so that a later failure, and the unbind,
 * give everything back in reverse order.
 */
import { popcount32 } from '../../base/bits.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Plain } from '../../base/stateful.ts';
import { GPU_COHERENCY } from '../../spec/uapi/constants.ts';
import { MCU_AUTO_VA_SIZE, MCU_AUTO_VA_START } from '../../spec/firmware/interface.ts';
import { DrmDevice } from '../drm/device.ts';
import { Registration } from '../drm/registration.ts';
import type { Resv } from '../drm/resv.ts';
import { Devfreq } from '../kernel/devfreq.ts';
import type { DevfreqProfile } from '../kernel/devfreq.ts';
import { KernelError, ensure } from '../kernel/errno.ts';
import type { IoMem } from '../kernel/io.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import type { DeviceMatch, PlatformDevice, PlatformDriver } from '../kernel/platform-device.ts';
import { RuntimePm } from '../kernel/runtime-pm.ts';
import { MSEC } from '../kernel/time.ts';
import { TyrFile } from './file.ts';
import { Firmware } from './fw.ts';
import { KernelBos } from './gem.ts';
import { Gpu, GPU_INTERRUPTS, issueSoftReset, l2PowerOff, l2PowerOn } from './gpu.ts';
import { addressBits, logGpuInfo, readGpuInfo } from './gpu-info.ts';
import type { GpuInfo } from './gpu-info.ts';
import { Heaps } from './heap.ts';
import { GpuIrq } from './irq.ts';
import { drmDriver } from './ioctls.ts';
import { Mmu } from './mmu.ts';
import { Power } from './power.ts';
import { Reset } from './reset.ts';
import { Scheduler } from './sched.ts';
import { Vm } from './vm.ts';
import type { VmLayout } from './vm.ts';

/** Bytes of the register window. */
export const WINDOW_SIZE = 0x20_0000;
/** The MCU sees 32 bits of address; its tables cover as many bits as those of other VMs. */
/** Time without use after which the device is suspended. */
const AUTOSUSPEND = 50 * MSEC;
/** Panthor's tuning of simple_ondemand. */
const DEVFREQ: DevfreqProfile = { polling: 50 * MSEC, upThreshold: 45, downDifferential: 5 };

/** Data of a part that the driver needs beyond what registers tell. */
export type SocData = Readonly<Record<string, never>>;

export const MATCHES: readonly DeviceMatch<SocData>[] = [
  { compatible: 'rockchip,rk3588-mali', info: {} },
  { compatible: 'arm,mali-valhall-csf', info: {} },
];

export type TyrDrmDevice = DrmDevice<TyrDevice, TyrFile>;

/** A bound GPU. */
export class TyrDevice {
  readonly kernel: Kernel;
  readonly dev: PlatformDevice;
  readonly log: Log;
  readonly io: IoMem;
  readonly info: GpuInfo;
  readonly coherent: boolean;
  readonly power: Power;
  readonly devfreq: Devfreq;
  /** Only there once the firmware has booted. */
  pm: RuntimePm | undefined;
  readonly drm: TyrDrmDevice;
  readonly reset: Reset;
  readonly gpu: Gpu;
  readonly gpuIrq: GpuIrq;
  readonly mmu: Mmu;
  readonly bos: KernelBos;
  readonly heaps: Heaps;
  readonly fw: Firmware;
  /** Every VM that is alive, by id; the firmware's is the first. */
  readonly vms = new Map<number, Vm>();
  /** Bits of job.ts PROFILING: what jobs record. */
  profiling = 0;
  private scheduler: Scheduler | undefined;
  nextVm = 1;
  nextGroup = 1;
  /** While state is loaded: reservations of VMs that are gone but for the objects that shared theirs, by VM. */
  readonly orphanResvs = new Map<number, Resv>();
  /** Files being restored, until everything they name exists. */
  readonly restoring: (readonly [TyrFile, Plain])[] = [];

  /** Makes the parts; nothing here touches the hardware but reading `info` did. */
  constructor(dev: PlatformDevice, io: IoMem, info: GpuInfo, power: Power, devfreq: Devfreq) {
    this.kernel = dev.kernel;
    this.dev = dev;
    this.log = dev.log;
    this.io = io;
    this.info = info;
    this.power = power;
    this.devfreq = devfreq;
    this.coherent = info.selected_coherency !== GPU_COHERENCY.NONE;
    this.drm = new DrmDevice<TyrDevice, TyrFile>(dev, drmDriver);
    this.reset = new Reset(this.kernel, this.log, () => this.pm?.isActive ?? true);
    const scheduleReset = (): void => this.reset.schedule();
    this.gpu = new Gpu(this.kernel, io, this.log, scheduleReset);
    this.gpuIrq = new GpuIrq(io, 'gpu', GPU_INTERRUPTS, (status) => this.gpu.handle(status));
    this.mmu = new Mmu(this.kernel, io, this.log, this.gpu, info.as_present, {
      scheduleReset,
      reportFault: () => this.scheduler?.reportFault(),
    });
    this.bos = new KernelBos(this.drm, (id) => this.vms.get(id));
    this.heaps = new Heaps(this.bos, info.l2_features);
    const vm = this.createVm({
      forMcu: true,
      userRange: 0,
      kernelStart: MCU_AUTO_VA_START,
      kernelEnd: MCU_AUTO_VA_START + MCU_AUTO_VA_SIZE,
    });
    this.fw = new Firmware({
      kernel: this.kernel,
      io,
      log: this.log,
      info,
      vm,
      bos: this.bos,
      reset: this.reset,
      coreHz: () => power.core.rate,
    });
    this.fw.events = (bits) => this.scheduler?.reportEvents(bits);
  }

  /** The scheduler; only there once the firmware has booted. */
  get sched(): Scheduler {
    ensure(this.scheduler !== undefined, 'ENODEV', 'the scheduler is not set up');
    return this.scheduler;
  }

  /** A new VM with its own page tables. KernelError ENOMEM. */
  createVm(layout: Pick<VmLayout, 'forMcu' | 'userRange' | 'kernelStart' | 'kernelEnd'>): Vm {
    const { va, pa } = addressBits(this.info);
    return this.adoptVm(this.nextVm++, { ...layout, vaBits: va, paBits: pa, coherent: this.coherent });
  }

  /** Makes a VM of that id; also one whose contents come from saved state. */
  adoptVm(id: number, layout: VmLayout): Vm {
    const vm = new Vm(this.kernel, this.mmu, id, layout, (gone) => this.vms.delete(gone.id));
    this.vms.set(vm.id, vm);
    return vm;
  }

  newGroupId(): number {
    return this.nextGroup++;
  }

  /** Locks that mapping and unmapping in these VMs takes. */
  memoryLocks(...vms: readonly Vm[]): Vm['opLock'][] {
    return [...vms.map((vm) => vm.opLock), this.mmu.slotsLock, this.gpu.flushLock];
  }

  /** Loads and boots the firmware and makes the scheduler. */
  bootFirmware(): void {
    const { devres } = this.dev;
    devres.action('mcu vm', () => this.fw.vm.put());
    devres.action('firmware', () => this.fw.dispose());
    this.fw.load();
    this.fw.irq.request(this.dev);
    devres.action('mcu', () => this.fw.unplug());
    this.fw.boot();
    const asSlotCount = popcount32(this.info.as_present & ~1);
    ensure(asSlotCount > 0, 'EINVAL', 'there is no address space for groups');
    const { kernel, log, fw, gpu, reset, heaps, mmu } = this;
    const pm = new RuntimePm(kernel, 'panthor', AUTOSUSPEND, {
      suspend: () => this.suspend(),
      resume: () => this.resume(),
    });
    this.pm = pm;
    devres.action('runtime pm', () => pm.dispose());
    const { devfreq } = this;
    const hwLocks = this.memoryLocks(fw.vm);
    this.scheduler = new Scheduler({ kernel, log, fw, gpu, reset, heaps, pm, devfreq, asSlotCount, hwLocks });
    const transitionLocks = [this.scheduler.lock, ...hwLocks];
    pm.guard(transitionLocks);
    devres.action('scheduler', () => this.sched.dispose());
    reset.enable(
      {
        before: () => {
          this.sched.preReset();
          this.fw.preReset(true);
          mmu.preReset();
        },
        reset: () => {
          this.gpu.softReset();
          l2PowerOn(kernel, this.io, log, this.info.selected_coherency);
        },
        after: () => {
          mmu.postReset();
          this.fw.postReset();
        },
        finish: (failed) => this.sched.postReset(failed),
        unplug: () => this.unplug(),
      },
      pm.lock,
      transitionLocks,
    );
    devres.action('reset', () => reset.disable());
  }

  /** Turns the device off (Panthor `panthor_device_suspend`): groups leave their slots, the MCU halts. */
  private suspend(): void {
    this.reset.cancel();
    this.sched.suspend();
    this.fw.preReset(false);
    this.mmu.suspend();
    this.powerDown();
    this.devfreq.suspend();
    this.power.off();
  }

  /** With the firmware's memory kept the L2 is all that must go; otherwise nothing may survive. */
  private powerDown(): void {
    const { kernel, io, log, gpu } = this;
    try {
      if (this.fw.isFast) l2PowerOff(kernel, io, log);
      else gpu.softReset();
    } catch (error) {
      // Whatever does not answer is without power next.
      if (!(error instanceof KernelError)) throw error;
    }
    gpu.suspend(this.gpuIrq);
  }

  /** Turns it on again, slowly when a reset was asked for meanwhile or the fast way fails. KernelError. */
  private resume(): void {
    this.power.on();
    this.devfreq.resume();
    if (this.reset.take()) this.fw.forget();
    try {
      this.resumeHardware();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (!this.fw.isFast) return this.resumeFailed(error);
      this.log.err('Fast reset failed, trying a slow reset');
      this.fw.forget();
      try {
        this.resumeHardware();
      } catch (second) {
        if (!(second instanceof KernelError)) throw second;
        return this.resumeFailed(second);
      }
    }
    this.sched.resumeAfterSuspend();
  }

  private resumeFailed(error: KernelError): never {
    this.devfreq.suspend();
    this.power.off();
    throw error;
  }

  private resumeHardware(): void {
    const { kernel, io, log, mmu, fw } = this;
    this.gpuIrq.resume();
    l2PowerOn(kernel, io, log, this.info.selected_coherency);
    mmu.postReset();
    try {
      fw.postReset();
    } catch (error) {
      fw.abort();
      mmu.suspend();
      this.powerDown();
      throw error;
    }
  }

  /**
   * The device is lost (Panthor `panthor_device_unplug`): user space is cut off, and what ran is stopped. No step waits
   * for hardware that does not answer any more; memory is given back as files close and when the driver is unbound.
   */
  private unplug(): void {
    this.drm.unplug();
    this.reset.disable();
    this.pm?.lose();
    this.fw.abort();
    this.mmu.suspend();
    this.gpu.suspend(this.gpuIrq);
    this.devfreq.suspend();
    this.power.off();
  }

  /** Wakes the device up for good, because it goes away; what does not wake up is taken apart as it is. */
  private wakeForRemoval(): void {
    if (this.pm?.isLost === true) return;
    try {
      this.pm?.get();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      this.log.warn(`unbinding a device that does not wake up: ${error.message}`);
    }
    this.pm?.disable();
  }

  /** Before the resources go: groups end while the hardware still answers. */
  remove(registration: Disposable): void {
    registration.dispose();
    this.wakeForRemoval();
    for (const file of this.drm.openFiles) file.driverData.destroy();
    this.sched.queue.flush();
  }
}

/** What unbinding needs. */
export interface Bound {
  readonly tyr: TyrDevice;
  readonly registration: Registration<TyrDevice, TyrFile>;
}

/** The nine steps. KernelError of the step that fails. */
export function probe(dev: PlatformDevice): Bound {
  const { kernel, log, devres } = dev;
  // 1, 2: clocks and supplies, and the operating points they have.
  const power = new Power(dev);
  const devfreq = devres.use('devfreq', new Devfreq(kernel, 'panthor', power.core, power.mali, dev.node.opp, DEVFREQ));
  // 3: registers.
  const io = dev.ioMem(0, WINDOW_SIZE);
  // 4, 5: a known state.
  issueSoftReset(kernel, io, log);
  l2PowerOn(kernel, io, log, GPU_COHERENCY.NONE);
  devres.action('l2', () => l2PowerOff(kernel, io, log));
  // 6: who are you?
  const info = readGpuInfo(io);
  logGpuInfo(log, info);
  // 7: how far it can address; its interrupt.
  kernel.dma.setMask(addressBits(info).pa);
  const tyr = new TyrDevice(dev, io, info, power, devfreq);
  devres.action('drm', () => tyr.drm.dispose());
  devres.action('reset work', () => tyr.reset.dispose());
  tyr.gpuIrq.request(dev);
  devres.action('gpu events', () => tyr.gpuIrq.suspend());
  // 8: address spaces.
  tyr.mmu.irq.request(dev, [tyr.mmu.slotsLock, tyr.gpu.flushLock]);
  devres.action('mmu events', () => tyr.mmu.suspend());
  // 9: firmware; then user space may see us.
  tyr.bootFirmware();
  const registration = new Registration(tyr.drm, tyr);
  tyr.pm?.put();
  return { tyr, registration };
}

export const platformDriver: PlatformDriver<SocData, Bound> = {
  name: 'panthor',
  matches: MATCHES,
  probe: (dev) => probe(dev),
  remove: (_dev, { tyr, registration }) => tyr.remove(registration),
};
