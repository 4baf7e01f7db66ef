/**
 * The rules of the interface in their plainest form: what a process has, and what each call must answer. It knows
 * nothing of how the driver does it; the fuzz test plays random calls against both. Jobs in it are empty, so everything
 * submitted has signalled by the time anybody looks.
 */

export interface ModelObject {
  readonly pages: number;
  readonly flags: number;
  /** The only VM it may be mapped in. */
  readonly vm: ModelVm | undefined;
  /** Handles, files and mappings; 0: it is gone. */
  holders: number;
}

export interface ModelVm {
  readonly userPages: number;
  readonly mapped: Map<number, { readonly object: ModelObject; readonly page: number; readonly flags: number }>;
  heaps: (readonly number[])[] | undefined;
}

export interface ModelGroup {
  readonly vm: ModelVm;
  readonly queues: number;
}

/** Empty, a fence, or a timeline with its last point. */
export type ModelSyncobj = { content: 'none' | 'fence' | number; holders: number };

export type ModelFd =
  | { readonly kind: 'dma-buf'; readonly object: ModelObject }
  | { readonly kind: 'syncobj'; readonly syncobj: ModelSyncobj }
  | { readonly kind: 'sync-file' };

/** Numbers of a process: the lowest that is free. */
export class Numbers<T> {
  readonly map = new Map<number, T>();
  private readonly first: number;

  constructor(first = 1) {
    this.first = first;
  }

  next(): number {
    let n = this.first;
    while (this.map.has(n)) n++;
    return n;
  }

  add(value: T): number {
    const n = this.next();
    this.map.set(n, value);
    return n;
  }
}

export class ModelFile {
  readonly vms = new Numbers<ModelVm>();
  readonly objects = new Numbers<ModelObject>();
  readonly groups = new Numbers<ModelGroup>();
  readonly syncobjs = new Numbers<ModelSyncobj>();
  readonly fds = new Numbers<ModelFd>(4);
  /** A sparse mapping was made: the file has its dummy object. */
  dummy: ModelObject | undefined;
}

export interface BindOp {
  readonly kind: number;
  readonly flags: number;
  readonly handle: number;
  /** In bytes. */
  readonly va: number;
  readonly size: number;
  readonly offset: number;
}

export type Errno = 0 | 'EINVAL' | 'ENOENT' | 'EPERM' | 'EACCES' | 'EBADF' | 'ETIME' | 'ENOMEM' | 'EBUSY';

const PAGE = 4096;
const MAP = 0;
const UNMAP = 1;
const SPARSE = 8;
const NOEXEC = 2;
const MAX_VMS = 32;
const DUMMY_PAGES = 512;
const FULL = 2 ** 48;
const MIN_KERNEL = 2 ** 28;

const pages = (bytes: number): number => Math.ceil(bytes / PAGE);

function mapPage(vm: ModelVm, at: number, object: ModelObject, page: number, flags: number): void {
  unmapPage(vm, at);
  object.holders++;
  vm.mapped.set(at, { object, page, flags });
}

function unmapPage(vm: ModelVm, at: number): void {
  const old = vm.mapped.get(at);
  if (old !== undefined) old.object.holders--;
  vm.mapped.delete(at);
}

/** What each call does to a file; the result is that of the call. */
export const RULES = {
  vmCreate(f: ModelFile, flags: number, range: number): Errno {
    if (flags !== 0 || range > FULL - MIN_KERNEL) return 'EINVAL';
    if (f.vms.map.size === MAX_VMS) return 'EBUSY';
    // The kernel's part is the largest power of two that leaves what was asked for.
    const user = range === 0 ? FULL / 2 : FULL - 2 ** Math.floor(Math.log2(FULL - range));
    f.vms.add({ userPages: user / PAGE, mapped: new Map(), heaps: undefined });
    return 0;
  },

  vmDestroy(f: ModelFile, id: number, pad: number): Errno {
    const vm = f.vms.map.get(id);
    if (pad !== 0 || vm === undefined) return 'EINVAL';
    for (const at of vm.mapped.keys()) unmapPage(vm, at);
    vm.heaps = undefined;
    f.vms.map.delete(id);
    return 0;
  },

  boCreate(f: ModelFile, size: number, flags: number, vmId: number, pad: number): Errno {
    if (size === 0 || pad !== 0 || flags > 2) return 'EINVAL';
    const vm = f.vms.map.get(vmId);
    if (vmId !== 0 && vm === undefined) return 'EINVAL';
    f.objects.add({ pages: pages(size), flags, vm, holders: 1 });
    return 0;
  },

  gemClose(f: ModelFile, handle: number): Errno {
    const object = f.objects.map.get(handle);
    if (object === undefined) return 'EINVAL';
    object.holders--;
    f.objects.map.delete(handle);
    return 0;
  },

  /** Also how many operations were done. */
  bind(f: ModelFile, id: number, ops: readonly BindOp[]): { readonly errno: Errno; readonly done: number } {
    const vm = f.vms.map.get(id);
    if (vm === undefined) return { errno: 'EINVAL', done: ops.length };
    for (const [done, op] of ops.entries()) {
      const errno = bindOne(f, vm, op);
      if (errno !== 0) return { errno, done };
    }
    return { errno: 0, done: ops.length };
  },

  mmapOffset(f: ModelFile, handle: number, pad: number): Errno {
    if (pad !== 0) return 'EINVAL';
    const object = f.objects.map.get(handle);
    if (object === undefined) return 'ENOENT';
    return (object.flags & 1) !== 0 ? 'EPERM' : 0;
  },

  boSync(f: ModelFile, handle: number, type: number, offset: number, size: number): Errno {
    const object = f.objects.map.get(handle);
    if (object === undefined) return 'ENOENT';
    return type > 1 || offset + size > object.pages * PAGE ? 'EINVAL' : 0;
  },

  groupCreate(f: ModelFile, vmId: number, priority: number, queues: number, ring: number): Errno {
    if (queues === 0 || queues > 32 || priority > 3) return 'EINVAL';
    if (priority > 1) return 'EACCES';
    const vm = f.vms.map.get(vmId);
    if (queues > 8 || vm === undefined) return 'EINVAL';
    if (![4096, 8192, 16384, 32768, 65536].includes(ring)) return 'EINVAL';
    f.groups.add({ vm, queues });
    return 0;
  },

  groupDestroy(f: ModelFile, handle: number, pad: number): Errno {
    if (pad !== 0 || !f.groups.map.has(handle)) return 'EINVAL';
    f.groups.map.delete(handle);
    return 0;
  },

  groupState(f: ModelFile, handle: number, pad: number): Errno {
    return pad !== 0 || !f.groups.map.has(handle) ? 'EINVAL' : 0;
  },

  /** One empty job that waits for a point (0: a fence) of one syncobj and signals one of another; 0 for none. */
  submit(f: ModelFile, group: number, queue: number, wait: Point, signal: Point): Errno {
    const g = f.groups.map.get(group);
    if (g === undefined || queue >= g.queues) return 'EINVAL';
    const target = f.syncobjs.map.get(signal.handle);
    if (signal.handle !== 0 && target === undefined) return 'EINVAL';
    if (wait.handle !== 0) {
      const source = f.syncobjs.map.get(wait.handle);
      if (source === undefined) return 'ENOENT';
      if (!has(source, wait.point)) return 'EINVAL';
    }
    if (target !== undefined) put(target, signal.point);
    return 0;
  },

  heapCreate(f: ModelFile, vmId: number, initial: number, max: number, chunk: number): Errno {
    const vm = f.vms.map.get(vmId);
    if (vm === undefined || initial === 0 || initial > max) return 'EINVAL';
    if (chunk % PAGE !== 0 || chunk < 128 * 1024 || chunk > 8 * 2 ** 20) return 'EINVAL';
    vm.heaps ??= [];
    let free = vm.heaps.findIndex((h) => h.length === 0);
    if (free < 0) free = vm.heaps.length;
    vm.heaps[free] = Array.from({ length: initial }, () => chunk);
    return 0;
  },

  heapDestroy(f: ModelFile, vmId: number, heap: number, pad: number): Errno {
    const vm = f.vms.map.get(vmId);
    if (pad !== 0 || vm === undefined) return 'EINVAL';
    if (vm.heaps === undefined) return 'ENOENT';
    if ((vm.heaps[heap]?.length ?? 0) === 0) return 'EINVAL';
    vm.heaps[heap] = [];
    return 0;
  },

  syncobjCreate(f: ModelFile, flags: number): Errno {
    if (flags > 1) return 'EINVAL';
    f.syncobjs.add({ content: flags === 1 ? 'fence' : 'none', holders: 1 });
    return 0;
  },

  syncobjDestroy(f: ModelFile, handle: number, pad: number): Errno {
    const syncobj = f.syncobjs.map.get(handle);
    if (pad !== 0 || syncobj === undefined) return 'EINVAL';
    syncobj.holders--;
    f.syncobjs.map.delete(handle);
    return 0;
  },

  /** RESET, SIGNAL and TIMELINE_SIGNAL. */
  syncobjSet(f: ModelFile, handles: readonly number[], change: (s: ModelSyncobj) => void): Errno {
    if (handles.length === 0) return 'EINVAL';
    const found = handles.map((h) => f.syncobjs.map.get(h));
    if (found.includes(undefined)) return 'ENOENT';
    for (const s of found) if (s !== undefined) change(s);
    return 0;
  },

  /** A poll of one syncobj. */
  wait(f: ModelFile, { handle, point }: Point, flags: number, known: number): Errno {
    if ((flags & ~known) !== 0) return 'EINVAL';
    const syncobj = f.syncobjs.map.get(handle);
    if (syncobj === undefined) return 'ENOENT';
    if (has(syncobj, point)) return 0;
    return (flags & 6) === 0 ? 'EINVAL' : 'ETIME';
  },

  /** Into point 0 only from point 0: whether an older node of a timeline is still there is not for the model to know. */
  transfer(f: ModelFile, from: Point, to: Point): Errno {
    const target = f.syncobjs.map.get(to.handle);
    const source = f.syncobjs.map.get(from.handle);
    if (target === undefined || source === undefined) return 'ENOENT';
    if (!has(source, from.point)) return 'EINVAL';
    if (to.point !== 0) put(target, to.point);
    // The content itself goes over; asked for with point 0.
    else target.content = source.content;
    return 0;
  },

  exportObject(f: ModelFile, handle: number, flags: number): Errno {
    if ((flags & ~0x8_0002) !== 0) return 'EINVAL';
    const object = f.objects.map.get(handle);
    if (object === undefined) return 'ENOENT';
    if (object.vm !== undefined) return 'EINVAL';
    object.holders++;
    f.fds.add({ kind: 'dma-buf', object });
    return 0;
  },

  importObject(f: ModelFile, fd: number): Errno {
    const file = f.fds.map.get(fd);
    if (file === undefined) return 'EBADF';
    if (file.kind !== 'dma-buf') return 'EINVAL';
    if ([...f.objects.map.values()].includes(file.object)) return 0;
    file.object.holders++;
    f.objects.add(file.object);
    return 0;
  },

  exportSyncobj(f: ModelFile, handle: number, asFile: boolean): Errno {
    const syncobj = f.syncobjs.map.get(handle);
    if (syncobj === undefined) return asFile ? 'ENOENT' : 'EINVAL';
    if (!asFile) {
      syncobj.holders++;
      f.fds.add({ kind: 'syncobj', syncobj });
      return 0;
    }
    if (syncobj.content === 'none') return 'EINVAL';
    f.fds.add({ kind: 'sync-file' });
    return 0;
  },

  importSyncobj(f: ModelFile, fd: number): Errno {
    const file = f.fds.map.get(fd);
    if (file?.kind !== 'syncobj') return 'EINVAL';
    file.syncobj.holders++;
    f.syncobjs.add(file.syncobj);
    return 0;
  },

  closeFd(f: ModelFile, fd: number): Errno {
    const file = f.fds.map.get(fd);
    if (file === undefined) return 'EBADF';
    if (file.kind === 'dma-buf') file.object.holders--;
    if (file.kind === 'syncobj') file.syncobj.holders--;
    f.fds.map.delete(fd);
    return 0;
  },

  sendFd(f: ModelFile, fd: number, to: ModelFile): Errno {
    const file = f.fds.map.get(fd);
    if (file === undefined) return 'EBADF';
    if (file.kind === 'dma-buf') file.object.holders++;
    if (file.kind === 'syncobj') file.syncobj.holders++;
    to.fds.add(file);
    return 0;
  },

  close(f: ModelFile): void {
    for (const handle of f.objects.map.keys()) RULES.gemClose(f, handle);
    for (const id of f.vms.map.keys()) RULES.vmDestroy(f, id, 0);
    for (const fd of f.fds.map.keys()) RULES.closeFd(f, fd);
    for (const handle of f.syncobjs.map.keys()) RULES.syncobjDestroy(f, handle, 0);
    f.groups.map.clear();
  },
};

export interface Point {
  readonly handle: number;
  readonly point: number;
}

/** Whether a syncobj has a fence at a point; everything that was submitted has signalled. */
function has({ content }: ModelSyncobj, point: number): boolean {
  if (content === 'none') return false;
  return point === 0 || (typeof content === 'number' && content >= point);
}

/** A new point, or for 0 a fence in place of everything. */
export function put(s: ModelSyncobj, point: number): void {
  if (point === 0) s.content = 'fence';
  else s.content = typeof s.content === 'number' ? Math.max(s.content, point) : point;
}

function bindOne(f: ModelFile, vm: ModelVm, op: BindOp): Errno {
  const { va, size, offset, flags, handle } = op;
  if (size === 0) return 0;
  if ((va | size | offset) % PAGE !== 0 || va + size > vm.userPages * PAGE) return 'EINVAL';
  const [first, count] = [va / PAGE, size / PAGE];
  if (op.kind === UNMAP) {
    if (flags !== 0 || handle !== 0 || offset !== 0) return 'EINVAL';
    for (let i = 0; i < count; i++) unmapPage(vm, first + i);
    return 0;
  }
  if (op.kind !== MAP || flags > 15) return 'EINVAL';
  if ((flags & SPARSE) !== 0) {
    if ((flags & NOEXEC) === 0 || handle !== 0 || offset !== 0) return 'EINVAL';
    f.dummy ??= { pages: DUMMY_PAGES, flags: 0, vm: undefined, holders: 1 };
    const { dummy } = f;
    for (let i = 0; i < count; i++) mapPage(vm, first + i, dummy, (first + i) % DUMMY_PAGES, flags);
    return 0;
  }
  const object = f.objects.map.get(handle);
  if (object === undefined || offset + size > object.pages * PAGE) return 'EINVAL';
  if (object.vm !== undefined && object.vm !== vm) return 'EINVAL';
  for (let i = 0; i < count; i++) mapPage(vm, first + i, object, offset / PAGE + i, flags);
  return 0;
}
