/**
 * Starts the desktop application from a clone: looks for Electron and a display, builds what is not built, runs it.
 * Where that cannot be, says why in one line; the sandbox is never switched off to get further.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { newestSource, runTool } from '../web/build.ts';

export type Outcome =
  /** It ran, and ended with this code. */
  | { readonly code: number }
  /** It could not be started. */
  | { readonly why: string };

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** How long fetching Electron may take, in ms; how soon an end counts as a failed start (both chosen). */
const FETCH_MS = 180_000;
const START_MS = 5000;
/** Sources the application is built from, beside the page's. */
const SOURCES = ['src/main', 'src/preload', 'src/emulator', 'src/driver'];

export async function runDesktop(args: readonly string[], say: (line: string) => void): Promise<Outcome> {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { why: 'There is no display for a window' };
  }
  const folder = path.join(ROOT, 'node_modules/electron');
  if (!existsSync(path.join(folder, 'package.json'))) return { why: 'Electron is not installed' };
  const binary = electronBinary(folder) ?? (await fetchElectron(folder, say));
  if (binary === undefined) return { why: 'Electron cannot be had here' };
  try {
    await build(say);
  } catch (error) {
    return { why: `The application cannot be built (${firstLine(error)})` };
  }
  return launch(binary, args);
}

/** Path of the binary the package holds; undefined before it was fetched. */
function electronBinary(folder: string): string | undefined {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const note = path.join(folder, 'path.txt');
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : 'electron';
  const binary = path.join(given ?? path.join(folder, 'dist'), name);
  return existsSync(binary) ? binary : undefined;
}

/** Has the package fetch its binary, checked against the sums it carries. */
async function fetchElectron(folder: string, say: (line: string) => void): Promise<string | undefined> {
  say('Fetching Electron, once …');
  try {
    await runTool(process.execPath, [path.join(folder, 'install.js')], ROOT, FETCH_MS);
  } catch {
    return undefined;
  }
  return electronBinary(folder);
}

async function build(say: (line: string) => void): Promise<void> {
  const main = path.join(ROOT, 'out/main/main.js');
  const page = path.join(ROOT, 'out/renderer/index.html');
  const built = [main, page].map((f) => statSync(f, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (Math.min(...built) > newestSource(ROOT, SOURCES)) return;
  say('Building the application …');
  const tool = path.join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js');
  await runTool(process.execPath, [tool, 'build', '--logLevel', 'warn'], ROOT);
}

/** Runs it until it ends. An end with an error right after the start is a failed start. */
function launch(binary: string, args: readonly string[]): Promise<Outcome> {
  const from = performance.now();
  return new Promise((resolve) => {
    const child = spawn(binary, [ROOT, ...args], { stdio: ['inherit', 'inherit', 'pipe'] });
    let text = '';
    child.stderr.on('data', (data: Buffer) => {
      if (performance.now() - from < START_MS) text += data.toString();
      process.stderr.write(data);
    });
    const stop = (): void => void child.kill('SIGTERM');
    process.once('SIGINT', stop);
    child.once('error', (error) => resolve({ why: `Electron cannot start (${error.message})` }));
    child.once('exit', (code, signal) => {
      process.off('SIGINT', stop);
      const early = performance.now() - from < START_MS;
      if (early && code !== 0) resolve({ why: `Electron cannot start (${reason(text, code, signal)})` });
      else resolve({ code: code ?? 1 });
    });
  });
}

function reason(text: string, code: number | null, signal: NodeJS.Signals | null): string {
  if (/sandbox/i.test(text)) return 'the system refuses its sandbox, and it is not run without one';
  if (/display|X server|ozone/i.test(text)) return 'no display can be opened';
  return signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
