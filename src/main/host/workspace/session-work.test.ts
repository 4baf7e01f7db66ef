/** Long work on sessions for a window: every format, giving up, comparisons with pages of pairs and a report. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Input, InputOf } from '../../../protocol/inputs.ts';
import { exportFormat } from '../../../protocol/window.ts';
import { FileRecorder, runInputs } from '../../lab/journal-file.ts';
import { openSession } from '../../session/reader.ts';
import type { Outside, SavedFile } from './outside.ts';
import { SessionWork } from './session-work.ts';
import { Sessions } from './sessions.ts';

const PATIENT = { timeout: 120_000 };
const dir = mkdtempSync(path.join(tmpdir(), 'tyr-work-'));
const out = mkdtempSync(path.join(tmpdir(), 'tyr-work-out-'));
const BARE: InputOf<'power-on'> = {
  kind: 'power-on',
  gpu: 'g610',
  bare: true,
  engine: 'interpreter',
  overrides: {},
  firmware: new Uint8Array(5000).fill(7),
  firmwareName: 'none',
};
const poke = (value: number): Input => ({ kind: 'poke', offset: 0x28, value, by: 'user' });

function record(name: string, inputs: readonly Input[]): void {
  const recorder = new FileRecorder(path.join(dir, `${name}.tyrsession`));
  runInputs(BARE, inputs, recorder);
  recorder.close();
}

const told: number[] = [];
let sessions: Sessions;
let work: SessionWork;
beforeAll(() => {
  const many = Array.from({ length: 400 }, (_, i) => poke(i));
  record('a', many);
  record('b', [...many.slice(0, 100), poke(4000), ...many.slice(100, 300), ...many.slice(303)]);
  sessions = new Sessions(new URL('../../session/query-worker.ts', import.meta.url), dir);
  const outside = {
    save: async (name: string, write: (file: string) => Promise<void>): Promise<SavedFile> => {
      await write(path.join(out, name));
      return { kind: 'saved', name };
    },
  } as Outside;
  work = new SessionWork({
    outside,
    sessions,
    notify: (_, data) => {
      told.push((data as { done: number }).done);
    },
    flush: async () => {},
  });
});
afterAll(async () => {
  await work.close();
  await sessions.closeAll();
  for (const folder of [dir, out]) rmSync(folder, { recursive: true, force: true });
});

describe('an export', () => {
  it('is made in every format', PATIENT, async () => {
    for (const format of exportFormat.options) {
      const view = format === 'csv' ? ('register_access' as const) : undefined;
      const saved = await work.export({ session: 'a.tyrsession', format, view, withoutBlobs: false });
      if (saved.kind !== 'saved') throw new Error('not saved');
      expect(readFileSync(path.join(out, saved.name)).length, format).toBeGreaterThan(0);
    }
    expect(told.length).toBeGreaterThan(0);
  });

  it('leaves out blobs where asked', PATIENT, async () => {
    for (const withoutBlobs of [false, true]) {
      await work.export({ session: 'a.tyrsession', format: 'sqlite', view: undefined, withoutBlobs });
      const session = openSession(path.join(out, 'a.tyrsession'));
      const kept = session.db.prepare('SELECT bytes IS NOT NULL FROM blob_row').pluck().all();
      session.close();
      expect(kept).toEqual([withoutBlobs ? 0 : 1]);
      rmSync(path.join(out, 'a.tyrsession'));
    }
  });

  it('that is given up leaves nothing behind', PATIENT, async () => {
    rmSync(path.join(out, 'a.json'), { force: true });
    const before = readdirSync(out).toSorted();
    const made = work.export({ session: 'a.tyrsession', format: 'json', view: undefined, withoutBlobs: false });
    // Before the first row.
    work.cancel();
    await expect(made).rejects.toThrow(/stopped/);
    expect(existsSync(path.join(out, 'a.json'))).toBe(false);
    expect(readdirSync(out).toSorted()).toEqual(before);
  });

  it('to a test is a scenario', PATIENT, async () => {
    await work.toTest({ session: 'a.tyrsession' });
    expect(readFileSync(path.join(out, 'a.ts'), 'utf8')).toContain('export default async function recorded');
  });
});

describe('a comparison', () => {
  it('says where two sessions part, pages through the pairs, and makes a report', PATIENT, async () => {
    await expect((async () => work.pairs({ lane: 'inputs', offset: 0, limit: 1 }))()).rejects.toThrow(
      /nothing is compared/,
    );
    const { identical, first, lanes } = await work.compare({ a: 'a.tyrsession', b: 'b.tyrsession' });
    expect(identical).toBe(false);
    expect(first).toMatchObject({ lane: 'inputs', n: 102, b: { text: expect.stringContaining('4000') as string } });
    expect(lanes.find((l) => l.lane === 'inputs')).toMatchObject({ countA: 401, countB: 399, differing: 4 });
    const page = await work.pairs({ lane: 'inputs', offset: 100, limit: 3 });
    expect(page).toMatchObject({ total: 402, more: false, offset: 100 });
    expect(page.rows.map((r) => r.same)).toEqual([true, false, true]);
    const next = await work.find({ lane: 'inputs', from: -1, direction: 'next' });
    expect(next).toEqual({ index: 101 });
    const after = await work.find({ lane: 'inputs', from: 101, direction: 'next' });
    expect(after.index).toBe(302);
    expect(await work.find({ lane: 'inputs', from: 302, direction: 'previous' })).toEqual({ index: 101 });
    await expect(work.pairs({ lane: 'nonsense', offset: 0, limit: 1 })).rejects.toThrow(/no lane/);
    await work.report();
    expect(readFileSync(path.join(out, 'a-and-b.html'), 'utf8')).toContain('Where they part');
  });
});
