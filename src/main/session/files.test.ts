/** Files of other versions and of bad will; exports and their way back. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packMeta } from '../../protocol/records.ts';
import { exportSession, EXPORT_FORMATS, exportFormatOf } from './export/index.ts';
import { quiet } from './export/sink.ts';
import { importJson } from './import-json.ts';
import { openingPlace } from './opening-place.ts';
import { runQuery } from './query.ts';
import { countRows, openSession, verifySession } from './reader.ts';
import { TABLES_V1, VIEWS_V1 } from './schema-v1.ts';
import { APPLICATION_ID, VIEW_NAMES } from './schema.ts';
import { linkOf, triage } from './triage.ts';
import { SessionWriter } from './writer.ts';

let dir = '';
let file = '';
const at = (name: string): string => path.join(dir, name);
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-files-'));
  file = at('s.tyrsession');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const READ = packMeta(0, false, false, 4, 0);
const WRITE = packMeta(0, true, false, 4, 0);

/** A session with something of everything: a failed job, interrupts, calls, text that needs care in every format. */
function write(target = file): void {
  const w = new SessionWriter(target);
  w.begin();
  w.row('info', { key: 'gpu', value: 'g610 <b>&amp;"x"' });
  w.row('input', { seq: 1, timeNs: 0, branch: 0, kind: 'power-on', payload: '{"kind":"power-on"}' });
  w.row('cause', { id: 1, text: 'probe, "quoted"\n| pipe' });
  const access = (seq: number, timeNs: number, meta: number, offset: number, value: number): void =>
    w.accesses(new Int32Array([seq, timeNs, 0, meta, offset, value, 0, 1]), 0, 1);
  access(2, 100, WRITE, 0x30, 0x101);
  access(3, 200, READ, 0x20, 0);
  access(4, 300, READ, 0x20, 0x100);
  access(5, 400, WRITE, 0x80000, 1);
  access(6, 450, READ, 0, 0xa8670005 | 0);
  access(7, 460, packMeta(2, true, true, 4, 0), 0x40003000, 3);
  w.row('irq', { seq: 8, timeNs: 500, line: 'job', raised: true, status: 0x8000_0000 });
  w.row('irq', { seq: 9, timeNs: 600, line: 'job', raised: false, status: 0 });
  w.row('mcuEvent', { seq: 10, timeNs: 610, kind: 'status', pc: 0x100, detail: 'ENABLED' });
  w.row('csEvent', { seq: 11, timeNs: 700, groupId: 1, queue: 0, pc: 2 ** 47, opcode: 'fault', detail: 'bad <tag>' });
  w.row('driverLog', { seq: 12, timeNs: 710, level: 'err', source: 'tyr', message: 'it failed' });
  w.row('ioctl', { seq: 13, timeNs: 720, client: 1, name: 'GROUP_SUBMIT', result: -22, args: '{"a":1}' });
  w.row('job', {
    id: 1,
    groupId: 1,
    queue: 0,
    submittedNs: 300,
    startedNs: 350,
    finishedNs: 800,
    streamVa: 2 ** 47,
    streamSize: 64,
    status: 'faulted',
    fault: 'fault: bad <tag>',
  });
  w.row('job', {
    id: 2,
    groupId: 1,
    queue: 0,
    submittedNs: 310,
    startedNs: 360,
    finishedNs: undefined,
    streamVa: 4096,
    streamSize: 64,
    status: 'running',
    fault: undefined,
  });
  w.row('fence', { id: 1, kind: 'job', point: 1, createdNs: 300, signalledNs: 800, cause: 'irq' });
  w.row('fence', { id: 3, kind: 'fence', point: 2, createdNs: 305, signalledNs: undefined, cause: '' });
  w.row('snapshot', { id: 1, timeNs: 700, branch: 0, label: 'here', parentId: undefined, hash: 'abc' });
  w.row('blob', { sha256: 'a'.repeat(64), name: 'firmware', bytes: Uint8Array.from({ length: 1000 }, (_, i) => i) });
  w.close();
}

function views(name: string): Record<string, unknown> {
  const s = openSession(name);
  try {
    return Object.fromEntries(VIEW_NAMES.map((v) => [v, runQuery(s, `SELECT * FROM ${v} ORDER BY 1`)]));
  } finally {
    s.close();
  }
}

const has = (tool: string): boolean => {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

function exported(format: (typeof EXPORT_FORMATS)[number], name: string, withoutBlobs = false): string {
  const s = openSession(file);
  try {
    exportSession(s, format, at(name), { ...quiet, withoutBlobs });
  } finally {
    s.close();
  }
  return at(name);
}

describe('exports', () => {
  it('as SQLite and JSON hold everything, and JSON comes back the same', () => {
    write();
    expect(views(exported('sqlite', 'copy'))).toEqual(views(file));
    importJson(exported('json', 'x.json'), at('back.tyrsession'));
    expect(views(at('back.tyrsession'))).toEqual(views(file));
    const s = openSession(at('back.tyrsession'));
    expect(verifySession(s)).toEqual([]);
    expect(runQuery(s, 'SELECT length(bytes), hash FROM blob_row, snapshot_row').rows).toEqual([[1000, 'abc']]);
    s.close();
  });

  it('without blobs keep their names and sizes', () => {
    write();
    for (const name of [exported('sqlite', 'lean', true)]) {
      const s = openSession(name);
      expect(runQuery(s, 'SELECT size, name, bytes FROM blob_row').rows).toEqual([[1000, 'firmware', null]]);
      s.close();
    }
    importJson(exported('json', 'lean.json', true), at('lean2'));
    const s = openSession(at('lean2'));
    expect(runQuery(s, 'SELECT size, bytes FROM blob_row').rows).toEqual([[1000, null]]);
    expect(verifySession(s)).toEqual([]);
    s.close();
  });

  it('are refused where a file is, and leave nothing behind when they fail or are stopped', () => {
    write();
    writeFileSync(at('there'), 'mine');
    const s = openSession(file);
    for (const format of EXPORT_FORMATS) {
      if (format === 'csv') continue;
      expect(() => exportSession(s, format, at('there')), format).toThrow(/exists already/);
    }
    const before = readdirSync(dir).toSorted();
    const progress = (): void => {
      throw new Error('stop');
    };
    for (const format of ['json', 'csv', 'perfetto', 'pokes-c'] as const) {
      expect(() => exportSession(s, format, at('new'), { withoutBlobs: false, progress }), format).toThrow('stop');
    }
    s.close();
    expect(readdirSync(dir).toSorted()).toEqual(before);
    expect(readFileSync(at('there'), 'utf8')).toBe('mine');
    expect(() => exportFormatOf('perfeto')).toThrow(/did you mean perfetto/);
  });

  it.skipIf(!has('gcc'))('as C compile (skipped without gcc)', () => {
    write();
    const name = exported('pokes-c', 'p.c');
    execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-fsyntax-only', name]);
    const text = readFileSync(name, 'utf8');
    expect([...text.matchAll(/^\t\{ (\d), (0x\w+)u, (0x\w+)u \}/gm)].map((m) => m.slice(1))).toEqual([
      ['0', '0x00000030', '0x00000101'],
      ['2', '0x00000020', '0x00000100'],
      ['0', '0x00080000', '0x00000001'],
      ['1', '0x00000000', '0xa8670005'],
    ]);
  });

  it.skipIf(!has('python3'))('as Python run (skipped without python3)', () => {
    write();
    const name = exported('pokes-python', 'p.py');
    const run = `import runpy; m = runpy.run_path(${JSON.stringify(name)}); w = [];
r = {0x20: 0x100, 0: 1}; print(list(m['replay'](lambda o: r[o], lambda o, v: w.append((o, v)))), w)`;
    expect(execFileSync('python3', ['-c', run], { encoding: 'utf8' }).trim()).toBe(
      '[(3, 0, 2825322501, 1)] [(48, 257), (524288, 1)]',
    );
  });

  it.skipIf(!has('sh'))('as a shell script drive devmem (skipped without sh)', () => {
    write();
    const name = exported('pokes-sh', 'p.sh');
    writeFileSync(at('devmem'), '#!/bin/sh\n[ $# = 2 ] && echo 0x100 || echo "$@" >> "$OUT"\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${dir}:${process.env['PATH'] ?? ''}`, OUT: at('pokes') };
    const said = execFileSync('sh', [name, '0xfb000000'], { encoding: 'utf8', env });
    expect(said).toBe('GPU_ID: expected 0xa8670005, read 0x100\n');
    expect(readFileSync(at('pokes'), 'utf8')).toBe(`${0xfb000030} 32 0x00000101\n${0xfb080000} 32 0x00000001\n`);
  });

  it.skipIf(!has('vcd2fst'))('as VCD are read by GTKWave (skipped without vcd2fst)', () => {
    write();
    execFileSync('vcd2fst', [exported('vcd', 'a.vcd'), at('a.fst')], { stdio: 'pipe' });
    const text = readFileSync(at('a.vcd'), 'utf8');
    for (const name of ['job', 'status', 'csf_doorbell_0', 'group1_queue0']) expect(text).toContain(` ${name} `);
    expect(text).toMatch(/#800\n/);
  });

  it('as reports stand alone and quote what they show', () => {
    write();
    const html = readFileSync(exported('html', 'r.html'), 'utf8');
    expect(html).not.toMatch(/<script|<link|src=|href=|<tag>|<b>/);
    expect(html).toContain('bad &lt;tag&gt;');
    const markdown = readFileSync(exported('markdown', 'r.md'), 'utf8');
    expect(markdown).toContain('bad \\<tag\\>');
    for (const line of markdown.split('\n').filter((l) => l.includes('"a":1'))) {
      expect(line.match(/(?<!\\)\|/g)).toHaveLength(6);
    }
  });
});

describe('import of JSON', () => {
  const refused: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    ['no JSON', () => '{', /not JSON/],
    ['another document', () => '{"format":"x"}', /format/],
    ['a newer version', (t) => t.replace('"version":1', '"version":2'), /version/],
    ['a missing view', (t) => t.replace('"irq":{', '"irk":{'), /view "irq"/],
    ['a wrong type', (t) => t.replace('"tyr","it failed"', '7,"it failed"'), /driver_log, row 1/],
    ['a wide value', (t) => t.replace('2825322501', '28253225010'), /register_access, row 5/],
    ['a bad hash', (t) => t.replaceAll('a'.repeat(64), '../x'), /blob|sha256/],
  ];
  it.each(refused)('refuses %s and leaves nothing', (_, change, rule) => {
    write();
    const text = readFileSync(exported('json', 'x.json'), 'utf8');
    writeFileSync(at('y.json'), change(text));
    expect(() => importJson(at('y.json'), at('out'))).toThrow(rule);
    expect(existsSync(at('out'))).toBe(false);
  });
});

describe('sessions of version 1', () => {
  it('are read as they are and written anew in the present version', () => {
    const db = new Database(file);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1; ${TABLES_V1} ${VIEWS_V1}`);
    db.exec(`INSERT INTO input_row VALUES (1, 0, 0, 'power-on', '{}'); INSERT INTO cause_row VALUES (1, 'probe');
      INSERT INTO register_name VALUES (0, 0, 'GPU_CONTROL', 'GPU_ID');
      WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
      INSERT INTO access_row SELECT i, i * 10, 64, 0, i, i + 1, 1 FROM n`);
    db.close();
    const s = openSession(file);
    expect(s.schemaVersion).toBe(1);
    expect(verifySession(s)).toEqual([]);
    expect(countRows(s)['register_access']).toBe(599);
    exportSession(s, 'sqlite', at('new'));
    const columns = 'seq, time_ns, initiator, op, block, name, offset, width, value, old_value, cause';
    const old = runQuery(s, `SELECT ${columns} FROM register_access ORDER BY seq`);
    s.close();
    const t = openSession(at('new'));
    expect(t.schemaVersion).toBe(2);
    expect(verifySession(t)).toEqual([]);
    expect(runQuery(t, `SELECT ${columns} FROM register_access ORDER BY seq`)).toEqual(old);
    t.close();
  });
});

describe('triage', () => {
  it('puts the first of the gravest first and links every finding', () => {
    write();
    const s = openSession(file);
    const { first, findings, counts } = triage(s);
    expect(first).toMatchObject({ severity: 'error', view: 'cs_event', key: 11 });
    expect(counts).toEqual({ fatal: 0, error: 3, warning: 3 });
    for (const f of findings) expect(runQuery(s, linkOf(f)).rows, f.text).toHaveLength(1);
    // The last error found while recording; a marker set by a person goes before it.
    expect(openingPlace(s)).toMatchObject({ view: 'job', key: 1, timeNs: 800, marker: false });
    s.close();
  });
});

describe('hostile files', () => {
  const change = (sql: string): void => {
    write();
    const db = new Database(file);
    db.unsafeMode(true);
    db.exec(sql);
    db.close();
  };
  const FOREIGN: readonly (readonly [string, string])[] = [
    ['a trigger', 'CREATE TRIGGER t AFTER INSERT ON note_row BEGIN DELETE FROM note_row; END'],
    ['a view of its own', 'CREATE VIEW mine AS SELECT 1'],
    [
      'a changed view',
      "DROP VIEW note; CREATE VIEW note AS SELECT 1 AS id, load_extension('x') AS time_ns, '' AS text",
    ],
    ['a full-text table', 'CREATE VIRTUAL TABLE v USING fts5(x)'],
    ['an r-tree', 'CREATE VIRTUAL TABLE v USING rtree(id, a, b)'],
    [
      'a view written over the schema table',
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE VIEW note AS SELECT zeroblob(1e9) AS id' WHERE name = 'note'",
    ],
    [
      'a generated column',
      "DROP TABLE note_row; CREATE TABLE note_row(id INTEGER PRIMARY KEY, time_ns INTEGER, text TEXT AS (printf('%.*c', 900000000, 'x')))",
    ],
    ['an index over an expression', "CREATE INDEX slow ON input_row(printf('%.*c', 1000000, 'x'))"],
    ['a fact that is a huge blob', "INSERT OR REPLACE INTO info_row VALUES ('build', zeroblob(20000000))"],
    [
      'another view and a newer version',
      'DROP VIEW note; CREATE VIEW note AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, i AS time_ns, i AS text FROM n; PRAGMA user_version = 9',
    ],
  ];
  it.each(FOREIGN)('with %s are refused', (_, sql) => {
    change(sql);
    expect(() => openSession(file)).toThrow(/sessions do not have|generated by|no short text|is another/);
  });

  const BROKEN: readonly (readonly [string, string])[] = [
    [
      'chunks with absurd numbers',
      'UPDATE access_chunk SET count = 1e15, time_width = 1e9, kind_base = -5, min_ns = -1',
    ],
    ['chunks of other types', "UPDATE access_chunk SET seq_digits = 'text', value_digits = zeroblob(50000000)"],
    ['text for numbers', "UPDATE job_row SET submitted_ns = 'soon', stream_va = x'00'"],
    ['dangling blobs', 'DELETE FROM blob_row'],
    ['a missing table', 'DROP TABLE irq_row'],
    ['a row of info that is no JSON', "UPDATE info_row SET value = '{' WHERE key = 'opens_at'"],
    ['endless text', "UPDATE driver_log_row SET message = printf('%.*c', 20000000, 'x')"],
  ];
  it.each(BROKEN)('with %s are opened, checked and read without a crash', (_, sql) => {
    change(sql);
    const s = openSession(file);
    try {
      expect(Array.isArray(verifySession(s))).toBe(true);
      countRows(s);
      openingPlace(s);
      try {
        triage(s);
        exportSession(s, 'json', at('x.json'));
        exportSession(s, 'perfetto', at('x.perfetto'));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(existsSync(at('x.json.partial'))).toBe(false);
      }
    } finally {
      s.close();
    }
  });

  it('that another process writes are read, and a second writer is told', () => {
    const w = new SessionWriter(file);
    w.begin();
    w.row('input', { seq: 1, timeNs: 0, branch: 0, kind: 'power-on', payload: '{}' });
    w.commit();
    expect(() => new SessionWriter(file)).toThrow(/another process/);
    const s = openSession(file);
    expect(countRows(s)['input']).toBe(1);
    w.begin();
    w.row('note', { id: 1, timeNs: 5, text: 'here' });
    w.commit();
    expect(countRows(s)['note']).toBe(1);
    expect(openingPlace(s)).toMatchObject({ view: 'note', key: 1, marker: true });
    s.close();
    w.close();
  });

  it('cut at any length throw BadInput or open', () => {
    write();
    const whole = readFileSync(file);
    for (let cut = 0; cut < whole.length; cut += 4099) {
      writeFileSync(file, whole);
      truncateSync(file, cut);
      try {
        const s = openSession(file);
        verifySession(s);
        countRows(s);
        s.close();
      } catch (error) {
        expect(error).toHaveProperty('name', 'BadInput');
      }
    }
  });
});
