/** For tests: a session with its recorded accesses changed by hand, as somebody with an SQL program might. */
import { copyFileSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { upgradeSession } from './upgrade.ts';

/** Copies `file` to `output` with one statement run over `access_row` as a plain table; the number of rows changed. */
export function editAccesses(file: string, output: string, sql: string): number {
  const scratch = `${output}.scratch`;
  copyFileSync(file, scratch);
  const db = new Database(scratch);
  try {
    // The chunks as rows, which an UPDATE can reach, under the name the statement uses.
    db.exec(`CREATE TABLE plain AS SELECT seq, time_ns, meta, offset, value, old_value, cause FROM access_row;
      DROP VIEW access_row; ALTER TABLE plain RENAME TO access_row`);
    const { changes } = db.prepare(sql).run();
    upgradeSession({ path: scratch, db, schemaVersion: 1, problems: [], close: () => undefined }, output);
    return changes;
  } finally {
    db.close();
    rmSync(scratch, { force: true });
  }
}
