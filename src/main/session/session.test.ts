/** The way of rows into a session file and back: writer, thread, reader, hostile files. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RingRecorder } from '../../protocol/ring-recorder.ts';
import { RING_RECORDS } from '../../protocol/ring.ts';
import { packMeta } from '../../protocol/records.ts';
import { exportCsv, exportJson } from './export/text.ts';
import { runQuery } from './query.ts';
import { countRows, openSession, verifySession } from './reader.ts';
import { startSessionThread } from './thread.ts';
import { SessionWriter } from './writer.ts';

let dir = '';
let file = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-session-'));
  file = path.join(dir, 's.tyrsession');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const DRIVER_READ = packMeta(0, false, false, 4, 0);
const MCU_WRITE = packMeta(2, true, true, 4, 3);

function writeSmall(): void {
  const w = new SessionWriter(file);
  w.begin();
  w.row('input', { seq: 1, timeNs: 0, branch: 0, kind: 'power-on', payload: '{}' });
  w.row('cause', { id: 1, text: 'probe' });
  const words = new Int32Array([2, 150, 0, DRIVER_READ, 0, 0xa8670005 | 0, 0xa8670005 | 0, 1]);
  w.accesses(words, 0, 1);
  const late = 2 ** 33 + 7;
  w.accesses(new Int32Array([3, late | 0, Math.floor(late / 2 ** 32), MCU_WRITE, 0x40003000, 5, 0, 0]), 0, 1);
  w.close();
}

describe('writer and reader', () => {
  it('gives accesses back through the documented view', () => {
    writeSmall();
    const s = openSession(file);
    const q = runQuery(
      s,
      'SELECT seq, time_ns, branch, initiator, op, block, name, width, value, cause FROM register_access',
    );
    expect(q.rows).toEqual([
      [2, 150, 0, 'driver', 'read', 'GPU_CONTROL', 'GPU_ID', 4, 0xa8670005, 'probe'],
      [3, 2 ** 33 + 7, 3, 'mcu', 'write', 'MCU_GPU', 'HW_ID', 4, 5, ''],
    ]);
    expect(verifySession(s)).toEqual([]);
    s.close();
  });

  it('refuses statements that do more than read', () => {
    writeSmall();
    const s = openSession(file);
    for (const sql of [
      'DELETE FROM access_row',
      "ATTACH 'x' AS y",
      'PRAGMA user_version = 9',
      'SELECT 1; SELECT 2',
      'nonsense',
    ]) {
      expect(() => runQuery(s, sql), sql).toThrow();
    }
    s.close();
  });

  it('exports JSON that parses and CSV with quoted cells', () => {
    writeSmall();
    const s = openSession(file);
    let json = '';
    exportJson(s, (t) => (json += t));
    const document = JSON.parse(json) as { views: Record<string, { rows: unknown[] }> };
    expect(document.views['register_access']?.rows).toHaveLength(2);
    let csv = '';
    exportCsv(s, 'input', (t) => (csv += t));
    expect(csv).toBe('seq,time_ns,branch,kind,payload\r\n1,0,0,power-on,{}\r\n');
    s.close();
  });
});

describe('the session thread', () => {
  it('stores every record of a run larger than the ring, in order', () => {
    const thread = startSessionThread(file);
    const recorder = new RingRecorder(thread.memory, thread.rows);
    const total = RING_RECORDS + 5000;
    for (let i = 1; i <= total; i++) recorder.access(i, i * 10, DRIVER_READ, 0x20, i, 0, 0);
    recorder.record('driverLog', { seq: total + 1, timeNs: 1, level: 'info', source: 't', message: 'end' });
    recorder.flush();
    thread.close();
    const s = openSession(file);
    const counts = countRows(s);
    expect(counts['register_access']).toBe(total);
    expect(counts['driver_log']).toBe(1);
    const q = runQuery(s, 'SELECT count(*) FROM register_access WHERE value <> seq OR time_ns <> seq * 10');
    expect(q.rows).toEqual([[0]]);
    s.close();
  });

  it('says why a file cannot be made, and the producer does not hang', async () => {
    const thread = startSessionThread(path.join(dir, 'no', 'such', 'folder.tyrsession'));
    const reason = new Promise<string>((resolve) => thread.onFailed(resolve));
    const recorder = new RingRecorder(thread.memory, thread.rows);
    recorder.access(1, 1, DRIVER_READ, 0, 0, 0, 0);
    recorder.flush();
    expect(await reason).toMatch(/directory|open/i);
    expect(recorder.failed).toBe(true);
    thread.close();
  });

  it('never overwrites a file', () => {
    writeSmall();
    expect(() => startSessionThread(file)).toThrow(/exists already/);
  });
});

describe('hostile files', () => {
  const refuse = (content: Uint8Array | string): void => {
    writeFileSync(file, content);
    expect(() => openSession(file)).toThrow(/\. /);
  };

  it('refuses what is not SQLite, empty files, and other programs', () => {
    refuse('');
    refuse('hello');
    refuse('x'.repeat(5000));
    const db = new Database(path.join(dir, 'other.db'));
    db.exec('CREATE TABLE t(x)');
    db.close();
    refuse(readFileSync(path.join(dir, 'other.db')));
    expect(() => openSession(path.join(dir, 'none'))).toThrow(/no such file/);
  });

  it('refuses triggers and changed views', () => {
    writeSmall();
    const db = new Database(file);
    db.exec('CREATE TRIGGER evil AFTER INSERT ON note_row BEGIN DELETE FROM note_row; END');
    db.close();
    expect(() => openSession(file)).toThrow(/trigger/);
  });

  it('opens a newer schema read-only and says so', () => {
    writeSmall();
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    const s = openSession(file);
    expect(s.problems.join()).toMatch(/newer/);
    s.close();
  });

  it('never throws anything but BadInput at any cut length', () => {
    writeSmall();
    const whole = readFileSync(file);
    for (let cut = 0; cut < whole.length; cut += 997) {
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
