/**
 * The processes that use the driver: their open file, their memory, and the calls of theirs that wait for an
 * answer. Everything that changes them is an input.
 */
import { UsageError } from '../../base/errors.ts';
import {
  isPending,
  type Client,
  type IoctlReply,
  type OpenFile,
  type Pending,
  type ProcessFds,
} from '../../driver/kernel/char-device.ts';
import { ERRNO, KernelError, fail } from '../../driver/kernel/errno.ts';
import type { Kernel } from '../../driver/kernel/kernel.ts';
import { NOVA_NODE_PATH } from '../../driver/nova/nova.ts';
import { UserMemory, type UserMemoryState } from '../../driver/kernel/uaccess.ts';

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

export type ClientsState = {
  readonly nextTicket: number;
  readonly waiting: readonly (readonly [string, number])[];
  readonly answers: readonly { readonly ticket: number; readonly ret: number; readonly arg: Uint8Array }[];
  readonly processes: readonly {
    readonly client: number;
    readonly path: string;
    readonly privileged: boolean;
    readonly file: number;
    readonly nextMap: number;
    readonly memory: UserMemoryState;
  }[];
};

interface Process {
  readonly path: string;
  readonly privileged: boolean;
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

  /** Which driver's node a client has open. */
  driverOf(client: number): 'tyr' | 'nova' {
    return this.of(client).path === NOVA_NODE_PATH ? 'nova' : 'tyr';
  }

  openNode(client: number, path: string, privileged: boolean): CallReply {
    if (this.processes.has(client)) throw new UsageError(`client ${client} has the device open already`);
    return this.attempt(() => {
      const file = this.kernel.nodes.open(path, this.identity(client, privileged));
      this.processes.set(client, this.process(path, privileged, file, MMAP_BASE));
      return { result: 0 };
    });
  }

  private identity(client: number, privileged: boolean): Client {
    return {
      pid: client,
      comm: `client${client}`,
      capabilities: new Set(privileged ? ['SYS_NICE', 'SYS_ADMIN'] : []),
      answer: (waiter, reply) => this.answered(client, waiter, reply),
    };
  }

  private process(path: string, privileged: boolean, file: OpenFile, nextMap: number): Process {
    return { path, privileged, memory: new UserMemory((id) => file.restoreMapping(id)), file, nextMap };
  }

  close(client: number): void {
    const process = this.of(client);
    this.processes.delete(client);
    process.file.close();
    process.memory.clear();
  }

  ioctl(client: number, command: number, argument: Uint8Array): CallReply {
    const process = this.of(client);
    return this.outcome(client, argument, process.file.ioctl(command, argument, process.memory));
  }

  private outcome(client: number, argument: Uint8Array, outcome: IoctlReply | Pending): CallReply {
    if (!isPending(outcome)) return { result: outcome.ret, argument: merged(argument, outcome.arg) };
    const ticket = this.nextTicket++;
    this.waiting.set(`${client}:${outcome.waiter}`, ticket);
    return { result: 0, ticket };
  }

  /** An ioctl on a file the process got from the device. */
  fdIoctl(client: number, fd: number, command: number, argument: Uint8Array): CallReply {
    const process = this.of(client);
    return this.attempt(() =>
      this.outcome(client, argument, process.file.fds.ioctl(fd, command, argument, process.memory)),
    );
  }

  /** What else the process does with its files; the result is a number, or -errno. */
  file(client: number, body: (fds: ProcessFds) => number | void): CallReply {
    const { fds } = this.of(client).file;
    return this.attempt(() => ({ result: body(fds) ?? 0 }));
  }

  /** A signal for whoever waits under this ticket. UsageError when nobody does. */
  interrupt(ticket: number): CallReply {
    const found = [...this.waiting]
      .find(([, t]) => t === ticket)?.[0]
      .split(':')
      .map(Number);
    const [client, waiter] = found ?? [];
    if (client === undefined || waiter === undefined) throw new UsageError(`no call waits under ${ticket}`);
    return this.file(client, (fds) => void fds.interrupt(waiter));
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

  /** Bytes of every process, what waits and what was answered. */
  save(): ClientsState {
    return {
      nextTicket: this.nextTicket,
      waiting: [...this.waiting],
      answers: [...this.answers].map(([ticket, { ret, arg }]) => ({ ticket, ret, arg })),
      processes: [...this.processes].map(([client, p]) => ({
        client,
        path: p.path,
        privileged: p.privileged,
        file: p.file.id,
        nextMap: p.nextMap,
        memory: p.memory.save(),
      })),
    };
  }

  /** The processes of a saved state as a driver that loads its own state asks for them, by pid. */
  identities(state: ClientsState): (pid: number) => Client {
    const privileged = new Set(state.processes.filter((p) => p.privileged).map((p) => p.client));
    return (pid) => this.identity(pid, privileged.has(pid));
  }

  /** After the driver, whose files the processes name. */
  load(state: ClientsState): void {
    this.nextTicket = state.nextTicket;
    this.waiting.clear();
    for (const [key, ticket] of state.waiting) this.waiting.set(key, ticket);
    this.answers.clear();
    for (const { ticket, ret, arg } of state.answers) this.answers.set(ticket, { ret, arg });
    this.processes.clear();
    for (const { client, path, privileged, file: id, nextMap, memory } of state.processes) {
      const file = this.kernel.nodes.file(path, id) ?? deadFile(id);
      const process = this.process(path, privileged, file, nextMap);
      process.memory.load(memory);
      this.processes.set(client, process);
    }
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

/** A file whose device was unbound while it was open. */
function deadFile(id: number): OpenFile {
  const gone = (): never => fail('ENODEV', 'the device is gone');
  return {
    id,
    ioctl: () => ({ ret: -ERRNO.ENODEV, arg: new Uint8Array(0) }),
    mmap: gone,
    fds: {
      close: gone,
      send: gone,
      ioctl: gone,
      eventfd: gone,
      read: gone,
      interrupt: gone,
    },
    restoreMapping: gone,
    close: () => {},
  };
}

/** The argument with the bytes that came back laid over it. */
function merged(argument: Uint8Array, back: Uint8Array): Uint8Array {
  const out = Uint8Array.from(argument);
  out.set(back.subarray(0, out.length));
  return out;
}
