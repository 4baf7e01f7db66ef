/**
 * Device-managed resources: everything a driver takes in probe, given back in reverse order when the device is
 * unbound or the probe fails (kernel devres, Rust `Devres`).
 */
import type { Disposable } from '../../base/disposable.ts';

export class Devres implements Disposable {
  private readonly items: { readonly name: string; readonly release: () => void }[] = [];

  /** Names of what is held, oldest first. */
  get held(): readonly string[] {
    return this.items.map((i) => i.name);
  }

  /** Adds a resource and returns it. */
  use<T extends Disposable>(name: string, item: T): T {
    this.items.push({ name, release: () => item.dispose() });
    return item;
  }

  /** devm_add_action. */
  action(name: string, release: () => void): void {
    this.items.push({ name, release });
  }

  dispose(): void {
    for (let item = this.items.pop(); item !== undefined; item = this.items.pop()) item.release();
  }
}
