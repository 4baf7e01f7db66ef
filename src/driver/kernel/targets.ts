/**
 * Callbacks as data. Timers, fence callbacks and the like outlive a snapshot, so they name their target by a
 * stable id and carry two numbers; the object is looked up when the time has come.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import { disposable } from '../../base/disposable.ts';

export interface Target {
  /** Stable across save and load, unique in the kernel. */
  readonly id: string;
  fire(kind: number, payload: number): void;
}

export class Targets {
  private readonly byId = new Map<string, Target>();

  /** Bug when the id is taken. */
  register(target: Target): Disposable {
    if (this.byId.has(target.id)) throw new Bug(`callback target ${target.id} registered twice`);
    this.byId.set(target.id, target);
    return disposable(() => this.byId.delete(target.id));
  }

  /** Bug when nobody has the id: whoever is disposed must have cancelled its callbacks. */
  fire(id: string, kind: number, payload: number): void {
    const target = this.byId.get(id);
    if (target === undefined) throw new Bug(`callback for ${id}, which is not registered`);
    target.fire(kind, payload);
  }
}
