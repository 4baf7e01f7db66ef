/**
 * Clocks of a device (Rust: kernel::clk). An optional clock that the device tree does not name behaves like the
 * kernel's null clock: rate 0, everything succeeds.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import { disposable } from '../../base/disposable.ts';
import { checkRet, fail } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { PlatformDevice } from './platform-device.ts';

export class Clk {
  private readonly kernel: Kernel;
  /** Clock output of the SoC, or undefined for the null clock. */
  readonly id: string | undefined;

  private constructor(kernel: Kernel, id: string | undefined) {
    this.kernel = kernel;
    this.id = id;
  }

  /** The clock called `name`, or the first one without a name. KernelError ENOENT. */
  static get(dev: PlatformDevice, name?: string): Clk {
    const clk = Clk.optional(dev, name);
    return clk.id === undefined ? fail('ENOENT', `${dev.name} has no clock ${name ?? '0'}`) : clk;
  }

  /** OptionalClk::get. */
  static optional(dev: PlatformDevice, name?: string): Clk {
    const { clocks } = dev.node;
    const found = name === undefined ? clocks[0] : clocks.find((c) => c.name === name);
    return new Clk(dev.kernel, found?.id);
  }

  /** Hz. */
  get rate(): number {
    return this.id === undefined ? 0 : this.kernel.platform.clocks.rate(this.id);
  }

  /** Returns the rate really set, in Hz. */
  setRate(hz: number): number {
    this.kernel.service(`clk_set_rate ${this.id} ${hz}`);
    return this.id === undefined ? 0 : this.kernel.platform.clocks.setRate(this.id, hz);
  }

  /** Prepares and enables; disposing disables and unprepares. KernelError of the provider. */
  prepareEnable(): Disposable {
    const { id } = this;
    const { clocks } = this.kernel.platform;
    if (id === undefined) return disposable(() => {});
    this.kernel.service(`clk_prepare_enable ${id}`);
    clocks.prepare(id);
    const ret = clocks.enable(id);
    if (ret < 0) clocks.unprepare(id);
    checkRet(ret, `clock ${id} does not start`);
    return this.enabledGuard();
  }

  /** The guard alone, of a clock that is on already (a driver rebuilt from a snapshot). */
  enabledGuard(): Disposable {
    let on = true;
    return {
      dispose: () => {
        const { id } = this;
        if (!on) throw new Bug(`clock ${id} disabled twice`);
        on = false;
        if (id === undefined) return;
        this.kernel.service(`clk_disable_unprepare ${id}`);
        this.kernel.platform.clocks.disable(id);
        this.kernel.platform.clocks.unprepare(id);
      },
    };
  }
}
