/**
 * Things that must be given back. Every registration in this project returns a Disposable; owners collect
 * them in a DisposableStack that undoes them in reverse order.
 */

/** Gives back what was taken. Calling it twice is a bug of the caller unless the class says otherwise. */
export interface Disposable {
  dispose(): void;
}

/** Wraps a function; runs it once, further calls do nothing. */
export function disposable(undo: () => void): Disposable {
  let done = false;
  return {
    dispose() {
      if (done) return;
      done = true;
      undo();
    },
  };
}

/** Collects disposables and disposes them last-in, first-out. Stays usable after `dispose`. */
export class DisposableStack implements Disposable {
  private readonly items: Disposable[] = [];

  get size(): number {
    return this.items.length;
  }

  /** Adds an item and returns it. */
  use<T extends Disposable>(item: T): T {
    this.items.push(item);
    return item;
  }

  /** Adds an undo function. */
  defer(undo: () => void): void {
    this.items.push(disposable(undo));
  }

  dispose(): void {
    for (let item = this.items.pop(); item !== undefined; item = this.items.pop()) item.dispose();
  }
}
