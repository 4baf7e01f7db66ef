/** Pages, filters and searches of the log against plain SQL, while rows are still written; a million rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_WORDS, packMeta } from '../../protocol/records.ts';
import { LogReader, type LogQuery } from './log-query.ts';
import { openSession, type SessionReader } from './reader.ts';
import { SessionWriter } from './writer.ts';

const MILLION = 1_000_000;
const OFFSETS = [0x0, 0x20, 0x24, 0x28, 0x30, 0x704, 0x1000, 0x9990];
const none = { text: '', fields: [] };
let dir = '';
let writer: SessionWriter;
let reader: SessionReader;
let written = 0;

/** `count` more accesses; every tenth seq belongs to another table, as in real sessions. */
function write(count: number): void {
  const words = new Int32Array(count * ACCESS_WORDS);
  for (let i = 0; i < count; i++) {
    const n = written + i;
    const seq = n + 1 + Math.floor(n / 9);
    words.set(
      [seq, n * 3, 0, packMeta(n % 3, n % 2 === 1, false, 4, 0), OFFSETS[n % 8]!, n % 1000, 0, (n % 5) + 1],
      i * 8,
    );
  }
  writer.begin();
  writer.accesses(words, 0, count);
  writer.commit();
  written += count;
}

beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-log-'));
  writer = new SessionWriter(path.join(dir, 's.tyrsession'));
  writer.begin();
  for (let id = 1; id <= 5; id++) writer.row('cause', { id, text: `cause ${id}` });
  for (let id = 1; id <= 30; id++) {
    writer.row('note', { id, timeNs: id, text: id % 2 === 0 ? `even ${id}` : `odd ${id}` });
  }
  writer.commit();
  write(20_000);
  reader = openSession(path.join(dir, 's.tyrsession'));
});
afterAll(() => {
  reader.close();
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

const page = (log: LogReader, q: Partial<LogQuery>) =>
  log.query({ view: 'register_access', filter: none, order: 'asc', offset: 0, limit: 100, ...q }, 10_000);

describe('pages', () => {
  const filters: [string, LogQuery['filter'], string][] = [
    ['everything', none, '1'],
    [
      'a name',
      { text: '', fields: [{ name: 'name', op: 'glob', value: 'gpu_int*' }] },
      "name LIKE 'GPU\\_INT%' ESCAPE '\\'",
    ],
    ['not a name', { text: '', fields: [{ name: 'name', op: '!=', value: 'GPU_ID' }] }, "name <> 'GPU_ID'"],
    ['an offset without a name', { text: '', fields: [{ name: 'name', op: '=', value: '0x9990' }] }, 'offset = 39312'],
    [
      'who, what and how much',
      {
        text: '',
        fields: [
          { name: 'initiator', op: '=', value: 'mcu' },
          { name: 'op', op: '=', value: 'write' },
          { name: 'value', op: '>=', value: '0x1f4' },
        ],
      },
      "initiator = 'mcu' AND op = 'write' AND value >= 500",
    ],
    ['text in quotes', { text: '"cause 3"', fields: [] }, "cause = 'cause 3'"],
    [
      'words, of which each may be in another column',
      { text: 'WRITE use mcu', fields: [] },
      "op = 'write' AND (initiator = 'mcu' OR block LIKE 'MCU%')",
    ],
    ['words in quotes that never stand together', { text: '"3 cause"', fields: [] }, '0'],
    ['nothing', { text: 'no such thing', fields: [] }, '0'],
  ];

  it.each(filters)('of %s are what SQL gives, also after more was written', (_, filter, where) => {
    const log = new LogReader(reader);
    for (let round = 0; round < 2; round++) {
      const all = reader.db.prepare(`SELECT seq FROM register_access WHERE ${where} ORDER BY seq`).pluck().all();
      const first = page(log, { filter });
      expect(first.total).toBe(all.length);
      expect(first.complete).toBe(true);
      for (const offset of [0, 511, 512, 700, Math.max(0, all.length - 50), all.length + 5]) {
        const seqs = page(log, { filter, offset }).rows.map((r) => r[0]);
        expect(seqs).toEqual(all.slice(offset, offset + 100));
        const back = page(log, { filter, offset, order: 'desc' }).rows.map((r) => r[0]);
        expect(back).toEqual(all.toReversed().slice(offset, offset + 100));
      }
      write(1234);
    }
  });

  it('refuse columns that are not there', () => {
    const fields = [{ name: 'seq; DROP TABLE note_row', op: '=' as const, value: 1 }];
    expect(() => page(new LogReader(reader), { filter: { text: '', fields } })).toThrow(/has no column/);
  });

  it('of small views', () => {
    const log = new LogReader(reader);
    const got = page(log, { view: 'note', filter: { text: 'EVEN', fields: [] }, offset: 3, limit: 2 });
    expect(got.total).toBe(15);
    expect(got.rows.map((r) => r[2])).toEqual(['even 8', 'even 10']);
    const find = { text: 'odd', fields: [] };
    const at = { view: 'note' as const, filter: none, find };
    expect(log.find({ ...at, from: 4, direction: 'next' })).toEqual({ offset: 6, key: 7 });
    expect(log.find({ ...at, from: 4, direction: 'previous' })).toEqual({ offset: 2, key: 3 });
    expect(log.find({ ...at, from: 28, direction: 'next' })).toEqual({});
  });

  it('are found by a second filter', () => {
    const log = new LogReader(reader);
    const filter = { text: '', fields: [{ name: 'initiator', op: '=' as const, value: 'user' }] };
    const find = { text: '', fields: [{ name: 'value', op: '=' as const, value: 700 }] };
    for (const direction of ['next', 'previous'] as const) {
      const hit = log.find({ view: 'register_access', filter, find, from: 3000, direction });
      const [row] = page(log, { filter, offset: hit.offset!, limit: 1 }).rows;
      expect(row![0]).toBe(hit.key);
      expect(row![9]).toBe(700);
      expect(direction === 'next' ? hit.offset! > 3000 : hit.offset! < 3000).toBe(true);
    }
  });
});

describe('a million rows', () => {
  it('cost little to page through, with and without a filter', () => {
    write(MILLION - written);
    const log = new LogReader(reader);
    const filter = { text: '', fields: [{ name: 'name', op: 'glob' as const, value: 'GPU_INT*' }] };
    const time = (body: () => void): number => {
      const from = performance.now();
      body();
      return performance.now() - from;
    };
    const ask = (f: LogQuery['filter'], offset: number): void => {
      log.query({ view: 'register_access', filter: f, order: 'asc', offset, limit: 200 });
    };
    const figures = {
      first: time(() => ask(none, 0)),
      again: time(() => ask(none, 900_000)),
      filtered: time(() => ask(filter, 0)),
      filteredAgain: time(() => ask(filter, 100_000)),
    };
    // Bounds are wide: other work shares the machine. The first question is bounded by its budget.
    expect(figures.first, JSON.stringify(figures)).toBeLessThan(1500);
    expect(figures.again, JSON.stringify(figures)).toBeLessThan(1500);
    expect(figures.filteredAgain, JSON.stringify(figures)).toBeLessThan(1500);
    while (!log.query({ view: 'register_access', filter, order: 'asc', offset: 0, limit: 1 }).complete);
    const settled = time(() => ask(filter, 200_000));
    expect(settled).toBeLessThan(200);
    if (process.env['TYR_FIGURES'] !== undefined) console.error({ ...figures, settled });
  });
});
