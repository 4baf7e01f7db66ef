/**
 * An open file (drm_file.c): its handles, its driver data, and the calls a client makes on it.
 */
import { alignUp } from '../../base/bits.ts';
import type { Client, IoctlReply, MmapFlags, OpenFile, Pending, ProcessFds } from '../kernel/char-device.ts';
import { PAGE_SIZE } from '../kernel/dma.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { UserBacking, UserMemory } from '../kernel/uaccess.ts';
import type { DrmDevice, NodeKind } from './device.ts';
import { processFds } from './fd-calls.ts';
import type { GemObject } from './gem.ts';
import { GemMapping } from './gem.ts';
import { HandleTable } from './handles.ts';
import { dispatch } from './ioctl.ts';
import type { SyncObj } from './syncobj.ts';

/** Small memory of a handle (chosen). */
const HANDLE_BYTES = 64;
const LAST_GEM_HANDLE = 2 ** 31 - 1;
const LAST_SYNCOBJ_HANDLE = 2 ** 32 - 1;

export class DrmFile<Data = unknown, FileData = unknown> implements OpenFile {
  readonly dev: DrmDevice<Data, FileData>;
  readonly id: number;
  readonly node: NodeKind;
  readonly client: Client;
  isMaster = false;
  /** SET_CLIENT_NAME; empty when not set. */
  clientName = '';
  authenticated: boolean;
  readonly objects = new HandleTable<GemObject>(LAST_GEM_HANDLE);
  readonly syncobjs = new HandleTable<SyncObj>(LAST_SYNCOBJ_HANDLE);
  readonly fds: ProcessFds;
  private own: { readonly data: FileData } | undefined;
  private closed = false;

  /** Made by `DrmDevice.open`. */
  constructor(dev: DrmDevice<Data, FileData>, id: number, node: NodeKind, client: Client) {
    this.dev = dev;
    this.id = id;
    this.node = node;
    this.client = client;
    this.authenticated = client.capabilities.has('SYS_ADMIN');
    this.fds = processFds(this);
  }

  /** What the driver's `open` returned. */
  get driverData(): FileData {
    return (this.own ?? fail('ENODEV', 'file without driver data')).data;
  }

  setDriverData(data: FileData): void {
    this.own = { data };
  }

  /** drm_gem_handle_create: a new handle for the object. KernelError ENOSPC, or of the object's `opened`. */
  createHandle(object: GemObject): number {
    this.dev.kernel.slab.take(HANDLE_BYTES, 'a handle');
    const handle = this.objects.reserve();
    object.handleGet();
    try {
      object.opened(this);
    } catch (error) {
      this.objects.remove(handle);
      object.handlePut();
      throw error;
    }
    this.objects.publish(handle, object);
    return handle;
  }

  /** The object of a handle; KernelError ENOENT. */
  lookup(handle: number): GemObject {
    return this.objects.get(handle) ?? fail('ENOENT', `unknown GEM handle ${handle}`);
  }

  /** Drops a handle; KernelError EINVAL for an unknown one. */
  deleteHandle(handle: number): void {
    const object = this.objects.withdraw(handle) ?? fail('EINVAL', `unknown GEM handle ${handle}`);
    object.closed(this);
    object.handlePut();
    this.objects.remove(handle);
  }

  /** The syncobj of a handle; KernelError ENOENT. */
  lookupSyncobj(handle: number): SyncObj {
    return this.syncobjs.get(handle) ?? fail('ENOENT', `unknown syncobj handle ${handle}`);
  }

  ioctl(cmd: number, arg: Uint8Array, user: UserMemory): IoctlReply | Pending {
    const { pid, comm } = this.client;
    return this.dev.kernel.enter(`${comm}[${pid}] ioctl`, () => dispatch(this.dev.core, this, cmd, arg, user));
  }

  mmap(offset: number, length: number, flags: MmapFlags): UserBacking {
    const { pid, comm } = this.client;
    return this.dev.kernel.enter(`${comm}[${pid}] mmap`, () => {
      // mm/mmap.c comes first: something must be mapped, from a page on, in whole pages.
      ensure(length > 0 && offset % PAGE_SIZE === 0, 'EINVAL', 'mmap of nothing or not from a page on');
      const whole = alignUp(length, PAGE_SIZE);
      if (this.dev.isUnplugged) fail('ENODEV', 'device unplugged');
      const own = this.dev.driver.mmap?.(this, offset, whole, flags);
      return own ?? this.dev.mmapSpace.mmap(this, offset, whole, flags);
    });
  }

  restoreMapping(id: string): UserBacking {
    const own = this.dev.driver.restoreMapping?.(this, id);
    return own ?? GemMapping.restore(this.dev, id) ?? fail('ENODEV', `no mapping ${id}`);
  }

  /** drm_file_free; once. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    const { pid, comm } = this.client;
    this.dev.kernel.enter(`${comm}[${pid}] close`, () => {
      this.dev.waiters.forget(this.id);
      for (const [handle, syncobj] of this.syncobjs.list()) {
        this.syncobjs.remove(handle);
        syncobj.put();
      }
      for (const [handle] of this.objects.list()) this.deleteHandle(handle);
      this.dev.driver.postclose(this.dev, this);
      this.dev.fileClosed(this);
    });
  }
}
