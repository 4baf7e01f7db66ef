/**
 * Calls of client processes as the session records them: which call, by whom, its argument with the arrays it points
 * to, and what came back. The row stands before everything the call does, so that what it caused follows it up to the
 * next input.
 */
import { hex } from '../../base/bits.ts';
import type { InputOf } from '../../protocol/inputs.ts';
import { FD_IOCTLS } from '../../spec/uapi/fd-structs.ts';
import type { CallReply, Clients } from './clients.ts';
import { describeArgument, describeStruct, ioctlOf } from './ioctl-text.ts';
import type { IoctlRow } from '../../protocol/records.ts';
import type { Sequence } from './sequence.ts';

/** What the calls need of the engine. */
export interface CallHost {
  readonly sequence: Sequence;
  now(): number;
  record(row: IoctlRow): void;
  /** Names what runs now, for the cause of accesses. */
  begin(name: string): void;
}

export type FileInput = InputOf<'fd-close' | 'fd-send' | 'fd-ioctl' | 'eventfd' | 'eventfd-read' | 'interrupt'>;

export class DriverCalls {
  private readonly clients: Clients;
  private readonly host: CallHost;

  constructor(clients: Clients, host: CallHost) {
    this.clients = clients;
    this.host = host;
  }

  ioctl(input: InputOf<'ioctl'>): CallReply {
    const { client, command, argument } = input;
    this.store(input);
    const spec = ioctlOf(command, this.clients.driverOf(client));
    const name = spec?.name ?? hex(command);
    const at = this.begin(input.label ?? name);
    const reply = this.clients.ioctl(client, command, argument);
    const read = (address: number, length: number): Uint8Array => this.clients.read(client, address, length);
    const args = describeArgument(spec, reply.argument ?? argument, read);
    this.host.record({ ...at, client, name, result: reply.result, args });
    return reply;
  }

  /** What a process does with files it got from the device. */
  file(input: FileInput): CallReply {
    const { clients } = this;
    switch (input.kind) {
      case 'fd-close':
        return clients.file(input.client, (fds) => fds.close(input.fd));
      case 'fd-send':
        return clients.file(input.client, (fds) => fds.send(input.fd, input.to));
      case 'eventfd':
        return clients.file(input.client, (fds) => fds.eventfd());
      case 'eventfd-read':
        return clients.file(input.client, (fds) => fds.read(input.fd));
      case 'interrupt':
        return clients.interrupt(input.ticket);
      case 'fd-ioctl':
        return this.fdIoctl(input);
    }
  }

  private fdIoctl(input: InputOf<'fd-ioctl'>): CallReply {
    const { client, fd, command, argument } = input;
    this.store(input);
    const spec = Object.values(FD_IOCTLS).find((s) => s.number === command);
    const name = spec?.name ?? hex(command);
    const at = this.begin(name);
    const reply = this.clients.fdIoctl(client, fd, command, argument);
    const fields = spec === undefined ? {} : describeStruct(spec.layout, reply.argument ?? argument);
    this.host.record({ ...at, client, name, result: reply.result, args: JSON.stringify({ file: fd, ...fields }) });
    return reply;
  }

  /** Puts into the process's memory what it wrote there before the call. */
  private store({ client, writes }: InputOf<'ioctl' | 'fd-ioctl'>): void {
    for (const { address, bytes } of writes) this.clients.write(client, address, bytes);
  }

  private begin(name: string): { seq: number; timeNs: number } {
    this.host.begin(name);
    return { timeNs: this.host.now(), seq: this.host.sequence.next() };
  }
}
