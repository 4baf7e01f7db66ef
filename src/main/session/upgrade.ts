/**
 * Writes a session of an older schema anew in the present one. Old files are read as they are; this is for who wants
 * them small and fast. The old file is left alone.
 */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ACCESS_WORDS } from '../../protocol/records.ts';
import { TWO32 } from '../../base/bits.ts';
import type { SessionReader } from './reader.ts';
import { SessionWriter } from './writer.ts';

/** Tables whose columns are the same in all versions. */
const SAME = [
  'info_row',
  'cause_row',
  'job_row',
  'cs_event_row',
  'mcu_event_row',
  'irq_row',
  'fence_row',
  'driver_log_row',
  'ioctl_row',
  'input_row',
  'snapshot_row',
  'blob_row',
  'note_row',
];

const BATCH = 4096;

/** Writes `output`, a new file, from a session of version 1. Nothing is left of it when that fails. */
export function upgradeSession(session: SessionReader, output: string): void {
  const writer = new SessionWriter(output);
  try {
    writer.begin();
    accesses(session, writer);
    writer.close();
    const to = new Database(output);
    try {
      to.exec('BEGIN');
      for (const table of SAME) copyTable(session, to, table);
      to.exec('COMMIT');
    } finally {
      to.close();
    }
  } catch (error) {
    writer.close();
    rmSync(output, { force: true });
    throw error;
  }
}

function copyTable(session: SessionReader, to: Database.Database, table: string): void {
  const from = session.db.prepare(`SELECT * FROM ${table}`);
  const marks = from.columns().map(() => '?');
  const insert = to.prepare(`INSERT OR REPLACE INTO ${table} VALUES (${marks.join(', ')})`);
  for (const row of from.raw(true).safeIntegers(true).iterate() as IterableIterator<unknown[]>) insert.run(row);
}

function accesses(session: SessionReader, writer: SessionWriter): void {
  const rows = session.db
    .prepare('SELECT seq, time_ns, meta, offset, value, old_value, cause FROM access_row ORDER BY seq')
    .raw(true)
    .iterate() as IterableIterator<[number, number, number, number, number, number, number]>;
  const words = new Int32Array(BATCH * ACCESS_WORDS);
  let count = 0;
  for (const [seq, timeNs, ...rest] of rows) {
    words.set([seq, timeNs, timeNs / TWO32, ...rest], count * ACCESS_WORDS);
    if (++count < BATCH) continue;
    writer.accesses(words, 0, count);
    count = 0;
  }
  if (count > 0) writer.accesses(words, 0, count);
}
