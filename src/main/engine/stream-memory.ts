/** Memory of a stream that is run: buffer objects mapped for the GPU and for the process, words in them, dumps. */
import { UsageError } from '../../base/errors.ts';
import { alignUp } from '../../base/bits.ts';
import { PANTHOR_IOCTLS } from '../../spec/uapi/ioctls.ts';
import { panthorVmBindOp } from '../../spec/uapi/panthor-structs.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { UserProcess } from './process.ts';

export const PAGE = 4096;
/** Where the stream itself is mapped, unless the caller's memory lies there (chosen). */
const STREAM_VA = 0x7e00_0000_0000;

interface Range {
  readonly va: number;
  readonly length: number;
}

interface Mapping extends Range {
  /** In the process. */
  readonly address: number;
}

/** Structs in the process's memory, as ioctls take arrays. */
export function objects<L extends Layout>(
  process: UserProcess,
  layout: L,
  items: readonly Partial<Struct<L>>[],
): { stride: number; count: number; array: number } {
  return { stride: layout.size, count: items.length, array: process.putStructs(layout, items) };
}

export class JobMemory {
  private readonly process: UserProcess;
  private readonly vm: number;
  private readonly mappings: Mapping[] = [];

  /** Maps fresh memory at `ranges`; UsageError where the driver refuses. */
  constructor(process: UserProcess, vm: number, ranges: readonly Range[]) {
    this.process = process;
    this.vm = vm;
    for (const { va, length } of mergePages(ranges)) this.bind(va, length);
  }

  /** Maps the words of the stream where they touch nothing else; their address. */
  placeStream(words: Uint8Array): number {
    return this.map(words, alignUp(words.length, PAGE));
  }

  /** A mapping of `size` bytes (0: none) that begins with `bytes`, at a free place; its address. */
  map(bytes: Uint8Array, size: number): number {
    const va = this.freeAt(size);
    if (size > 0) this.bind(va, size);
    if (bytes.length > 0) this.write(va, bytes);
    return va;
  }

  write(va: number, bytes: Uint8Array): void {
    this.process.write(this.addressOf(va, bytes.length), bytes);
  }

  write32(va: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    this.write(va, bytes);
  }

  /** Hex text by `0x` address. */
  dump(ranges: readonly Range[]): Record<string, string> {
    const text = ({ va, length }: Range): string =>
      Buffer.from(this.process.read(this.addressOf(va, length), length)).toString('hex');
    return Object.fromEntries(ranges.map((range) => [`0x${range.va.toString(16)}`, text(range)]));
  }

  /** A BO of `length` bytes at `va`, mapped for the process too. */
  private bind(va: number, length: number): Mapping {
    const { process, vm } = this;
    const bo = process.must(PANTHOR_IOCTLS.BO_CREATE, { size: length, flags: 0, exclusive_vm_id: vm });
    const op = { flags: 0, bo_handle: bo.handle, bo_offset: 0, va, size: length };
    const ops = objects(process, panthorVmBindOp, [op]);
    const { result } = process.call(PANTHOR_IOCTLS.VM_BIND, { vm_id: vm, flags: 0, ops });
    if (result < 0) {
      throw new UsageError(`0x${va.toString(16)}:0x${length.toString(16)} cannot be mapped (errno ${-result})`);
    }
    const { offset } = process.must(PANTHOR_IOCTLS.BO_MMAP_OFFSET, { handle: bo.handle });
    const mapping = { va, length, address: process.mmap(offset, length) };
    this.mappings.push(mapping);
    return mapping;
  }

  private freeAt(length: number): number {
    let va = STREAM_VA;
    const size = alignUp(Math.max(length, 1), PAGE);
    for (const m of this.mappings.toSorted((a, b) => a.va - b.va)) {
      if (va < m.va + m.length && va + size > m.va) va = m.va + m.length;
    }
    return va;
  }

  private addressOf(va: number, length: number): number {
    const m = this.mappings.find((x) => va >= x.va && va + length <= x.va + x.length);
    if (m === undefined) throw new UsageError(`0x${va.toString(16)} is not in the mapped memory: name it with --map`);
    return m.address + (va - m.va);
  }
}

/** Whole pages, overlapping and touching ranges joined, in ascending order. */
function mergePages(ranges: readonly Range[]): Range[] {
  const pages = ranges
    .filter((r) => r.length > 0)
    .map((r) => ({ start: Math.floor(r.va / PAGE) * PAGE, end: alignUp(r.va + r.length, PAGE) }))
    .toSorted((a, b) => a.start - b.start);
  const merged: { start: number; end: number }[] = [];
  for (const p of pages) {
    const last = merged.at(-1);
    if (last !== undefined && p.start <= last.end) last.end = Math.max(last.end, p.end);
    else merged.push({ ...p });
  }
  return merged.map((m) => ({ va: m.start, length: m.end - m.start }));
}
