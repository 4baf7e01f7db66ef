/**
 * The objects of a replayed capture: which number of the recorder is which of the driver, where buffer objects are
 * mapped for the process and for the GPU, and what the addresses of tiler heaps became.
 */
import { alignUp } from '../../base/bits.ts';
import { BadInput, CheckFailed } from '../../base/errors.ts';
import { CAPTURE_PAGE, type CaptureCall } from '../../formats/capture.ts';
import { BO_CREATE_FLAGS } from '../../spec/uapi/constants.ts';
import { CORE_IOCTLS, PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import type { Capture } from './capture-files.ts';
import type { CaptureProcess } from './capture-process.ts';

/** What the recorder answered for the first tiler heap: its context, and its first chunk. */
const RECORDED_CONTEXT = 0x8000_0000_1000;
const RECORDED_CHUNK = 0x8000_0020_0000;

const PAIR = 8;
const TWO32 = 2 ** 32;

interface Bo {
  readonly handle: number;
  readonly size: number;
  /** Where the process has it mapped, once it has. */
  address: number | undefined;
}

interface Mapping {
  readonly va: number;
  readonly size: number;
  readonly bo: Bo;
  readonly boOffset: number;
}

export interface Group {
  readonly handle: number;
  readonly queues: number;
}

/** Recorded address ranges and what they became. */
interface Moved {
  readonly from: number;
  readonly size: number;
  readonly to: number;
}

export class CaptureObjects {
  private readonly process: CaptureProcess;
  private readonly vms = new Map<number, number>();
  private readonly bos = new Map<number, Bo>();
  private readonly groupsByNumber = new Map<number, Group>();
  private readonly syncs = new Map<number, number>();
  /** Highest point each sync object of the driver got or will get. */
  private readonly points = new Map<number, number>();
  private mappings: Mapping[] = [];
  private moved: Moved[] = [];
  /** Buffer objects that hold bytes of an image, by the recorder's number. */
  private readonly filled: ReadonlySet<number>;

  constructor(process: CaptureProcess, capture: Capture) {
    this.process = process;
    const maps = capture.images.flatMap((image) => image.maps);
    this.filled = new Set([
      ...maps.filter((m) => m.runs.length > 0).map((m) => m.bo),
      ...maps.filter((m) => capture.run.buffers.some((b) => b.va >= m.va && b.va < m.va + m.size)).map((m) => m.bo),
    ]);
  }

  get groups(): Iterable<Group> {
    return this.groupsByNumber.values();
  }

  vm(number: number, where: string): number {
    return found(this.vms, number, 'VM', where);
  }

  bo(number: number, where: string): number {
    return found(this.bos, number, 'buffer object', where).handle;
  }

  group(number: number, where: string): Group {
    return found(this.groupsByNumber, number, 'group', where);
  }

  addGroup(number: number, handle: number, queues: number): void {
    this.groupsByNumber.set(number, { handle, queues });
  }

  /** The calls that make objects; others need nothing. */
  async perform(call: CaptureCall, where: string): Promise<void> {
    const { process } = this;
    switch (call.kind) {
      case 'vmCreate': {
        const { id } = await process.must(
          PANTHOR_IOCTLS.VM_CREATE,
          { flags: call.flags, user_va_range: call.userVaRange },
          where,
        );
        this.vms.set(call.id, id);
        return;
      }
      case 'boCreate':
        return this.createBo(call, where);
      case 'heapCreate': {
        const heap = await process.must(
          PANTHOR_IOCTLS.TILER_HEAP_CREATE,
          {
            vm_id: this.vm(call.vm, where),
            initial_chunk_count: call.initialChunks,
            chunk_size: call.chunkSize,
            max_chunks: call.maxChunks,
            target_in_flight: call.targetInFlight,
          },
          where,
        );
        this.moved.push({ from: RECORDED_CONTEXT, size: 1, to: heap.tiler_heap_ctx_gpu_va });
        this.moved.push({ from: RECORDED_CHUNK, size: call.chunkSize + 1, to: heap.first_heap_chunk_gpu_va });
        return;
      }
      default:
    }
  }

  /** Sizes are rounded as the kernel rounds them; what must be filled or read can be mapped. */
  private async createBo(call: Extract<CaptureCall, { kind: 'boCreate' }>, where: string): Promise<void> {
    const size = alignUp(call.size, CAPTURE_PAGE);
    const flags = this.filled.has(call.handle) ? call.flags & ~BO_CREATE_FLAGS.NO_MMAP : call.flags;
    const vm = call.vm === 0 ? 0 : this.vm(call.vm, where);
    const { handle } = await this.process.must(PANTHOR_IOCTLS.BO_CREATE, { size, flags, exclusive_vm_id: vm }, where);
    this.bos.set(call.handle, { handle, size, address: undefined });
  }

  /** The driver's handle of a sync object: the recorder kept no numbers when it made them, so the first use does. */
  async sync(number: number): Promise<number> {
    const known = this.syncs.get(number);
    if (known !== undefined) return known;
    const { handle } = await this.process.must(CORE_IOCTLS.SYNCOBJ_CREATE, { flags: 0 }, `sync object ${number}`);
    this.syncs.set(number, handle);
    return handle;
  }

  noteSignal(handle: number, point: number): void {
    this.points.set(handle, Math.max(this.points.get(handle) ?? 0, point));
  }

  /** Signals what a recorded wait needs and no recorded call signals. */
  async ensureSignalled(handle: number, point: number): Promise<void> {
    const reached = this.points.get(handle);
    if (reached !== undefined && reached >= point) return;
    const { process } = this;
    if (point === 0) {
      const { handles } = process.syncArrays([{ handle, point }]);
      await process.must(CORE_IOCTLS.SYNCOBJ_SIGNAL, { handles, count_handles: 1 }, 'a recorded wait');
    } else {
      const arrays = process.syncArrays([{ handle, point }]);
      await process.must(CORE_IOCTLS.SYNCOBJ_TIMELINE_SIGNAL, arrays, 'a recorded wait');
    }
    this.noteSignal(handle, point);
  }

  mapped(va: number, size: number, number: number, boOffset: number, where: string): void {
    this.unmapped(va, size);
    this.mappings.push({ va, size, bo: found(this.bos, number, 'buffer object', where), boOffset });
  }

  unmapped(va: number, size: number): void {
    this.mappings = this.mappings.flatMap((m) => {
      const rest: Mapping[] = [];
      if (m.va < va) rest.push({ ...m, size: Math.min(m.size, va - m.va) });
      const end = va + size;
      if (m.va + m.size > end) {
        const skip = Math.max(end - m.va, 0);
        rest.push({ ...m, va: m.va + skip, size: m.size - skip, boOffset: m.boOffset + skip });
      }
      return m.va + m.size <= va || m.va >= end ? [m] : rest;
    });
  }

  /** True when all of a range is mapped now. */
  isMapped(va: number, length: number): boolean {
    for (let at = va; at < va + length; at += CAPTURE_PAGE) {
      if (!this.mappings.some((m) => at >= m.va && at < m.va + m.size)) return false;
    }
    return true;
  }

  /** Bytes of the GPU's address space, read through the process's maps. */
  async readVa(va: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (const part of this.parts(va, length)) {
      const bytes = await this.process.read((await this.address(part.bo)) + part.offset, part.length);
      out.set(bytes, part.done);
    }
    return out;
  }

  /** Stores bytes at an address of the GPU through the process's maps. */
  async writeVa(va: number, bytes: Uint8Array): Promise<void> {
    for (const part of this.parts(va, bytes.length)) {
      const slice = bytes.slice(part.done, part.done + part.length);
      await this.process.write((await this.address(part.bo)) + part.offset, slice);
    }
  }

  /** The pieces of buffer objects that make up a range of addresses. */
  private parts(va: number, length: number): { bo: Bo; offset: number; length: number; done: number }[] {
    const parts = [];
    for (let done = 0; done < length;) {
      const at = va + done;
      const m = this.mappings.find((x) => at >= x.va && at < x.va + x.size);
      if (m === undefined) throw new CheckFailed(`0x${at.toString(16)} is not mapped, and the capture says it is`);
      const size = Math.min(length - done, m.va + m.size - at);
      parts.push({ bo: m.bo, offset: m.boOffset + (at - m.va), length: size, done });
      done += size;
    }
    return parts;
  }

  private async address(bo: Bo): Promise<number> {
    if (bo.address === undefined) {
      const { offset } = await this.process.must(
        PANTHOR_IOCTLS.BO_MMAP_OFFSET,
        { handle: bo.handle },
        'a map of a buffer object',
      );
      bo.address = await this.process.mmap(offset, bo.size);
    }
    return bo.address;
  }

  /**
   * A copy with the recorder's heap addresses replaced by the driver's: in every aligned pair of words whose low
   * 48 bits are such an address and whose upper 16 are zero (a pointer in memory) or a MOVE48 of it (in a stream).
   */
  patched(bytes: Uint8Array): Uint8Array {
    const out = Uint8Array.from(bytes);
    const view = new DataView(out.buffer);
    for (let at = 0; at + PAIR <= out.length; at += PAIR) {
      const high = view.getUint32(at + 4, true);
      // Addresses of recorded heaps have this upper half, and nothing else that is mapped has.
      if ((high & 0xffff) !== RECORDED_HIGH) continue;
      const top = high >>> 16;
      if (top !== 0 && top >>> 8 !== OPCODE_MOVE48) continue;
      const value = (high & 0xffff) * TWO32 + view.getUint32(at, true);
      const range = this.moved.find((m) => value >= m.from && value < m.from + m.size);
      if (range === undefined) continue;
      const moved = range.to + (value - range.from);
      view.setUint32(at, moved % TWO32, true);
      view.setUint32(at + 4, top * 0x1_0000 + Math.floor(moved / TWO32), true);
    }
    return out;
  }
}

const RECORDED_HIGH = Math.floor(RECORDED_CONTEXT / TWO32);
/** MOVE48 of the command streams: opcode in bits 63:56, 48-bit immediate (spec/cs). */
const OPCODE_MOVE48 = 1;

function found<T>(map: ReadonlyMap<number, T>, number: number, what: string, where: string): T {
  const value = map.get(number);
  if (value !== undefined) return value;
  throw new BadInput({
    file: where,
    rule: `names ${what} ${number}, which no call before it made`,
    remedy: 'Record the run again.',
  });
}
