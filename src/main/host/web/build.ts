/** Builds the workspace's page when it was not built yet, or when its sources are newer. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';

/** Folders the page is built from. */
const SOURCES = ['src/renderer', 'src/protocol', 'src/formats', 'src/spec', 'src/base'];

/** The built page of the program in `root`; builds it first where needed. */
export async function builtRenderer(root: string, note: (line: string) => void): Promise<string> {
  const folder = path.join(root, 'out/renderer');
  const index = path.join(folder, 'index.html');
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (built > newestSource(root)) return folder;
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  if (!existsSync(vite)) {
    if (built > 0) return folder;
    throw new UsageError('the workspace is not built, and vite is not installed: run npm ci');
  }
  note(built > 0 ? 'The sources changed: building the workspace again …' : 'Building the workspace, once …');
  const made = `${folder}.${process.pid}`;
  const args = [vite, 'build', '--config', 'vite.renderer.config.ts', '--logLevel', 'warn', '--outDir', made];
  const begun = new Date();
  try {
    await runTool(process.execPath, args, root);
    // A source saved while the tool ran may not be in it: the page is as old as its beginning.
    utimesSync(path.join(made, 'index.html'), begun, begun);
    replaceFolder(folder, made);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}

/** Puts a finished folder into the place of the old one, so that nobody who starts meanwhile finds half a page. */
function replaceFolder(folder: string, made: string): void {
  const old = `${made}.old`;
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(made, folder);
  rmSync(old, { recursive: true, force: true });
}

/** Time of the newest source of the page, and of `more` folders. */
export function newestSource(root: string, more: readonly string[] = []): number {
  let out = 0;
  for (const source of [...SOURCES, ...more]) {
    for (const e of readdirSync(path.join(root, source), { withFileTypes: true, recursive: true })) {
      if (!e.isFile() || /\.test\.tsx?$/.test(e.name)) continue;
      const { mtimeMs } = statSync(path.join(e.parentPath, e.name));
      if (mtimeMs > out) out = mtimeMs;
    }
  }
  return out;
}

/** Runs a tool quietly; rejects with what it printed. `timeout` in ms. */
export function runTool(command: string, args: readonly string[], cwd: string, timeout?: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      // A tool started by a test would inherit NODE_ENV=test, and the page the slow checks of React's other build.
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(timeout === undefined ? {} : { timeout }),
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d: Buffer) => (text += d.toString()));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new UsageError(`${path.basename(args[0] ?? command)} failed:\n${text.trim()}`));
    });
  });
}
