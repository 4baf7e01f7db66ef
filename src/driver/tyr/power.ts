/**
 * What the device draws power from: power domain and clocks, which runtime suspend turns off, and supplies, which
 * stay on (Panthor `panthor_device.c`; the power domain follows runtime PM as genpd does it).
 */
import type { Disposable } from '../../base/disposable.ts';
import type { Stateful } from '../../base/stateful.ts';
import { Clk } from '../kernel/clk.ts';
import { checkRet } from '../kernel/errno.ts';
import type { PlatformDevice } from '../kernel/platform-device.ts';
import { Regulator } from '../kernel/regulator.ts';
import type { Enabled } from '../kernel/regulator.ts';

const CLOCKS = [
  { name: 'core', optional: false },
  { name: 'stacks', optional: true },
  { name: 'coregroup', optional: true },
] as const;

/** A clock of the device that may be on. */
class Rail {
  readonly clk: Clk;
  private guard: Disposable | undefined;

  constructor(clk: Clk) {
    this.clk = clk;
  }

  on(): void {
    this.guard ??= this.clk.prepareEnable();
  }

  off(): void {
    this.guard?.dispose();
    this.guard = undefined;
  }

  /** Takes over the state the clock already has. */
  adopt(on: boolean): void {
    this.guard = on ? this.clk.enabledGuard() : undefined;
  }
}

export type PowerState = { readonly on: boolean };

export class Power implements Stateful<PowerState> {
  readonly core: Clk;
  /** Scaled with the core clock. */
  readonly mali: Regulator<Enabled> | undefined;
  private readonly dev: PlatformDevice;
  private readonly rails: readonly Rail[];
  private isOn = false;

  /** Turns everything on; what was taken is on the device's resource list at once. KernelError of what fails. */
  constructor(dev: PlatformDevice) {
    this.dev = dev;
    this.core = Clk.get(dev, 'core');
    this.rails = CLOCKS.map(({ name, optional }) => {
      const rail = new Rail(optional ? Clk.optional(dev, name) : this.core);
      rail.on();
      dev.devres.action(`clock ${name}`, () => rail.off());
      return rail;
    });
    dev.log.info(`clock rate = ${this.core.rate}`);
    for (const id of dev.node.powerDomains) {
      this.domainOn(id);
      dev.devres.action(`power domain ${id}`, () => this.domainOff(id));
    }
    this.isOn = true;
    const supply = (name: string): Regulator<Enabled> | undefined => {
      const found = Regulator.optional(dev, name);
      return found === undefined ? undefined : dev.devres.use(`regulator ${name}`, found.tryIntoEnabled());
    };
    this.mali = supply('mali');
    supply('sram');
  }

  private domainOn(id: string): void {
    checkRet(this.dev.kernel.platform.powerDomains.on(id), `power domain ${id}`);
  }

  private domainOff(id: string): void {
    if (this.isOn) this.dev.kernel.platform.powerDomains.off(id);
  }

  /** Domain and clocks on again. KernelError; then everything is off. */
  on(): void {
    if (this.isOn) return;
    this.isOn = true;
    try {
      for (const id of this.dev.node.powerDomains) this.domainOn(id);
      for (const rail of this.rails) rail.on();
    } catch (error) {
      this.off();
      throw error;
    }
  }

  off(): void {
    for (const rail of this.rails.toReversed()) rail.off();
    for (const id of this.dev.node.powerDomains) this.domainOff(id);
    this.isOn = false;
  }

  save(): PowerState {
    return { on: this.isOn };
  }

  load(state: PowerState): void {
    this.isOn = state.on;
    for (const rail of this.rails) rail.adopt(state.on);
  }
}
