/**
 * How the page reaches its host: the bridge that the desktop's preload puts into `window.tyr`, or a WebSocket on the
 * server the page came from. Both carry the frames of protocol/client.
 */
import type { Transport } from '../protocol/client.ts';
import { decodeFrame, encodeFrame } from '../protocol/wire.ts';

/** What the preload offers. */
export interface Bridge {
  send(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
  onClose(listener: (reason: string) => void): void;
}

declare global {
  interface Window {
    readonly tyr?: Bridge;
  }
}

/** The transport of this page, once it carries frames. */
export function openTransport(): Promise<Transport> {
  return window.tyr === undefined ? openSocket() : Promise.resolve(window.tyr);
}

/** Where the host of the browser listens. */
const SOCKET_PATH = '/socket';

function openSocket(): Promise<Transport> {
  const url = new URL(SOCKET_PATH, document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const frameListeners: ((frame: unknown) => void)[] = [];
    const closeListeners: ((reason: string) => void)[] = [];
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!(event.data instanceof ArrayBuffer)) return;
      const frame = decodeFrame(new Uint8Array(event.data));
      for (const listener of frameListeners) listener(frame);
    };
    socket.onclose = (event) => {
      const reason = event.reason === '' ? 'the connection to the host was closed' : event.reason;
      reject(new Error(reason));
      for (const listener of closeListeners) listener(reason);
    };
    socket.onopen = () =>
      resolve({
        send: (frame) => socket.send(new Uint8Array(encodeFrame(frame))),
        onFrame: (listener) => frameListeners.push(listener),
        onClose: (listener) => closeListeners.push(listener),
      });
  });
}
