/**
 * The schema of sessions written before register accesses became chunks (version 1). Kept to recognise such files:
 * they are opened and read as they are, and `tyr session export --format sqlite` writes them anew.
 */

export const TABLES_V1 = `
CREATE TABLE info_row(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cause_row(id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE register_name(space INTEGER NOT NULL, offset INTEGER NOT NULL, block TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY(space, offset)) WITHOUT ROWID;
CREATE TABLE access_row(seq INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, meta INTEGER NOT NULL,
  offset INTEGER NOT NULL, value INTEGER NOT NULL, old_value INTEGER NOT NULL, cause INTEGER NOT NULL);
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

export const VIEWS_V1 = `
CREATE VIEW session_info AS SELECT key, value FROM info_row;
CREATE VIEW register_access AS SELECT a.seq AS seq, a.time_ns AS time_ns, (a.meta >> 8) AS branch,
  CASE a.meta & 3 WHEN 0 THEN 'driver' WHEN 1 THEN 'user' WHEN 2 THEN 'mcu' ELSE 'script' END AS initiator,
  CASE WHEN a.meta & 4 THEN 'write' ELSE 'read' END AS op,
  coalesce(r.block, '') AS block, coalesce(r.name, printf('0x%x', a.offset)) AS name, a.offset AS offset,
  (a.meta >> 4) & 15 AS width, a.value AS value, a.old_value AS old_value, coalesce(c.text, '') AS cause
  FROM access_row a LEFT JOIN register_name r ON r.space = (a.meta >> 3) & 1 AND r.offset = a.offset
  LEFT JOIN cause_row c ON c.id = a.cause;
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
