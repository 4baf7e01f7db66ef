/**
 * Writes rows into a session file. One writer per file: it creates the file, a second one is told. Register accesses
 * go into chunks (access-codec.ts). Rows are collected in one transaction per batch; a killed process loses at most
 * the open batch.
 */
import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { UsageError } from '../../base/errors.ts';
import { ACCESS_WORDS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { mcuRegisterAt, registerAt, wordName } from '../../spec/registers/lookup.ts';
import { CHUNK, ChunkEncoder } from './access-codec.ts';
import { Triples } from './triples.ts';
import { placeOf } from './opening-place.ts';
import { CHUNK_COLUMNS, CREATE_SESSION, OPENS_AT, sqlValue } from './schema.ts';

type Statement = Database.Statement<unknown[]>;

/** Two chunks and more fit a page, and a small session stays small (measured: 10 bytes an access, 15 with 4 KiB). */
const PAGE_BYTES = 8192;
/** The log is copied into the file every 32 MiB. */
const CHECKPOINT_PAGES = 4096;

/** Accesses after which their counts by kind begin a new row (chosen: 610 rows for ten million). */
const COUNTED = 64 * CHUNK;

/** A batch is committed when it is this old, in ms: what a killed process may lose, and how late a reader may be. */
export const BATCH_MS = 200;

export class SessionWriter {
  readonly path: string;
  private readonly passing: boolean;
  private readonly db: Database.Database;
  private readonly chunk: Statement;
  private readonly chunkAgain: Statement;
  /** The same for chunks whose old values are the values. */
  private readonly chunkSame: Statement;
  private readonly chunkSameAgain: Statement;
  private readonly kind: Statement;
  private readonly counts: Statement;
  private readonly name: Statement;
  /** Offsets whose name is in the file: those of each space that were accessed at least once. */
  private readonly named: readonly [Set<number>, Set<number>] = [new Set(), new Set()];
  private readonly insert: { readonly [K in RecordKind]: (row: RecordKinds[K]) => void };
  /** Who, where and why of accesses: meta, offset, cause. */
  private readonly kinds = new Triples(1024);
  private readonly encoder = new ChunkEncoder((meta, offset, cause) => this.kindOf(meta, offset, cause));
  /** The chunk being filled: its records, how many, and how many of them are in the file. */
  private readonly pending = new Int32Array(CHUNK * ACCESS_WORDS);
  private filled = 0;
  private stored = 0;
  /** Accesses by kind in the full chunks since `countedFrom`. */
  private tally = new Int32Array(1024);
  private countedFrom = 0;
  private countedTo = 0;
  private countedSize = 0;
  /** Where a reader should begin: the last marker, or the last fault. */
  private place: ReturnType<typeof placeOf>;
  private open = true;

  /**
   * Creates the file. UsageError when there is one: a session has one writer, and another process may be it. One that
   * is `passing` is read once and thrown away: nothing is done to keep it should the process be killed.
   */
  constructor(path: string, passing = false) {
    this.path = path;
    this.passing = passing;
    try {
      closeSync(openSync(path, 'wx'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      throw new UsageError(`${path} exists already, or another process records into it: name a new session file`);
    }
    this.db = new Database(path);
    this.db.pragma(`page_size = ${PAGE_BYTES}`);
    this.db.pragma(`journal_mode = ${passing ? 'OFF' : 'WAL'}`);
    this.db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    this.db.pragma(`synchronous = ${passing ? 'OFF' : 'NORMAL'}`);
    this.db.pragma('locking_mode = NORMAL');
    this.db.exec(CREATE_SESSION);
    this.name = this.db.prepare('INSERT OR IGNORE INTO register_name VALUES (?, ?, ?, ?)');
    this.chunk = this.db.prepare(`INSERT INTO access_chunk VALUES (${chunkValues(false)})`);
    this.chunkAgain = this.db.prepare(`INSERT OR REPLACE INTO access_chunk VALUES (${chunkValues(false)})`);
    this.chunkSame = this.db.prepare(`INSERT INTO access_chunk VALUES (${chunkValues(true)})`);
    this.chunkSameAgain = this.db.prepare(`INSERT OR REPLACE INTO access_chunk VALUES (${chunkValues(true)})`);
    this.kind = this.db.prepare('INSERT INTO access_kind VALUES (?, ?, ?, ?, ?, ?)');
    this.counts = this.db.prepare('INSERT OR REPLACE INTO access_count VALUES (?, ?, ?)');
    this.insert = makeInserts(this.db);
  }

  /** Starts a batch; nothing is visible to readers before `commit`. */
  begin(): void {
    if (!this.db.inTransaction) this.db.exec('BEGIN');
  }

  commit(): void {
    if (!this.db.inTransaction) return;
    if (this.filled > this.stored) {
      this.putChunk(this.pending, 0, this.filled);
      this.stored = this.filled;
      this.putPartCounts();
    } else if (this.filled === 0) this.putCounts();
    this.db.exec('COMMIT');
  }

  /** Appends `count` accesses of ACCESS_WORDS words each, starting at record `first`. Their `seq` must ascend. */
  accesses(words: Int32Array, first: number, count: number): void {
    let from = first * ACCESS_WORDS;
    let left = count;
    while (left > 0) {
      const n = Math.min(left, CHUNK - this.filled);
      const end = from + n * ACCESS_WORDS;
      if (n === CHUNK) this.fullChunk(words, from);
      else {
        this.pending.set(words.subarray(from, end), this.filled * ACCESS_WORDS);
        this.filled += n;
        if (this.filled === CHUNK) this.fullChunk(this.pending, 0);
      }
      left -= n;
      from = end;
    }
  }

  /** Writes a chunk that nothing more is added to. */
  private fullChunk(words: Int32Array, at: number): void {
    this.putChunk(words, at, CHUNK);
    this.filled = 0;
    this.stored = 0;
    this.count(1);
    this.countedSize += CHUNK;
    if (this.countedSize >= COUNTED) {
      this.putCounts();
      this.tally.fill(0);
      this.countedSize = 0;
    }
  }

  private kindOf(meta: number, offset: number, cause: number): number {
    const before = this.kinds.size;
    const kind = this.kinds.add(meta, offset, cause);
    if (kind === before) this.addKind(kind);
    return kind;
  }

  private addKind(kind: number): void {
    const meta = this.kinds.word(kind, 0);
    const offset = this.kinds.word(kind, 1) >>> 0;
    const space = meta & 8 ? 1 : 0;
    const at = space === 1 ? mcuRegisterAt(offset) : registerAt(offset);
    const name = at === undefined ? `0x${offset.toString(16)}` : wordName(at);
    this.kind.run(kind, meta, offset, this.kinds.word(kind, 2), at?.register.block ?? '', name);
    if (at !== undefined && !this.named[space].has(offset)) {
      this.named[space].add(offset);
      this.name.run(space, offset, at.register.block, name);
    }
    if (kind === this.tally.length) {
      const larger = new Int32Array(kind * 2);
      larger.set(this.tally);
      this.tally = larger;
    }
  }

  /** Writes `filled` records as a chunk, over an earlier and shorter version of it. */
  private putChunk(words: Int32Array, at: number, filled: number): void {
    const c = this.encoder.encode(words, at, filled);
    const { seq, time, entry, kind, value, old } = c;
    const again = this.stored > 0;
    const { firstSeq, lastSeq, count, minNs, maxNs } = c;
    if (c.oldSame === 1) {
      // prettier-ignore
      (again ? this.chunkSameAgain : this.chunkSame).run(firstSeq, lastSeq, count, minNs, maxNs,
        seq.base, seq.step, seq.width, seq.digits, time.base, time.step, time.width, time.digits,
        entry.step, entry.width, entry.digits, kind.base, kind.width, kind.digits,
        value.base, value.width, value.digits);
    } else {
      // prettier-ignore
      (again ? this.chunkAgain : this.chunk).run(firstSeq, lastSeq, count, minNs, maxNs,
        seq.base, seq.step, seq.width, seq.digits, time.base, time.step, time.width, time.digits,
        entry.step, entry.width, entry.digits, kind.base, kind.width, kind.digits,
        value.base, value.width, value.digits, old.base, old.width, old.digits);
    }
    if (this.countedSize === 0) this.countedFrom = c.firstSeq;
    this.countedTo = c.lastSeq;
  }

  /** Adds the accesses of the chunk encoded last to the counts, or takes them out again. */
  private count(by: 1 | -1): void {
    const { tally } = this;
    const { entries, kinds, uses } = this.encoder;
    for (let e = 0; e < entries; e++) tally[kinds[e]!]! += by * uses[e]!;
  }

  /** Writes the counts with those of the chunk just written, which is not full yet. */
  private putPartCounts(): void {
    this.count(1);
    this.putCounts();
    this.count(-1);
  }

  /** Writes how many accesses of each kind there were since the last row of counts began. */
  private putCounts(): void {
    const counts: Record<string, number> = {};
    let any = false;
    for (let kind = 0; kind < this.kinds.size; kind++) {
      if (this.tally[kind] === 0) continue;
      counts[kind] = this.tally[kind]!;
      any = true;
    }
    if (any) this.counts.run(this.countedFrom, this.countedTo, JSON.stringify(counts));
  }

  /** A blob that is known by its hash only. */
  blobWithoutBytes(sha256: string, size: number, name: string): void {
    this.db.prepare('INSERT OR IGNORE INTO blob_row VALUES (?, ?, ?, NULL)').run(sha256, size, name);
  }

  row<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.insert[kind](row);
    const place = placeOf(kind, row);
    if (place !== undefined && (place.marker || this.place?.marker !== true)) {
      this.place = place;
      this.insert.info({ key: OPENS_AT, value: JSON.stringify(place) });
    }
  }

  /** Commits, checkpoints the write-ahead log into the file and closes it. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.commit();
    if (!this.passing) {
      this.db.pragma('wal_checkpoint(TRUNCATE)');
      this.db.pragma('journal_mode = DELETE');
    }
    this.db.close();
  }
}

/** The values of a chunk for its insert. What is the same in all chunks is no parameter: handing one over takes time. */
function chunkValues(oldSame: boolean): string {
  const columns = {
    seq: '?, ?, ?, ?',
    time: '?, ?, ?, ?',
    entry: '0, ?, ?, ?',
    kind: '?, 0, ?, ?',
    value: '?, 0, ?, ?',
  };
  const old = oldSame ? "0, 0, 0, x'30'" : '?, 0, ?, ?';
  const all = { ...columns, old };
  return `?, ?, ?, ?, ?, ${oldSame ? 1 : 0}, ${CHUNK_COLUMNS.map((name) => all[name]).join(', ')}`;
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
