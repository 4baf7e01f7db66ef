/**
 * Writes rows into a session file. One writer per file: a lock row names the process, so that a second one is
 * told. Rows are collected in one transaction per batch; a killed process loses at most the open batch.
 */
import Database from 'better-sqlite3';
import { ACCESS_WORDS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { TWO32 } from '../../base/bits.ts';
import { mcuRegisterAt, registerAt, wordName } from '../../spec/registers/lookup.ts';
import { CREATE_SESSION, sqlValue } from './schema.ts';

type Statement = Database.Statement<unknown[]>;

/** Rows of one multi-row insert of accesses; 7 columns each stay far below SQLite's limit of variables. */
const ROWS_PER_INSERT = 256;

const COLUMNS = 'seq, time_ns, meta, offset, value, old_value, cause';

export class SessionWriter {
  readonly path: string;
  private readonly db: Database.Database;
  private readonly many: Statement;
  private readonly one: Statement;
  private readonly name: Statement;
  /** Offsets whose name is in the file: those of each space that were accessed at least once. */
  private readonly named: readonly [Set<number>, Set<number>] = [new Set(), new Set()];
  private readonly insert: { readonly [K in RecordKind]: (row: RecordKinds[K]) => void };
  private open = true;

  /** Creates the file; throws when it exists. */
  constructor(path: string) {
    this.path = path;
    this.db = new Database(path);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = NORMAL');
    this.db.pragma('locking_mode = NORMAL');
    this.db.exec(CREATE_SESSION);
    this.name = this.db.prepare('INSERT OR IGNORE INTO register_name VALUES (?, ?, ?, ?)');
    const row = `(${Array.from({ length: 7 }, () => '?').join(', ')})`;
    this.one = this.db.prepare(`INSERT INTO access_row(${COLUMNS}) VALUES ${row}`);
    this.many = this.db.prepare(
      `INSERT INTO access_row(${COLUMNS}) VALUES ${Array.from({ length: ROWS_PER_INSERT }, () => row).join(', ')}`,
    );
    this.insert = makeInserts(this.db);
  }

  /** Starts a batch; nothing is visible to readers before `commit`. */
  begin(): void {
    if (!this.db.inTransaction) this.db.exec('BEGIN');
  }

  commit(): void {
    if (this.db.inTransaction) this.db.exec('COMMIT');
  }

  /** Appends `count` accesses of ACCESS_WORDS words each, starting at record `first`. */
  accesses(words: Int32Array, first: number, count: number): void {
    const values: number[] = [];
    let i = 0;
    for (; i + ROWS_PER_INSERT <= count; i += ROWS_PER_INSERT) {
      values.length = 0;
      for (let k = 0; k < ROWS_PER_INSERT; k++) this.pushAccess(values, words, (first + i + k) * ACCESS_WORDS);
      this.many.run(values);
    }
    for (; i < count; i++) {
      values.length = 0;
      this.pushAccess(values, words, (first + i) * ACCESS_WORDS);
      this.one.run(values);
    }
  }

  private pushAccess(values: number[], w: Int32Array, at: number): void {
    const meta = w[at + 3]!;
    const offset = w[at + 4]! >>> 0;
    const space = meta & 8 ? 1 : 0;
    if (!this.named[space].has(offset)) this.addName(space, offset);
    const time = (w[at + 2]! >>> 0) * TWO32 + (w[at + 1]! >>> 0);
    values.push(w[at]! >>> 0, time, meta, offset, w[at + 5]! >>> 0, w[at + 6]! >>> 0, w[at + 7]!);
  }

  private addName(space: 0 | 1, offset: number): void {
    this.named[space].add(offset);
    const at = space === 1 ? mcuRegisterAt(offset) : registerAt(offset);
    if (at !== undefined) this.name.run(space, offset, at.register.block, wordName(at));
  }

  row<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.insert[kind](row);
  }

  /** Commits, checkpoints the write-ahead log into the file and closes it. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.commit();
    this.db.pragma('wal_checkpoint(TRUNCATE)');
    this.db.pragma('journal_mode = DELETE');
    this.db.close();
  }
}

/** One insert per kind of row. Jobs and fences replace the row of the same id. */
function makeInserts(db: Database.Database): { readonly [K in RecordKind]: (row: RecordKinds[K]) => void } {
  const into = (table: string, count: number, verb = 'INSERT'): Statement =>
    db.prepare(`${verb} INTO ${table} VALUES (${Array.from({ length: count }, () => '?').join(', ')})`);
  const input = into('input_row', 5);
  const job = into('job_row', 10, 'INSERT OR REPLACE');
  const cs = into('cs_event_row', 7);
  const mcu = into('mcu_event_row', 5);
  const irq = into('irq_row', 5);
  const fence = into('fence_row', 6, 'INSERT OR REPLACE');
  const log = into('driver_log_row', 5);
  const ioctl = into('ioctl_row', 6);
  const snapshot = into('snapshot_row', 6);
  const note = into('note_row', 3, 'INSERT OR REPLACE');
  const cause = into('cause_row', 2, 'INSERT OR IGNORE');
  const blob = into('blob_row', 4, 'INSERT OR IGNORE');
  const info = into('info_row', 2, 'INSERT OR REPLACE');
  const opt = <T>(value: T | undefined): T | null => value ?? null;
  return {
    input: (r) => void input.run(r.seq, r.timeNs, r.branch, r.kind, r.payload),
    job: (r) =>
      void job.run(
        r.id,
        r.groupId,
        r.queue,
        r.submittedNs,
        opt(r.startedNs),
        opt(r.finishedNs),
        sqlValue(r.streamVa),
        r.streamSize,
        r.status,
        opt(r.fault),
      ),
    csEvent: (r) => void cs.run(r.seq, r.timeNs, r.groupId, r.queue, sqlValue(r.pc), r.opcode, r.detail),
    mcuEvent: (r) => void mcu.run(r.seq, r.timeNs, r.kind, r.pc, r.detail),
    irq: (r) => void irq.run(r.seq, r.timeNs, r.line, r.raised ? 1 : 0, r.status),
    fence: (r) => void fence.run(r.id, r.kind, sqlValue(r.point), r.createdNs, opt(r.signalledNs), r.cause),
    driverLog: (r) => void log.run(r.seq, r.timeNs, r.level, r.source, r.message),
    ioctl: (r) => void ioctl.run(r.seq, r.timeNs, r.client, r.name, r.result, r.args),
    snapshot: (r) => void snapshot.run(r.id, r.timeNs, r.branch, r.label, opt(r.parentId), r.hash),
    note: (r) => void note.run(r.id, r.timeNs, r.text),
    cause: (r) => void cause.run(r.id, r.text),
    blob: (r) => void blob.run(r.sha256, r.bytes.length, r.name, r.bytes),
    info: (r) => void info.run(r.key, r.value),
  };
}
