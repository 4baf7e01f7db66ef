/**
 * The kernel's own small memory (mm/slab, mm/util.c). Objects of the driver live in the host, so nothing is kept
 * here but the two rules user space can meet: how large one allocation may be, and that any may fail. The board
 * decides which one does (failslab).
 */
import { ensure } from './errno.ts';
import type { Platform } from './platform.ts';

/** KMALLOC_MAX_SIZE with 4 KiB pages: the largest block of the page allocator. */
export const KMALLOC_MAX = 4 * 2 ** 20;
/** kvmalloc refuses what does not fit an int. */
export const KVMALLOC_MAX = 2 ** 31 - 1;

export class Slab {
  private readonly platform: Platform;

  constructor(platform: Platform) {
    this.platform = platform;
  }

  /** kmalloc: KernelError ENOMEM when it fails. `bytes` is looked at only to refuse what is too large. */
  take(bytes: number, what: string): void {
    this.check(bytes, KMALLOC_MAX, what);
  }

  /** kvmalloc, for arrays of user space. KernelError ENOMEM. */
  takeLarge(bytes: number, what: string): void {
    this.check(bytes, KVMALLOC_MAX, what);
  }

  private check(bytes: number, max: number, what: string): void {
    ensure(bytes <= max && !this.fails(), 'ENOMEM', `no ${bytes} bytes for ${what}`);
  }

  /** Whether the board wants the allocation that is under way to fail. */
  fails(): boolean {
    return this.platform.allocationFails?.() ?? false;
  }
}
