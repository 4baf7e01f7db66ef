/**
 * Fences (dma-buf/dma-fence.c, dma-fence-chain.c, dma-fence-array.c): signalled once, in order inside a context.
 * Callbacks are data: the id of a target and two numbers. Chain nodes and arrays follow their members from the
 * moment they are made, so asking whether one is signalled never has to walk.
 */
import type { Disposable } from '../../base/disposable.ts';
import { Bug } from '../../base/errors.ts';
import type { Stateful } from '../../base/stateful.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { WaitQueue } from '../kernel/wait.ts';

export type FenceCallback = { readonly target: string; readonly kind: number; readonly payload: number };

/** One fence. Made by `Fences`. */
export class Fence {
  readonly id: number;
  readonly context: number;
  readonly seqno: number;
  protected readonly fences: Fences;
  private callbacks: FenceCallback[] = [];
  private done = false;
  private status = 0;
  private at = 0;

  constructor(fences: Fences, id: number, context: number, seqno: number) {
    this.fences = fences;
    this.id = id;
    this.context = context;
    this.seqno = seqno;
  }

  get isSignaled(): boolean {
    return this.done;
  }

  /** 0, or the -errno it was signalled with. */
  get error(): number {
    return this.status;
  }

  /** When it signalled, ns. */
  get timestamp(): number {
    return this.at;
  }

  /** False (and never called) when it is signalled already. */
  addCallback(callback: FenceCallback): boolean {
    if (this.done) return false;
    this.callbacks.push(callback);
    return true;
  }

  /** True when it was still queued. */
  removeCallback(callback: FenceCallback): boolean {
    const at = this.callbacks.findIndex(
      (c) => c.target === callback.target && c.kind === callback.kind && c.payload === callback.payload,
    );
    if (at >= 0) this.callbacks.splice(at, 1);
    return at >= 0;
  }

  /** Signals with 0 or -errno and runs the callbacks in order; does nothing the second time. */
  signal(error = 0): void {
    if (this.done) return;
    this.done = true;
    this.status = error;
    this.at = this.fences.kernel.now();
    const { callbacks } = this;
    this.callbacks = [];
    this.fences.signalled(this);
    for (const c of callbacks) this.fences.kernel.targets.fire(c.target, c.kind, c.payload);
  }

  /** True when it signals after `other`, a fence of the same context. */
  isLaterThan(other: Fence): boolean {
    return this.seqno > other.seqno;
  }

  /** Sets what a saved record says. */
  restore(record: FenceRecord): void {
    this.callbacks = record.callbacks.map((c) => ({ ...c }));
    this.done = record.signaled;
    this.status = record.error;
    this.at = record.timestamp;
  }

  record(): FenceRecord {
    return {
      id: this.id,
      context: this.context,
      seqno: this.seqno,
      signaled: this.done,
      error: this.status,
      timestamp: this.at,
      callbacks: this.callbacks.map((c) => ({ ...c })),
    };
  }
}

/** A fence that waits for others: `waiting` counts those that have not signalled. */
export class CompositeFence extends Fence {
  waiting = 0;

  /** A member signalled with `error`. */
  memberDone(): void {
    if (--this.waiting === 0) this.signal(this.memberError());
  }

  protected memberError(): number {
    return 0;
  }

  follow(members: readonly (Fence | undefined)[]): void {
    const callback = this.fences.followUp(this);
    for (const member of members) if (member?.addCallback(callback) === true) this.waiting++;
    if (this.waiting === 0) this.signal(this.memberError());
  }
}

/** Signals when all members have; takes the first member's error. */
export class FenceArray extends CompositeFence {
  members: readonly Fence[] = [];

  protected override memberError(): number {
    return this.members.find((m) => m.error !== 0)?.error ?? 0;
  }

  override record(): FenceRecord {
    const members = this.members.map((m) => this.fences.ref(m));
    return { ...super.record(), array: { members, waiting: this.waiting } };
  }
}

/** A point of a timeline. */
export class FenceChain extends CompositeFence {
  /** The fence of this point. */
  own: Fence | undefined;
  /** What the timeline held before; walking drops what is done. */
  prev: Fence | undefined;
  /** Seqno of the point before at the time of adding; 0 for the first of a context. */
  prevSeqno = 0;

  /** The next older content that matters, dropping nodes whose own fence has signalled. */
  walk(): Fence | undefined {
    for (;;) {
      const { prev } = this;
      if (prev === undefined) return undefined;
      const settled = prev instanceof FenceChain ? prev.own?.isSignaled !== false : prev.isSignaled;
      if (!settled) return prev;
      this.prev = prev instanceof FenceChain ? prev.prev : undefined;
    }
  }

  override record(): FenceRecord {
    const own = this.own === undefined ? undefined : this.fences.ref(this.own);
    const prev = this.isSignaled || this.prev === undefined ? undefined : this.fences.ref(this.prev);
    return { ...super.record(), chain: { own, prev, prevSeqno: this.prevSeqno, waiting: this.waiting } };
  }
}

/** An unsignalled fence by id, a signalled one by value. */
export type FenceRef = number | FenceRecord;

export type FenceRecord = {
  readonly id: number;
  readonly context: number;
  readonly seqno: number;
  readonly signaled: boolean;
  readonly error: number;
  readonly timestamp: number;
  readonly callbacks: readonly FenceCallback[];
  readonly array?: { readonly members: readonly FenceRef[]; readonly waiting: number };
  readonly chain?: {
    readonly own: FenceRef | undefined;
    readonly prev: FenceRef | undefined;
    readonly prevSeqno: number;
    readonly waiting: number;
  };
};

export type FencesState = {
  readonly nextId: number;
  readonly nextContext: number;
  readonly fences: readonly FenceRecord[];
};

/** Observers of fences, for recording; undefined while nobody looks, never part of saved state. */
export interface FenceTrace {
  created?: ((fence: Fence) => void) | undefined;
  /** After the state of the fence has changed, before its callbacks run. */
  signalled?: ((fence: Fence) => void) | undefined;
}

/** All fences of a device: numbers them, keeps the unsignalled ones, saves them. */
export class Fences implements Stateful<FencesState>, Disposable {
  readonly kernel: Kernel;
  /** Callback target of composites. */
  readonly id: string;
  readonly trace: FenceTrace = {};
  private readonly live = new Map<number, Fence>();
  private readonly queue: WaitQueue;
  private readonly registration: Disposable;
  private nextId = 1;
  private nextContext = 1;

  constructor(kernel: Kernel, id: string) {
    this.kernel = kernel;
    this.id = id;
    this.queue = new WaitQueue(kernel, `fence of ${id}`);
    this.registration = kernel.targets.register(this);
  }

  /** Unsignalled fences. */
  get pendingCount(): number {
    return this.live.size;
  }

  /** dma_fence_context_alloc: the first of `count` new context numbers. */
  newContext(count = 1): number {
    const first = this.nextContext;
    this.nextContext += count;
    return first;
  }

  create(context: number, seqno: number): Fence {
    return this.keep(new Fence(this, this.nextId++, context, seqno));
  }

  /** A private fence that is signalled already, stamped now. */
  stub(): Fence {
    const fence = this.create(this.newContext(), 1);
    fence.signal();
    return fence;
  }

  /** A fence for all of `members`; they must not be chain nodes. */
  array(members: readonly Fence[]): FenceArray {
    const array = this.keep(new FenceArray(this, this.nextId++, this.newContext(), 1));
    array.members = members;
    array.follow(members);
    return array;
  }

  /** Point `seqno` with fence `own` on top of what a timeline held. */
  chain(prev: Fence | undefined, own: Fence, seqno: number): FenceChain {
    const rising = prev instanceof FenceChain && prev.seqno < seqno;
    const at = prev instanceof FenceChain && !rising ? prev.seqno : seqno;
    const node = this.keep(new FenceChain(this, this.nextId++, rising ? prev.context : this.newContext(), at));
    node.own = own;
    node.prev = prev;
    node.prevSeqno = rising ? prev.seqno : 0;
    node.follow([own, prev]);
    return node;
  }

  /** dma_fence_unwrap_merge: containers opened, signalled ones dropped, the latest of each context kept. */
  merge(...sources: readonly Fence[]): Fence {
    const latest = new Map<number, Fence>();
    let newest = 0;
    for (const leaf of sources.flatMap(leaves)) {
      if (leaf.isSignaled) newest = Math.max(newest, leaf.timestamp);
      else {
        const known = latest.get(leaf.context);
        if (known === undefined || leaf.isLaterThan(known)) latest.set(leaf.context, leaf);
      }
    }
    const [only, ...more] = latest.values();
    if (only === undefined) {
      const stub = this.stub();
      stub.restore({ ...stub.record(), timestamp: newest });
      return stub;
    }
    return more.length === 0 ? only : this.array([only, ...more]);
  }

  /** Waits in process context; ns left (at least 1), 0 on time-out. */
  wait(fence: Fence, timeoutNs: number): number {
    return this.queue.waitEventTimeout(() => fence.isSignaled, timeoutNs);
  }

  /** An unsignalled fence by id. */
  find(id: number): Fence | undefined {
    return this.live.get(id);
  }

  private keep<F extends Fence>(fence: F): F {
    this.live.set(fence.id, fence);
    this.trace.created?.(fence);
    return fence;
  }

  signalled(fence: Fence): void {
    this.live.delete(fence.id);
    this.trace.signalled?.(fence);
    this.queue.wakeUp();
  }

  followUp(composite: CompositeFence): FenceCallback {
    return { target: this.id, kind: 0, payload: composite.id };
  }

  fire(_kind: number, payload: number): void {
    const fence = this.live.get(payload);
    if (!(fence instanceof CompositeFence)) throw new Bug(`fence ${payload} is no composite`);
    fence.memberDone();
  }

  dispose(): void {
    this.registration.dispose();
  }

  /** How saved state refers to a fence. */
  ref(fence: Fence): FenceRef {
    return fence.isSignaled ? fence.record() : fence.id;
  }

  /** The fence a saved reference means; after `load`. */
  deref(ref: FenceRef): Fence {
    if (typeof ref !== 'number') return this.rebuild(ref);
    const fence = this.live.get(ref);
    if (fence === undefined) throw new Bug(`saved state refers to fence ${ref}, which it lacks`);
    return fence;
  }

  private rebuild(record: FenceRecord): Fence {
    const { id, context, seqno, chain, array } = record;
    const Kind = chain !== undefined ? FenceChain : array !== undefined ? FenceArray : Fence;
    const fence = new Kind(this, id, context, seqno);
    fence.restore(record);
    if (fence instanceof FenceChain) fence.prevSeqno = chain?.prevSeqno ?? 0;
    return fence;
  }

  save(): FencesState {
    const fences = [...this.live.values()].map((f) => f.record());
    return { nextId: this.nextId, nextContext: this.nextContext, fences };
  }

  load(state: FencesState): void {
    this.nextId = state.nextId;
    this.nextContext = state.nextContext;
    this.live.clear();
    for (const record of state.fences) this.live.set(record.id, this.rebuild(record));
    for (const { id, chain, array } of state.fences) {
      const fence = this.live.get(id);
      if (fence instanceof FenceChain && chain !== undefined) {
        fence.own = chain.own === undefined ? undefined : this.deref(chain.own);
        fence.prev = chain.prev === undefined ? undefined : this.deref(chain.prev);
        fence.waiting = chain.waiting;
      } else if (fence instanceof FenceArray && array !== undefined) {
        fence.members = array.members.map((m) => this.deref(m));
        fence.waiting = array.waiting;
      }
    }
  }
}

/** The plain fences inside a container, oldest last. */
export function leaves(fence: Fence): readonly Fence[] {
  if (fence instanceof FenceArray) return fence.members.flatMap(leaves);
  if (!(fence instanceof FenceChain)) return [fence];
  const out: Fence[] = [];
  for (let at: Fence | undefined = fence; at !== undefined; at = at instanceof FenceChain ? at.walk() : undefined) {
    if (!(at instanceof FenceChain)) out.push(...leaves(at));
    else if (at.own !== undefined) out.push(...leaves(at.own));
  }
  return out;
}
