/**
 * Sessions made in one process and run again: identical when untouched, and the first difference is named when one
 * stored value or one byte of the journal was changed.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { RingRecorder } from '../../protocol/ring-recorder.ts';
import type { Params, RequestName, Result } from '../../protocol/messages.ts';
import { EngineControl } from '../engine/control.ts';
import { Service } from '../engine/service.ts';
import { referenceImage } from '../engine/testing.ts';
import { openSession, verifySession } from '../session/reader.ts';
import { editAccesses } from '../session/testing.ts';
import { VIEW_NAMES } from '../session/schema.ts';
import { startSessionThread } from '../session/thread.ts';
import { replaySession, type ReplayResult } from './replay.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-replay-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Call = <K extends RequestName>(name: K, params: Params<K>) => Result<K>;

/** Records what `body` does into a new session file. */
function record(name: string, body: (call: Call) => void): string {
  const file = path.join(dir, name);
  const thread = startSessionThread(file);
  const recorder = new RingRecorder(thread.memory, thread.rows);
  const service = new Service({ recorder, control: new EngineControl(), notify: () => {} });
  const call: Call = (request, params) => service.handle(request, params) as Result<typeof request>;
  call('bench.create', { sessionPath: file, firmware: referenceImage() });
  body(call);
  recorder.flush();
  thread.close();
  return file;
}

const text = readFileSync(new URL('../../../resources/examples/first-light.cs', import.meta.url), 'utf8');
const stream = new Uint8Array(assemble(text, { arch: 10 }).words.buffer);
const firstLight = (call: Call): void => {
  call('bench.boot', {});
  call('stream.run', {
    words: stream,
    name: 'first-light.cs',
    map: [{ va: 0x7f0000000000, length: 0x2000 }],
    dump: [{ va: 0x7f0000001000, length: 0x30 }],
  });
};

function replay(file: string): ReplayResult {
  const session = openSession(file);
  try {
    return replaySession(session);
  } finally {
    session.close();
  }
}

interface SqlRow {
  readonly [column: string]: unknown;
}

function rows(file: string, sql: string): SqlRow[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare(sql).all() as SqlRow[];
  } finally {
    db.close();
  }
}

/** A copy of a session with one statement run on it. */
function changed(file: string, name: string, sql: string): string {
  const copy = path.join(dir, name);
  copyFileSync(file, copy);
  const db = new Database(copy);
  expect(db.prepare(sql).run().changes).toBe(1);
  db.close();
  return copy;
}

let a = '';
let b = '';
beforeAll(() => {
  a = record('a.tyrsession', firstLight);
  b = record('b.tyrsession', firstLight);
});

describe('two runs of first light', () => {
  it.each([
    'access_row',
    'input_row',
    'job_row',
    'fence_row',
    'cs_event_row',
    'irq_row',
    'driver_log_row',
    'ioctl_row',
  ])('have the same rows in %s', (table) => {
    const [one, other] = [a, b].map((file) => rows(file, `SELECT * FROM ${table}`));
    expect(one!.length).toBeGreaterThan(0);
    expect(one).toEqual(other);
  });

  it('have hundreds of accesses, with names and causes', () => {
    const found = rows(a, 'SELECT initiator, op, name, cause FROM register_access');
    expect(found.length).toBeGreaterThan(300);
    expect(new Set(found.map((r) => r['initiator']))).toEqual(new Set(['driver', 'mcu']));
    expect(found.filter((r) => String(r['name']).startsWith('0x'))).toEqual([]);
    expect(found.every((r) => r['cause'] !== '')).toBe(true);
  });

  it('have 64-bit values as integers', () => {
    const types = rows(a, 'SELECT DISTINCT typeof(pc) AS t FROM cs_event UNION SELECT typeof(stream_va) FROM job');
    expect(types).toEqual([{ t: 'integer' }]);
  });

  it('are sound', () => {
    const session = openSession(a);
    expect(verifySession(session)).toEqual([]);
    session.close();
  });

  const sqlite = ((): string | undefined => {
    try {
      return execFileSync('sqlite3', ['--version'], { encoding: 'utf8' });
    } catch {
      return undefined;
    }
  })();

  it.skipIf(sqlite === undefined).each(VIEW_NAMES)(
    'the plain sqlite3 program reads the view %s (skipped where it is not installed)',
    (view) => {
      const out = execFileSync('sqlite3', ['-json', a, `SELECT * FROM ${view}`], { encoding: 'utf8' });
      const expected = rows(a, `SELECT count(*) AS n FROM ${view}`)[0]!['n'];
      expect(out.trim() === '' ? 0 : (JSON.parse(out) as unknown[]).length).toBe(expected);
    },
  );
});

/** A copy with its recorded accesses changed by one statement. */
function changedAccesses(file: string, name: string, sql: string): string {
  const copy = path.join(dir, name);
  expect(editAccesses(file, copy, sql)).toBe(1);
  return copy;
}

describe('replay', () => {
  it('finds an untouched session identical', () => {
    const count = rows(a, 'SELECT count(*) AS n FROM access_row')[0]!['n'];
    expect(replay(a)).toMatchObject({ identical: true, compared: count, firstDifference: undefined });
  });

  it('says where a stored value was changed', () => {
    const { seq } = rows(a, "SELECT seq FROM register_access WHERE name = 'GPU_ID' LIMIT 1")[0]!;
    const copy = changedAccesses(
      a,
      'value.tyrsession',
      `UPDATE access_row SET value = value + 1 WHERE seq = ${String(seq)}`,
    );
    const result = replay(copy);
    expect(result.identical).toBe(false);
    expect(result.firstDifference).toMatchObject({
      seq,
      recorded: { value: 0xa8670006 },
      replayed: { value: 0xa8670005 },
    });
    expect(result.firstDifference?.text).toContain('GPU_ID');
  });

  it('says where accesses are missing or too many', () => {
    const seqs = rows(a, 'SELECT seq FROM access_row ORDER BY seq').map((r) => Number(r['seq']));
    const middle = seqs[200]!;
    const gone = changedAccesses(a, 'gone.tyrsession', `DELETE FROM access_row WHERE seq = ${middle}`);
    expect(replay(gone).firstDifference?.replayed?.seq).toBe(middle);
    const tail = changedAccesses(a, 'tail.tyrsession', `DELETE FROM access_row WHERE seq = ${seqs.at(-1)!}`);
    expect(replay(tail).firstDifference).toMatchObject({ seq: seqs.at(-1), recorded: undefined });
    const more = changedAccesses(a, 'more.tyrsession', 'INSERT INTO access_row VALUES (99999999, 9, 64, 0, 0, 0, 0)');
    expect(replay(more).firstDifference).toMatchObject({ seq: 99999999, replayed: undefined });
  });

  it('says where a changed byte of the journal makes itself felt', () => {
    // The client number 1 of the first submission's stream address: another address, another fault.
    const [row] = rows(a, "SELECT seq, payload FROM input_row WHERE payload LIKE '%GROUP_SUBMIT%'");
    const payload = String(row!['payload']);
    const hex = '00000000007e0000';
    expect(payload.split(hex)).toHaveLength(2);
    const edited = payload.replace(hex, '00100000007e0000');
    const copy = changed(
      a,
      'input.tyrsession',
      `UPDATE input_row SET payload = '${edited}' WHERE seq = ${String(row!['seq'])}`,
    );
    const result = replay(copy);
    expect(result.identical).toBe(false);
    expect(result.firstDifference!.seq).toBeGreaterThan(Number(row!['seq']));
  });

  it('refuses a journal that is damaged', () => {
    const cut = changed(a, 'cut.tyrsession', "UPDATE input_row SET payload = '{\"kind\":' WHERE kind = 'module-load'");
    expect(() => replay(cut)).toThrow(/journal: not JSON/);
    const headless = changed(a, 'headless.tyrsession', "DELETE FROM input_row WHERE kind = 'power-on'");
    expect(() => replay(headless)).toThrow(/before power-on/);
    const blob = changed(a, 'blob.tyrsession', 'DELETE FROM blob_row');
    expect(() => replay(blob)).toThrow(/blob [0-9a-f]{64} is not in the file/);
  });

  it('finds a session with an arranged fault and a second try identical', () => {
    const file = record('fault.tyrsession', (call) => {
      const apply = (input: Params<'input.apply'>['input']): unknown => call('input.apply', { input });
      apply({ kind: 'board-fault', what: 'regulator-enable', errno: 5, skip: 1 });
      expect(call('bench.boot', {}).errno).toBe(-5);
      apply({ kind: 'module-unload', module: 'tyr' });
      apply({ kind: 'module-load', module: 'tyr' });
    });
    expect(replay(file)).toMatchObject({ identical: true });
    expect(rows(file, "SELECT count(*) AS n FROM driver_log WHERE message LIKE '%Initialized panthor%'")).toEqual([
      { n: 1 },
    ]);
  });

  it('finds a session with snapshots, restores and pokes identical', () => {
    const file = record('branches.tyrsession', (call) => {
      const cold = call('snapshot.take', { label: 'cold' });
      firstLight(call);
      const { id } = call('snapshot.take', { label: 'after first light' });
      call('register.poke', { name: 'GPU_CMD', value: 0x101, preview: true });
      call('register.poke', { name: 'GPU_INT_CLEAR', value: 0x100 });
      call('snapshot.restore', { id });
      call('time.advance', { ns: 30_000_000 });
      call('register.read', { name: 'GPU_STATUS' });
      firstLight(call);
      call('snapshot.restore', { id: cold.id });
      firstLight(call);
    });
    expect(replay(file)).toMatchObject({ identical: true });
    const branches = rows(file, 'SELECT DISTINCT branch FROM register_access ORDER BY branch');
    expect(branches).toEqual([{ branch: 0 }, { branch: 1 }, { branch: 2 }]);
    expect(rows(file, 'SELECT count(*) AS n FROM job')).toEqual([{ n: 3 }]);
    const session = openSession(file);
    expect(verifySession(session)).toEqual([]);
    session.close();
  });
});
