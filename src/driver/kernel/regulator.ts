/**
 * Voltage supplies with the state in the type (Rust: kernel::regulator): only a `Regulator<Enabled>` takes a
 * voltage, only a `Regulator<Disabled>` can be enabled. A step consumes the object it starts from.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import { checkRet, fail } from './errno.ts';
import type { Kernel } from './kernel.ts';
import type { PlatformDevice } from './platform-device.ts';

export type Enabled = 'enabled';
export type Disabled = 'disabled';

export class Regulator<S extends Enabled | Disabled> implements Disposable {
  readonly id: string;
  readonly state: S;
  private readonly kernel: Kernel;
  private alive = true;

  private constructor(kernel: Kernel, id: string, state: S) {
    this.kernel = kernel;
    this.id = id;
    this.state = state;
  }

  /** The supply `name` of the device, off as far as this user goes. KernelError ENODEV. */
  static get(dev: PlatformDevice, name: string): Regulator<Disabled> {
    const supply = dev.node.supplies.find((s) => s.name === name);
    if (supply === undefined) return fail('ENODEV', `${dev.name} has no supply ${name}`);
    return new Regulator(dev.kernel, supply.id, 'disabled');
  }

  /** As `get`, undefined when the device tree names no such supply. */
  static optional(dev: PlatformDevice, name: string): Regulator<Disabled> | undefined {
    return dev.node.supplies.some((s) => s.name === name) ? Regulator.get(dev, name) : undefined;
  }

  /** Gets and enables. */
  static getEnabled(dev: PlatformDevice, name: string): Regulator<Enabled> {
    return Regulator.get(dev, name).tryIntoEnabled();
  }

  private checkAlive(): void {
    if (!this.alive) throw new Bug(`regulator ${this.id} used after it changed hands`);
  }

  private consume(): void {
    this.checkAlive();
    this.alive = false;
  }

  /** KernelError of the provider; then this object stays valid. */
  tryIntoEnabled(this: Regulator<Disabled>): Regulator<Enabled> {
    this.checkAlive();
    this.kernel.service(`regulator_enable ${this.id}`);
    checkRet(this.kernel.platform.regulators.enable(this.id), `regulator ${this.id} does not switch on`);
    return this.intoEnabledGuard();
  }

  /** The enabled object alone, of a supply that is on already (a driver rebuilt from a snapshot). */
  intoEnabledGuard(this: Regulator<Disabled>): Regulator<Enabled> {
    this.consume();
    return new Regulator(this.kernel, this.id, 'enabled');
  }

  tryIntoDisabled(this: Regulator<Enabled>): Regulator<Disabled> {
    this.consume();
    this.kernel.service(`regulator_disable ${this.id}`);
    this.kernel.platform.regulators.disable(this.id);
    return new Regulator(this.kernel, this.id, 'disabled');
  }

  /** True when any user has the supply on. */
  isEnabled(this: Regulator<Disabled>): boolean {
    return this.kernel.platform.regulators.isEnabled(this.id);
  }

  /** Microvolts. KernelError of the provider. */
  setVoltage(this: Regulator<Enabled>, minUv: number, maxUv: number): void {
    this.kernel.service(`regulator_set_voltage ${this.id} ${minUv}`);
    const ret = this.kernel.platform.regulators.setVoltage(this.id, minUv, maxUv);
    checkRet(ret, `regulator ${this.id} refuses ${minUv}..${maxUv} uV`);
  }

  /** Microvolts. */
  getVoltage(): number {
    return this.kernel.platform.regulators.getVoltage(this.id);
  }

  /** Switches an enabled one off. */
  dispose(): void {
    if (!this.alive) return;
    this.alive = false;
    if (this.state === 'disabled') return;
    this.kernel.service(`regulator_disable ${this.id}`);
    this.kernel.platform.regulators.disable(this.id);
  }
}
