/**
 * Drives the real workspace: `tyr serve` in a process of its own with a session folder of its own, and Debian's
 * Chromium on its page. Tests reach things by their accessible names, as a person with a screen reader would.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { decodeFrame } from '../src/protocol/wire.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** A first start builds the page, which takes a while on a slow machine. */
const START_MS = 120_000;
/** Bounds a hang, measures nothing: what a person waits a second for takes this long on a machine with much other work. */
const PATIENCE_MS = 60_000;
/** Size of the window in the design. */
const VIEWPORT = { width: 1440, height: 900 };

/** The browser to test with: TYR_CHROMIUM, or one of the usual places. */
export const browserPath = [process.env['TYR_CHROMIUM'], ...BROWSERS].find((p) => p !== undefined && existsSync(p));

/** Why the tests of the workspace cannot run; undefined when they can. */
export const noBrowser =
  browserPath === undefined
    ? `no Chromium in ${BROWSERS.join(', ')}; install it or set TYR_CHROMIUM to its path`
    : undefined;

/** Title for a suite: with the reason when it is skipped, so that the report shows it. */
export function suiteTitle(title: string): string {
  return noBrowser === undefined ? title : `${title} (skipped: ${noBrowser})`;
}

export interface Opened {
  readonly page: Page;
  /** Errors of the page and breaches of its content security policy; a test expects none. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Preferences of the workspace before it starts (src/renderer/state/preferences.ts). */
  readonly preferences?: Readonly<Record<string, unknown>>;
  /** Puts sessions into the person's folder before the host starts. */
  readonly prepare?: (sessions: string) => void;
}

/** Starts a host and opens its workspace; everything goes away with `close`. */
export async function openWorkspace(options: OpenOptions = {}): Promise<Opened> {
  const { preferences = {}, prepare, ...context } = options;
  const data = mkdtempSync(path.join(tmpdir(), 'tyr-e2e-'));
  if (prepare !== undefined) {
    const sessions = path.join(data, 'tyr-workbench', 'sessions');
    mkdirSync(sessions, { recursive: true });
    prepare(sessions);
  }
  const host = await startHost(data);
  const browser = await launch();
  const problems: string[] = [];
  const end = async () => {
    await browser.close();
    await host.stop();
    rmSync(data, { recursive: true, force: true });
  };
  try {
    const windows = await browser.newContext({ viewport: VIEWPORT, ...context });
    windows.on('page', follow);
    windows.setDefaultTimeout(PATIENCE_MS);
    const page = await windows.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.addInitScript((text) => {
      const key = 'tyr.preferences.1';
      if (localStorage.getItem(key) === null) localStorage.setItem(key, text);
    }, JSON.stringify(preferences));
    await page.goto(host.url);
    await page.getByRole('navigation', { name: 'Panes' }).waitFor();
    return { page, problems, close: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Boots the demo from the start page and waits until the driver has probed and every pane shows it. */
export async function bootDemo(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Boot the demo' }).click();
  await page.getByRole('banner').getByText('enabled', { exact: false }).first().waitFor();
  await settled(page);
}

/** Requests of each page that were not answered yet: their names by their ids. */
const asked = new WeakMap<Page, Map<unknown, unknown>>();

function follow(page: Page): void {
  const underWay = new Map<unknown, unknown>();
  asked.set(page, underWay);
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const { id, name } = frameOf(payload);
      underWay.set(id, name);
    });
    socket.on('framereceived', ({ payload }) => underWay.delete(frameOf(payload).id));
    socket.on('close', () => underWay.clear());
  });
}

/** A request and its answer share their id; notices have none. */
function frameOf(payload: string | Buffer): { readonly id?: unknown; readonly name?: unknown } {
  return decodeFrame(new Uint8Array(Buffer.from(payload))) as ReturnType<typeof frameOf>;
}

/**
 * Waits until the page has an answer to all it asked, no pane is still loading its code, and what came is drawn. For
 * a bench that rests: while time passes by itself there is always a next question.
 */
export async function settled(page: Page): Promise<void> {
  const underWay = asked.get(page);
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    if (underWay?.size === 0 && (await page.getByText('Loading…', { exact: true }).count()) === 0) return;
  }
  const names = [...(underWay?.values() ?? [])].join(', ');
  throw new Error(`the page did not come to rest within ${PATIENCE_MS} ms; not answered: ${names}`);
}

/** Brings a pane to the front by its button of the activity bar. */
export async function showPane(page: Page, title: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Panes' }).getByRole('button', { name: title, exact: true }).click();
  await pane(page, title).waitFor();
}

/** Titles of all panes, from the activity bar. */
export async function paneTitles(page: Page): Promise<string[]> {
  const buttons = await page.getByRole('navigation', { name: 'Panes' }).getByRole('button').all();
  const titles = await Promise.all(buttons.map((b) => b.getAttribute('aria-label')));
  return titles.filter((t) => t !== null);
}

/** A pane's body. */
export function pane(page: Page, title: string): Locator {
  return page.getByRole('tabpanel', { name: title, exact: true });
}

function launch(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(noBrowser);
  return chromium.launch({
    executablePath: browserPath,
    headless: true,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
  });
}

interface Host {
  readonly url: string;
  stop(): Promise<void>;
}

function startHost(data: string): Promise<Host> {
  const cli = path.join(ROOT, 'src/main/host/cli.ts');
  const child = spawn(process.execPath, [cli, 'serve', '--json'], {
    cwd: ROOT,
    env: { ...process.env, XDG_DATA_HOME: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`tyr serve did not start within ${START_MS} ms: ${err}`));
    }, START_MS);
    child.stderr.on('data', (d: Buffer) => (err += d.toString()));
    child.stdout.on('data', (d: Buffer) => {
      out += d.toString();
      if (!out.includes('\n')) return;
      clearTimeout(timer);
      const { url } = JSON.parse(out.split('\n', 1)[0] ?? '{}') as { url: string };
      resolve({ url, stop: () => stop(child) });
    });
    child.once('exit', (code) => reject(new Error(`tyr serve ended with ${code}: ${err}`)));
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
