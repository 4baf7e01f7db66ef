/**
 * The tables and views of a session file (docs/session-format.md). The views are the public face and keep
 * their names and columns; tables may change with `SCHEMA_VERSION` and a migration.
 *
 * `application_id` marks the file as ours ("TYRS"), `user_version` is the schema version.
 */

export { VIEW_NAMES } from '../../protocol/records.ts';
import { CHUNK } from './access-codec.ts';

export const APPLICATION_ID = 0x54595253;
export const SCHEMA_VERSION = 2;

/** Key of `session_info`: the session was trimmed, rows before this time (ns) were left out. */
export const TRIMMED_FROM = 'trimmed_from_ns';

/** Key of `session_info`: JSON of the place where a reader should begin (opening-place.ts). */
export const OPENS_AT = 'opens_at';

/** Largest integer SQLite and JavaScript agree on; above it values are text `0x...`. */
const INTEGER_LIMIT = BigInt(Number.MAX_SAFE_INTEGER);

/** Columns of a chunk of accesses, as `Chunk` of access-codec.ts has them. */
export const CHUNK_COLUMNS = ['seq', 'time', 'entry', 'kind', 'value', 'old'] as const;

function columnSql(name: string): string {
  return `${name}_base INTEGER NOT NULL, ${name}_step INTEGER NOT NULL, ${name}_width INTEGER NOT NULL, ${name}_digits BLOB NOT NULL`;
}

/** Value `i` of a column of chunk `c`: what access-codec.ts decodes, in SQL. */
function valueSql(name: string, i: string): string {
  return `(c.${name}_base + ${i} * c.${name}_step + CAST(substr(c.${name}_digits, ${i} * c.${name}_width + 1, c.${name}_width) AS INTEGER))`;
}

/** Where all old values are the values, only those are kept. */
const OLD_SQL = `(${valueSql('old', 'c.e')} + CASE WHEN c.old_same THEN ${valueSql('value', 'c.e')} ELSE 0 END)`;

const TABLES = `
CREATE TABLE info_row(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cause_row(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE register_name(space INTEGER NOT NULL, offset INTEGER NOT NULL, block TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY(space, offset)) WITHOUT ROWID;
CREATE TABLE access_kind(id INTEGER PRIMARY KEY, meta INTEGER NOT NULL, offset INTEGER NOT NULL, cause INTEGER NOT NULL,
  block TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE access_chunk(first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, count INTEGER NOT NULL,
  min_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL, old_same INTEGER NOT NULL, ${CHUNK_COLUMNS.map(columnSql).join(', ')});
CREATE INDEX access_chunk_time ON access_chunk(max_ns);
CREATE TABLE access_index(i INTEGER PRIMARY KEY);
CREATE TABLE access_count(first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, counts TEXT NOT NULL);
CREATE TABLE job_row(id INTEGER PRIMARY KEY, group_id INTEGER, queue INTEGER, submitted_ns INTEGER, started_ns INTEGER,
  finished_ns INTEGER, stream_va, stream_size INTEGER, status TEXT, fault TEXT);
CREATE TABLE cs_event_row(seq INTEGER PRIMARY KEY, time_ns INTEGER, group_id INTEGER, queue INTEGER, pc, opcode TEXT, detail TEXT);
CREATE TABLE mcu_event_row(seq INTEGER PRIMARY KEY, time_ns INTEGER, kind TEXT, pc INTEGER, detail TEXT);
CREATE TABLE irq_row(seq INTEGER PRIMARY KEY, time_ns INTEGER, line TEXT, raised INTEGER, status INTEGER);
CREATE TABLE fence_row(id INTEGER PRIMARY KEY, kind TEXT, point, created_ns INTEGER, signalled_ns INTEGER, cause TEXT);
CREATE TABLE driver_log_row(seq INTEGER PRIMARY KEY, time_ns INTEGER, level TEXT, source TEXT, message TEXT);
CREATE TABLE ioctl_row(seq INTEGER PRIMARY KEY, time_ns INTEGER, client INTEGER, name TEXT, result INTEGER, args TEXT);
CREATE TABLE input_row(seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, branch INTEGER NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE snapshot_row(id INTEGER PRIMARY KEY, time_ns INTEGER, branch INTEGER, label TEXT, parent_id INTEGER, hash TEXT);
CREATE TABLE blob_row(sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, name TEXT NOT NULL, bytes BLOB) WITHOUT ROWID;
CREATE TABLE note_row(id INTEGER PRIMARY KEY, time_ns INTEGER, text TEXT NOT NULL);
`;

const VIEWS = `
CREATE VIEW session_info AS SELECT key, value FROM info_row;
CREATE VIEW access_entry AS SELECT c.*, n.i AS i, ${valueSql('entry', 'n.i')} AS e
  FROM access_chunk c CROSS JOIN access_index n WHERE n.i < c.count;
CREATE VIEW access_row AS SELECT ${valueSql('seq', 'c.i')} AS seq, ${valueSql('time', 'c.i')} AS time_ns, k.meta AS meta,
  k.offset AS offset, ${valueSql('value', 'c.e')} AS value, ${OLD_SQL} AS old_value, k.cause AS cause, c.first_seq AS chunk
  FROM access_entry c CROSS JOIN access_kind k ON k.id = ${valueSql('kind', 'c.e')};
CREATE VIEW register_access AS SELECT ${valueSql('seq', 'c.i')} AS seq, ${valueSql('time', 'c.i')} AS time_ns,
  (k.meta >> 8) AS branch,
  CASE k.meta & 3 WHEN 0 THEN 'driver' WHEN 1 THEN 'user' WHEN 2 THEN 'mcu' ELSE 'script' END AS initiator,
  CASE WHEN k.meta & 4 THEN 'write' ELSE 'read' END AS op, k.block AS block, k.name AS name, k.offset AS offset,
  (k.meta >> 4) & 15 AS width, ${valueSql('value', 'c.e')} AS value, ${OLD_SQL} AS old_value,
  coalesce((SELECT text FROM cause_row WHERE id = k.cause), '') AS cause,
  CASE WHEN k.meta & 8 THEN 'mcu' ELSE 'host' END AS space
  FROM access_entry c CROSS JOIN access_kind k ON k.id = ${valueSql('kind', 'c.e')};
CREATE VIEW job AS SELECT id, group_id, queue, submitted_ns, started_ns, finished_ns, stream_va, stream_size, status, fault FROM job_row;
CREATE VIEW cs_event AS SELECT seq, time_ns, group_id, queue, pc, opcode, detail FROM cs_event_row;
CREATE VIEW mcu_event AS SELECT seq, time_ns, kind, pc, detail FROM mcu_event_row;
CREATE VIEW irq AS SELECT seq, time_ns, line, raised, status FROM irq_row;
CREATE VIEW fence AS SELECT id, kind, point, created_ns, signalled_ns, cause FROM fence_row;
CREATE VIEW driver_log AS SELECT seq, time_ns, level, source, message FROM driver_log_row;
CREATE VIEW ioctl AS SELECT seq, time_ns, client, name, result, args FROM ioctl_row;
CREATE VIEW input AS SELECT seq, time_ns, branch, kind, payload FROM input_row;
CREATE VIEW snapshot AS SELECT id, time_ns, branch, label, parent_id FROM snapshot_row;
CREATE VIEW blob AS SELECT sha256, size, name FROM blob_row;
CREATE VIEW note AS SELECT id, time_ns, text FROM note_row;
`;

/** The numbers of the accesses within a chunk, for the views to count by. */
const FILL = `INSERT INTO access_index WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${CHUNK - 1}) SELECT i FROM n;`;

/** All statements that make an empty session. */
export const CREATE_SESSION = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION};${TABLES}${VIEWS}${FILL}`;

/**
 * A 64-bit value for a column: an integer where it fits, else text `0x...`. A bigint, because the database stores
 * a Number above 2^31 as a floating-point value unless the column says otherwise.
 */
export function sqlValue(value: number | bigint): bigint | string {
  const big = BigInt(value);
  return big <= INTEGER_LIMIT ? big : `0x${big.toString(16)}`;
}
