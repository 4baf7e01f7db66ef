/**
 * Pages of filtered register accesses: how many rows of each chunk match, counted once, so that any page is found
 * by a search and read from a chunk or two. The counterpart of the index by keys (log-query.ts) for chunked accesses.
 */
import { CHUNK } from './access-codec.ts';
import type { AccessCells, AccessLog } from './accesses.ts';
import type { Condition } from './filter.ts';
import { NumberList } from './number-list.ts';
import type { SessionReader } from './reader.ts';

/** Chunks counted by one statement (chosen: some 16,000 rows, a few hundredths of a second). */
const STEP = 64;

export class AccessIndex {
  total = 0;
  private readonly session: SessionReader;
  private readonly log: AccessLog;
  private readonly condition: Condition;
  /** First seq of each chunk, and matching rows before it. */
  private readonly firsts = new NumberList();
  private readonly before = new NumberList();

  constructor(session: SessionReader, log: AccessLog, condition: Condition) {
    this.session = session;
    this.log = log;
    this.condition = condition;
  }

  private get all(): boolean {
    return this.condition.sql === '1';
  }

  /** Counts what is new; true when all is counted. */
  grow(untilMs: number): boolean {
    const { db } = this.session;
    // The last chunk may have grown since: it is counted again.
    const last = this.firsts.length - 1;
    let from = -1;
    if (last >= 0) {
      from = this.firsts.at(last);
      this.total = this.before.at(last);
      this.firsts.length = last;
      this.before.length = last;
    }
    const every = db.prepare(
      'SELECT first_seq, count FROM access_chunk WHERE first_seq >= ? ORDER BY first_seq LIMIT ?',
    );
    const some = this.all
      ? undefined
      : db.prepare(
          `SELECT chunk, count(*) FROM access_row WHERE chunk >= ? AND chunk <= ? AND (${this.condition.sql}) GROUP BY chunk`,
        );
    const step = this.all ? STEP * STEP : STEP;
    for (;;) {
      const chunks = every.raw(true).all(from, step) as [number, number][];
      const [first] = chunks.at(0) ?? [];
      const [end] = chunks.at(-1) ?? [];
      if (first === undefined || end === undefined) return true;
      const counts =
        some === undefined
          ? new Map(chunks)
          : new Map(some.raw(true).all(first, end, ...this.condition.values) as [number, number][]);
      for (const [seq] of chunks) {
        this.firsts.push(seq);
        this.before.push(this.total);
        this.total += counts.get(seq) ?? 0;
      }
      if (chunks.length < step) return true;
      from = end + 1;
      if (performance.now() > untilMs) return false;
    }
  }

  /** Keys of rows `offset`.. in ascending order. */
  keys(offset: number, limit: number): number[] {
    const wanted = Math.min(limit, this.total - offset);
    const out: number[] = [];
    if (wanted <= 0) return out;
    let at = this.before.above(offset) - 1;
    let skip = offset - this.before.at(at);
    for (; at < this.firsts.length && out.length < wanted; at++) {
      for (const key of this.matching(this.firsts.at(at))) {
        if (skip > 0) skip--;
        else if (out.length < wanted) out.push(key);
      }
    }
    return out;
  }

  /** Matching rows before `key`. */
  rank(key: number): number {
    const at = this.firsts.above(key) - 1;
    if (at < 0) return 0;
    return this.before.at(at) + this.matching(this.firsts.at(at)).filter((k) => k < key).length;
  }

  /** The next key beyond `from` that also meets another condition. */
  find(from: number, next: boolean, wanted: Condition): number | undefined {
    const { db } = this.session;
    const sql = `(${this.condition.sql}) AND (${wanted.sql})`;
    const values = [...this.condition.values, ...wanted.values];
    const statement = db
      .prepare(
        `SELECT ${next ? 'min' : 'max'}(seq) FROM access_row
         WHERE chunk >= ? AND chunk <= ? AND seq ${next ? '>' : '<'} ? AND (${sql})`,
      )
      .pluck();
    const count = this.firsts.length;
    const start = Math.max(0, this.firsts.above(from) - 1);
    for (let at = start; next ? at < count : at >= 0; at += next ? STEP : -STEP) {
      const lo = next ? at : Math.max(0, at - STEP + 1);
      const hi = next ? Math.min(count - 1, at + STEP - 1) : Math.min(at, count - 1);
      if (hi < lo) break;
      const key = statement.get(this.firsts.at(lo), this.firsts.at(hi), from, ...values) as number | null;
      if (key !== null) return key;
    }
    return undefined;
  }

  /** Rows of the view by ascending keys. */
  rows(keys: readonly number[]): AccessCells[] {
    const out: AccessCells[] = [];
    let k = 0;
    while (k < keys.length) {
      const from = keys[k]!;
      this.log.chunks(from, (c) => {
        for (let i = 0; i < c.count && k < keys.length; i++) {
          if (c.seq[i] === keys[k]) {
            out.push(this.log.cells(c, i));
            k++;
          }
        }
        return k < keys.length && keys[k]! <= c.lastSeq + CHUNK;
      });
      if (keys[k] === from) k++;
    }
    return out;
  }

  /** Matching keys of one chunk. */
  private matching(chunk: number): number[] {
    if (!this.all) {
      return this.session.db
        .prepare(`SELECT seq FROM access_row WHERE chunk = ? AND (${this.condition.sql})`)
        .pluck()
        .all(chunk, ...this.condition.values) as number[];
    }
    const out: number[] = [];
    this.log.chunks(chunk, (c) => {
      for (let i = 0; i < c.count; i++) out.push(c.seq[i]!);
      return false;
    });
    return out;
  }
}
