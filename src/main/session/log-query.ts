/**
 * Pages of the log while it grows. Rows that match a filter are counted once: every 512th key is noted, so that any
 * page of a million rows is found by its nearest mark, and what was recorded since the last question is all that is
 * looked at anew. Counting stops after its budget and goes on with the next question.
 */
import type { Cell, LogPage, LogView } from '../../protocol/window.ts';
import { AccessIndex } from './access-index.ts';
import { accessLog, type AccessLog } from './accesses.ts';
import { both, conditionOf, planOf, type Condition, type Filter, type ViewPlan } from './filter.ts';
import { cell } from './query.ts';
import type { SessionReader } from './reader.ts';

/** Rows between two marks (chosen: a page read skips at most so many). */
const STRIDE = 512;
/** Wall time one question may spend on counting, in ms (chosen). */
const BUDGET_MS = 120;
/** Filters whose marks are kept. */
const KEPT = 32;

/** Matching rows of one growing view under one filter. */
class RowIndex {
  total = 0;
  /** Key of the last row counted before each stride. */
  private readonly marks: number[] = [-1];
  private scanned = -1;
  private readonly session: SessionReader;
  private readonly plan: ViewPlan;
  private readonly condition: Condition;

  constructor(session: SessionReader, plan: ViewPlan, condition: Condition) {
    this.session = session;
    this.plan = plan;
    this.condition = condition;
  }

  /** Counts what is new; true when all is counted. */
  grow(untilMs: number): boolean {
    const { db } = this.session;
    const { table, key } = this.plan;
    const top = (db.prepare(`SELECT max(${key}) AS top FROM ${table}`).get() as { top: number | null }).top ?? -1;
    const step = db.prepare(
      `SELECT count(*) AS n, max(k) AS last FROM (SELECT ${key} AS k FROM ${table}
       WHERE ${key} > ? AND ${key} <= ? AND (${this.condition.sql}) ORDER BY ${key} LIMIT ?)`,
    );
    while (this.scanned < top) {
      const room = STRIDE - (this.total % STRIDE);
      const got = step.get(this.scanned, top, ...this.condition.values, room) as { n: number; last: number | null };
      this.total += got.n;
      this.scanned = got.n < room ? top : (got.last ?? top);
      if (got.n === room) this.marks.push(got.last ?? top);
      if (performance.now() > untilMs) return this.scanned >= top;
    }
    return true;
  }

  /** Keys of rows `offset`.. in ascending order. */
  keys(offset: number, limit: number): number[] {
    if (offset >= this.total || limit <= 0) return [];
    const at = Math.floor(offset / STRIDE);
    const { key, table } = this.plan;
    return this.session.db
      .prepare(
        `SELECT ${key} FROM ${table} WHERE ${key} > ? AND (${this.condition.sql}) ORDER BY ${key} LIMIT ? OFFSET ?`,
      )
      .pluck()
      .all(
        this.marks[at],
        ...this.condition.values,
        Math.min(limit, this.total - offset),
        offset - at * STRIDE,
      ) as number[];
  }

  /** Matching rows before `key`. */
  rank(key: number): number {
    let lo = 0;
    let hi = this.marks.length - 1;
    while (lo < hi) {
      const mid = (lo + hi + 1) >> 1;
      if (this.marks[mid]! < key) lo = mid;
      else hi = mid - 1;
    }
    const { key: column, table } = this.plan;
    const between = this.session.db
      .prepare(`SELECT count(*) FROM ${table} WHERE ${column} > ? AND ${column} < ? AND (${this.condition.sql})`)
      .pluck()
      .get(this.marks[lo], key, ...this.condition.values) as number;
    return lo * STRIDE + between;
  }
}

export interface LogQuery {
  readonly view: LogView;
  readonly filter: Filter;
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

export interface LogFind {
  readonly view: LogView;
  readonly filter: Filter;
  readonly find: Filter;
  readonly from: number;
  readonly direction: 'next' | 'previous';
}

/** Answers questions about one session's log. */
export class LogReader {
  private readonly session: SessionReader;
  private readonly plans = new Map<LogView, ViewPlan>();
  private readonly indices = new Map<string, RowIndex | AccessIndex>();
  /** Register accesses in chunks; undefined where they are rows like all others. */
  private readonly log: AccessLog | undefined;

  constructor(session: SessionReader) {
    this.session = session;
    this.log = accessLog(session);
  }

  query(q: LogQuery, budgetMs = BUDGET_MS): LogPage {
    const plan = this.plan(q.view);
    const condition = conditionOf(plan, q.filter);
    if (!plan.grows) return this.small(plan, condition, q);
    const index = this.index(plan, q.filter, condition);
    const complete = index.grow(performance.now() + budgetMs);
    const { total } = index;
    const descending = q.order === 'desc';
    const first = descending ? Math.max(0, total - q.offset - q.limit) : q.offset;
    const count = descending ? Math.max(0, total - q.offset) - first : q.limit;
    const keys = index.keys(first, count);
    if (index instanceof AccessIndex) {
      const rows = index.rows(keys).map((row) => [...row]);
      if (descending) rows.reverse();
      return { total, complete, columns: [...plan.columns], rows, offset: q.offset };
    }
    const rows = this.rows(
      `SELECT * FROM ${plan.view} WHERE ${plan.key} IN (SELECT value FROM json_each(?)) ORDER BY ${plan.key} ${q.order}`,
      [JSON.stringify(keys)],
    );
    return { total, complete, columns: [...plan.columns], rows, offset: q.offset };
  }

  /** The next row of the filtered rows that also matches `find`. */
  find(q: LogFind): { offset?: number; key?: number } {
    const plan = this.plan(q.view);
    const condition = conditionOf(plan, q.filter);
    const wanted = conditionOf(plan, q.find);
    const next = q.direction === 'next';
    if (!plan.grows) return this.findSmall(plan, condition, wanted, q);
    const index = this.index(plan, q.filter, condition);
    index.grow(Infinity);
    const [from = next ? -1 : Number.MAX_SAFE_INTEGER] = q.from < 0 ? [] : index.keys(q.from, 1);
    if (index instanceof AccessIndex) {
      const found = index.find(from, next, wanted);
      return found === undefined ? {} : { key: found, offset: index.rank(found) };
    }
    const c = both(condition, wanted);
    const key = this.session.db
      .prepare(
        `SELECT ${next ? 'min' : 'max'}(${plan.key}) FROM ${plan.table}
         WHERE ${plan.key} ${next ? '>' : '<'} ? AND (${c.sql})`,
      )
      .pluck()
      .get(from, ...c.values) as number | null;
    return key === null ? {} : { key, offset: index.rank(key) };
  }

  /** Views of few rows, which may change: counted and skipped each time. */
  private small(plan: ViewPlan, c: Condition, q: LogQuery): LogPage {
    const total = this.session.db
      .prepare(`SELECT count(*) FROM ${plan.view} WHERE ${c.sql}`)
      .pluck()
      .get(...c.values) as number;
    const rows = this.rows(
      `SELECT * FROM ${plan.view} WHERE ${c.sql} ORDER BY ${plan.key} ${q.order} LIMIT ? OFFSET ?`,
      [...c.values, q.limit, q.offset],
    );
    return { total, complete: true, columns: [...plan.columns], rows, offset: q.offset };
  }

  private findSmall(plan: ViewPlan, c: Condition, wanted: Condition, q: LogFind): { offset?: number; key?: number } {
    const next = q.direction === 'next';
    const from = q.from < 0 && !next ? Number.MAX_SAFE_INTEGER : q.from;
    const row = this.session.db
      .prepare(
        `SELECT n, k FROM (SELECT row_number() OVER (ORDER BY ${plan.key}) - 1 AS n, ${plan.key} AS k, * FROM ${plan.view}
         WHERE ${c.sql}) WHERE n ${next ? '>' : '<'} ? AND (${wanted.sql}) ORDER BY n ${next ? 'ASC' : 'DESC'} LIMIT 1`,
      )
      .get(...c.values, from, ...wanted.values) as { n: number; k: number | string } | undefined;
    if (row === undefined) return {};
    return { offset: row.n, ...(typeof row.k === 'number' ? { key: row.k } : {}) };
  }

  private rows(sql: string, values: readonly Cell[]): Cell[][] {
    const rows = this.session.db
      .prepare(sql)
      .raw(true)
      .safeIntegers(true)
      .all(...values) as unknown[][];
    return rows.map((row) => row.map(cell));
  }

  private plan(view: LogView): ViewPlan {
    const known = this.plans.get(view);
    if (known !== undefined) return known;
    const plan = planOf(this.session, view);
    this.plans.set(view, plan);
    return plan;
  }

  private index(plan: ViewPlan, filter: Filter, condition: Condition): RowIndex | AccessIndex {
    const name = JSON.stringify([plan.view, filter.text.trim(), filter.fields]);
    const chunked = plan.view === 'register_access' ? this.log : undefined;
    const make = (): RowIndex | AccessIndex =>
      chunked === undefined
        ? new RowIndex(this.session, plan, condition)
        : new AccessIndex(this.session, chunked, condition);
    const index = this.indices.get(name) ?? make();
    this.indices.delete(name);
    this.indices.set(name, index);
    const [oldest] = this.indices.keys();
    if (this.indices.size > KEPT && oldest !== undefined) this.indices.delete(oldest);
    return index;
  }
}
