/** `tyr serve` and a browser for the user-interface benchmark, and the memory each takes. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { UsageError } from '../src/base/errors.ts';

const cli = fileURLToPath(new URL('../src/main/host/cli.ts', import.meta.url));
const BROWSERS = [
  process.env['TYR_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
/** A first start builds the page. */
const START_MS = 120_000;

export interface Host {
  readonly url: string;
  /** Megabytes of the process in memory; 0 where the system does not tell. */
  memory(): number;
  stop(): Promise<void>;
}

const MB = 1e6;

/** Megabytes a page holds after its garbage is collected: scripts, buffers and what the browser keeps for them. */
export async function memoryOf(page: Page): Promise<number> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize, embedderHeapUsedSize, backingStorageSize } = await cdp.send('Runtime.getHeapUsage');
  await cdp.detach();
  return (usedSize + embedderHeapUsedSize + backingStorageSize) / MB;
}

/** Megabytes of a process, as Linux tells them. */
function residentOf(pid: number | undefined): number {
  try {
    const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return (Number(found?.[1] ?? 0) * 1024) / MB;
  } catch {
    return 0;
  }
}

/** The session folder of a host that keeps its data in `data`. */
export function sessionsOf(data: string): string {
  const folder = path.join(data, 'tyr-workbench', 'sessions');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Starts a host whose data lie in a folder of their own. */
export function startHost(data: string): Promise<Host> {
  const child = spawn(process.execPath, [cli, 'serve', '--json'], {
    env: { ...process.env, XDG_DATA_HOME: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error('tyr serve did not start in time'));
    }, START_MS);
    void ended.then(() => reject(new Error('tyr serve ended')));
    let out = '';
    child.stdout.on('data', (d: Buffer) => {
      out += d.toString();
      if (!out.includes('\n')) return;
      clearTimeout(timer);
      const { url } = JSON.parse(out.split('\n', 1)[0] ?? '{}') as { url: string };
      resolve({
        url,
        memory: () => residentOf(child.pid),
        stop() {
          child.kill('SIGTERM');
          return ended;
        },
      });
    });
  });
}

/** A headless browser; UsageError where there is none. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.find((p) => p !== undefined && existsSync(p));
  if (executablePath === undefined) {
    throw new UsageError('tyr bench ui needs Chromium: install it, or set TYR_CHROMIUM to its path');
  }
  const { chromium } = await import('playwright-core');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-precise-memory-info'],
  });
}
