/** `tyr serve` as a process: one JSON document with a link that works, and a clean end at Ctrl+C. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../base/errors.ts';
import { run } from './serve.ts';

const io = { out: () => undefined, err: () => undefined };
const root = path.resolve(import.meta.dirname, '../../../..');

describe('tyr serve', () => {
  it.each([[['--port', '70000']], [['--port', 'x']], [['--port', '']]])('refuses %j', async (args) => {
    await expect(run(args, io)).rejects.toBeInstanceOf(UsageError);
  });

  it('prints a link, serves the page behind it, and ends at Ctrl+C', async () => {
    expect(existsSync(path.join(root, 'src/renderer/index.html'))).toBe(true);
    const child = spawn(process.execPath, [path.join(root, 'src/main/host/cli.ts'), 'serve', '--json'], { cwd: root });
    const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    let text = '';
    let errors = '';
    child.stderr.on('data', (d: Buffer) => (errors += d.toString()));
    const printed = new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (d: Buffer) => {
        text += d.toString();
        if (text.endsWith('\n')) resolve();
      });
      child.once('exit', () => reject(new Error(`it ended: ${errors}`)));
    });
    try {
      await printed;
      const { url, host, port } = JSON.parse(text) as { url: string; host: string; port: number };
      expect(host).toBe('127.0.0.1');
      expect(new URL(url).port).toBe(String(port));
      const entered = await fetch(url, { redirect: 'manual' });
      expect(entered.status).toBe(303);
      const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
      const page = await fetch(new URL('/', url), { headers: { cookie } });
      expect(page.status).toBe(200);
      expect(await page.text()).toContain('<div id="root">');
    } finally {
      child.kill('SIGINT');
    }
    expect(await exit).toBe(0);
  });
});
