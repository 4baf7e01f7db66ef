/**
 * `bin/tyr` as a process: started from anywhere, interrupted, killed. Whatever ends it, the session file is whole.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { patchedImage, symbol, THUMB } from '../engine/testing.ts';
import { countRows, openSession, verifySession } from '../session/reader.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = path.join(root, 'bin/tyr');
const dir = mkdtempSync(path.join(tmpdir(), 'tyr-process-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const file = path.join(dir, name);
  writeFileSync(file, content);
  return file;
};

/** A stream that never ends; the driver gives it five seconds of virtual time, many more of ours. */
const ENDLESS = put('endless.cs', 'BRANCH.always r0, #-1\n');
const WRITES = put(
  'writes.ts',
  `export const options = { bare: true };
export default async (bench) => { for (let i = 0; ; i++) await bench.poke('GPU_INT_MASK', i % 0x10000); };
`,
);

function start(args: string[]): { child: ChildProcess; ended: Promise<number | null>; text: () => string } {
  const child = spawn(bin, args, { cwd: dir });
  let text = '';
  child.stdout.on('data', (d: Buffer) => (text += d.toString()));
  child.stderr.on('data', (d: Buffer) => (text += d.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  return { child, ended, text: () => text };
}

/** Waits until the file of a session holds accesses, so that the machine runs and a batch was written. */
async function recording(file: string): Promise<void> {
  for (let i = 0; i < 800; i++) {
    await sleep(50);
    if (!existsSync(file)) continue;
    try {
      const session = openSession(file);
      const { register_access: accesses } = countRows(session);
      session.close();
      if ((accesses ?? 0) > 0) return;
    } catch {
      // It is still being made.
    }
  }
  throw new Error('the bench never came up');
}

/** What is wrong with a session, and how many accesses it holds. */
function examine(file: string): { problems: string[]; accesses: number } {
  const session = openSession(file);
  try {
    return { problems: verifySession(session), accesses: countRows(session)['register_access'] ?? -1 };
  } finally {
    session.close();
  }
}

describe('bin/tyr', () => {
  it('runs from any directory and through a symlink', () => {
    const elsewhere = path.join(dir, 'a folder');
    mkdirSync(elsewhere);
    const link = path.join(elsewhere, 'tyr');
    symlinkSync(bin, link);
    const text = execFileSync(link, ['peek', 'GPU_ID', '--bare', '--json'], { cwd: elsewhere, encoding: 'utf8' });
    expect(JSON.parse(text)).toMatchObject({ name: 'GPU_ID', value: 0xa8670005 });
  });

  it('goes on from a session whose inputs were partly refused: they are refused again', () => {
    const scenario = put(
      'refused.ts',
      `export const options = { bare: true };
export default async (bench) => {
  await bench.load('as', 0x1000, new Uint8Array(4), 3).catch(() => {});
  await bench.poke('GPU_INT_MASK', 3);
};
`,
    );
    const file = path.join(dir, 'refused.tyrsession');
    execFileSync(bin, ['run', scenario, '--session', file], { stdio: 'ignore' });
    const text = execFileSync(bin, ['peek', 'GPU_INT_MASK', '--from', file, '--json'], { encoding: 'utf8' });
    expect(JSON.parse(text)).toMatchObject({ name: 'GPU_INT_MASK', value: 3 });
  });

  const system = ['/usr/local/bin/node', '/usr/bin/node'].find((p) => existsSync(p));
  const features = system === undefined ? '' : execFileSync(system, ['-p', '!!process.features.typescript']).toString();
  const old = features.trim() === 'false';
  const title = `says in one line that the Node of the system is too old${old ? '' : ' (skipped: it is not, or there is none)'}`;
  it.skipIf(!old)(title, () => {
    const ran = spawnSync(system!, [path.join(root, 'src/main/host/cli.mjs'), 'boot'], { encoding: 'utf8' });
    expect(ran).toMatchObject({ status: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^tyr: needs Node .*\n$/);
  });

  it(
    'npm start without a window prints a link to the workspace, and ends at Ctrl+C',
    { timeout: 240_000 },
    async () => {
      const home = path.join(dir, 'home');
      mkdirSync(home);
      const { XDG_DATA_HOME: _data, XDG_CACHE_HOME: _cache, ...env } = process.env;
      const node = path.join(root, 'node_modules/.bin/node');
      const script = path.join(root, 'src/main/host/start.ts');
      const child = spawn(node, [script, '--browser'], { env: { ...env, HOME: home } });
      const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
      let text = '';
      const link = new Promise<string>((resolve) => {
        child.stdout.on('data', (d: Buffer) => {
          text += d.toString();
          const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(text);
          if (found !== null) resolve(found[0]);
        });
      });
      expect(await link).toContain('token=');
      child.kill('SIGINT');
      expect(await ended).toBe(0);
    },
  );
});

describe('a session stays whole', () => {
  it('when the firmware never comes up and the wall limit is reached', async () => {
    const firmware = put('stuck.bin', patchedImage([[symbol('reset').address, THUMB.BRANCH_TO_SELF]]));
    const session = path.join(dir, 'stuck.tyrsession');
    const { ended, text } = start([
      'boot',
      '--engine',
      'interpreter',
      '--firmware',
      firmware,
      '--session',
      session,
      '--limit-wall-s',
      '1',
    ]);
    expect({ code: await ended, text: text() }).toMatchObject({ code: 5, text: expect.stringContaining('wall limit') });
    // How far the probe came by then depends on the host; what there is must be sound, the power-on input included.
    expect(examine(session).problems).toEqual([]);
  });

  it('when a stream never ends and the wall limit is reached', async () => {
    const session = path.join(dir, 'endless.tyrsession');
    const { ended } = start(['run', ENDLESS, '--session', session, '--limit-wall-s', '2']);
    expect(await ended).toBe(5);
    expect(examine(session).problems).toEqual([]);
  });

  it('after Ctrl+C', async () => {
    const session = path.join(dir, 'sigint.tyrsession');
    const { child, ended } = start(['run', ENDLESS, '--session', session]);
    await recording(session);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const { problems, accesses } = examine(session);
    expect(problems).toEqual([]);
    expect(accesses).toBeGreaterThan(0);
    // A closed session is one plain file.
    expect(existsSync(`${session}-wal`)).toBe(false);
  });

  it('when the reader of what it prints goes away', async () => {
    const talk = put(
      'talk.ts',
      `export const options = { bare: true };
export default async (bench) => { for (;;) { bench.log('a line'); await bench.advance(1000); await bench.poke('GPU_INT_MASK', 1); } };
`,
    );
    const session = path.join(dir, 'pipe.tyrsession');
    const { child, ended } = start(['run', talk, '--session', session]);
    await recording(session);
    child.stdout?.destroy();
    expect(await ended).toBe(130);
    const { problems, accesses } = examine(session);
    expect(problems).toEqual([]);
    expect(accesses).toBeGreaterThan(0);
    expect(existsSync(`${session}-wal`)).toBe(false);
  });

  it.each([150, 400, 700, 1100])('after kill -9, %i ms into a heavy recording', async (ms) => {
    const session = path.join(dir, `killed-${ms}.tyrsession`);
    const { child, ended } = start(['run', WRITES, '--session', session]);
    await recording(session);
    await sleep(ms);
    child.kill('SIGKILL');
    await ended;
    const { problems, accesses } = examine(session);
    expect(problems).toEqual([]);
    expect(accesses).toBeGreaterThan(0);
  });
});
