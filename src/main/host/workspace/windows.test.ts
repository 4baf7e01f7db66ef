/** Several windows at one workspace, and a workspace whose engine was lost: in process, without sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killEngine, openWindow, testWorkspace, told, type Window } from './testing/windows.ts';
import type { Workspace } from './workspace.ts';

const PATIENT = { timeout: 20_000 };

let dir = '';
let workspace: Workspace;
const home = process.env['XDG_DATA_HOME'];
const notes: string[] = [];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-windows-'));
  process.env['XDG_DATA_HOME'] = dir;
  workspace = testWorkspace((line) => notes.push(line));
});
afterEach(async () => {
  await workspace.close();
  if (home === undefined) delete process.env['XDG_DATA_HOME'];
  else process.env['XDG_DATA_HOME'] = home;
  rmSync(dir, { recursive: true, force: true });
});

const open = (): Promise<Window> => openWindow(workspace, (line) => notes.push(line));
const mask = async (w: Window) => (await w.client.call('register.peek', { names: ['GPU_INT_MASK'] }))[0]?.value;

describe('two windows', () => {
  it('see the same bench, the same pokes and the same undo; one that closes does not hurt the other', async () => {
    const [a, b] = [await open(), await open()];
    await a.client.call('bench.new', {});
    expect(told(b, 'bench')).toEqual([{ session: 'bench' }]);
    await a.client.call('bench.boot', {});
    const before = await mask(b);
    await a.client.call('register.poke', { name: 'GPU_INT_MASK', value: 0x101 });
    expect(await mask(b)).toBe(0x101);
    await expect.poll(() => told(b, 'changed').length, PATIENT).toBeGreaterThan(0);
    expect((await b.client.call('bench.status', {})).undo).toMatch(/GPU_INT_MASK/);
    await b.client.call('history.undo', {});
    expect(await mask(a)).toBe(before);
    await a.client.call('run.continue', {});
    expect((await b.client.call('bench.status', {})).running).toBe(true);
    a.close();
    await b.client.call('run.pause', {});
    expect((await b.client.call('bench.status', {})).running).toBe(false);
    await b.client.call('register.poke', { name: 'GPU_INT_MASK', value: 1 });
    expect(await mask(b)).toBe(1);
  });

  it('may both ask for a new bench at once, and for its boot', async () => {
    const windows = [await open(), await open(), await open()];
    const made = await Promise.all(windows.map((w) => w.client.call('bench.new', {})));
    expect(new Set(made.map((m) => m.session)).size).toBe(3);
    const [a, b] = windows as [Window, Window, Window];
    // The last one made is the one everybody has.
    expect((await a.client.call('bench.status', {})).session).toBe(made[2]?.session);
    const boots = await Promise.all([a, b].map((w) => w.client.call('bench.boot', {})));
    expect(boots.map((r) => r.ok)).toEqual([true, true]);
    // None was told of an end: another bench followed each at once.
    expect(told(a, 'bench')).toEqual(made.map(({ session }) => ({ session })));
    for (const { session } of made.slice(0, 2)) {
      expect((await a.client.call('session.open', { id: `${session}.tyrsession` })).problems).toEqual([]);
    }
  });

  it('let go of the sessions they opened when they leave', async () => {
    const [a, b] = [await open(), await open()];
    await a.client.call('bench.new', { bare: true, name: 'old' });
    await a.client.call('bench.new', { bare: true, name: 'new' });
    const openAgain = async (w: Window) =>
      (await w.client.call('session.open', { id: 'old.tyrsession' })).session ?? '';
    const mine = await openAgain(b);
    // More often than sessions can be open at once.
    for (let i = 0; i < 9; i++) {
      const gone = await open();
      await openAgain(gone);
      gone.close();
    }
    const query = { session: mine, view: 'input' } as const;
    expect((await b.client.call('log.query', query)).total).toBe(1);
    await b.client.call('session.close', { session: mine });
    await expect(b.client.call('log.query', query)).rejects.toThrow(/not open/);
    await expect
      .poll(async () => (await b.client.call('session.list', {})).find((s) => s.name === 'old')?.open, PATIENT)
      .toBe(false);
  });
});

describe('a lost engine', () => {
  it('is said, and its bench taken up again at the last snapshot in a fresh one', async () => {
    const w = await open();
    await w.client.call('bench.new', { name: 'mine' });
    await w.client.call('bench.boot', {});
    await w.client.call('register.poke', { name: 'GPU_INT_MASK', value: 0x101 });
    const { hash } = await w.client.call('snapshot.take', { label: 'good' });
    await w.client.call('register.poke', { name: 'GPU_INT_MASK', value: 1, by: 'script' });
    await w.client.call('session.flush', {});
    await killEngine(workspace);
    await expect.poll(() => JSON.stringify(told(w, 'bench')), PATIENT).toMatch(/the engine is gone/);
    await expect(w.client.call('bench.status', {})).rejects.toThrow(/gone/);
    // What was recorded can still be looked at, and saved.
    expect((await w.client.call('log.query', { view: 'snapshot', order: 'desc', limit: 1 })).rows[0]).toContain('good');
    expect((await w.client.call('session.export', { format: 'csv', view: 'input' })).kind).toBe('download');
    const back = await w.client.call('bench.recover', {});
    expect(back).toMatchObject({ session: 'mine-2', label: 'good' });
    expect(await w.client.call('bench.stateHash', {})).toBe(hash);
    expect(await mask(w)).toBe(0x101);
    await w.client.call('history.seek', { timeNs: 0 });
    expect((await w.client.call('session.open', { id: 'mine.tyrsession' })).problems).toEqual([]);
  });

  it('without a snapshot is taken up before its last input', async () => {
    const w = await open();
    await w.client.call('bench.new', {});
    await w.client.call('bench.boot', {});
    const before = await mask(w);
    await w.client.call('time.advance', { ns: 1000 });
    await w.client.call('register.poke', { name: 'GPU_INT_MASK', value: 1, by: 'script' });
    await w.client.call('session.flush', {});
    await killEngine(workspace);
    const back = await w.client.call('bench.recover', {});
    expect(back.label).toBe('before the last input (poke)');
    expect((await w.client.call('bench.status', {})).timeNs).toBe(back.timeNs);
    expect(await mask(w)).toBe(before);
  });

  it('does not stand in the way of another bench, and there is nothing to take up without one', async () => {
    const w = await open();
    await expect(w.client.call('bench.recover', {})).rejects.toThrow(/no bench/);
    await w.client.call('bench.new', { bare: true });
    await killEngine(workspace);
    await w.client.call('bench.new', { bare: true });
    expect((await w.client.call('bench.status', {})).powered).toBe(true);
  });
});
