/**
 * Sync objects (drm_syncobj.c): a container with one fence or none. It behaves as a timeline when that fence is a
 * chain node, as binary otherwise.
 */
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Fence, FenceRef, Fences } from './fence.ts';
import { FenceChain } from './fence.ts';

export class SyncObj {
  /** Stable number in the device; no handle. */
  readonly id: number;
  private readonly table: SyncObjs;
  private held: Fence | undefined;
  refs = 1;

  constructor(table: SyncObjs, id: number, content?: Fence) {
    this.table = table;
    this.id = id;
    this.held = content;
  }

  get content(): Fence | undefined {
    return this.held;
  }

  get(): this {
    this.refs++;
    return this;
  }

  put(): void {
    if (--this.refs === 0) this.table.forget(this);
    else if (this.refs < 0) throw new Bug(`syncobj ${this.id} put once too often`);
  }

  /** drm_syncobj_replace_fence; undefined empties it. */
  replace(fence: Fence | undefined): void {
    this.held = fence;
    if (fence !== undefined) this.table.arrived(this);
  }

  /** drm_syncobj_add_point: `fence` (no chain node) as point `point`. */
  addPoint(fence: Fence, point: number): void {
    if (fence instanceof FenceChain) throw new Bug('a chain node added as a point');
    this.held = this.table.fences.chain(this.held, fence, point);
    this.table.arrived(this);
  }

  /** The fence of `point` (0: the content), undefined while it is not available. */
  find(point: number): Fence | undefined {
    const head = this.held;
    if (head === undefined || point === 0) return head;
    if (!(head instanceof FenceChain) || head.seqno < point) return undefined;
    let node: FenceChain = head;
    while (node.prevSeqno >= point) {
      const older = node.walk();
      if (older === undefined) return this.table.fences.stub();
      if (!(older instanceof FenceChain) || older.context !== head.context) return older;
      node = older;
    }
    return node;
  }

  /** Last signalled point as QUERY tells it, or the last submitted one. */
  query(lastSubmitted: boolean): number {
    const head = this.held;
    if (!(head instanceof FenceChain)) return 0;
    if (lastSubmitted) return head.seqno;
    let oldest = head;
    for (let at = oldest.walk(); at instanceof FenceChain && at.context === head.context; at = oldest.walk()) {
      oldest = at;
    }
    return oldest.isSignaled ? oldest.seqno : oldest.prevSeqno;
  }
}

export type SyncObjsState = {
  readonly nextId: number;
  readonly objects: readonly { readonly id: number; readonly refs: number; readonly content: FenceRef | undefined }[];
};

/** All syncobjs of a device. */
export class SyncObjs implements Stateful<SyncObjsState> {
  readonly fences: Fences;
  private readonly objects = new Map<number, SyncObj>();
  private nextId = 1;
  /** Called when a fence was stored; set by the waiters. */
  onArrival: (syncobj: SyncObj) => void = () => {};

  constructor(fences: Fences) {
    this.fences = fences;
  }

  get count(): number {
    return this.objects.size;
  }

  /** The maker holds the one reference. */
  create(content?: Fence): SyncObj {
    const syncobj = new SyncObj(this, this.nextId++, content);
    this.objects.set(syncobj.id, syncobj);
    return syncobj;
  }

  byId(id: number): SyncObj {
    const syncobj = this.objects.get(id);
    if (syncobj === undefined) throw new Bug(`no syncobj ${id}`);
    return syncobj;
  }

  forget(syncobj: SyncObj): void {
    this.objects.delete(syncobj.id);
  }

  arrived(syncobj: SyncObj): void {
    this.onArrival(syncobj);
  }

  save(): SyncObjsState {
    const objects = [...this.objects.values()].map((o) => ({
      id: o.id,
      refs: o.refs,
      content: o.content === undefined ? undefined : this.fences.ref(o.content),
    }));
    return { nextId: this.nextId, objects };
  }

  /** After the fences. */
  load(state: SyncObjsState): void {
    this.nextId = state.nextId;
    this.objects.clear();
    for (const { id, refs, content } of state.objects) {
      const syncobj = new SyncObj(this, id, content === undefined ? undefined : this.fences.deref(content));
      syncobj.refs = refs;
      this.objects.set(id, syncobj);
    }
  }
}
