/**
 * A user-space process that replays a capture, on an engine in this thread or behind a link: ioctls with their
 * argument arrays, maps of buffer objects, waits. Everything it does is an input of the engine, so the session of a
 * replay replays.
 */
import { CheckFailed } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import { CORE_IOCTLS, type IoctlSpec } from '../../spec/uapi/ioctls.ts';
import { SYNCOBJ_WAIT_FLAGS } from '../../spec/uapi/constants.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { ApplyResult } from '../engine/engine.ts';

/** First user address handed out for arguments (chosen). */
const ARENA_BASE = 0x10_0000;
const ARENA_ALIGN = 16;
/** Time granted at once while waiting; between two grants the host may stop the run. */
const WAIT_SLICE_NS = 20_000_000;

/** What the engine answers to an input. */
export type CaptureReply = ApplyResult;

/** The engine as the replay needs it. */
export interface CaptureHost {
  apply(input: Input): CaptureReply | Promise<CaptureReply>;
  /** Bytes of a client's memory, without side effects. */
  readUser(client: number, address: number, length: number): Uint8Array | Promise<Uint8Array>;
  /** Virtual time in ns. */
  now(): number | Promise<number>;
  /** Faults the hardware has reported to the driver so far. */
  faults(): number | Promise<number>;
}

/** An argument array as the driver takes it. */
export interface ObjArray {
  readonly stride: number;
  readonly count: number;
  readonly array: number;
}

/** A point of a sync object: 0 for a binary one. */
export interface SyncPoint {
  readonly handle: number;
  readonly point: number;
}

export class CaptureProcess {
  readonly client: number;
  readonly host: CaptureHost;
  private nextAddress = ARENA_BASE;
  private writes: { address: number; bytes: Uint8Array }[] = [];

  constructor(host: CaptureHost, client: number) {
    this.host = host;
    this.client = client;
  }

  async open(): Promise<void> {
    const { result } = await this.host.apply({ kind: 'open', client: this.client, node: 'tyr', privileged: false });
    if (result < 0) throw new CheckFailed(`the render node cannot be opened (errno ${-result})`);
  }

  async close(): Promise<void> {
    await this.host.apply({ kind: 'close', client: this.client });
  }

  /** Puts bytes into the process's memory with the next call; gives their address. */
  put(bytes: Uint8Array): number {
    const address = this.nextAddress;
    this.nextAddress += Math.ceil(Math.max(bytes.length, 1) / ARENA_ALIGN) * ARENA_ALIGN;
    this.writes.push({ address, bytes });
    return address;
  }

  /** Structs as an argument array. */
  array<L extends Layout>(layout: L, items: readonly Partial<Struct<L>>[]): ObjArray {
    const bytes = new Uint8Array(items.length * layout.size);
    items.forEach((item, i) => layout.encodeInto(bytes, i * layout.size, item));
    return { stride: layout.size, count: items.length, array: items.length === 0 ? 0 : this.put(bytes) };
  }

  /** One call: its result (or -errno), its ticket when it waits, and its argument as it came back. */
  async call<L extends Layout>(
    spec: IoctlSpec<L>,
    values: Partial<Struct<L>>,
  ): Promise<{ result: number; ticket: number | undefined; out: Struct<L> }> {
    const argument = spec.layout.encode(values);
    const { writes } = this;
    this.writes = [];
    const answer = await this.host.apply({
      kind: 'ioctl',
      client: this.client,
      command: spec.number,
      argument,
      writes,
      label: spec.name,
    });
    const out = spec.layout.decode(answer.argument ?? argument) as Struct<L>;
    return { result: answer.result, ticket: answer.ticket, out };
  }

  /** As `call`; CheckFailed, with `what`, when the driver refuses. */
  async must<L extends Layout>(spec: IoctlSpec<L>, values: Partial<Struct<L>>, what: string): Promise<Struct<L>> {
    const { result, out } = await this.call(spec, values);
    if (result < 0) throw new CheckFailed(`${what}: ${spec.name} failed with errno ${-result}`);
    return out;
  }

  /** Maps a range of the device file; the user address. */
  async mmap(offset: number, length: number): Promise<number> {
    const { result } = await this.host.apply({ kind: 'mmap', client: this.client, offset, length, write: true });
    if (result < 0) throw new CheckFailed(`mmap at offset 0x${offset.toString(16)} failed with errno ${-result}`);
    return result;
  }

  async write(address: number, bytes: Uint8Array): Promise<void> {
    await this.host.apply({ kind: 'user-write', client: this.client, address, bytes });
  }

  async read(address: number, length: number): Promise<Uint8Array> {
    return this.host.readUser(this.client, address, length);
  }

  /** u32 handles and u64 points as the sync object calls take them. */
  syncArrays(points: readonly SyncPoint[]): { handles: number; points: number; count_handles: number } {
    const handles = new DataView(new ArrayBuffer(points.length * 4));
    const values = new DataView(new ArrayBuffer(points.length * 8));
    points.forEach((p, i) => {
      handles.setUint32(i * 4, p.handle, true);
      values.setBigUint64(i * 8, BigInt(p.point), true);
    });
    return {
      handles: this.put(new Uint8Array(handles.buffer)),
      points: this.put(new Uint8Array(values.buffer)),
      count_handles: points.length,
    };
  }

  /** Waits for all points, at most `limitNs` of virtual time. True when they came. */
  async wait(points: readonly SyncPoint[], limitNs: number): Promise<boolean> {
    if (points.length === 0) return true;
    const call = await this.call(CORE_IOCTLS.SYNCOBJ_TIMELINE_WAIT, {
      ...this.syncArrays(points),
      timeout_nsec: Number.MAX_SAFE_INTEGER,
      flags: SYNCOBJ_WAIT_FLAGS.ALL,
    });
    const { ticket } = call;
    if (ticket === undefined) return call.result >= 0;
    const until = (await this.host.now()) + limitNs;
    for (;;) {
      const left = until - (await this.host.now());
      if (left <= 0) return false;
      const { result } = await this.host.apply({
        kind: 'advance',
        until: 'answer',
        ticket,
        limitNs: Math.min(WAIT_SLICE_NS, left),
      });
      if (result === 1) return true;
    }
  }
}
