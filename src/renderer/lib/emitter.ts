/** A list of listeners, for the small stores that React reads through `useSyncExternalStore`. */
import { disposable, type Disposable } from '../../base/disposable.ts';

export class Emitter {
  private readonly listeners = new Set<() => void>();

  /** Calls `listener` at each change until disposed. */
  on(listener: () => void): Disposable {
    this.listeners.add(listener);
    return disposable(() => this.listeners.delete(listener));
  }

  /** The same in the form React wants. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const registration = this.on(listener);
    return () => registration.dispose();
  };

  emit(): void {
    for (const listener of this.listeners) listener();
  }
}
