/**
 * A user-space process on the bench: the little that a program needs to talk to the driver. Everything it does
 * is an input of the engine (open, ioctl, mmap, stores to its memory), so that a session holds it all.
 */
import { Bug } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { IoctlSpec } from '../../spec/uapi/ioctls.ts';
import type { Layout, Struct } from '../../spec/uapi/layout.ts';
import type { ApplyResult } from './engine.ts';

/** First user address the process hands out for arguments (chosen). */
const ARENA_BASE = 0x10_0000;
const ARENA_ALIGN = 16;

/** What a process needs of the engine. */
export interface Applier {
  apply(input: Input): ApplyResult;
  /** Bytes of a client's memory, without side effects. */
  readUser(client: number, address: number, length: number): Uint8Array;
}

export interface CallResult<L extends Layout> {
  /** 0 or more, or -errno. */
  readonly result: number;
  /** A call that blocks: its number, to wait for. */
  readonly ticket: number | undefined;
  readonly out: Struct<L>;
}

export class UserProcess {
  readonly client: number;
  private readonly engine: Applier;
  private next = ARENA_BASE;
  private writes: { address: number; bytes: Uint8Array }[] = [];

  /** Opens the render node as client `client`. Throws Bug when that fails. */
  constructor(engine: Applier, client: number, node: 'tyr' | 'nova' = 'tyr', privileged = false) {
    this.engine = engine;
    this.client = client;
    const { result } = engine.apply({ kind: 'open', client, node, privileged });
    if (result < 0) throw new Bug(`open of the render node failed with errno ${-result}`);
  }

  /** Puts bytes into the process's memory with the next call; gives their address. */
  put(bytes: Uint8Array): number {
    const address = this.next;
    this.next += Math.ceil(bytes.length / ARENA_ALIGN) * ARENA_ALIGN;
    this.writes.push({ address, bytes });
    return address;
  }

  /** Structs one after the other, as arrays are passed. */
  putStructs<L extends Layout>(layout: L, items: readonly Partial<Struct<L>>[]): number {
    const bytes = new Uint8Array(Math.max(1, items.length * layout.size));
    items.forEach((item, i) => layout.encodeInto(bytes, i * layout.size, item));
    return this.put(bytes);
  }

  call<L extends Layout>(spec: IoctlSpec<L>, values: Partial<Struct<L>>): CallResult<L> {
    return this.raw(spec, spec.layout.encode(values));
  }

  /** A call with its argument as bytes. */
  raw<L extends Layout>(spec: IoctlSpec<L>, argument: Uint8Array): CallResult<L> {
    const { writes } = this;
    this.writes = [];
    const answer = this.engine.apply({
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

  /** As `call`; throws Bug when the driver refuses. For calls that cannot fail here. */
  must<L extends Layout>(spec: IoctlSpec<L>, values: Partial<Struct<L>>): Struct<L> {
    const { result, out } = this.call(spec, values);
    if (result < 0) throw new Bug(`${spec.name} failed with errno ${-result}`);
    return out;
  }

  read(address: number, length: number): Uint8Array {
    return this.engine.readUser(this.client, address, length);
  }

  /** Maps a range of the device file; the user address, or -errno. */
  mmap(offset: number, length: number, write = true): number {
    return this.engine.apply({ kind: 'mmap', client: this.client, offset, length, write }).result;
  }

  write(address: number, bytes: Uint8Array): void {
    this.engine.apply({ kind: 'user-write', client: this.client, address, bytes });
  }

  close(): void {
    this.engine.apply({ kind: 'close', client: this.client });
  }
}
