/**
 * Register accesses read straight from their chunks: pages, windows of time, counts, in milliseconds of a recording
 * of millions. Says the same as the views, which decode every chunk for every question.
 *
 * Works on files that are still being written: what was appended since is seen at the next question.
 */
import type { Database, Statement } from 'better-sqlite3';
import { INITIATORS } from '../../protocol/records.ts';
import { CHUNK } from './access-codec.ts';
import { decodeColumn, type Column } from './access-digits.ts';
import type { SessionReader } from './reader.ts';
import { CHUNK_COLUMNS } from './schema.ts';

/** What all accesses of a kind have in common, as `register_access` says it. */
export interface AccessKind {
  readonly meta: number;
  readonly branch: number;
  readonly initiator: string;
  readonly op: 'read' | 'write';
  readonly block: string;
  readonly name: string;
  readonly offset: number;
  readonly width: number;
  readonly cause: string;
  readonly space: 'host' | 'mcu';
}

export interface Access {
  readonly seq: number;
  readonly timeNs: number;
  readonly value: number;
  readonly old: number;
  readonly kind: AccessKind;
}

/** One chunk taken apart; the arrays are used again for the next one. */
export interface Decoded {
  count: number;
  firstSeq: number;
  lastSeq: number;
  readonly seq: Float64Array;
  readonly timeNs: Float64Array;
  readonly kind: Float64Array;
  readonly value: Float64Array;
  readonly old: Float64Array;
}

/** A row of `register_access`, in the order of its columns. */
export type AccessCells = readonly (number | string)[];

export interface RegisterCount {
  readonly block: string;
  readonly name: string;
  readonly initiator: string;
  readonly op: 'read' | 'write';
  readonly count: number;
}

/** A row of `access_chunk` in the order of CHUNK_SQL. */
type ChunkRow = readonly (number | string | Uint8Array | null)[];

/** What is read of a chunk: its bounds, then base, step, width and digits of each column. */
const CHUNK_SQL = ['first_seq', 'last_seq', 'count', 'old_same']
  .concat(CHUNK_COLUMNS.flatMap((c) => [`${c}_base`, `${c}_step`, `${c}_width`, `${c}_digits`]))
  .join(', ');
const FIRST_SEQ = 0;
const LAST_SEQ = 1;
const COUNT = 2;
const OLD_SAME = 3;
const COLUMNS = 4;

/** Opens the accesses of a session; undefined for files of version 1, whose accesses are plain rows. */
export function accessLog(session: SessionReader): AccessLog | undefined {
  return session.schemaVersion > 1 ? new AccessLog(session.db) : undefined;
}

export class AccessLog {
  private readonly db: Database;
  private readonly chunkAt: Statement;
  private readonly entry = new Float64Array(CHUNK);
  private readonly entryKind = new Float64Array(CHUNK);
  private readonly entryValue = new Float64Array(CHUNK);
  private readonly entryOld = new Float64Array(CHUNK);
  private readonly decoded: Decoded = {
    count: 0,
    firstSeq: 0,
    lastSeq: 0,
    seq: new Float64Array(CHUNK),
    timeNs: new Float64Array(CHUNK),
    kind: new Float64Array(CHUNK),
    value: new Float64Array(CHUNK),
    old: new Float64Array(CHUNK),
  };
  private readonly kinds = new Map<number, AccessKind>();

  constructor(db: Database) {
    this.db = db;
    this.chunkAt = db
      .prepare(`SELECT ${CHUNK_SQL} FROM access_chunk WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1`)
      .raw(true);
  }

  /** How many accesses there are: all chunks but the last are full, and counting them reads an index only. */
  total(): number {
    const chunks = this.db.prepare('SELECT count(*) FROM access_chunk').pluck().get() as number;
    const last = this.chunkAt.get(Number.MAX_SAFE_INTEGER) as ChunkRow | undefined;
    return last === undefined ? 0 : (chunks - 1) * CHUNK + numberOf(last[COUNT]);
  }

  /** The last access, or undefined. */
  last(): { readonly seq: number; readonly timeNs: number } | undefined {
    const row = this.chunkAt.get(Number.MAX_SAFE_INTEGER) as ChunkRow | undefined;
    if (row === undefined) return undefined;
    const { seq, timeNs, count } = this.take(row);
    return { seq: seq[count - 1]!, timeNs: timeNs[count - 1]! };
  }

  /** Time of the last access with `fromSeq` <= seq <= `toSeq`; undefined when there is none. */
  before(toSeq: number, fromSeq: number): number | undefined {
    const row = this.chunkAt.get(Math.min(toSeq, Number.MAX_SAFE_INTEGER)) as ChunkRow | undefined;
    if (row === undefined) return undefined;
    const { seq, timeNs, count } = this.take(row);
    for (let i = count - 1; i >= 0; i--) if (seq[i]! <= toSeq) return seq[i]! < fromSeq ? undefined : timeNs[i];
    return undefined;
  }

  kind(id: number): AccessKind {
    const known = this.kinds.get(id);
    if (known !== undefined) return known;
    const made = this.db
      .prepare(
        `SELECT k.meta AS meta, k.offset AS offset, coalesce(c.text, '') AS cause, k.block AS block, k.name AS name
         FROM access_kind k LEFT JOIN cause_row c ON c.id = k.cause WHERE k.id = ?`,
      )
      .get(id) as Pick<AccessKind, 'meta' | 'offset' | 'cause' | 'block' | 'name'> | undefined;
    const { meta, offset, cause, block, name } = made ?? { meta: 0, offset: 0, cause: '', block: '', name: '?' };
    const kind: AccessKind = {
      meta,
      branch: meta >>> 8,
      initiator: INITIATORS[meta & 3] ?? '',
      op: meta & 4 ? 'write' : 'read',
      block,
      name,
      offset,
      width: (meta >> 4) & 15,
      cause,
      space: meta & 8 ? 'mcu' : 'host',
    };
    this.kinds.set(id, kind);
    return kind;
  }

  /** Chunks that hold accesses with seq >= `fromSeq`, in order. `visit` ends it with false. */
  chunks(fromSeq: number, visit: (chunk: Decoded) => boolean | void): void {
    for (const chunk of this.chunksFrom(fromSeq)) if (visit(chunk) === false) break;
  }

  /** The same one after the other; each is valid until the next. */
  *chunksFrom(fromSeq: number): Generator<Decoded> {
    const start = (this.chunkAt.get(fromSeq) as ChunkRow | undefined)?.[FIRST_SEQ] ?? fromSeq;
    const rows = this.db
      .prepare(`SELECT ${CHUNK_SQL} FROM access_chunk WHERE first_seq >= ? ORDER BY first_seq`)
      .raw(true)
      .iterate(start);
    for (const row of rows as IterableIterator<ChunkRow>) {
      if (Number(row[LAST_SEQ]) >= fromSeq) yield this.take(row);
    }
  }

  /** Kinds that meet a condition, by their numbers. */
  kindsThat(wanted: (kind: AccessKind) => boolean): ReadonlyMap<number, AccessKind> {
    const ids = this.db.prepare('SELECT id FROM access_kind').pluck().all() as number[];
    return new Map(ids.map((id) => [id, this.kind(id)] as const).filter(([, kind]) => wanted(kind)));
  }

  /** Accesses of the kinds that meet a condition, in order, with `fromSeq` <= seq <= `toSeq`. */
  *those(wanted: (kind: AccessKind) => boolean, fromSeq = 0, toSeq = Infinity): Generator<Access> {
    const kinds = this.kindsThat(wanted);
    if (kinds.size === 0) return;
    for (const c of this.chunksFrom(fromSeq)) {
      const { count, seq, timeNs, value, old } = c;
      for (let i = 0; i < count; i++) {
        const at = seq[i]!;
        if (at < fromSeq || at > toSeq) continue;
        const kind = kinds.get(c.kind[i]!);
        if (kind !== undefined) yield { seq: at, timeNs: timeNs[i]!, value: value[i]!, old: old[i]!, kind };
      }
      if (c.lastSeq >= toSeq) return;
    }
  }

  /** Rows of `register_access` from `fromSeq` on, or backwards from it, at most `limit`. */
  window(fromSeq: number, limit: number): AccessCells[] {
    const out: AccessCells[] = [];
    this.chunks(fromSeq, (c) => {
      for (let i = 0; i < c.count && out.length < limit; i++) if (c.seq[i]! >= fromSeq) out.push(this.cells(c, i));
      return out.length < limit;
    });
    return out;
  }

  /** An access at or after a time, the first where time never goes back; undefined when all are earlier. */
  seqAt(timeNs: number): number | undefined {
    const at = this.db
      .prepare('SELECT first_seq FROM access_chunk WHERE max_ns >= ? ORDER BY max_ns LIMIT 1')
      .pluck()
      .get(timeNs) as number | undefined;
    if (at === undefined) return undefined;
    const c = this.take(this.chunkAt.get(at) as ChunkRow);
    for (let i = 0; i < c.count; i++) if (c.timeNs[i]! >= timeNs) return c.seq[i];
    return undefined;
  }

  /** The access with that number, or undefined. */
  row(seq: number): AccessCells | undefined {
    const row = this.chunkAt.get(seq) as ChunkRow | undefined;
    if (row === undefined || Number(row[LAST_SEQ]) < seq) return undefined;
    const c = this.take(row);
    for (let i = 0; i < c.count; i++) if (c.seq[i] === seq) return this.cells(c, i);
    return undefined;
  }

  /** How often each register was accessed, by whom and how, the most frequent first. */
  counts(): RegisterCount[] {
    const perKind = new Map<number, number>();
    for (const text of this.db
      .prepare('SELECT counts FROM access_count')
      .pluck()
      .iterate() as IterableIterator<string>) {
      for (const [id, n] of Object.entries(JSON.parse(text) as Record<string, number>)) {
        perKind.set(Number(id), (perKind.get(Number(id)) ?? 0) + n);
      }
    }
    const out = new Map<string, RegisterCount>();
    for (const [id, n] of perKind) {
      const { meta, block, name, initiator, op } = this.kind(id);
      const key = `${meta & 15} ${block} ${name}`;
      out.set(key, { block, name, initiator, op, count: (out.get(key)?.count ?? 0) + n });
    }
    return [...out.values()].toSorted((a, b) => b.count - a.count);
  }

  /** Access `i` of a chunk as the view has it. */
  cells(c: Decoded, i: number): AccessCells {
    const k = this.kind(c.kind[i]!);
    const { seq, timeNs, value, old } = c;
    return [
      seq[i]!,
      timeNs[i]!,
      k.branch,
      k.initiator,
      k.op,
      k.block,
      k.name,
      k.offset,
      k.width,
      value[i]!,
      old[i]!,
      k.cause,
      k.space,
    ];
  }

  private take(row: ChunkRow): Decoded {
    const d = this.decoded;
    const count = Math.max(0, Math.min(CHUNK, numberOf(row[COUNT])));
    d.count = count;
    d.firstSeq = numberOf(row[FIRST_SEQ]);
    d.lastSeq = numberOf(row[LAST_SEQ]);
    decodeColumn(columnOf(row, 0, count), count, d.seq);
    decodeColumn(columnOf(row, 1, count), count, d.timeNs);
    decodeColumn(columnOf(row, 2, count), count, this.entry);
    let entries = 0;
    for (let i = 0; i < count; i++) entries = Math.max(entries, this.entry[i]! + 1);
    entries = Math.min(entries, CHUNK);
    decodeColumn(columnOf(row, 3, entries), entries, this.entryKind);
    decodeColumn(columnOf(row, 4, entries), entries, this.entryValue);
    decodeColumn(columnOf(row, 5, entries), entries, this.entryOld);
    const same = row[OLD_SAME] === 1 ? 1 : 0;
    for (let i = 0; i < count; i++) {
      const e = this.entry[i]!;
      d.kind[i] = this.entryKind[e] ?? 0;
      d.value[i] = this.entryValue[e] ?? 0;
      d.old[i] = (this.entryOld[e] ?? 0) + same * d.value[i]!;
    }
    return d;
  }
}

/** A number of a row, of a file that may hold anything. */
function numberOf(cell: ChunkRow[number] | undefined): number {
  const n = Number(cell);
  return Number.isFinite(n) ? n : 0;
}

const NO_DIGITS = new Uint8Array(0);

/** Column number `which` of a chunk; one with fewer digits than `count` numbers take has none. */
function columnOf(row: ChunkRow, which: number, count: number): Column {
  const at = COLUMNS + which * 4;
  const digits = row[at + 3];
  const width = numberOf(row[at + 2]);
  const whole = digits instanceof Uint8Array && Number.isInteger(width) && width > 0 && width * count <= digits.length;
  return {
    base: numberOf(row[at]),
    step: numberOf(row[at + 1]),
    width: whole ? width : 0,
    digits: whole ? digits : NO_DIGITS,
  };
}
