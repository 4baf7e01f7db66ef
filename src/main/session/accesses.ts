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

/** What all accesses of a kind have in common. */
export interface AccessKind {
  readonly meta: number;
  readonly offset: number;
  readonly cause: string;
  readonly block: string;
  readonly name: string;
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

type ChunkRow = Readonly<Record<string, number | Uint8Array>>;

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
    this.chunkAt = db.prepare('SELECT * FROM access_chunk WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1');
  }

  total(): number {
    return this.db.prepare('SELECT coalesce(sum(count), 0) FROM access_chunk').pluck().get() as number;
  }

  /** The last access, or undefined. */
  last(): { readonly seq: number; readonly timeNs: number } | undefined {
    const row = this.chunkAt.get(Number.MAX_SAFE_INTEGER) as ChunkRow | undefined;
    if (row === undefined) return undefined;
    const { seq, timeNs, count } = this.take(row);
    return { seq: seq[count - 1]!, timeNs: timeNs[count - 1]! };
  }

  kind(id: number): AccessKind {
    const known = this.kinds.get(id);
    if (known !== undefined) return known;
    const made = this.db
      .prepare(
        `SELECT k.meta AS meta, k.offset AS offset, coalesce(c.text, '') AS cause, k.block AS block, k.name AS name
         FROM access_kind k LEFT JOIN cause_row c ON c.id = k.cause WHERE k.id = ?`,
      )
      .get(id) as AccessKind | undefined;
    const kind = made ?? { meta: 0, offset: 0, cause: '', block: '', name: '?' };
    this.kinds.set(id, kind);
    return kind;
  }

  /** Chunks that hold accesses with seq >= `fromSeq`, in order. `visit` ends it with false. */
  chunks(fromSeq: number, visit: (chunk: Decoded) => boolean | void): void {
    const start = (this.chunkAt.get(fromSeq) as ChunkRow | undefined)?.['first_seq'] ?? fromSeq;
    const rows = this.db.prepare('SELECT * FROM access_chunk WHERE first_seq >= ? ORDER BY first_seq').iterate(start);
    for (const row of rows as IterableIterator<ChunkRow>) {
      if (Number(row['last_seq']) >= fromSeq && visit(this.take(row)) === false) break;
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
    if (row === undefined || Number(row['last_seq']) < seq) return undefined;
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
      const { meta, block, name } = this.kind(id);
      const initiator = INITIATORS[meta & 3] ?? '';
      const op = meta & 4 ? 'write' : 'read';
      const key = `${meta & 15} ${block} ${name}`;
      out.set(key, { block, name, initiator, op, count: (out.get(key)?.count ?? 0) + n });
    }
    return [...out.values()].toSorted((a, b) => b.count - a.count);
  }

  /** Access `i` of a chunk as the view has it. */
  cells(c: Decoded, i: number): AccessCells {
    const { meta, offset, cause, block, name } = this.kind(c.kind[i]!);
    return [
      c.seq[i]!,
      c.timeNs[i]!,
      meta >>> 8,
      INITIATORS[meta & 3] ?? '',
      meta & 4 ? 'write' : 'read',
      block,
      name,
      offset,
      (meta >> 4) & 15,
      c.value[i]!,
      c.old[i]!,
      cause,
      meta & 8 ? 'mcu' : 'host',
    ];
  }

  private take(row: ChunkRow): Decoded {
    const d = this.decoded;
    const count = Math.min(CHUNK, Number(row['count']));
    d.count = count;
    d.firstSeq = Number(row['first_seq']);
    d.lastSeq = Number(row['last_seq']);
    const [seq, time, entry, kind, value, old] = CHUNK_COLUMNS.map((n) => columnOf(row, n)) as [
      Column,
      Column,
      Column,
      Column,
      Column,
      Column,
    ];
    decodeColumn(seq, count, d.seq);
    decodeColumn(time, count, d.timeNs);
    decodeColumn(entry, count, this.entry);
    let entries = 0;
    for (let i = 0; i < count; i++) entries = Math.max(entries, this.entry[i]! + 1);
    entries = Math.min(entries, CHUNK);
    decodeColumn(kind, entries, this.entryKind);
    decodeColumn(value, entries, this.entryValue);
    decodeColumn(old, entries, this.entryOld);
    const same = row['old_same'] === 1 ? 1 : 0;
    for (let i = 0; i < count; i++) {
      const e = this.entry[i]!;
      d.kind[i] = this.entryKind[e]!;
      d.value[i] = this.entryValue[e]!;
      d.old[i] = this.entryOld[e]! + same * d.value[i]!;
    }
    return d;
  }
}

function columnOf(row: ChunkRow, name: string): Column {
  const digits = row[`${name}_digits`];
  return {
    base: Number(row[`${name}_base`]),
    step: Number(row[`${name}_step`]),
    width: Number(row[`${name}_width`]),
    digits: digits instanceof Uint8Array ? digits : new Uint8Array(0),
  };
}
