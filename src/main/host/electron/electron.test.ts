/**
 * The built desktop application on a stand-in for Electron: what it asks of Electron, what it refuses, and a bench
 * driven through its one channel. The real bundle with its threads and SQLite runs.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, type Transport } from '../../../protocol/client.ts';
import { COMMANDS } from '../../../protocol/commands.ts';
import { PROTOCOL_VERSION } from '../../../protocol/messages.ts';

/** Other work may share the machine. */
const PATIENT = { timeout: 20_000 };

const root = path.resolve(import.meta.dirname, '../../../..');
/** Inside node_modules, so that the bundle finds its packages. */
const place = path.join(root, 'node_modules/.tyr-test', String(process.pid));
const out = path.join(place, 'out');
let data = '';

class Desk {
  readonly child: ChildProcess;
  readonly exit: Promise<number>;
  readonly ready: Promise<void>;
  stderr = '';
  private readonly waiting = new Map<number, { resolve(v: unknown): void; reject(e: Error): void }>();
  private readonly frames: ((frame: unknown) => void)[] = [];
  private nextId = 1;

  constructor(args: string[] = [], env: Record<string, string> = {}) {
    const register = pathToFileURL(path.join(import.meta.dirname, 'testing/register.ts')).href;
    this.child = fork(path.join(out, 'main/main.js'), args, {
      execArgv: ['--import', register],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, XDG_DATA_HOME: path.join(data, 'xdg'), TYR_TEST_DATA: data, ...env },
    });
    this.child.stderr?.on('data', (d: Buffer) => (this.stderr += d.toString()));
    this.exit = new Promise((resolve) => this.child.once('exit', (code) => resolve(code ?? -1)));
    let ready = (): void => {};
    this.ready = new Promise((resolve) => (ready = resolve));
    this.child.on(
      'message',
      (m: { id?: number; result?: unknown; error?: string; frame?: unknown; ready?: boolean }) => {
        if (m.ready === true) return ready();
        if (m.id === undefined) {
          for (const f of this.frames) f(m.frame);
          return;
        }
        const w = this.waiting.get(m.id);
        this.waiting.delete(m.id);
        if (m.error !== undefined) w?.reject(new Error(m.error));
        else w?.resolve(m.result);
      },
    );
  }

  do<T = unknown>(deed: string, argument?: unknown): Promise<T> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (v: unknown) => void, reject });
      this.child.send({ id, deed, argument });
    });
  }

  onFrame(listener: (frame: unknown) => void): void {
    this.frames.push(listener);
  }

  client(): Client {
    const transport: Transport = {
      send: (frame) => void this.do('frame', { frame }),
      onFrame: (listener) => this.onFrame(listener),
      onClose: () => {},
    };
    return new Client(transport);
  }
}

/** What the stand-in noted, by kind. */
interface Noted {
  readonly window: readonly { readonly webPreferences: Readonly<Record<string, unknown>> }[];
  readonly [kind: string]: readonly unknown[];
}

interface Fetched {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Bridge {
  send(frame: unknown): void;
  onFrame(listener: (frame: unknown) => void): void;
}

let desk: Desk;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), 'tyr-desk-'));
  mkdirSync(path.join(out, 'renderer/assets'), { recursive: true });
  symlinkSync(path.join(root, 'resources'), path.join(place, 'resources'), 'dir');
  writeFileSync(path.join(out, 'renderer/index.html'), '<!doctype html><title>page</title>');
  writeFileSync(path.join(out, 'renderer/assets/main.js'), '1;');
  writeFileSync(path.join(out, 'secret.js'), 'secret');
  const tool = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js');
  execFileSync(process.execPath, [tool, 'build', '--logLevel', 'error'], {
    cwd: root,
    env: { ...process.env, TYR_OUT: out },
    stdio: 'pipe',
  });
  desk = new Desk();
  await desk.ready;
});
afterAll(async () => {
  desk?.child.kill('SIGKILL');
  await desk?.exit;
  rmSync(place, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
});

describe('the window', () => {
  it('is sandboxed, isolated and without Node, and shows our page', async () => {
    const noted = await desk.do<Noted>('noted');
    expect(noted.window).toHaveLength(1);
    const preferences = noted.window[0]!.webPreferences;
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
    });
    expect(existsSync(String(preferences['preload']))).toBe(true);
    expect(noted['load']).toEqual(['app://tyr/index.html']);
    expect(noted['sandbox']).toEqual([true]);
    expect(noted['shown']).toEqual([true]);
    expect(noted['crash']).toEqual([expect.objectContaining({ uploadToServer: false })]);
    expect(noted['schemes']?.[0]).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ]);
  });

  it('gets its files from the list, under a strict policy', async () => {
    const page = await desk.do<Fetched>('fetch', 'app://tyr/index.html');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(page.headers['content-security-policy']).not.toMatch(/unsafe-eval|blob:|http/);
    expect(page.headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect((await desk.do<Fetched>('fetch', 'app://tyr/assets/main.js')).headers['content-type']).toMatch(/javascript/);
    for (const url of [
      'app://other/index.html',
      'app://tyr/../secret.js',
      'app://tyr/%2e%2e/secret.js',
      'app://tyr/assets/%2e%2e%2f%2e%2e%2fsecret.js',
      'app://tyr/constructor',
    ]) {
      const answer = await desk.do<Fetched>('fetch', url);
      expect(answer.status, url).toBe(404);
      expect(answer.headers['content-security-policy']).toBeDefined();
    }
  });

  it('goes nowhere else, opens nothing, asks for nothing', async () => {
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      for (const url of [
        'https://evil.example/',
        'file:///etc/passwd',
        'app://tyr.evil/',
        'app://other/',
        'data:text/html,x',
      ]) {
        expect(await desk.do('navigate', { event, url }), url).toBe(true);
      }
      expect(await desk.do('navigate', { event, url: 'app://tyr/index.html' })).toBe(false);
    }
    expect(await desk.do('webview')).toBe(true);
    expect(await desk.do('open', 'https://evil.example/')).toEqual({ action: 'deny' });
    for (const name of [
      'media',
      'geolocation',
      'notifications',
      'usb',
      'serial',
      'hid',
      'openExternal',
      'clipboard-read',
      'fileSystem',
    ]) {
      expect(await desk.do('permission', name), name).toEqual([false, false]);
    }
    expect(await desk.do('permission', 'clipboard-sanitized-write')).toEqual([true, true]);
    expect(await desk.do('device')).toBe(false);
    for (const url of ['https://evil.example/x', 'http://127.0.0.1/', 'file:///etc/passwd', 'ws://evil.example']) {
      expect(await desk.do('network', url)).toEqual({ cancel: true });
    }
    expect(await desk.do('network', 'app://tyr/assets/main.js')).toEqual({ cancel: false });
    expect(desk.stderr).toContain('refused to go to https://evil.example/');
  });
});

describe('the channel', () => {
  it('is the only one, and takes frames of the right shape from our page alone', async () => {
    expect(await desk.do('channels')).toEqual(['tyr:request']);
    const seen: Record<string, unknown>[] = [];
    desk.onFrame((f) => seen.push(f as Record<string, unknown>));
    for (const frame of [
      undefined,
      7,
      'x',
      {},
      { id: -1, name: 'a', params: {} },
      { id: 1, name: 'a', params: {}, more: 1 },
    ]) {
      await desk.do('frame', { frame });
    }
    await expect.poll(() => seen.length, PATIENT).toBe(6);
    expect(seen.every((f) => f['notice'] === 'alert')).toBe(true);
    expect(desk.stderr).toMatch(/refused a frame of the wrong shape/);
    seen.length = 0;
    const hello = { id: 900_000, name: 'host.hello', params: { protocol: PROTOCOL_VERSION } };
    await desk.do('frame', { frame: hello, sub: true });
    await desk.do('frame', { frame: hello, url: 'https://evil.example/' });
    await desk.do('frame', { frame: { ...hello, name: 'x', id: 900_001 }, url: 'app://tyr/index.html' });
    await expect.poll(() => seen.length, PATIENT).toBe(1);
    expect(seen[0]).toMatchObject({ id: 900_001, error: { name: 'UsageError' } });
    expect(desk.stderr).toMatch(/refused a frame from a page that is not ours/);
  });

  it('has a preload that offers three functions and checks frames too', () => {
    const code = readFileSync(path.join(out, 'preload/preload.cjs'), 'utf8');
    let bridge: { name: string; value: Bridge } | undefined;
    const sent: unknown[] = [];
    let deliver: (event: unknown, frame: unknown) => void = () => {};
    const electron = {
      contextBridge: { exposeInMainWorld: (name: string, value: Bridge) => (bridge = { name, value }) },
      ipcRenderer: { on: (_: string, f: typeof deliver) => (deliver = f), send: (...a: unknown[]) => sent.push(a) },
    };
    const required: string[] = [];
    const require = (name: string): unknown => {
      required.push(name);
      if (name !== 'electron') throw new Error(`a sandboxed preload cannot load ${name}`);
      return electron;
    };
    vm.runInNewContext(`(function(require, module, exports) {${code}\n})`, {
      Uint8Array,
      Uint32Array,
      URL,
      TextEncoder,
    })(require, { exports: {} }, {});
    expect(new Set(required)).toEqual(new Set(['electron']));
    if (bridge === undefined) throw new Error('nothing was exposed');
    const { name, value } = bridge as { name: string; value: Bridge };
    expect(name).toBe('tyr');
    expect(Object.keys(value).sort()).toEqual(['onClose', 'onFrame', 'send']);
    const got: unknown[] = [];
    value.onFrame((f) => got.push(f));
    deliver({}, { nonsense: 1 });
    deliver({}, { notice: 'alert', data: { message: 'x' } });
    expect(got).toHaveLength(1);
    expect(() => value.send({ id: 'x' })).toThrow(/not a request frame/);
    value.send({ id: 1, name: 'bench.status', params: {} });
    expect(sent).toHaveLength(1);
  });

  it('drives a bench, with dialogs for files', async () => {
    const c = desk.client();
    expect(await c.call('host.hello', { protocol: PROTOCOL_VERSION })).toMatchObject({
      host: 'electron',
      dialogs: true,
    });
    await c.call('bench.new', {});
    expect((await c.call('bench.boot', {})).ok).toBe(true);
    const words = await c.call('register.peekWords', { space: 'host', offsets: [0, 4] });
    expect(words).toBeInstanceOf(Uint32Array);
    await c.call('session.flush', {});
    expect((await c.call('log.query', { view: 'register_access' })).total).toBeGreaterThan(10);
    expect((await c.call('log.sql', { query: 'SELECT 1 AS one' })).rows).toEqual([[1]]);
    expect(await c.call('session.saveAs', {})).toEqual({ kind: 'cancelled' });
    const file = path.join(data, 'kept.tyrsession');
    await desk.do('answers', {
      save: { canceled: false, filePath: file },
      open: { canceled: false, filePaths: [file] },
    });
    expect(await c.call('session.saveAs', {})).toEqual({ kind: 'saved', name: 'kept.tyrsession' });
    const opened = await c.call('session.open', {});
    expect(opened).toMatchObject({ name: 'kept', problems: [] });
    expect((await c.call('log.query', { session: opened.session!, view: 'register_access' })).total).toBeGreaterThan(
      10,
    );
    expect((await desk.do<Noted>('noted'))['recent']).toContain(file);
    const heard: string[] = [];
    c.on('opened', ({ name }) => heard.push(name));
    await desk.do('emit', { event: 'open-file', argument: file });
    await expect.poll(() => heard, PATIENT).toEqual(['kept']);
    await desk.do('emit', { event: 'second-instance', argument: ['tyr', file] });
    await expect.poll(() => heard, PATIENT).toEqual(['kept', 'kept']);
  });

  it('passes on what was chosen in the menu', async () => {
    const c = desk.client();
    await c.call('host.hello', { protocol: PROTOCOL_VERSION });
    const menu = await desk.do<[string, string[]][]>('menu');
    const labels = menu.flatMap(([, items]) => items);
    for (const command of COMMANDS) expect(labels).toContain(command.title);
    const ids: string[] = [];
    c.on('command', ({ id }) => ids.push(id));
    await desk.do('choose', ['Run', 'Continue']);
    await expect.poll(() => ids, PATIENT).toEqual(['run.continue']);
  });

  it('lets the session be whole at the end', async () => {
    const c = desk.client();
    await desk.do('gone');
    expect((await desk.do<Noted>('noted'))['reload']).toEqual([true]);
    const { session } = await c.call('bench.status', {});
    void desk.do('quit').catch(() => undefined);
    expect(await desk.exit).toBe(0);
    const folder = path.join(data, 'xdg/tyr-workbench/sessions');
    const files = readdirSync(folder);
    expect(files).toContain(`${session}.tyrsession`);
    expect(files.filter((f) => /-(wal|shm)$/.test(f))).toEqual([]);
  });
});

describe('other starts', () => {
  it('a second instance hands over and ends', async () => {
    const second = new Desk([], { TYR_TEST_SECOND: '1' });
    expect(await second.exit).toBe(0);
  });

  it('a session on the command line is opened; an error nobody expected leaves a report here', async () => {
    const third = new Desk([path.join(data, 'kept.tyrsession')]);
    await third.ready;
    expect((await third.do<Noted>('noted'))['recent']).toEqual([path.join(data, 'kept.tyrsession')]);
    void third.do('crash').catch(() => undefined);
    expect(await third.exit).toBe(1);
    const reports = readdirSync(path.join(data, 'userData/crashes'));
    const texts = reports.map((r) => readFileSync(path.join(data, 'userData/crashes', r), 'utf8'));
    expect(texts.some((t) => t.includes('made by the test'))).toBe(true);
  });
});
