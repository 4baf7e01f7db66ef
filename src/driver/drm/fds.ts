/**
 * File descriptors of processes as far as DRM hands them out: dma-bufs (PRIME), syncobjs, sync files and eventfds
 * (drm_prime.c, drm_syncobj.c, dma-buf/sync_file.c). Numbers belong to a process, objects to the device. What a
 * descriptor holds is given back when it is closed, or when the last file of its process is.
 */
import { Bug } from '../../base/errors.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { Fence, FenceRef, Fences } from './fence.ts';
import type { GemObject } from './gem.ts';
import type { SyncObj } from './syncobj.ts';

/** 0..2 are the standard streams, 3 the device node (chosen). */
const FIRST_FD = 4;
/** RLIMIT_NOFILE (chosen: the usual soft limit). */
const MAX_FDS = 1024;

export type FdContent =
  | { readonly kind: 'dma-buf'; readonly object: GemObject }
  | { readonly kind: 'syncobj'; readonly syncobj: SyncObj }
  | { readonly kind: 'sync-file'; readonly fence: Fence }
  | { readonly kind: 'eventfd'; readonly event: number };

type SavedContent =
  | { readonly kind: 'dma-buf'; readonly object: number }
  | { readonly kind: 'syncobj'; readonly syncobj: number }
  | { readonly kind: 'sync-file'; readonly fence: FenceRef }
  | { readonly kind: 'eventfd'; readonly event: number };

export type FdsState = {
  readonly nextEvent: number;
  readonly events: readonly { readonly event: number; readonly count: number; readonly refs: number }[];
  readonly fds: readonly { readonly pid: number; readonly fd: number; readonly content: SavedContent }[];
};

export class Fds {
  private readonly tables = new Map<number, Map<number, FdContent>>();
  /** Counters of eventfds with the descriptors that name them. */
  private readonly events = new Map<number, { count: number; refs: number }>();
  private nextEvent = 1;

  /** Open descriptors of all processes. */
  get count(): number {
    return [...this.tables.values()].reduce((sum, table) => sum + table.size, 0);
  }

  /** Opens the lowest free number for a process; takes a reference of its own. KernelError EMFILE. */
  open(pid: number, content: FdContent): number {
    let table = this.tables.get(pid);
    if (table === undefined) this.tables.set(pid, (table = new Map()));
    let fd = FIRST_FD;
    while (table.has(fd)) fd++;
    ensure(fd < MAX_FDS, 'EMFILE', `process ${pid} has ${MAX_FDS} files open`);
    this.hold(content);
    table.set(fd, content);
    return fd;
  }

  private hold(content: FdContent): void {
    if (content.kind === 'dma-buf') content.object.get();
    else if (content.kind === 'syncobj') content.syncobj.get();
    else if (content.kind === 'eventfd') this.event(content.event).refs++;
  }

  private release(content: FdContent): void {
    if (content.kind === 'dma-buf') content.object.put();
    else if (content.kind === 'syncobj') content.syncobj.put();
    else if (content.kind === 'eventfd') this.putEvent(content.event);
  }

  private event(id: number): { count: number; refs: number } {
    const event = this.events.get(id);
    if (event === undefined) throw new Bug(`no eventfd ${id}`);
    return event;
  }

  /** What a number names. KernelError EBADF. */
  get(pid: number, fd: number): FdContent {
    return this.find(pid, fd) ?? fail('EBADF', `process ${pid} has no file ${fd}`);
  }

  find(pid: number, fd: number): FdContent | undefined {
    return this.tables.get(pid)?.get(fd);
  }

  /** close(). KernelError EBADF. */
  close(pid: number, fd: number): void {
    const content = this.get(pid, fd);
    this.tables.get(pid)?.delete(fd);
    this.release(content);
  }

  /** Passes a descriptor to another process (SCM_RIGHTS); the number it has there. */
  send(fromPid: number, fd: number, toPid: number): number {
    return this.open(toPid, this.get(fromPid, fd));
  }

  /** The process has ended. */
  closeAll(pid: number): void {
    for (const content of this.tables.get(pid)?.values() ?? []) this.release(content);
    this.tables.delete(pid);
  }

  /** eventfd(): a counter at 0; its number in the process. */
  createEventfd(pid: number): number {
    const event = this.nextEvent++;
    this.events.set(event, { count: 0, refs: 0 });
    return this.open(pid, { kind: 'eventfd', event });
  }

  /** read() of an eventfd: the count, which falls to 0. KernelError EBADF, EINVAL. */
  readEventfd(pid: number, fd: number): number {
    const content = this.get(pid, fd);
    if (content.kind !== 'eventfd') return fail('EINVAL', `file ${fd} is no eventfd`);
    const event = this.event(content.event);
    const { count } = event;
    event.count = 0;
    return count;
  }

  /** A watcher holds the counter, too. */
  getEvent(id: number): void {
    this.event(id).refs++;
  }

  putEvent(id: number): void {
    if (--this.event(id).refs === 0) this.events.delete(id);
  }

  signalEvent(id: number): void {
    this.event(id).count++;
  }

  save(fences: Fences): FdsState {
    const fds = [...this.tables].flatMap(([pid, table]) =>
      [...table].map(([fd, content]) => ({ pid, fd, content: saved(content, fences) })),
    );
    const events = [...this.events].map(([event, { count, refs }]) => ({ event, count, refs }));
    return { nextEvent: this.nextEvent, events, fds };
  }

  /** After fences, syncobjs and objects, whose counts have these descriptors in them. */
  load(state: FdsState, fences: Fences, object: (id: number) => GemObject, syncobj: (id: number) => SyncObj): void {
    this.nextEvent = state.nextEvent;
    this.events.clear();
    for (const { event, count, refs } of state.events) this.events.set(event, { count, refs });
    this.tables.clear();
    for (const { pid, fd, content } of state.fds) {
      let table = this.tables.get(pid);
      if (table === undefined) this.tables.set(pid, (table = new Map()));
      if (content.kind === 'dma-buf') table.set(fd, { kind: 'dma-buf', object: object(content.object) });
      else if (content.kind === 'syncobj') table.set(fd, { kind: 'syncobj', syncobj: syncobj(content.syncobj) });
      else if (content.kind === 'sync-file') table.set(fd, { kind: 'sync-file', fence: fences.deref(content.fence) });
      else table.set(fd, content);
    }
  }
}

function saved(content: FdContent, fences: Fences): SavedContent {
  switch (content.kind) {
    case 'dma-buf':
      return { kind: 'dma-buf', object: content.object.id };
    case 'syncobj':
      return { kind: 'syncobj', syncobj: content.syncobj.id };
    case 'sync-file':
      return { kind: 'sync-file', fence: fences.ref(content.fence) };
    default:
      return content;
  }
}
