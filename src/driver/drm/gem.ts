/**
 * GEM objects (drm_gem.c, drm_gem_shmem_helper.c, drm_vma_manager.c): reference and handle counts, the fake mmap
 * offsets, and objects backed by pages of RAM. A driver subclasses `ShmemObject` (or `GemObject`).
 */
import { alignUp } from '../../base/bits.ts';
import { Bug } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { MmapFlags } from '../kernel/char-device.ts';
import type { DmaBlock } from '../kernel/dma.ts';
import { PAGE_SIZE } from '../kernel/dma.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { UserBacking } from '../kernel/uaccess.ts';
import type { DrmDevice } from './device.ts';
import type { DrmFile } from './file.ts';
import { Resv } from './resv.ts';

const HUGE_PAGE = 0x20_0000;

export abstract class GemObject {
  readonly dev: DrmDevice;
  /** Stable number in the device, for saved state and logs; no handle. */
  readonly id: number;
  /** Bytes, a multiple of the page. */
  readonly size: number;
  /** Own reservation, or the VM's for a VM-private object. */
  readonly resv: Resv;
  /** False when the reservation is shared; then its owner saves it. */
  readonly ownsResv: boolean;
  private refs = 1;
  private handles = 0;

  /** The maker holds the one reference. `restoredId`: the number of an object loaded from saved state. */
  constructor(dev: DrmDevice, size: number, resv?: Resv, restoredId?: number) {
    this.dev = dev;
    this.size = alignUp(size, PAGE_SIZE);
    this.id = dev.adopt(this, restoredId);
    this.ownsResv = resv === undefined;
    this.resv = resv ?? new Resv(dev.kernel, `object ${this.id}`);
  }

  get refCount(): number {
    return this.refs;
  }

  get handleCount(): number {
    return this.handles;
  }

  /** One more reference; returns the object. Bug when it is gone. */
  get(): this {
    if (this.refs <= 0) throw new Bug(`object ${this.id} used after it was freed`);
    this.refs++;
    return this;
  }

  /** One reference less; the last one frees it. */
  put(): void {
    if (this.refs <= 0) throw new Bug(`object ${this.id} put once too often`);
    if (--this.refs > 0) return;
    if (this.handles > 0) throw new Bug(`object ${this.id} freed while it has handles`);
    this.dev.mmapSpace.free(this);
    this.freed();
    this.dev.forget(this);
  }

  /** All handles together hold one reference. */
  handleGet(): void {
    if (this.handles++ === 0) this.get();
  }

  handlePut(): void {
    if (this.handles <= 0) throw new Bug(`object ${this.id}: handle count below 0`);
    if (--this.handles === 0) this.put();
  }

  /** A file is about to get a handle; KernelError refuses it. */
  opened(_file: DrmFile): void {}
  /** A handle of the file goes away. */
  closed(_file: DrmFile): void {}
  /** Whether other processes may have it by PRIME; KernelError refuses it. */
  checkExport(): void {}
  /** The last reference is gone. */
  protected freed(): void {}

  /** Fake offset for mmap, the same at each call. KernelError ENOSPC. */
  mmapOffset(): number {
    return this.dev.mmapSpace.offsetOf(this);
  }

  abstract readBytes(offset: number, length: number): Uint8Array;
  abstract writeBytes(offset: number, bytes: Uint8Array): void;

  /** Driver part of the saved state; `restoreObject` of the driver gets it back. */
  save(): Plain {
    return undefined;
  }

  /** Counts of a restored object; its handles and mappings add nothing. */
  restoreCounts(refs: number, handles: number): void {
    this.refs = refs;
    this.handles = handles;
  }
}

export type ShmemState = { readonly size: number; readonly pages: readonly DmaBlock[] | undefined };

/** An object in RAM. Pages are taken at the first use: 2 MiB blocks where the size allows, else runs, else single. */
export class ShmemObject extends GemObject {
  private blocks: readonly DmaBlock[] | undefined;

  get hasPages(): boolean {
    return this.blocks !== undefined;
  }

  /** The pieces in order of offset. KernelError ENOMEM; then nothing is taken. */
  pages(): readonly DmaBlock[] {
    if (this.blocks !== undefined) return this.blocks;
    this.dev.kernel.service(`pages of object ${this.id}`);
    const { dma } = this.dev.kernel;
    const owner = `object ${this.id}`;
    const blocks: DmaBlock[] = [];
    try {
      for (let at = 0; at < this.size;) {
        const size = Math.min(HUGE_PAGE, this.size - at);
        const block =
          dma.tryAlloc(size, owner, size === HUGE_PAGE ? HUGE_PAGE : PAGE_SIZE) ?? dma.alloc(PAGE_SIZE, owner);
        blocks.push(block);
        at += block.size;
      }
    } catch (error) {
      for (const block of blocks) dma.release(block.pa);
      throw error;
    }
    this.blocks = blocks;
    return blocks;
  }

  /** Gives the pages back; nothing may show them. */
  dropPages(): void {
    for (const block of this.blocks ?? []) this.dev.kernel.dma.release(block.pa);
    this.blocks = undefined;
  }

  /** Sets the pages of an object loaded from saved state; the allocator's own state knows them already. */
  restorePages(pages: readonly DmaBlock[] | undefined): void {
    this.blocks = pages;
  }

  /** Physical pieces of [offset, offset+length). KernelError ENOMEM, EINVAL outside the object. */
  pieces(offset: number, length: number): readonly DmaBlock[] {
    ensure(offset >= 0 && length >= 0 && offset + length <= this.size, 'EINVAL', 'range outside the object');
    const out: DmaBlock[] = [];
    let start = 0;
    for (const block of this.pages()) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + block.size);
      if (from < to) out.push({ pa: block.pa + from - start, size: to - from });
      start += block.size;
      if (start >= offset + length) break;
    }
    return out;
  }

  /** Physical address of a byte. */
  paOf(offset: number): number {
    const [piece] = this.pieces(offset, 1);
    return (piece ?? fail('EINVAL', 'offset outside the object')).pa;
  }

  /** CPU access to the pages (vmap). KernelError EINVAL outside the object, ENOMEM. */
  readBytes(offset: number, length: number): Uint8Array {
    const out = new Uint8Array(length);
    let at = 0;
    for (const piece of this.pieces(offset, length)) {
      out.set(this.dev.kernel.dma.bus.readBytes(piece.pa, piece.size), at);
      at += piece.size;
    }
    return out;
  }

  writeBytes(offset: number, bytes: Uint8Array): void {
    let at = 0;
    for (const piece of this.pieces(offset, bytes.length)) {
      this.dev.kernel.dma.bus.writeBytes(piece.pa, bytes.subarray(at, at + piece.size));
      at += piece.size;
    }
  }

  /** A 32-bit word at a multiple of 4, unsigned. */
  read32(offset: number): number {
    return this.dev.kernel.dma.bus.read32(this.paOf(offset)) >>> 0;
  }

  write32(offset: number, value: number): void {
    this.dev.kernel.dma.bus.write32(this.paOf(offset), value >>> 0);
  }

  protected override freed(): void {
    this.dropPages();
  }

  override save(): Plain {
    return { size: this.size, pages: this.blocks?.map((b) => ({ ...b })) };
  }
}

const MAPPING_PREFIX = 'gem:';

/** A CPU mapping of an object; owns a reference until the last piece of it is unmapped. */
export class GemMapping implements UserBacking {
  readonly id: string;
  private readonly object: GemObject;

  /** Takes over one reference of the caller. */
  constructor(object: GemObject) {
    this.object = object;
    this.id = `${MAPPING_PREFIX}${object.id}`;
  }

  /** The mapping of a saved id, whose reference is in the object's saved count; undefined for other ids. */
  static restore(dev: DrmDevice, id: string): GemMapping | undefined {
    if (!id.startsWith(MAPPING_PREFIX)) return undefined;
    return new GemMapping(dev.object(Number(id.slice(MAPPING_PREFIX.length))));
  }

  read(offset: number, length: number): Uint8Array {
    return this.object.readBytes(offset, length);
  }
  write(offset: number, bytes: Uint8Array): void {
    this.object.writeBytes(offset, bytes);
  }
  unmapped(): void {
    this.object.dev.kernel.run('munmap', () => this.object.put());
  }
}

/** The area starts at 4 GiB, so that no offset can be mistaken for a 32-bit one. */
const SPACE_START = 0x1_0000_0000;
const SPACE_SIZE = 0xff_fff0_0000;
/** The first offset given out (chosen): its low 32 bits are not 0, so a caller that cuts it to 32 bits is noticed. */
const FIRST_OFFSET = SPACE_START + 0x10_0000;

export type MmapSpaceState = readonly { readonly object: number; readonly offset: number }[];

/** Fake offsets of a device, first fit; an object keeps its offset until it is freed. */
export class MmapSpace {
  /** Sorted by offset. */
  private nodes: { readonly object: GemObject; readonly offset: number }[] = [];

  offsetOf(object: GemObject): number {
    const known = this.nodes.find((n) => n.object === object);
    if (known !== undefined) return known.offset;
    let offset = FIRST_OFFSET;
    let at = 0;
    for (; at < this.nodes.length; at++) {
      const node = this.nodes[at];
      if (node === undefined || offset + object.size <= node.offset) break;
      offset = node.offset + node.object.size;
      if (offset % 2 ** 32 === 0) offset += PAGE_SIZE;
    }
    ensure(offset + object.size <= SPACE_START + SPACE_SIZE, 'ENOSPC', 'no room in the mmap space');
    this.nodes.splice(at, 0, { object, offset });
    return offset;
  }

  free(object: GemObject): void {
    const at = this.nodes.findIndex((n) => n.object === object);
    if (at >= 0) this.nodes.splice(at, 1);
  }

  /** drm_gem_mmap. KernelError EINVAL: no object starts there, too long, private; EACCES: the file has no handle. */
  mmap(file: DrmFile, offset: number, length: number, flags: MmapFlags): UserBacking {
    const node = this.nodes.find((n) => n.offset === offset);
    if (node === undefined || length > node.object.size) return fail('EINVAL', `no object of that length at ${offset}`);
    const held = file.objects.list().some(([, object]) => object === node.object);
    ensure(held, 'EACCES', 'the file has no handle of the object');
    ensure(flags.shared, 'EINVAL', 'private mapping of an object');
    return new GemMapping(node.object.get());
  }

  save(): MmapSpaceState {
    return this.nodes.map(({ object, offset }) => ({ object: object.id, offset }));
  }

  load(state: MmapSpaceState, find: (id: number) => GemObject): void {
    this.nodes = state.map(({ object, offset }) => ({ object: find(object), offset }));
  }
}
