/** The browser's host from outside: the door, the checks, files by list, frames; a bench driven over the socket. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Client, type Transport } from '../../../protocol/client.ts';
import { PROTOCOL_VERSION } from '../../../protocol/messages.ts';
import { decodeFrame, encodeFrame, MAX_FRAME } from '../../../protocol/wire.ts';
import { hostAllowed } from './security.ts';
import { serve } from './serve.ts';
import type { WebServer } from './server.ts';

/** Other work may share the machine. */
const PATIENT = { timeout: 20_000 };

const PAGE = '<!doctype html><title>page</title>';
let dir = '';
let web: WebServer;
let cookie = '';
let setCookie = '';
const notes: string[] = [];
const home = process.env['XDG_DATA_HOME'];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const r = httpRequest({ host: '127.0.0.1', port: web.port, path: target, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (t: string) => (body += t));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    r.on('error', reject);
    r.end();
  });
}

function open(headers: Record<string, string>, target = '/socket'): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${web.port}${target}`, { headers });
  return new Promise((resolve, reject) => {
    ws.once('open', () => resolve(ws));
    ws.once('error', reject);
  });
}

const ours = () => ({ Cookie: cookie, Origin: `http://127.0.0.1:${web.port}` });

function client(ws: WebSocket): Client {
  const transport: Transport = {
    send: (frame) => ws.send(encodeFrame(frame)),
    onFrame: (listener) => void ws.on('message', (data) => listener(decodeFrame(data as Uint8Array))),
    onClose: (listener) => void ws.on('close', (code) => listener(`closed with ${code}`)),
  };
  return new Client(transport);
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-web-'));
  process.env['XDG_DATA_HOME'] = path.join(dir, 'data');
  mkdirSync(path.join(dir, 'page/assets'), { recursive: true });
  writeFileSync(path.join(dir, 'page/index.html'), PAGE);
  writeFileSync(path.join(dir, 'page/assets/main.js'), '1;');
  writeFileSync(path.join(dir, 'secret.js'), 'secret');
  web = await serve({ host: '127.0.0.1', port: 0, note: (l) => notes.push(l), renderer: path.join(dir, 'page') });
});
afterAll(async () => {
  await web.close();
  if (home === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = home;
  rmSync(dir, { recursive: true, force: true });
});

describe('the door', () => {
  it('gives nothing without the link', async () => {
    for (const target of ['/', '/index.html', '/assets/main.js', '/?token=wrong', '/?token=']) {
      expect((await get(target)).status, target).toBe(401);
    }
  });

  it('takes the token once, for a cookie that scripts and other sites cannot use', async () => {
    const target = web.url.slice(web.url.indexOf('/?'));
    // A wrong token was tried above, which printed a new link: the old one is void.
    expect((await get(target)).status).toBe(401);
    const printed = notes.map((n) => /\/\?token=\S+/.exec(n)?.[0]).findLast((t) => t !== undefined);
    const first = await get(printed!);
    expect(first.status).toBe(303);
    expect(first.headers.location).toBe('/');
    [setCookie = ''] = first.headers['set-cookie'] ?? [];
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/);
    [cookie = ''] = setCookie.split(';');
    expect((await get(printed!)).status).toBe(401);
    const page = await get('/', { Cookie: cookie });
    expect(page).toMatchObject({ status: 200, body: PAGE });
  });

  it('asks for our Host and Origin', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${web.port}`,
      '127.0.0.1:1',
      `127.0.0.1.evil.example:${web.port}`,
    ]) {
      expect((await get('/', { Cookie: cookie, Host: host })).status, host).toBe(403);
    }
    expect((await get('/', { Cookie: cookie, Origin: 'http://evil.example' })).status).toBe(403);
    expect((await get('/', { Cookie: cookie, Host: `localhost:${web.port}` })).status).toBe(200);
    expect((await get('/', { Cookie: cookie }, 'POST')).status).toBe(405);
    expect(hostAllowed('192.168.1.2:80', '0.0.0.0', 80)).toBe(true);
    expect(hostAllowed('bench.example:80', '0.0.0.0', 80)).toBe(false);
    expect(hostAllowed('bench.example:80', 'bench.example', 80)).toBe(true);
    expect(hostAllowed(undefined, '127.0.0.1', 80)).toBe(false);
  });

  it('sends its headers with every answer', async () => {
    for (const answer of [await get('/'), await get('/', { Cookie: cookie }), await get('/none', { Cookie: cookie })]) {
      expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
      expect(answer.headers['content-security-policy']).not.toMatch(/unsafe-eval|blob:|http:/);
      expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin');
      expect(answer.headers['cross-origin-embedder-policy']).toBe('require-corp');
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('knows no paths but those of its list', async () => {
    const targets = [
      '/../secret.js',
      '/assets/../../secret.js',
      '/%2e%2e/secret.js',
      '/assets/%2e%2e%2f%2e%2e%2fsecret.js',
      '//secret.js',
      `${path.join(dir, 'secret.js')}`,
      '/assets/main.js%00',
      '/assets/',
      '/constructor',
      '/download/../secret.js',
      '/download/',
    ];
    for (const target of targets) {
      const answer = await get(target, { Cookie: cookie });
      expect(answer.status, target).toBe(404);
      expect(answer.body).not.toContain('secret');
    }
    expect((await get('/assets/main.js', { Cookie: cookie })).headers['cache-control']).toContain('immutable');
  });

  it('goes on with its page while another build replaces the files', async () => {
    const page = path.join(dir, 'page');
    rmSync(path.join(page, 'assets'), { recursive: true });
    writeFileSync(path.join(page, 'index.html'), '<script src="/assets/other.js"></script>');
    expect((await get('/', { Cookie: cookie })).body).toBe(PAGE);
    expect((await get('/assets/main.js', { Cookie: cookie })).body).toBe('1;');
  });
});

describe('the socket', () => {
  it.each([
    ['no cookie', () => ({ Origin: ours().Origin })],
    ['a wrong cookie', () => ({ ...ours(), Cookie: cookie.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) })],
    ['no Origin', () => ({ Cookie: cookie })],
    ['another Origin', () => ({ Cookie: cookie, Origin: 'http://evil.example' })],
    ['another port as Origin', () => ({ Cookie: cookie, Origin: 'http://127.0.0.1:1' })],
    ['another Host', () => ({ ...ours(), Host: 'evil.example' })],
  ])('refuses %s', async (_, headers) => {
    await expect(open(headers() as Record<string, string>)).rejects.toThrow(/40[13]/);
  });

  it('refuses other paths, text, frames that are none, and oversized ones', async () => {
    await expect(open(ours(), '/other')).rejects.toThrow(/404/);
    const ws = await open(ours());
    const alerts: unknown[] = [];
    ws.on('message', (data) => alerts.push(decodeFrame(data as Uint8Array)));
    ws.send('{"id":1}');
    ws.send(new Uint8Array([1, 2, 3]));
    ws.send(encodeFrame({ hello: 1 }));
    ws.send(encodeFrame({ id: 3, name: 'bench.status', params: {} }));
    await expect.poll(() => alerts.length, PATIENT).toBe(4);
    expect(JSON.stringify(alerts.slice(0, 3))).toMatch(/text.*shorter.*wrong shape/);
    expect(alerts[3]).toMatchObject({ id: 3, error: { message: 'say host.hello first' } });
    expect(notes.join('\n')).toMatch(/refused a frame of the wrong shape/);
    const closed = new Promise((resolve) => ws.once('close', resolve));
    ws.send(new Uint8Array(MAX_FRAME + 1));
    expect(await closed).toBe(1009);
  });

  it('lets go of a page that sends nonsense, and slows one that floods', async () => {
    const ws = await open(ours());
    const closed = new Promise((resolve) => ws.once('close', resolve));
    for (let i = 0; i < 50; i++) ws.send(encodeFrame(i));
    expect(await closed).toBe(1008);
    const flood = await open(ours());
    const c = client(flood);
    await c.call('host.hello', { protocol: PROTOCOL_VERSION });
    // The client itself never has so many under way; a page that is not ours might.
    const count = 6000;
    const answers: { id?: number; error?: { message: string } }[] = [];
    flood.on('message', (data) => answers.push(decodeFrame(data as Uint8Array) as (typeof answers)[number]));
    for (let i = 0; i < count; i++) flood.send(encodeFrame({ id: 100 + i, name: 'log.cancel', params: {} }));
    await expect.poll(() => answers.filter((f) => f.id !== undefined).length, PATIENT).toBe(count);
    expect(answers.some((f) => /too many/.test(f.error?.message ?? ''))).toBe(true);
    expect(answers.some((f) => f.id !== undefined && f.error === undefined)).toBe(true);
    flood.close();
  });
});

describe('a bench over the socket', () => {
  it('boots, pokes, logs, and gives its session as a download', async () => {
    const ws = await open(ours());
    const c = client(ws);
    await expect(c.call('host.hello', { protocol: PROTOCOL_VERSION + 1 })).rejects.toThrow(/protocol/);
    expect(await c.call('host.hello', { protocol: PROTOCOL_VERSION })).toMatchObject({ host: 'web', dialogs: false });
    await expect(c.call('bench.status', {})).rejects.toThrow(/no bench yet/);
    await expect(c.call('bench.create', { sessionPath: '/etc/passwd' })).rejects.toThrow(/no request/);
    let changed = 0;
    c.on('changed', () => changed++);
    const { session } = await c.call('bench.new', { name: '../../evil' });
    expect(session).toBe('evil');
    expect((await c.call('bench.boot', {})).ok).toBe(true);
    const words = await c.call('register.peekWords', { space: 'host', offsets: [0] });
    expect(words).toBeInstanceOf(Uint32Array);
    expect(words[0]).not.toBe(0);
    await c.call('register.poke', { name: 'GPU_INT_MASK', value: 0x101 });
    await c.call('session.flush', {});
    const fields = [{ name: 'initiator' as const, op: '=' as const, value: 'user' }];
    const page = await c.call('log.query', { view: 'register_access', filter: { fields } });
    expect(page.total).toBe(1);
    expect(page.rows[0]).toContain('GPU_INT_MASK');
    const tracks = await c.call('timeline.tracks', {});
    expect(tracks.tracks.length).toBeGreaterThan(5);
    const sql = await c.call('log.sql', { query: 'SELECT count(*) AS n FROM register_access' });
    expect(Number(sql.rows[0]![0])).toBeGreaterThan(10);
    await expect.poll(() => changed, PATIENT).toBeGreaterThan(0);
    expect((await c.call('session.list', {}))[0]).toMatchObject({ name: 'evil', live: true });
    expect((await c.call('example.list', {})).map((e) => e.name)).toContain('first-light.cs');
    await expect(c.call('example.read', { name: '../firmware/reference.bin' })).rejects.toThrow(/no example/);
    await expect(c.call('session.open', { id: '../../secret.js' })).rejects.toThrow(/no session/);
    await expect(c.call('session.open', {})).rejects.toThrow(/dialog/);
    const saved = await c.call('session.export', { format: 'csv', view: 'input' });
    if (saved.kind !== 'download') throw new Error('not a download');
    expect(saved.name).toBe('evil.input.csv');
    expect((await get(saved.url)).status).toBe(401);
    const download = await get(saved.url, { Cookie: cookie });
    expect(download.body).toMatch(/^seq,time_ns,branch,kind,payload\r\n1,0,0,power-on/);
    expect(download.headers['content-disposition']).toContain('evil.input.csv');
    expect((await get(saved.url, { Cookie: cookie })).status).toBe(404);
    // Another bench: the first session is left as one plain file that opens.
    expect((await c.call('bench.new', { bare: true })).session).toBe('bench');
    const old = await c.call('session.open', { id: 'evil.tyrsession' });
    expect(old.problems).toEqual([]);
    expect(old.counts['register_access']).toBeGreaterThan(10);
    const again = await c.call('log.query', { session: old.session!, view: 'register_access', filter: { fields } });
    expect(again.total).toBe(1);
    await c.call('session.close', { session: old.session! });
    ws.close();
  });
});

describe('a page that does not read', () => {
  it('has notices held back, and is let go when its answers pile up; the others go on', async () => {
    const other = await open(ours());
    const good = client(other);
    await good.call('host.hello', { protocol: PROTOCOL_VERSION });
    await good.call('bench.new', { bare: true, name: 'unread' });
    const deaf = await open(ours());
    const hello = new Promise((resolve) => deaf.once('message', resolve));
    deaf.send(encodeFrame({ id: 1, name: 'host.hello', params: { protocol: PROTOCOL_VERSION } }));
    await hello;
    deaf.pause();
    const gone = new Promise((resolve) => deaf.once('close', resolve));
    // 16 MiB each; what the system takes by itself is far less than the rest.
    for (let id = 2; id < 30; id++) {
      const params = { space: 'physical', address: 0x8000_0000, length: 1 << 24 };
      deaf.send(encodeFrame({ id, name: 'memory.read', params }));
    }
    await expect.poll(() => notes.join('\n'), PATIENT).toMatch(/does not read what it asked for/);
    deaf.resume();
    await gone;
    expect((await good.call('bench.status', {})).session).toBe('unread');
    other.close();
  });
});
