/**
 * System RAM: one fixed-size WebAssembly.Memory, so that interpreters, translated code and devices share one flat
 * buffer that never moves. The operating system hands out its pages on first touch; nothing here walks over all of
 * it. A byte per 4 KiB page says what may be done with the page:
 *
 * - OPEN: direct stores are allowed; its content at the last snapshot, if there is one, has been set aside;
 * - TOUCHED: it may hold something other than zeros;
 * - CODE: decoded instructions depend on it;
 * - TABLE: cached address translations depend on it;
 * - FIRMWARE: the MCU core has decoded instructions from it. The core sees its own stores, so it alone may store
 *   directly to such a page.
 *
 * Only a page that is exactly OPEN and TOUCHED takes the fast path of a store. Addresses here are physical.
 */
import { invariant } from '../base/errors.ts';
import type { Memory } from './wiring.ts';

export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;

/** Where RAM begins on the bus (chosen: above all device windows, inside 32 bits of PA). */
export const RAM_BASE = 0x8000_0000;
/** Bytes of RAM (chosen). */
export const RAM_SIZE = 512 * 1024 * 1024;

const WASM_PAGE = 0x10000;

/** The part of a WebAssembly.Memory we use; the language library of the compiler does not know WebAssembly. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => WasmMemory;
};

const TOUCHED = 1;
const OPEN = 2;
const CODE = 4;
const TABLE = 8;
const FIRMWARE = 16;
const MARKS = CODE | TABLE | FIRMWARE;
const READY = OPEN | TOUCHED;

const NO_BYTES = new Uint8Array(0);

type PageListener = (page: number) => void;

/** As `Memory.onRevoke`; `own` is true when the MCU core may keep its direct stores. */
export type RevokeListener = (page: number | undefined, own: boolean) => void;

/** Told with the page number and its content before the first change after `closePages`. */
export type PreImage = (page: number) => void;

/** All pages that differ from zeros. */
export interface MemoryState {
  readonly pages: Int32Array;
  readonly bytes: Uint8Array;
  readonly [key: string]: Int32Array | Uint8Array;
}

export class Ram implements Memory {
  readonly base: number;
  readonly size: number;
  readonly wasm: WasmMemory;
  readonly ram8: Uint8Array;
  readonly ram32: Int32Array;
  /** Asked to set a page aside before its first change; undefined while there is no snapshot. */
  preImage: PreImage | undefined;
  private readonly state: Uint8Array;
  private readonly revoked = new Set<RevokeListener>();
  private readonly codeWritten = new Set<PageListener>();
  private readonly tableWritten = new Set<PageListener>();
  private readonly firmwareWritten = new Set<PageListener>();
  private opened: number[] = [];

  constructor(base = RAM_BASE, size = RAM_SIZE) {
    invariant(size > 0 && size % WASM_PAGE === 0 && base % PAGE_SIZE === 0, `RAM of ${size} bytes at ${base}`);
    this.base = base;
    this.size = size;
    const pages = size / WASM_PAGE;
    this.wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.ram8 = new Uint8Array(this.wasm.buffer);
    this.ram32 = new Int32Array(this.wasm.buffer);
    this.state = new Uint8Array(size >>> PAGE_SHIFT);
  }

  offset(pa: number, size: number): number {
    const offset = pa - this.base;
    return offset >= 0 && offset + size <= this.size ? offset : -1;
  }

  read8(pa: number): number {
    const at = this.offset(pa, 1);
    return at < 0 ? 0 : this.ram8[at]!;
  }

  read16(pa: number): number {
    const at = this.offset(pa, 2);
    return at < 0 ? 0 : this.ram8[at]! | (this.ram8[at + 1]! << 8);
  }

  read32(pa: number): number {
    const at = this.offset(pa, 4);
    if (at < 0) return 0;
    if ((at & 3) === 0) return this.ram32[at >>> 2]! >>> 0;
    const { ram8 } = this;
    return (ram8[at]! | (ram8[at + 1]! << 8) | (ram8[at + 2]! << 16) | (ram8[at + 3]! << 24)) >>> 0;
  }

  write8(pa: number, value: number): void {
    const at = this.offset(pa, 1);
    if (at < 0) return;
    const watched = this.state[at >>> PAGE_SHIFT] === READY ? 0 : this.prepare(at >>> PAGE_SHIFT);
    this.ram8[at] = value;
    if (watched !== 0) this.tell(at >>> PAGE_SHIFT, watched);
  }

  write16(pa: number, value: number): void {
    if ((pa & 0xfff) === 0xfff) {
      this.write8(pa, value);
      this.write8(pa + 1, value >>> 8);
      return;
    }
    const at = this.offset(pa, 2);
    if (at < 0) return;
    const watched = this.state[at >>> PAGE_SHIFT] === READY ? 0 : this.prepare(at >>> PAGE_SHIFT);
    this.ram8[at] = value;
    this.ram8[at + 1] = value >>> 8;
    if (watched !== 0) this.tell(at >>> PAGE_SHIFT, watched);
  }

  write32(pa: number, value: number): void {
    if ((pa & 3) !== 0) {
      this.write16(pa, value);
      this.write16(pa + 2, value >>> 16);
      return;
    }
    const at = this.offset(pa, 4);
    if (at < 0) return;
    const watched = this.state[at >>> PAGE_SHIFT] === READY ? 0 : this.prepare(at >>> PAGE_SHIFT);
    this.ram32[at >>> 2] = value;
    if (watched !== 0) this.tell(at >>> PAGE_SHIFT, watched);
  }

  readBytes(pa: number, length: number): Uint8Array {
    const at = this.offset(pa, length);
    if (at >= 0) return this.ram8.slice(at, at + length);
    const bytes = new Uint8Array(length);
    const { from, to } = this.inside(pa, length);
    if (to > from) bytes.set(this.ram8.subarray(from, to), from + this.base - pa);
    return bytes;
  }

  writeBytes(pa: number, bytes: Uint8Array): void {
    this.change(pa, bytes.length, (from, to) =>
      this.ram8.set(bytes.subarray(from - (pa - this.base), to - (pa - this.base)), from),
    );
  }

  fill(pa: number, length: number, value: number): void {
    this.change(pa, length, (from, to) => {
      this.ram8.fill(value, from, to);
    });
  }

  openPage(page: number): boolean {
    const state = this.state[page];
    if (state === READY) return true;
    if (state === undefined || (state & MARKS) !== 0) return false;
    this.prepare(page);
    return true;
  }

  /** As `openPage`, but takes the marks of a page that holds code or tables away, telling their holders. */
  takePage(page: number): void {
    if (this.state[page] === READY) return;
    this.tell(page, this.prepare(page));
  }

  /** As `openPage` for the MCU core: its own decoded code is no hindrance. */
  openForCore(page: number): boolean {
    const state = this.state[page];
    if (state === undefined || (state & (CODE | TABLE)) !== 0) return false;
    this.setAside(page);
    this.state[page] = this.state[page]! | TOUCHED;
    return true;
  }

  /** As `holdCode` for the MCU core. */
  holdFirmware(page: number): void {
    this.hold(page, FIRMWARE);
  }

  holdCode(page: number): void {
    this.hold(page, CODE);
  }

  /** As `holdCode` for pages that address translations were read from. */
  holdTable(page: number): void {
    this.hold(page, TABLE);
  }

  onRevoke(listener: RevokeListener): () => void {
    return subscribe(this.revoked, listener);
  }

  onCodeWrite(listener: PageListener): () => void {
    return subscribe(this.codeWritten, listener);
  }

  /** Called after a store to a page held by `holdTable`; the mark is gone then. Returns an undo. */
  onTableWrite(listener: PageListener): () => void {
    return subscribe(this.tableWritten, listener);
  }

  /** Called after a store through `write*` to a page held by `holdFirmware`; the mark is gone then. */
  onFirmwareWrite(listener: PageListener): () => void {
    return subscribe(this.firmwareWritten, listener);
  }

  /** Withdraws all direct stores, so that each page asks `preImage` before its next change. */
  closePages(): void {
    for (const page of this.opened) this.state[page] = this.state[page]! & ~OPEN;
    this.opened = [];
    for (const listener of this.revoked) listener(undefined, false);
  }

  /** Content of a page: a copy, or the empty array for a page of zeros that was never written. */
  copyPage(page: number): Uint8Array {
    if ((this.state[page]! & TOUCHED) === 0) return NO_BYTES;
    return this.ram8.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
  }

  /** Replaces a page by what `copyPage` gave, behind everybody's back: `closePages` and `forgetMarks` must follow. */
  putPage(page: number, bytes: Uint8Array): void {
    if (bytes.length === 0) {
      this.ram8.fill(0, page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
      this.state[page] = this.state[page]! & ~TOUCHED;
    } else {
      this.ram8.set(bytes, page * PAGE_SIZE);
      this.state[page] = this.state[page]! | TOUCHED;
    }
  }

  /** Tells all holders of code and translations of these pages that their content changed. */
  pagesReplaced(pages: Iterable<number>): void {
    for (const page of pages) {
      const marks = this.state[page]! & MARKS;
      this.state[page] = this.state[page]! & ~MARKS;
      this.tell(page, marks);
    }
  }

  /** A hash of the content that visits touched pages only; equal contents give equal hashes. */
  contentHash(): string {
    let a = 0x811c9dc5 | 0;
    let b = 0x9747b28c | 0;
    const { ram32, state } = this;
    for (let page = 0; page < state.length; page++) {
      if ((state[page]! & TOUCHED) === 0) continue;
      const from = page << (PAGE_SHIFT - 2);
      const to = from + PAGE_SIZE / 4;
      let index = from;
      while (index < to && ram32[index] === 0) index++;
      if (index === to) continue;
      a = Math.imul(a ^ page, 0x01000193);
      b = Math.imul(((b << 13) | (b >>> 19)) ^ page, 0xcc9e2d51 | 0);
      for (index = from; index < to; index++) {
        const word = ram32[index]!;
        a = Math.imul(a ^ word, 0x01000193);
        a ^= a >>> 15;
        b = Math.imul(((b << 13) | (b >>> 19)) ^ word, 0xcc9e2d51 | 0);
      }
    }
    return hex(a) + hex(b);
  }

  save(): MemoryState {
    const pages: number[] = [];
    for (let page = 0; page < this.state.length; page++) {
      if ((this.state[page]! & TOUCHED) !== 0) pages.push(page);
    }
    const bytes = new Uint8Array(pages.length * PAGE_SIZE);
    pages.forEach((page, i) => bytes.set(this.ram8.subarray(page * PAGE_SIZE, (page + 1) * PAGE_SIZE), i * PAGE_SIZE));
    return { pages: Int32Array.from(pages), bytes };
  }

  load(state: MemoryState): void {
    const changed: number[] = [];
    for (let page = 0; page < this.state.length; page++) {
      if ((this.state[page]! & TOUCHED) === 0) continue;
      if (this.state[page] !== READY) this.setAside(page);
      this.putPage(page, NO_BYTES);
      changed.push(page);
    }
    state.pages.forEach((page, i) => {
      if ((this.state[page]! & OPEN) === 0) this.setAside(page);
      this.putPage(page, state.bytes.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
      changed.push(page);
    });
    this.pagesReplaced(changed);
    for (const listener of this.revoked) listener(undefined, false);
  }

  private inside(pa: number, length: number): { from: number; to: number } {
    return { from: Math.max(pa - this.base, 0), to: Math.min(pa - this.base + length, this.size) };
  }

  private change(pa: number, length: number, write: (from: number, to: number) => void): void {
    const { from, to } = this.inside(pa, length);
    if (to <= from) return;
    const first = from >>> PAGE_SHIFT;
    const last = (to - 1) >>> PAGE_SHIFT;
    const watched: [page: number, marks: number][] = [];
    for (let page = first; page <= last; page++) {
      const marks = this.state[page] === READY ? 0 : this.prepare(page);
      if (marks !== 0) watched.push([page, marks]);
    }
    write(from, to);
    for (const [page, marks] of watched) this.tell(page, marks);
  }

  /** Makes a page READY; returns the marks it lost, whose holders must be told after the store. */
  private prepare(page: number): number {
    const marks = this.state[page]! & MARKS;
    this.setAside(page);
    this.state[page] = READY;
    return marks;
  }

  private setAside(page: number): void {
    if ((this.state[page]! & OPEN) !== 0) return;
    this.preImage?.(page);
    this.state[page] = this.state[page]! | OPEN;
    this.opened.push(page);
  }

  private hold(page: number, mark: number): void {
    const state = this.state[page];
    if (state === undefined || (state & mark) !== 0) return;
    this.state[page] = state | mark;
    if ((state & OPEN) !== 0) for (const listener of this.revoked) listener(page, mark === FIRMWARE);
  }

  private tell(page: number, marks: number): void {
    if ((marks & CODE) !== 0) for (const listener of this.codeWritten) listener(page);
    if ((marks & FIRMWARE) !== 0) for (const listener of this.firmwareWritten) listener(page);
    if ((marks & TABLE) !== 0) for (const listener of this.tableWritten) listener(page);
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function hex(value: number): string {
  let v = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  v = Math.imul(v ^ (v >>> 13), 0xc2b2ae35);
  return ((v ^ (v >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
