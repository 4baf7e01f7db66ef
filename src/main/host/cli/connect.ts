/**
 * `--connect URL`: the bench that `tyr serve` runs, in place of one of the command's own. The URL is the link a host
 * prints; its token is exchanged for a cookie as a browser does, then the frames of docs/window.md go over its socket.
 */
import { request } from 'node:http';
import { UsageError } from '../../../base/errors.ts';
import { Client, type Transport } from '../../../protocol/client.ts';
import { PROTOCOL_VERSION } from '../../../protocol/messages.ts';
import { decodeFrame, encodeFrame } from '../../../protocol/wire.ts';

export interface Connection {
  readonly client: Client;
  close(): void;
}

const SOCKET_PATH = '/socket';
/** How long a host may take to answer, in ms (chosen). */
const ANSWER_MS = 10_000;
const REMEDY = 'give the newest link that `tyr serve` printed, in quotes';

/** Opens the way to a host; UsageError when there is none, or it lets nobody in with this link. */
export async function connect(text: string): Promise<Connection> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || !url.searchParams.has('token')) {
    throw new UsageError(`--connect ${text}: not a link of a bench; ${REMEDY}`);
  }
  const cookie = await enter(url);
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(`ws://${url.host}${SOCKET_PATH}`, {
    headers: { Cookie: cookie, Origin: url.origin },
    handshakeTimeout: ANSWER_MS,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', (error) =>
      reject(new UsageError(`--connect: ${url.host} refuses the socket: ${error.message}`)),
    );
  });
  const transport: Transport = {
    send: (frame) => socket.send(encodeFrame(frame)),
    onFrame: (listener) =>
      void socket.on('message', (data) => {
        if (data instanceof Uint8Array) listener(decodeFrame(data));
      }),
    onClose: (listener) => {
      socket.on('error', () => {});
      socket.on('close', (_code, reason) => listener(reason.length > 0 ? reason.toString() : 'the host went away'));
    },
  };
  const client = new Client(transport);
  await client.call('host.hello', { protocol: PROTOCOL_VERSION });
  return { client, close: () => socket.close() };
}

/** The cookie for a link's token. */
function enter(url: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string): void => reject(new UsageError(`--connect ${url.origin}: ${why}; ${REMEDY}`));
    const asked = request(url, { timeout: ANSWER_MS }, (response) => {
      response.resume();
      const [cookie] = response.headers['set-cookie'] ?? [];
      if (cookie === undefined) refuse(`the host does not take this link (${response.statusCode})`);
      else resolve(cookie.split(';', 1)[0] ?? '');
    });
    asked.on('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.on('error', (error) => refuse(error.message));
    asked.end();
  });
}
