/**
 * The GDB remote server: one client at a time on a loopback socket, packets answered in order, Ctrl+C at once. A
 * client that speaks HTTP (a web page reaching for the port) is dropped.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Client } from '../../../protocol/client.ts';
import { frame, PacketReader, type Incoming } from './packets.ts';
import { GdbSession } from './session.ts';

/** Beginnings of HTTP requests; nothing in the protocol begins so. */
const HTTP = /^(GET|POST|PUT|HEAD|OPTIONS|PATCH|DELETE|CONNECT|TRACE|PRI) /;

export interface GdbServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; `port` 0 takes a free one. */
export async function startGdbServer(client: Client, port: number, log: (text: string) => void): Promise<GdbServer> {
  let present: Visit | undefined;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const before = present;
    if (before !== undefined && !before.leaving) {
      log('a second debugger was refused');
      socket.destroy();
      return;
    }
    before?.socket.destroySoon();
    const visit: Visit = { socket, leaving: false, over: Promise.resolve() };
    present = visit;
    sockets.add(socket);
    // One that has said goodbye is let out first: its connection may close later than the next one opens.
    visit.over = (before?.over ?? visit.over)
      .then(() => serve(client, socket, log, visit))
      .finally(() => {
        visit.leaving = true;
        sockets.delete(socket);
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        for (const s of sockets) s.destroy();
        server.close(() => resolve());
      }),
  };
}

/** A debugger's connection. */
interface Visit {
  readonly socket: Socket;
  /** It has detached, or is gone. */
  leaving: boolean;
  over: Promise<void>;
}

/** Packets after which a debugger goes. */
const GOODBYE = /^(D|k$|vKill)/;

async function serve(client: Client, socket: Socket, log: (text: string) => void, visit: Visit): Promise<void> {
  if (socket.destroyed) return;
  socket.setNoDelay(true);
  const reader = new PacketReader();
  const session = new GdbSession(client, (reply) => void socket.write(frame(reply), 'latin1'));
  const notices = client.on('stopped', (state) => session.stopped(state));
  await client.call('debug.attach', { on: true, by: 'gdb' });
  const queue: string[] = [];
  let working: Promise<void> = Promise.resolve();
  let first = true;

  const work = async (): Promise<void> => {
    for (let packet = queue.shift(); packet !== undefined; packet = queue.shift()) await session.handle(packet);
  };
  const take = (incoming: Incoming): void => {
    if ('interrupt' in incoming) session.interrupt();
    else if ('bad' in incoming) {
      if (!session.noAck) socket.write('-');
    } else {
      if (!session.noAck) socket.write('+');
      if (GOODBYE.test(incoming.packet)) visit.leaving = true;
      queue.push(incoming.packet);
      working = working.then(work).catch((error: unknown) => {
        log(`gdb: ${error instanceof Error ? error.message : String(error)}`);
        socket.destroy();
      });
    }
  };
  socket.on('data', (bytes) => {
    if (first && HTTP.test(bytes.toString('latin1', 0, 16))) {
      log('a client that speaks HTTP was dropped');
      socket.destroy();
      return;
    }
    first = false;
    for (const incoming of reader.feed(bytes)) take(incoming);
  });
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
  session.interrupt();
  await working;
  notices.dispose();
  await client.call('debug.attach', { on: false, by: 'gdb' }).catch(() => {});
}
