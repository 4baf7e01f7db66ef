/** The query thread and the SQL process against a file that is being written, and statements that never end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packMeta } from '../../protocol/records.ts';
import { QueryThread } from './query-thread.ts';
import { forkSqlProcess, SqlRunner } from './sql-runner.ts';
import { SessionWriter } from './writer.ts';

let dir = '';
let file = '';
let writer: SessionWriter;
let seq = 0;

function access(timeNs: number, branch = 0, by = 0): void {
  writer.accesses(new Int32Array([++seq, timeNs, 0, packMeta(by, false, false, 4, branch), 0x20, seq, 0, 0]), 0, 1);
}

function input(kind: string, timeNs: number, payload = '{}'): void {
  writer.row('input', { seq: ++seq, timeNs, branch: 0, kind, payload });
}

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-threads-'));
  file = path.join(dir, 's.tyrsession');
  writer = new SessionWriter(file);
  writer.begin();
  input('power-on', 0);
  for (let i = 0; i < 1000; i++) access(i * 10);
  input('snapshot', 10_000);
  for (let i = 0; i < 500; i++) access(10_000 + i * 10);
  writer.row('irq', { seq: ++seq, timeNs: 15_000, line: 'gpu', raised: true, status: 1 });
  input('restore', 15_000, '{"kind":"restore","snapshot":1}');
  for (let i = 0; i < 10; i++) access(10_000 + i * 100, 1);
  writer.row('irq', { seq: ++seq, timeNs: 11_000, line: 'gpu', raised: true, status: 1 });
  writer.row('irq', { seq: ++seq, timeNs: 11_500, line: 'gpu', raised: false, status: 0 });
  for (let id = 1; id <= 3; id++) {
    writer.row('job', {
      id,
      groupId: 1,
      queue: 0,
      submittedNs: id * 1000,
      startedNs: id * 1000 + 10,
      finishedNs: id === 3 ? undefined : id * 1000 + 500,
      streamVa: 0,
      streamSize: 8,
      status: 'done',
      fault: id === 2 ? 'fatal' : undefined,
    });
  }
  writer.commit();
});
afterAll(() => {
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the query thread', () => {
  it('answers while the file is written, and closes', async () => {
    const thread = new QueryThread(file);
    const q = { view: 'register_access', filter: { text: '', fields: [] }, order: 'asc', offset: 0, limit: 5 } as const;
    expect((await thread.ask('query', q)).total).toBe(1510);
    writer.begin();
    access(11_600, 1);
    expect((await thread.ask('query', q)).total).toBe(1510);
    writer.commit();
    expect((await thread.ask('query', q)).total).toBe(1511);
    await expect(
      thread.ask('query', { ...q, filter: { text: '', fields: [{ name: 'x', op: '=', value: 1 }] } }),
    ).rejects.toThrow(/has no column/);
    await thread.close();
    await expect(thread.ask('about')).rejects.toThrow(/closed/);
  });

  it('refuses what is no session', async () => {
    const thread = new QueryThread(path.join(dir, 'none'));
    await expect(thread.ask('tracks')).rejects.toThrow(/no such file/);
  });

  it('shows the newest history on the timeline, by the pixel', async () => {
    const thread = new QueryThread(file);
    const { tracks, toNs, branch } = await thread.ask('tracks');
    expect(branch).toBe(1);
    expect(toNs).toBeGreaterThanOrEqual(11_500);
    expect(tracks.map((t) => t.id)).toEqual(expect.arrayContaining(['access:driver', 'irq:gpu', 'job:1:0', 'rate']));
    // On a busy machine one question may not be enough.
    const all = { track: 'access:driver', fromNs: 0, toNs: 20_000, pixels: 100 } as const;
    let far = await thread.ask('slices', all);
    while (!far.complete) far = await thread.ask('slices', all);
    expect(far.marks.length).toBeLessThanOrEqual(101);
    // 1000 before the snapshot and 11 on the new branch; the 500 of the branch left behind are not in it.
    expect(far.marks.reduce((n, m) => n + m.n, 0)).toBe(1011);
    for (let i = 1; i < far.marks.length; i++) {
      expect(far.marks[i]!.fromNs).toBeGreaterThanOrEqual(far.marks[i - 1]!.toNs);
    }
    const near = await thread.ask('slices', { track: 'access:driver', fromNs: 100, toNs: 200, pixels: 1000 });
    expect(near.marks.map((m) => m.fromNs)).toEqual([100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200]);
    expect(near.marks[0]!.label).toMatch(/^read GPU_/);
    const irq = await thread.ask('slices', { track: 'irq:gpu', fromNs: 0, toNs: 20_000, pixels: 1000 });
    expect(irq.marks).toMatchObject([{ fromNs: 11_000, toNs: 11_500, n: 1 }]);
    const jobs = await thread.ask('slices', { track: 'job:1:0', fromNs: 0, toNs: 20_000, pixels: 1000 });
    expect(jobs.marks.map((m) => [m.fromNs, m.bad ?? false])).toEqual([
      [1010, false],
      [2010, true],
      [3010, false],
    ]);
    const merged = await thread.ask('slices', { track: 'job:1:0', fromNs: 0, toNs: 20_000_000, pixels: 10 });
    expect(merged.marks.reduce((n, m) => n + m.n, 0)).toBe(3);
    const rate = await thread.ask('slices', { track: 'rate', fromNs: 0, toNs: 20_000, pixels: 20 });
    expect(rate.marks[0]!.value).toBe(100);
    await expect(thread.ask('slices', { track: 'x', fromNs: 0, toNs: 1, pixels: 1 })).rejects.toThrow(/no track/);
    await thread.close();
  });
});

describe('SQL of a person', () => {
  const runner = new SqlRunner(() => forkSqlProcess(fileURLToPath(new URL('./sql-process.ts', import.meta.url))));
  const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
  const job = (query: string, limit = 100) => ({ path: file, query, limit });
  afterAll(() => runner.close());

  it('gives rows up to the limit', async () => {
    const all = await runner.run(job('SELECT count(*) AS n FROM input'), 20_000);
    expect(all).toMatchObject({ columns: ['n'], rows: [[3]], truncated: false });
    const some = await runner.run(job('SELECT seq FROM register_access', 10), 20_000);
    expect(some.rows).toHaveLength(10);
    expect(some.truncated).toBe(true);
    await expect(runner.run(job('DELETE FROM note_row'), 20_000)).rejects.toThrow(/only read/);
  });

  it('is stopped when it takes too long, and when a person has enough', async () => {
    await expect(runner.run(job(endless), 300)).rejects.toThrow(/stopped after 300 ms/);
    const running = runner.run(job(endless), 60_000);
    await expect(runner.run(job('SELECT 1'), 1000)).rejects.toThrow(/still running/);
    runner.cancel();
    await expect(running).rejects.toThrow(/cancelled/);
    expect((await runner.run(job('SELECT 1'), 20_000)).rows).toEqual([[1]]);
  });
});
