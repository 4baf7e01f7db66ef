/**
 * Device nodes: what a client process opens under /dev and the calls it makes on the open file. The engine enters
 * here; each call is one journalled input and returns at once. A call that has to wait answers `Pending` and is
 * finished later through `Client.answer`.
 */
import { Bug } from '../../base/errors.ts';
import type { Disposable } from '../../base/disposable.ts';
import { fail } from './errno.ts';
import type { UserBacking, UserMemory } from './uaccess.ts';

export type Capability = 'SYS_ADMIN' | 'SYS_NICE';

/** A process that uses the driver. */
export interface Client {
  /** Stable across save and load. */
  readonly pid: number;
  /** Its name, for logs. */
  readonly comm: string;
  readonly capabilities: ReadonlySet<Capability>;
  /**
   * The result of a call that answered `Pending`. Called from inside whatever ended the wait: take note of it,
   * never call the driver from here.
   */
  answer(waiter: number, reply: IoctlReply): void;
}

/** A finished ioctl: 0 or more, or -errno, and the bytes to be written over the argument. */
export interface IoctlReply {
  readonly ret: number;
  readonly arg: Uint8Array;
}

/** The call waits; its reply comes under this number. */
export interface Pending {
  readonly waiter: number;
}

export function isPending(outcome: IoctlReply | Pending): outcome is Pending {
  return 'waiter' in outcome;
}

export interface MmapFlags {
  readonly write: boolean;
  readonly exec: boolean;
  readonly shared: boolean;
}

/** The other files a process got from a device: buffers and fences it passes around. KernelError EBADF for unknown ones. */
export interface ProcessFds {
  close(fd: number): void;
  /** Passes it to another process; the number it has there. KernelError EMFILE. */
  send(fd: number, toPid: number): number;
  ioctl(fd: number, command: number, argument: Uint8Array, user: UserMemory): IoctlReply | Pending;
  /** eventfd(); KernelError EMFILE. */
  eventfd(): number;
  /** read() of an eventfd: its count, which falls to 0. KernelError EINVAL. */
  read(fd: number): number;
  /** A signal ends a call that waits; false when it does not wait. */
  interrupt(waiter: number): boolean;
}

/** An open file description. */
export interface OpenFile {
  readonly id: number;
  /** `arg` holds the bytes at the argument pointer, as many as the number's size field says. */
  ioctl(cmd: number, arg: Uint8Array, user: UserMemory): IoctlReply | Pending;
  /** The pages to show; KernelError when refused. */
  mmap(offset: number, length: number, flags: MmapFlags): UserBacking;
  /** Files of the process. */
  readonly fds: ProcessFds;
  /** A mapping of saved user memory, by the id of its backing; the references it holds are part of saved state. */
  restoreMapping(id: string): UserBacking;
  /** The last reference went away. */
  close(): void;
}

export interface CharDevice {
  open(client: Client): OpenFile;
  /** An open file by its id, after state was loaded. */
  file(id: number): OpenFile | undefined;
}

/** The nodes under /dev. */
export class DeviceNodes {
  private readonly nodes = new Map<string, CharDevice>();

  /** Bug when the path is taken. */
  add(path: string, device: CharDevice): Disposable {
    if (this.nodes.has(path)) throw new Bug(`device node ${path} exists`);
    this.nodes.set(path, device);
    return { dispose: () => this.nodes.delete(path) };
  }

  get paths(): readonly string[] {
    return [...this.nodes.keys()];
  }

  /** KernelError ENOENT, or what the device says. */
  open(path: string, client: Client): OpenFile {
    return (this.nodes.get(path) ?? fail('ENOENT', `no device node ${path}`)).open(client);
  }

  /** A file that is open, by its id: files are made anew when state is loaded. */
  file(path: string, id: number): OpenFile | undefined {
    return this.nodes.get(path)?.file(id);
  }
}
