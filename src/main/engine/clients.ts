/**
 * The processes that use the driver: their open file, their memory, and the calls of theirs that wait for an
 * answer. Everything that changes them is an input.
 */
import { UsageError } from '../../base/errors.ts';
import type { PlainObject } from '../../base/stateful.ts';
import { isPending, type Client, type IoctlReply, type OpenFile } from '../../driver/kernel/char-device.ts';
import { KernelError } from '../../driver/kernel/errno.ts';
import type { Kernel } from '../../driver/kernel/kernel.ts';
import { UserMemory } from '../../driver/kernel/uaccess.ts';

/** Where mapped objects appear in a process, growing upwards (chosen). */
const MMAP_BASE = 0x7000_0000_0000;
/** Pages left free behind each mapping, so that overruns are seen. */
const GUARD = 0x1000;
const PAGE = 0x1000;

export interface CallReply {
  /** 0 or more, or -errno. */
  readonly result: number;
  /** Number of a call that waits. */
  readonly ticket?: number;
  /** The argument as it is after the call. */
  readonly argument?: Uint8Array;
}

interface Process {
  readonly memory: UserMemory;
  readonly file: OpenFile;
  nextMap: number;
}

export class Clients {
  private readonly kernel: Kernel;
  private readonly processes = new Map<number, Process>();
  private readonly waiting = new Map<string, number>();
  private readonly answers = new Map<number, IoctlReply>();
  private nextTicket = 1;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  get open(): readonly number[] {
    return [...this.processes.keys()];
  }

  /** The smallest number nobody has. */
  free(): number {
    let client = 1;
    while (this.processes.has(client)) client++;
    return client;
  }

  openNode(client: number, path: string, privileged: boolean): CallReply {
    if (this.processes.has(client)) throw new UsageError(`client ${client} has the device open already`);
    const who: Client = {
      pid: client,
      comm: `client${client}`,
      capabilities: new Set(privileged ? ['SYS_NICE', 'SYS_ADMIN'] : []),
      answer: (waiter, reply) => this.answered(client, waiter, reply),
    };
    return this.attempt(() => {
      const file = this.kernel.nodes.open(path, who);
      this.processes.set(client, { memory: new UserMemory(), file, nextMap: MMAP_BASE });
      return { result: 0 };
    });
  }

  close(client: number): void {
    const process = this.of(client);
    this.processes.delete(client);
    process.file.close();
    process.memory.clear();
  }

  ioctl(client: number, command: number, argument: Uint8Array): CallReply {
    const process = this.of(client);
    const outcome = process.file.ioctl(command, argument, process.memory);
    if (!isPending(outcome)) return { result: outcome.ret, argument: merged(argument, outcome.arg) };
    const ticket = this.nextTicket++;
    this.waiting.set(`${client}:${outcome.waiter}`, ticket);
    return { result: 0, ticket };
  }

  mmap(client: number, offset: number, length: number, write: boolean): CallReply {
    const process = this.of(client);
    return this.attempt(() => {
      const backing = process.file.mmap(offset, length, { write, exec: false, shared: true });
      const address = process.nextMap;
      const size = Math.ceil(length / PAGE) * PAGE;
      process.nextMap += size + GUARD;
      process.memory.mapObject(address, size, backing, write);
      return { result: address };
    });
  }

  munmap(client: number, address: number, length: number): void {
    this.of(client).memory.unmap(address, length);
  }

  write(client: number, address: number, bytes: Uint8Array): void {
    this.of(client).memory.place(address, bytes);
  }

  /** No side effects. KernelErrors for bad addresses become UsageError. */
  read(client: number, address: number, length: number): Uint8Array {
    try {
      return this.of(client).memory.copyFrom(address, length);
    } catch (error) {
      if (error instanceof KernelError) throw new UsageError(error.message);
      throw error;
    }
  }

  /** The reply to a call that waited, once it is there. */
  answerOf(ticket: number): IoctlReply | undefined {
    return this.answers.get(ticket);
  }

  private answered(client: number, waiter: number, reply: IoctlReply): void {
    const key = `${client}:${waiter}`;
    const ticket = this.waiting.get(key);
    if (ticket === undefined) return;
    this.waiting.delete(key);
    this.answers.set(ticket, reply);
  }

  /** Bytes of every process and what waits, for the state hash. */
  save(): PlainObject {
    return {
      nextTicket: this.nextTicket,
      waiting: [...this.waiting].map(([key, ticket]) => [key, ticket]),
      processes: [...this.processes].map(([client, p]) => [client, p.nextMap, p.memory.save()]),
    };
  }

  private of(client: number): Process {
    const process = this.processes.get(client);
    if (process === undefined) throw new UsageError(`client ${client} has nothing open`);
    return process;
  }

  private attempt(body: () => CallReply): CallReply {
    try {
      return body();
    } catch (error) {
      if (error instanceof KernelError) return { result: error.ret };
      throw error;
    }
  }
}

/** The argument with the bytes that came back laid over it. */
function merged(argument: Uint8Array, back: Uint8Array): Uint8Array {
  const out = Uint8Array.from(argument);
  out.set(back.subarray(0, out.length));
  return out;
}
