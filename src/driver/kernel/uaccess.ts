/**
 * The address space of a client process as the driver sees it: sparse anonymous pages and mapped objects. The
 * engine fills in what the client had in memory when it made the call (journalled input) and takes back what
 * the driver wrote. Bad addresses give EFAULT (copy_from_user, copy_to_user, Rust `UserSlice`).
 */
import { hex } from '../../base/bits.ts';
import type { Stateful } from '../../base/stateful.ts';
import { PAGE_SIZE } from './dma.ts';
import { ensure, fail } from './errno.ts';

/** What a file mapping shows: pages of an object or of a device. */
export interface UserBacking {
  /** Names it in saved state. */
  readonly id: string;
  read(offset: number, length: number): Uint8Array;
  write(offset: number, bytes: Uint8Array): void;
  /** The last mapping of this range went away. */
  unmapped?(): void;
}

interface Mapping {
  readonly start: number;
  readonly end: number;
  readonly backing: UserBacking;
  readonly offset: number;
  readonly writable: boolean;
}

export type UserMemoryState = {
  readonly pages: readonly { readonly page: number; readonly bytes: Uint8Array }[];
  readonly mappings: readonly {
    readonly start: number;
    readonly end: number;
    readonly backing: string;
    /** Pieces of one mapping have the same number. */
    readonly mapping: number;
    readonly offset: number;
    readonly writable: boolean;
  }[];
};

/** End of user addresses: 48 bits, as arm64 with 4 KiB pages. */
export const TASK_SIZE = 2 ** 48;

export class UserMemory implements Stateful<UserMemoryState> {
  private readonly pages = new Map<number, Uint8Array>();
  private mappings: Mapping[] = [];
  private readonly resolve: (id: string) => UserBacking;

  /** `resolve` finds the backing of a saved mapping again. */
  constructor(resolve: (id: string) => UserBacking = (id) => fail('ENODEV', `no object ${id} to map`)) {
    this.resolve = resolve;
  }

  /** Zeroed anonymous memory over all pages that [address, address+length) touches; present pages are kept. */
  map(address: number, length: number): void {
    const last = Math.floor((address + length - 1) / PAGE_SIZE);
    for (let page = Math.floor(address / PAGE_SIZE); page <= last; page++) {
      if (!this.pages.has(page)) this.pages.set(page, new Uint8Array(PAGE_SIZE));
    }
  }

  /** Maps and fills: how the engine places the bytes that came with a call. */
  place(address: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.find(address) === undefined) this.map(address, bytes.length);
    this.copyTo(address, bytes);
  }

  /** Shows `backing` at a page-aligned range; replaces what is there (MAP_FIXED). */
  mapObject(address: number, length: number, backing: UserBacking, writable: boolean, offset = 0): void {
    this.unmap(address, length);
    this.mappings.push({ start: address, end: address + length, backing, offset, writable });
  }

  /** Removes pages and mappings in the range, splitting mappings at its ends. */
  unmap(address: number, length: number): void {
    const end = address + length;
    const gone: UserBacking[] = [];
    this.mappings = this.mappings.flatMap((m) => {
      if (m.end <= address || m.start >= end) return [m];
      const left = m.start < address ? [{ ...m, end: address }] : [];
      const right = m.end > end ? [{ ...m, start: end, offset: m.offset + end - m.start }] : [];
      if (left.length + right.length === 0) gone.push(m.backing);
      return [...left, ...right];
    });
    for (const page of this.pages.keys()) {
      if (page >= Math.floor(address / PAGE_SIZE) && page * PAGE_SIZE < end) this.pages.delete(page);
    }
    for (const backing of gone) if (!this.mappings.some((m) => m.backing === backing)) backing.unmapped?.();
  }

  /** exit(): everything unmapped. */
  clear(): void {
    this.unmap(0, TASK_SIZE);
  }

  private find(address: number): Mapping | undefined {
    return this.mappings.find((m) => address >= m.start && address < m.end);
  }

  /** Calls `each` for the pieces of the range in order, EFAULT at the first address without memory. */
  private walk(
    address: number,
    length: number,
    write: boolean,
    each: (done: number, size: number, page: Uint8Array | undefined, m: Mapping | undefined, at: number) => void,
  ): void {
    ensure(length >= 0 && address + length <= TASK_SIZE, 'EFAULT', `user address ${hex(address)} out of range`);
    for (let done = 0; done < length;) {
      const at = address + done;
      const mapping = this.find(at);
      const page = mapping === undefined ? this.pages.get(Math.floor(at / PAGE_SIZE)) : undefined;
      const limit = mapping?.end ?? (Math.floor(at / PAGE_SIZE) + 1) * PAGE_SIZE;
      const ok = page !== undefined || (mapping !== undefined && (mapping.writable || !write));
      ensure(ok, 'EFAULT', `user address ${hex(at)} is not ${write ? 'writable' : 'readable'}`);
      const size = Math.min(length - done, limit - at);
      each(done, size, page, mapping, mapping === undefined ? at % PAGE_SIZE : at - mapping.start + mapping.offset);
      done += size;
    }
  }

  /** copy_from_user. KernelError EFAULT. */
  copyFrom(address: number, length: number): Uint8Array {
    // The length comes from outside: look before reserving room for it.
    this.walk(address, length, false, () => {});
    const out = new Uint8Array(length);
    this.walk(address, length, false, (done, size, page, mapping, at) => {
      if (page !== undefined) out.set(page.subarray(at, at + size), done);
      else if (mapping !== undefined) out.set(mapping.backing.read(at, size), done);
    });
    return out;
  }

  /** copy_to_user; bytes before a bad address are written. KernelError EFAULT. */
  copyTo(address: number, bytes: Uint8Array): void {
    this.walk(address, bytes.length, true, (done, size, page, mapping, at) => {
      const piece = bytes.subarray(done, done + size);
      if (page !== undefined) page.set(piece, at);
      else mapping?.backing.write(at, piece);
    });
  }

  /** strndup_user: the bytes before the NUL; E2BIG when `max` bytes (NUL included) do not hold it. */
  copyString(address: number, max: number): Uint8Array {
    for (let length = 0; length < max; length++) {
      if (this.copyFrom(address + length, 1)[0] === 0) return this.copyFrom(address, length);
    }
    return fail('E2BIG', `string longer than ${max - 1} bytes`);
  }

  save(): UserMemoryState {
    const backings = [...new Set(this.mappings.map((m) => m.backing))];
    return {
      pages: [...this.pages].map(([page, bytes]) => ({ page, bytes: bytes.slice() })),
      mappings: this.mappings.map((m) => ({ ...m, backing: m.backing.id, mapping: backings.indexOf(m.backing) })),
    };
  }

  load(state: UserMemoryState): void {
    this.pages.clear();
    for (const { page, bytes } of state.pages) this.pages.set(page, bytes.slice());
    const backings = new Map<number, UserBacking>();
    this.mappings = state.mappings.map(({ mapping, backing: id, ...rest }) => {
      const backing = backings.get(mapping) ?? this.resolve(id);
      backings.set(mapping, backing);
      return { ...rest, backing };
    });
  }
}
