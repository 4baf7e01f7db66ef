/**
 * Locks and their checker. There is one CPU and nothing preempts, so a lock is only ever contended when its
 * holder sleeps further down the stack: then it can never be freed, and taking it is reported with both stacks.
 * The order of lock classes is learned as in lockdep; an inversion is logged and listed, it stops nothing.
 */
import type { Context, Held } from './cpu.ts';
import { DeadlockError } from './cpu.ts';
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Kernel } from './kernel.ts';

/** Pairs (outer, inner) of lock classes seen so far. */
export type LockOrderState = readonly (readonly [string, string])[];

/** Learns which lock class is taken inside which. */
export class LockOrder implements Stateful<LockOrderState> {
  private readonly inside = new Map<string, Set<string>>();
  private readonly seen: string[] = [];

  /** One line per inversion found so far. */
  get reports(): readonly string[] {
    return this.seen;
  }

  /** Notes that `inner` is taken while `outer` is held; gives a report when the reverse was seen before. */
  note(outer: string, inner: string): string | undefined {
    if (outer === inner) return undefined;
    let known = this.inside.get(outer);
    if (known === undefined) this.inside.set(outer, (known = new Set()));
    if (known.has(inner)) return undefined;
    known.add(inner);
    if (!this.reaches(inner, outer, new Set())) return undefined;
    const report = `lock order: ${inner} taken inside ${outer}, but ${outer} has been taken inside ${inner} before`;
    this.seen.push(report);
    return report;
  }

  save(): LockOrderState {
    return [...this.inside].flatMap(([outer, inner]) => [...inner].map((i) => [outer, i] as const));
  }

  load(state: LockOrderState): void {
    this.inside.clear();
    for (const [outer, inner] of state) {
      const known = this.inside.get(outer);
      if (known === undefined) this.inside.set(outer, new Set([inner]));
      else known.add(inner);
    }
  }

  private reaches(from: string, to: string, visited: Set<string>): boolean {
    if (from === to) return true;
    if (visited.has(from)) return false;
    visited.add(from);
    for (const next of this.inside.get(from) ?? []) if (this.reaches(next, to, visited)) return true;
    return false;
  }
}

/** A sleeping lock. Give all locks of one kind (each VM's op_lock) the same `lockClass`. */
export class Mutex implements Held {
  readonly name: string;
  readonly lockClass: string;
  readonly atomic: boolean = false;
  protected readonly kernel: Kernel;
  private holder: Context | undefined;

  constructor(kernel: Kernel, name: string, lockClass = name) {
    this.kernel = kernel;
    this.name = name;
    this.lockClass = lockClass;
  }

  get isLocked(): boolean {
    return this.holder !== undefined;
  }

  /** True when the running context holds it. */
  get isMine(): boolean {
    return this.holder !== undefined && this.holder === this.kernel.cpu.current;
  }

  /** DeadlockError when it is held already: by this context, or by one that sleeps below it. */
  lock(): void {
    const { cpu } = this.kernel;
    const me = cpu.current;
    if (me === undefined) throw new Bug(`${this.name} taken outside any context; use kernel.run`);
    if (!this.atomic) cpu.mightSleep(`mutex ${this.name}`);
    this.kernel.service(`lock ${this.name}`);
    if (this.holder !== undefined) {
      const kind = this.holder === me ? 'taken twice by one context' : 'taken twice across a sleep';
      throw new DeadlockError(
        `lock ${this.name} ${kind}\nwanted by ${cpu.describe(me)}\nheld by   ${cpu.describe(this.holder)}\n${cpu.report()}`,
      );
    }
    for (const outer of me.held) {
      if (outer instanceof Mutex) {
        const report = this.kernel.lockOrder.note(outer.lockClass, this.lockClass);
        if (report !== undefined) this.kernel.log.warn(`${report}\n${cpu.describe(me)}`);
      }
    }
    this.holder = me;
    me.held.push(this);
  }

  /** Takes it only when it is free. */
  tryLock(): boolean {
    if (this.holder !== undefined) return false;
    this.lock();
    return true;
  }

  unlock(): void {
    const me = this.kernel.cpu.current;
    if (this.holder === undefined || this.holder !== me) throw new Bug(`${this.name} unlocked by a context without it`);
    this.holder = undefined;
    me.held.splice(me.held.lastIndexOf(this), 1);
  }

  /** Runs `body` with the lock held. */
  with<T>(body: () => T): T {
    this.lock();
    try {
      return body();
    } finally {
      this.unlock();
    }
  }

  /** Bug unless the running context holds it (lockdep_assert_held). */
  assertHeld(): void {
    if (!this.isMine) throw new Bug(`${this.name} must be held here\n${this.kernel.cpu.report()}`);
  }
}

/** A lock that may be taken anywhere and under which nobody sleeps. */
export class SpinLock extends Mutex {
  override readonly atomic = true;
}
