/**
 * The workspace for a browser: one HTTP server with the files of the page and the WebSocket its messages go
 * through. Loopback unless told otherwise. What is checked, and why, is in security.ts and door.ts.
 */
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { UsageError } from '../../../base/errors.ts';
import { decodeFrame, encodeFrame, MAX_FRAME } from '../../../protocol/wire.ts';
import { Peer } from '../workspace/peer.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Asset } from './assets.ts';
import { Door } from './door.ts';
import { DOWNLOAD_PATH, type Downloads } from './downloads.ts';
import { hostAllowed, originAllowed, SECURITY_HEADERS } from './security.ts';

export const SOCKET_PATH = '/socket';
/** Sockets at once (chosen). */
const MAX_SOCKETS = 32;
/** Bytes a page may be behind before notices are held back. */
const BEHIND_BYTES = 1 << 20;
/** Bytes of answers a page may leave unread before it is let go: a few of the largest frames (chosen). */
const UNREAD_BYTES = 1 << 28;
/** How often a held-back page is looked at again, and a silent one asked, in ms. */
const DRAIN_MS = 100;
const PING_MS = 30_000;
const MAX_HEADER_BYTES = 16_384;
const REQUEST_MS = 30_000;
/** A new link is printed for a used one, this often at most, in ms. */
const REISSUE_MS = 5000;

export interface WebParts {
  readonly workspace: Workspace;
  readonly assets: ReadonlyMap<string, Asset>;
  readonly downloads: Downloads;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  note(line: string): void;
}

export interface WebServer {
  /** Where a person gets in; the token in it works once. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; rejects with UsageError when it cannot. */
export async function startWebServer(parts: WebParts): Promise<WebServer> {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requestTimeout: REQUEST_MS });
  const port = await listen(server, parts.host, parts.port);
  const web = new Web(parts, port);
  server.on('request', (request, response) => web.request(request, response));
  server.on('upgrade', (request, socket, head) => web.upgrade(request, socket, head));
  server.on('clientError', (_error, socket) => void socket.destroy());
  return {
    url: web.link(),
    port,
    async close() {
      web.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use; choose another with --port' : error.message;
      reject(new UsageError(`cannot listen on ${host}, port ${port}: ${reason}`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

class Web {
  private readonly parts: WebParts;
  private readonly port: number;
  private readonly door: Door;
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    clientTracking: true,
  });
  private reissuedMs = -Infinity;

  constructor(parts: WebParts, port: number) {
    this.parts = parts;
    this.port = port;
    this.door = new Door(port);
  }

  link(): string {
    const { host } = this.parts;
    const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
    return `http://${shown}:${this.port}/?token=${this.door.issue()}`;
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.parts.downloads.close();
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const text = (status: number, body: string): void => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
      response.end(`${body}\n`);
    };
    if (!hostAllowed(request.headers.host, this.parts.host, this.port)) return text(403, 'Not this host.');
    if (!originAllowed(request, false)) return text(403, 'Not from another site.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'Only GET.');
    const [urlPath = '/', search = ''] = (request.url ?? '/').split('?', 2);
    const token = urlPath === '/' ? new URLSearchParams(search).get('token') : null;
    if (token !== null) return this.enter(token, request, response, text);
    if (!this.door.knows(request)) return text(401, 'Open the link that the terminal shows.');
    if (urlPath.startsWith(DOWNLOAD_PATH)) {
      return this.download(urlPath.slice(DOWNLOAD_PATH.length), request, response, text);
    }
    const asset = this.parts.assets.get(urlPath);
    if (asset === undefined) return text(404, 'There is no such file.');
    response.writeHead(200, {
      'Content-Type': asset.type,
      'Content-Length': asset.bytes.length,
      'Cache-Control': asset.fixed ? 'private, max-age=31536000, immutable' : 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : asset.bytes);
  }

  private enter(
    token: string,
    request: IncomingMessage,
    response: ServerResponse,
    text: (status: number, body: string) => void,
  ): void {
    const cookie = this.door.exchange(token);
    if (cookie === undefined && !this.door.knows(request)) {
      const now = performance.now();
      if (now - this.reissuedMs > REISSUE_MS) {
        this.reissuedMs = now;
        this.parts.note(`A used or wrong link was opened. A new one: ${this.link()}`);
      }
      return text(401, 'This link was used, or is not the newest. The terminal shows a new one.');
    }
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' });
    response.end();
  }

  private download(
    token: string,
    request: IncomingMessage,
    response: ServerResponse,
    text: (status: number, body: string) => void,
  ): void {
    const { downloads } = this.parts;
    const download = request.method === 'GET' ? downloads.take(token) : undefined;
    if (download === undefined) return text(404, 'This download was taken, or never was.');
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': download.size,
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(download.name)}`,
      'Cache-Control': 'no-store',
    });
    const stream = createReadStream(download.file);
    stream.on('close', () => downloads.done(download));
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    stream.pipe(response);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refuse = (status: string, why: string): void => {
      this.parts.note(`refused a socket: ${why}`);
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    };
    socket.on('error', () => socket.destroy());
    if (request.url !== SOCKET_PATH) return refuse('404 Not Found', 'no such path');
    if (!hostAllowed(request.headers.host, this.parts.host, this.port)) return refuse('403 Forbidden', 'wrong Host');
    if (!originAllowed(request, true)) return refuse('403 Forbidden', 'wrong Origin');
    if (!this.door.knows(request)) return refuse('401 Unauthorized', 'no cookie');
    if (this.sockets.clients.size >= MAX_SOCKETS) return refuse('503 Service Unavailable', 'too many');
    this.sockets.handleUpgrade(request, socket, head, (ws) => this.connect(ws));
  }

  private connect(ws: WebSocket): void {
    const { workspace, note } = this.parts;
    const peer = new Peer(workspace, {
      send: (frame) => {
        ws.send(encodeFrame(frame));
        if (ws.bufferedAmount <= UNREAD_BYTES) return;
        note('let a page go: it does not read what it asked for');
        ws.terminate();
      },
      busy: () => ws.bufferedAmount > BEHIND_BYTES,
      drop: (reason) => ws.close(1008, reason),
      note: (line) => note(line),
    });
    let alive = true;
    const drain = setInterval(() => {
      if (ws.bufferedAmount <= BEHIND_BYTES) peer.drained();
    }, DRAIN_MS);
    const ping = setInterval(() => {
      if (!alive) ws.terminate();
      alive = false;
      ws.ping();
    }, PING_MS);
    ws.on('pong', () => (alive = true));
    ws.on('message', (data, binary) => {
      alive = true;
      if (!binary || !(data instanceof Uint8Array)) {
        peer.refuse('a frame of text; frames are binary');
        return;
      }
      let frame: unknown;
      try {
        frame = decodeFrame(data);
      } catch (error) {
        peer.refuse(error instanceof Error ? error.message : 'a frame');
        return;
      }
      peer.receive(frame);
    });
    ws.on('error', (error) => note(`a socket failed: ${error.message}`));
    ws.on('close', () => {
      clearInterval(drain);
      clearInterval(ping);
      peer.close();
    });
  }
}
