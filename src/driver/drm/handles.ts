/**
 * Handle tables: small numbers for objects, the lowest free one first, 0 never (idr as DRM uses it).
 */
import { fail } from '../kernel/errno.ts';

export class HandleTable<T> {
  private readonly entries = new Map<number, T | undefined>();
  private readonly last: number;
  /** No number below is free. */
  private floor = 1;

  /** Numbers 1..last. */
  constructor(last: number) {
    this.last = last;
  }

  get size(): number {
    return this.entries.size;
  }

  /** Takes the lowest free number, which does not resolve until `publish`. `full` is thrown when there is none. */
  reserve(full: 'ENOSPC' | 'EBUSY' | 'ENOMEM' = 'ENOSPC'): number {
    let handle = this.floor;
    while (this.entries.has(handle)) handle++;
    this.floor = handle;
    if (handle > this.last) fail(full, `all ${this.last} handles are in use`);
    this.entries.set(handle, undefined);
    return handle;
  }

  publish(handle: number, value: T): void {
    this.entries.set(handle, value);
  }

  add(value: T, full: 'ENOSPC' | 'EBUSY' | 'ENOMEM' = 'ENOSPC'): number {
    const handle = this.reserve(full);
    this.publish(handle, value);
    return handle;
  }

  get(handle: number): T | undefined {
    return this.entries.get(handle);
  }

  /** Stops the number from resolving but keeps it taken; gives what it named. */
  withdraw(handle: number): T | undefined {
    const value = this.entries.get(handle);
    if (value !== undefined) this.entries.set(handle, undefined);
    return value;
  }

  /** Frees the number; gives what it named. */
  remove(handle: number): T | undefined {
    const value = this.entries.get(handle);
    if (this.entries.delete(handle)) this.floor = Math.min(this.floor, handle);
    return value;
  }

  /** Published (handle, object) pairs by rising handle. */
  list(): readonly (readonly [number, T])[] {
    const out: [number, T][] = [];
    for (const [handle, value] of this.entries) if (value !== undefined) out.push([handle, value]);
    return out.sort(([a], [b]) => a - b);
  }

  clear(): void {
    this.entries.clear();
    this.floor = 1;
  }
}
