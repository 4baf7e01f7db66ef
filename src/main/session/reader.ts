/**
 * Opens a session file for reading, treating it as hostile: never executes what it holds (triggers, views and
 * virtual tables of others are refused), copes with files cut short, and says in words what was lost.
 */
import Database from 'better-sqlite3';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { BadInput } from '../../base/errors.ts';
import { accessLog } from './accesses.ts';
import { TABLES_V1, VIEWS_V1 } from './schema-v1.ts';
import { APPLICATION_ID, CREATE_SESSION, SCHEMA_VERSION, VIEW_NAMES } from './schema.ts';

const MAGIC = 'SQLite format 3\0';
/** Bytes of a value larger than this are refused at reading (a hostile blob). */
const LENGTH_LIMIT_NOTE = 'The file is not a session written by this program, or it was changed.';

export interface SessionReader {
  readonly path: string;
  readonly db: Database.Database;
  readonly schemaVersion: number;
  /** What could not be read, in words; empty when the file is sound. */
  readonly problems: readonly string[];
  close(): void;
}

/** Throws BadInput when the file is not a session at all; otherwise opens as far as it is sound. */
export function openSession(path: string): SessionReader {
  if (!existsSync(path)) {
    throw new BadInput({ file: path, rule: 'there is no such file', remedy: 'Name an existing .tyrsession file.' });
  }
  checkMagic(path);
  let db: Database.Database;
  try {
    db = new Database(path, { readonly: true, fileMustExist: true });
    db.pragma('trusted_schema = OFF');
    db.pragma('cell_size_check = ON');
    db.pragma('query_only = ON');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const id = db.pragma('application_id', { simple: true });
    if (id !== APPLICATION_ID) {
      throw new BadInput({
        file: path,
        offset: 68,
        rule: `SQLite application id is ${String(id)}, a session has ${APPLICATION_ID}`,
        remedy: 'This SQLite file belongs to another program.',
      });
    }
    const schemaVersion = Number(db.pragma('user_version', { simple: true }));
    const problems = schemaProblems(db, schemaVersion);
    return { path, db, schemaVersion, problems, close: () => void db.close() };
  } catch (error) {
    db.close();
    throw error instanceof BadInput ? error : unreadable(path, error);
  }
}

function checkMagic(path: string): void {
  const head = Buffer.alloc(100);
  const fd = openSync(path, 'r');
  try {
    const got = readSync(fd, head, 0, 100, 0);
    if (got < 100 || head.toString('latin1', 0, 16) !== MAGIC) {
      throw new BadInput({
        file: path,
        offset: 0,
        rule:
          got < 100 ? `the file has only ${statSync(path).size} bytes` : 'the file does not begin as SQLite files do',
        remedy: 'It is not a session, or it was cut at the start.',
      });
    }
  } finally {
    closeSync(fd);
  }
}

function unreadable(path: string, error: unknown): BadInput {
  const message = error instanceof Error ? error.message : String(error);
  return new BadInput({ file: path, rule: `SQLite cannot read it: ${message}`, remedy: 'Restore it from a copy.' });
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** Compares the file's schema with ours; foreign triggers, views and virtual tables are refused outright. */
function schemaProblems(db: Database.Database, version: number): string[] {
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema').all() as SchemaRow[];
  const known = knownSchema(version);
  const problems: string[] = [];
  for (const row of rows) {
    if (row.name.startsWith('sqlite_')) continue;
    const virtual = /^\s*CREATE\s+VIRTUAL/i.test(row.sql ?? '');
    const changed = known.get(row.name) !== row.sql;
    if (row.type === 'trigger' || virtual || (row.type === 'view' && changed && version <= SCHEMA_VERSION)) {
      throw new BadInput({
        rule: `the file holds a ${virtual ? 'virtual table' : row.type} "${row.name}" that sessions do not have`,
        remedy: LENGTH_LIMIT_NOTE,
      });
    }
  }
  const names = new Set(rows.map((r) => r.name));
  for (const view of VIEW_NAMES) if (!names.has(view)) problems.push(`the view ${view} is missing`);
  if (version > SCHEMA_VERSION) {
    problems.push(
      `schema version ${version} is newer than ${SCHEMA_VERSION}: shown read-only, as far as it is understood`,
    );
  }
  return problems;
}

const schemaCache = new Map<number, ReadonlyMap<string, string | null>>();

/** What a file of that version holds, by name; a newer one is compared with the newest known. */
function knownSchema(version: number): ReadonlyMap<string, string | null> {
  const known = schemaCache.get(version);
  if (known !== undefined) return known;
  const db = new Database(':memory:');
  db.exec(version === 1 ? TABLES_V1 + VIEWS_V1 : CREATE_SESSION);
  const rows = db.prepare('SELECT type, name, sql FROM sqlite_schema').all() as SchemaRow[];
  const schema = new Map(rows.map((r) => [r.name, r.sql]));
  db.close();
  schemaCache.set(version, schema);
  return schema;
}

/** Numbers of rows by view; -1 where the table cannot be read. */
export function countRows(session: SessionReader): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const view of VIEW_NAMES) {
    try {
      const log = view === 'register_access' ? accessLog(session) : undefined;
      counts[view] = log?.total() ?? (session.db.prepare(`SELECT count(*) FROM ${view}`).pluck().get() as number);
    } catch {
      counts[view] = -1;
    }
  }
  return counts;
}

/** Key and value pairs of `session_info`. */
export function readInfo(session: SessionReader): Record<string, string> {
  const rows = session.db.prepare('SELECT key, value FROM session_info').all() as { key: string; value: string }[];
  return Object.fromEntries(rows.map((r) => [r.key, r.value]));
}

/** Everything that is not sound, in words: schema, SQLite's own check, the order of `seq`, dangling names. */
export function verifySession(session: SessionReader): string[] {
  const problems = [...session.problems];
  try {
    const rows = session.db.pragma('integrity_check(20)') as { integrity_check: string }[];
    for (const r of rows) if (r.integrity_check !== 'ok') problems.push(r.integrity_check);
  } catch (error) {
    problems.push(`SQLite's integrity check stopped: ${error instanceof Error ? error.message : String(error)}`);
  }
  const checks: readonly (readonly [string, string])[] = [
    [
      'accesses go back in time',
      'SELECT count(*) AS n FROM (SELECT time_ns - lag(time_ns) OVER (ORDER BY seq) AS d FROM access_row WHERE (meta >> 8) = 0) WHERE d < 0',
    ],
    [
      'accesses name causes that are not there',
      'SELECT count(*) AS n FROM access_row a WHERE a.cause <> 0 AND a.cause NOT IN (SELECT id FROM cause_row)',
    ],
    [
      'blobs have another size than stated',
      'SELECT count(*) AS n FROM blob_row WHERE bytes IS NOT NULL AND length(bytes) <> size',
    ],
    ['there is no power-on input', "SELECT 1 - min(1, count(*)) AS n FROM input_row WHERE kind = 'power-on'"],
  ];
  for (const [what, sql] of checks) {
    try {
      const row = session.db.prepare(sql).get() as { n: number };
      if (row.n > 0) problems.push(`${what} (${row.n})`);
    } catch (error) {
      problems.push(`cannot check whether ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return problems;
}
