/**
 * Tiler heaps: memory the tiler takes in chunks and the driver grows when it runs out (Panthor
 * `panthor_heap.c`). A VM has one pool with one buffer of heap contexts, opaque to the driver; each heap is a
 * list of chunks linked through their headers.
 */
import { hi32, lo32 } from '../../base/bits.ts';
import { CHUNK_HEADER_SIZE, encodeChunk } from '../../spec/firmware/interface.ts';
import { GPU_CONTROL } from '../../spec/registers/gpu-control.ts';
import { HandleTable } from '../drm/handles.ts';
import { ensure, fail } from '../kernel/errno.ts';
import type { KernelBo, KernelBoState, KernelBos } from './gem.ts';
import type { Vm } from './vm.ts';

/** Heaps of a VM; their contexts share one buffer. */
export const MAX_HEAPS = 128;
const CONTEXT_BYTES = 32;
const MIN_CHUNK = 128 * 1024;
const MAX_CHUNK = 8 * 1024 * 1024;

export type HeapConfig = {
  readonly initialChunks: number;
  readonly chunkSize: number;
  readonly maxChunks: number;
  readonly targetInFlight: number;
};

interface Heap {
  readonly config: HeapConfig;
  /** Newest first. */
  readonly chunks: KernelBo[];
}

/** Heaps of one VM. */
export class HeapPool {
  readonly vm: Vm;
  private readonly bos: KernelBos;
  private readonly contexts: KernelBo;
  private readonly stride: number;
  private readonly heaps = new HandleTable<Heap>(MAX_HEAPS);

  /** `contexts` is the buffer of `contextBytes(l2Features)` in the VM. */
  constructor(vm: Vm, bos: KernelBos, contexts: KernelBo) {
    this.vm = vm;
    this.bos = bos;
    this.contexts = contexts;
    this.stride = contexts.size / MAX_HEAPS;
  }

  /** Bytes of the context buffer: a context never shares a cache line. */
  static contextBytes(l2Features: number): number {
    const line = 2 ** GPU_CONTROL.GPU_L2_FEATURES.get('line_size_log2', l2Features);
    return MAX_HEAPS * Math.ceil(CONTEXT_BYTES / line) * line;
  }

  /** KernelError EINVAL for what no heap may have. */
  static check(config: HeapConfig): void {
    const { initialChunks, chunkSize, maxChunks } = config;
    ensure(initialChunks >= 1, 'EINVAL', 'initial_chunk_count is 0');
    ensure(initialChunks <= maxChunks, 'EINVAL', `initial_chunk_count ${initialChunks} above max_chunks ${maxChunks}`);
    ensure(
      chunkSize % 4096 === 0 && chunkSize >= MIN_CHUNK && chunkSize <= MAX_CHUNK,
      'EINVAL',
      `chunk_size ${chunkSize} is not a page multiple in 128 KiB..8 MiB`,
    );
  }

  /** Makes a heap. Result: id 0..127, VAs of its context and of its first chunk. */
  create(config: HeapConfig): { id: number; contextVa: number; firstChunkVa: number } {
    HeapPool.check(config);
    const heap: Heap = { config, chunks: [] };
    try {
      for (let i = 0; i < config.initialChunks; i++) this.addChunk(heap, true);
      const id = this.heaps.add(heap, 'EBUSY') - 1;
      this.contexts.fill(id * this.stride, this.stride);
      return { id, contextVa: this.contexts.va + id * this.stride, firstChunkVa: heap.chunks[0]?.va ?? 0 };
    } catch (error) {
      for (const chunk of heap.chunks) chunk.dispose();
      throw error;
    }
  }

  private addChunk(heap: Heap, link: boolean): KernelBo {
    const { chunkSize } = heap.config;
    const chunk = this.bos.create(this.vm, chunkSize, { noExec: true }, 'Tiler heap chunk');
    chunk.fill(0, CHUNK_HEADER_SIZE);
    const next = heap.chunks[0];
    if (link && next !== undefined) {
      const encoded = encodeChunk(next.va, chunkSize);
      chunk.write32(0, lo32(encoded));
      chunk.write32(4, hi32(encoded));
    }
    heap.chunks.unshift(chunk);
    return chunk;
  }

  destroy(id: number): void {
    const heap = this.heaps.remove(id + 1) ?? fail('EINVAL', `no heap ${id}`);
    for (const chunk of heap.chunks) chunk.dispose();
  }

  /**
   * Adds a chunk to the heap whose context is at `contextVa`; gives it in the encoding of the firmware.
   * KernelError EINVAL for an unknown heap, ENOMEM when it may not grow.
   */
  grow(contextVa: number, renderpassesInFlight: number): number {
    const id = Math.floor((contextVa - this.contexts.va) / this.stride);
    const heap = this.heaps.get(id + 1) ?? fail('EINVAL', `no heap with context 0x${contextVa.toString(16)}`);
    const { targetInFlight, maxChunks, chunkSize } = heap.config;
    ensure(renderpassesInFlight <= targetInFlight, 'ENOMEM', 'too many render passes in flight');
    ensure(heap.chunks.length < maxChunks, 'ENOMEM', `the heap has ${maxChunks} chunks already`);
    return encodeChunk(this.addChunk(heap, false).va, chunkSize);
  }

  /** Takes back a chunk that `grow` made and nobody got. */
  returnChunk(contextVa: number, encoded: number): void {
    const heap = this.heaps.get(Math.floor((contextVa - this.contexts.va) / this.stride) + 1);
    const at = heap?.chunks.findIndex((c) => encodeChunk(c.va, heap.config.chunkSize) === encoded) ?? -1;
    heap?.chunks.splice(at, at < 0 ? 0 : 1)[0]?.dispose();
  }

  /** The heaps for the debug view: chunks newest first. */
  get list(): readonly {
    readonly id: number;
    readonly contextVa: number;
    readonly config: HeapConfig;
    readonly chunks: readonly number[];
  }[] {
    return this.heaps.list().map(([handle, { config, chunks }]) => ({
      id: handle - 1,
      contextVa: this.contexts.va + (handle - 1) * this.stride,
      config,
      chunks: chunks.map((c) => c.va),
    }));
  }

  dispose(): void {
    for (const [, heap] of this.heaps.list()) for (const chunk of heap.chunks) chunk.dispose();
    this.heaps.clear();
    this.contexts.dispose();
  }

  save(): HeapPoolState {
    return {
      contexts: this.contexts.save(),
      heaps: this.heaps.list().map(([handle, h]) => ({
        handle,
        config: { ...h.config },
        chunks: h.chunks.map((c) => c.save()),
      })),
    };
  }

  load(state: HeapPoolState): void {
    this.heaps.clear();
    for (const { handle, config, chunks } of state.heaps) {
      this.heaps.publish(handle, { config, chunks: chunks.map((c) => this.bos.restore(c)) });
    }
  }
}

/** Render passes as the stream that ran out counts them. */
export interface RenderPasses {
  readonly vtStart: number;
  readonly vtEnd: number;
  readonly fragEnd: number;
}

/** The pools of all VMs. */
export class Heaps {
  private readonly bos: KernelBos;
  private readonly l2Features: number;
  private readonly pools = new Map<number, HeapPool>();

  constructor(bos: KernelBos, l2Features: number) {
    this.bos = bos;
    this.l2Features = l2Features;
  }

  find(vm: Vm): HeapPool | undefined {
    return this.pools.get(vm.id);
  }

  /** The pool of a VM, made on first use. */
  pool(vm: Vm): HeapPool {
    const known = this.pools.get(vm.id);
    if (known !== undefined) return known;
    const contexts = this.bos.create(vm, HeapPool.contextBytes(this.l2Features), { noExec: true }, 'Heap pool');
    const pool = new HeapPool(vm, this.bos, contexts);
    this.pools.set(vm.id, pool);
    return pool;
  }

  /** A heap of a VM. The pool that its first heap needs goes again when there is no heap. KernelError EINVAL, ENOMEM, EBUSY. */
  create(vm: Vm, config: HeapConfig): ReturnType<HeapPool['create']> {
    HeapPool.check(config);
    const known = this.pools.has(vm.id);
    try {
      return this.pool(vm).create(config);
    } catch (error) {
      if (!known) this.destroy(vm);
      throw error;
    }
  }

  /** As `HeapPool.grow`, with the counters checked first (KernelError EINVAL). */
  grow(vm: Vm, contextVa: number, passes: RenderPasses): number {
    const { vtStart, vtEnd, fragEnd } = passes;
    ensure(fragEnd <= vtEnd && vtEnd < vtStart, 'EINVAL', `render pass counters ${vtStart} ${vtEnd} ${fragEnd}`);
    const pool = this.pools.get(vm.id) ?? fail('EINVAL', `vm${vm.id} has no heaps`);
    return pool.grow(contextVa, vtStart - fragEnd);
  }

  giveBack(vm: Vm, contextVa: number, encoded: number): void {
    this.pools.get(vm.id)?.returnChunk(contextVa, encoded);
  }

  /** The VM goes away. */
  destroy(vm: Vm): void {
    this.pools.get(vm.id)?.dispose();
    this.pools.delete(vm.id);
  }

  save(): readonly { readonly vm: number; readonly pool: HeapPoolState }[] {
    return [...this.pools].map(([vm, pool]) => ({ vm, pool: pool.save() }));
  }

  load(state: ReturnType<Heaps['save']>, vmById: (id: number) => Vm): void {
    this.pools.clear();
    for (const { vm: id, pool: saved } of state) {
      const pool = new HeapPool(vmById(id), this.bos, this.bos.restore(saved.contexts));
      pool.load(saved);
      this.pools.set(id, pool);
    }
  }
}

export type HeapPoolState = {
  readonly contexts: KernelBoState;
  readonly heaps: readonly {
    readonly handle: number;
    readonly config: HeapConfig;
    readonly chunks: readonly KernelBoState[];
  }[];
};
