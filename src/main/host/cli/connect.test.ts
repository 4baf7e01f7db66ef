/** `--connect`: commands at the bench of a host that other windows use as well. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../web/serve.ts';
import type { WebServer } from '../web/server.ts';
import { connect, type Connection } from './connect.ts';
import { main } from './main.ts';

let dir = '';
let web: WebServer;
let window: Connection;
const home = process.env['XDG_DATA_HOME'];
const notes: string[] = [];

/** The newest link: a used one is answered by another. */
async function link(): Promise<string> {
  const used = web.url;
  await fetch(used, { redirect: 'manual' });
  return notes.map((n) => /http:\S+token=\S+/.exec(n)?.[0]).findLast((l) => l !== undefined) ?? used;
}

async function tyr(...args: string[]) {
  let out = '';
  let err = '';
  const code = await main(args, { out: (t) => (out += t), err: (t) => (err += t) });
  return { code, out, err };
}

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-connect-'));
  process.env['XDG_DATA_HOME'] = path.join(dir, 'data');
  mkdirSync(path.join(dir, 'page'));
  writeFileSync(path.join(dir, 'page/index.html'), '<!doctype html>');
  web = await serve({ host: '127.0.0.1', port: 0, note: (l) => notes.push(l), renderer: path.join(dir, 'page') });
  window = await connect(web.url);
});
afterAll(async () => {
  window.close();
  await web.close();
  if (home === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = home;
  rmSync(dir, { recursive: true, force: true });
});

describe('--connect', () => {
  it('needs a bench, and a link that was not used', async () => {
    expect(await tyr('peek', 'GPU_ID', '--connect', await link())).toMatchObject({
      code: 2,
      err: expect.stringContaining('no bench yet'),
    });
    expect(await tyr('peek', 'GPU_ID', '--connect', web.url)).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not take this link (401)'),
    });
  });

  it('pokes and peeks at the bench that runs, which goes on', async () => {
    await window.client.call('bench.new', {});
    await window.client.call('bench.boot', {});
    const poked = await tyr('poke', 'GPU_INT_MASK', '0x101', '--json', '--connect', await next());
    expect(poked.code).toBe(0);
    expect((await window.client.call('register.peek', { names: ['GPU_INT_MASK'] }))[0]?.value).toBe(0x101);
    const peeked = await tyr('peek', 'GPU_INT_MASK', '--json', '--connect', await next());
    expect(JSON.parse(peeked.out)).toMatchObject({ value: 0x101 });
    const status = await window.client.call('bench.status', {});
    expect(status.undo).toMatch(/GPU_INT_MASK/);
    expect(status.session).toBe('bench');
  });
});

/** Another link, once the host prints one again. */
async function next(): Promise<string> {
  const before = notes.length;
  await expect
    .poll(
      async () => {
        await fetch(web.url, { redirect: 'manual' });
        return notes.length;
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBeGreaterThan(before);
  return link();
}
