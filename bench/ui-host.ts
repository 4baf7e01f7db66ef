/** `tyr serve` and a browser for the user-interface benchmark. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
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
  stop(): Promise<void>;
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
