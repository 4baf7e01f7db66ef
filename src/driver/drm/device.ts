/**
 * A DRM device (drm_drv.c; Rust `drm::Device`): its open files, objects, fences and syncobjs, and their saved
 * state. It becomes visible through `Registration`.
 */
import { Bug } from '../../base/errors.ts';
import type { Plain } from '../../base/stateful.ts';
import type { Client } from '../kernel/char-device.ts';
import { fail } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Log } from '../kernel/log.ts';
import type { PlatformDevice } from '../kernel/platform-device.ts';
import { CORE_TABLE } from './core-ioctls.ts';
import type { DrmDriver } from './driver.ts';
import type { FencesState } from './fence.ts';
import { Fences } from './fence.ts';
import { Fds } from './fds.ts';
import type { FdsState } from './fds.ts';
import { DrmFile } from './file.ts';
import type { GemObject, MmapSpaceState } from './gem.ts';
import { MmapSpace } from './gem.ts';
import type { IoctlEntry } from './ioctl.ts';
import type { ResvState } from './resv.ts';
import type { SyncObjsState } from './syncobj.ts';
import { SyncObjs } from './syncobj.ts';
import type { WaitersState } from './syncobj-wait.ts';
import { Waiters } from './syncobj-wait.ts';

export type NodeKind = 'primary' | 'render';

type HandlePairs = readonly (readonly [handle: number, id: number])[];

export type DrmDeviceState = {
  readonly nextFile: number;
  readonly nextObject: number;
  readonly unplugged: boolean;
  readonly objects: readonly {
    readonly id: number;
    readonly refs: number;
    readonly handles: number;
    readonly resv: ResvState | undefined;
    readonly state: Plain;
  }[];
  readonly files: readonly {
    readonly id: number;
    readonly node: NodeKind;
    readonly pid: number;
    readonly master: boolean;
    readonly authenticated: boolean;
    readonly clientName: string;
    readonly objects: HandlePairs;
    readonly syncobjs: HandlePairs;
    readonly driver: Plain;
  }[];
  readonly mmap: MmapSpaceState;
  readonly fences: FencesState;
  readonly syncobjs: SyncObjsState;
  readonly waiters: WaitersState;
  readonly fds: FdsState;
};

export class DrmDevice<Data = unknown, FileData = unknown> {
  readonly kernel: Kernel;
  readonly parent: PlatformDevice;
  readonly driver: DrmDriver<Data, FileData>;
  readonly log: Log;
  readonly minor: number;
  readonly core: ReadonlyMap<number, IoctlEntry> = CORE_TABLE;
  readonly fences: Fences;
  readonly syncobjs: SyncObjs;
  readonly waiters: Waiters;
  readonly mmapSpace = new MmapSpace();
  readonly fds = new Fds();
  private readonly files = new Map<number, DrmFile<Data, FileData>>();
  private readonly objects = new Map<number, GemObject>();
  private own: { readonly data: Data } | undefined;
  private unplugged = false;
  private nextFile = 1;
  private nextObject = 1;

  /** An unregistered device on `parent`. */
  constructor(parent: PlatformDevice, driver: DrmDriver<Data, FileData>, minor = 0) {
    this.kernel = parent.kernel;
    this.parent = parent;
    this.driver = driver;
    this.minor = minor;
    this.log = parent.log;
    this.fences = new Fences(this.kernel, `drm${minor}/fences`);
    this.syncobjs = new SyncObjs(this.fences);
    this.waiters = new Waiters(this, `drm${minor}/waiters`);
  }

  /** Registration data; Bug before registration. */
  get data(): Data {
    if (this.own === undefined) throw new Bug('the DRM device is not registered');
    return this.own.data;
  }

  get isUnplugged(): boolean {
    return this.unplugged;
  }

  /** Called by Registration. */
  publish(data: Data): void {
    if (this.own !== undefined) throw new Bug('the DRM device is registered already');
    this.own = { data };
  }

  unplug(): void {
    this.unplugged = true;
  }

  /** Frees the ids it holds in the kernel; after `unplug`, when the driver is unbound. */
  dispose(): void {
    this.waiters.dispose();
    this.fences.dispose();
  }

  /** Opens a file. KernelError ENODEV when unplugged, or what the driver says. */
  open(client: Client, node: NodeKind = 'render'): DrmFile<Data, FileData> {
    return this.kernel.enter(`${client.comm}[${client.pid}] open`, () => {
      if (this.unplugged) fail('ENODEV', 'device unplugged');
      const file = new DrmFile<Data, FileData>(this, this.nextFile++, node, client);
      if (node === 'primary' && ![...this.files.values()].some((f) => f.isMaster)) {
        file.isMaster = true;
        file.authenticated = true;
      }
      file.setDriverData(this.driver.open(this, file));
      this.files.set(file.id, file);
      return file;
    });
  }

  /** An open file by id. */
  file(id: number): DrmFile<Data, FileData> | undefined {
    return this.files.get(id);
  }

  get openFiles(): readonly DrmFile<Data, FileData>[] {
    return [...this.files.values()];
  }

  fileClosed(file: DrmFile<Data, FileData>): void {
    this.files.delete(file.id);
    const { pid } = file.client;
    if (!this.openFiles.some((other) => other.client.pid === pid)) this.fds.closeAll(pid);
  }

  /** Registers a new object and numbers it. */
  adopt(object: GemObject, restoredId?: number): number {
    const id = restoredId ?? this.nextObject++;
    this.objects.set(id, object);
    return id;
  }

  forget(object: GemObject): void {
    this.objects.delete(object.id);
  }

  /** Live objects. */
  get allObjects(): readonly GemObject[] {
    return [...this.objects.values()];
  }

  /** An object by number; Bug when there is none. */
  object(id: number): GemObject {
    const object = this.objects.get(id);
    if (object === undefined) throw new Bug(`no object ${id}`);
    return object;
  }

  save(): DrmDeviceState {
    return {
      nextFile: this.nextFile,
      nextObject: this.nextObject,
      unplugged: this.unplugged,
      objects: this.allObjects.map((o) => ({
        id: o.id,
        refs: o.refCount,
        handles: o.handleCount,
        resv: o.ownsResv ? o.resv.save(this.fences) : undefined,
        state: o.save(),
      })),
      files: this.openFiles.map((f) => ({
        id: f.id,
        node: f.node,
        pid: f.client.pid,
        master: f.isMaster,
        authenticated: f.authenticated,
        clientName: f.clientName,
        objects: f.objects.list().map(([handle, object]) => [handle, object.id]),
        syncobjs: f.syncobjs.list().map(([handle, syncobj]) => [handle, syncobj.id]),
        driver: this.driver.saveFile?.(f.driverData),
      })),
      mmap: this.mmapSpace.save(),
      fences: this.fences.save(),
      syncobjs: this.syncobjs.save(),
      waiters: this.waiters.save(),
      fds: this.fds.save(this.fences),
    };
  }

  /**
   * Into a registered device; files, objects and syncobjs it had are dropped without calling the driver. `client`
   * gives the process of a pid. The driver must have `restoreObject` and `loadFile` when there is something to
   * restore, and brings its own state back afterwards.
   */
  load(state: DrmDeviceState, client: (pid: number) => Client): void {
    this.nextFile = state.nextFile;
    this.nextObject = state.nextObject;
    this.unplugged = state.unplugged;
    this.objects.clear();
    this.files.clear();
    this.fences.load(state.fences);
    this.syncobjs.load(state.syncobjs);
    for (const { id, refs, handles, resv, state: saved } of state.objects) {
      const object = this.driver.restoreObject?.(this, id, saved);
      if (object === undefined) throw new Bug(`the driver cannot restore object ${id}`);
      object.restoreCounts(refs, handles);
      if (resv !== undefined) object.resv.load(resv, this.fences);
    }
    this.mmapSpace.load(state.mmap, (id) => this.object(id));
    for (const saved of state.files) {
      const file = new DrmFile<Data, FileData>(this, saved.id, saved.node, client(saved.pid));
      file.isMaster = saved.master;
      file.authenticated = saved.authenticated;
      file.clientName = saved.clientName;
      for (const [handle, id] of saved.objects) file.objects.publish(handle, this.object(id));
      for (const [handle, id] of saved.syncobjs) file.syncobjs.publish(handle, this.syncobjs.byId(id));
      this.files.set(file.id, file);
      const { loadFile } = this.driver;
      file.setDriverData(
        loadFile === undefined ? this.driver.open(this, file) : loadFile.call(this.driver, this, file, saved.driver),
      );
    }
    this.waiters.load(state.waiters);
    this.fds.load(
      state.fds,
      this.fences,
      (id) => this.object(id),
      (id) => this.syncobjs.byId(id),
    );
  }
}
