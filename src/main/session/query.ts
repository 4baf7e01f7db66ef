/** Read-only SQL over the documented views: one statement, no ATTACH, values as JSON can carry them. */
import type { SessionReader } from './reader.ts';
import { UsageError } from '../../base/errors.ts';

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlCell[])[];
}
export type SqlCell = number | string | null;

/** Runs one reading statement; at most `limit` rows of it. UsageError says what is wrong with it. */
export function runQuery(session: SessionReader, sql: string, limit = Infinity): QueryResult {
  if (/\b(attach|detach|pragma|vacuum|load_extension)\b/i.test(sql)) {
    throw new UsageError('only a SELECT (or WITH ... SELECT) over the views is run here');
  }
  try {
    const statement = session.db.prepare(sql);
    if (!statement.reader || !statement.readonly) throw new UsageError('the statement does not only read');
    statement.raw(true).safeIntegers(true);
    const columns = statement.columns().map((c) => c.name);
    const rows: SqlCell[][] = [];
    for (const row of statement.iterate() as IterableIterator<unknown[]>) {
      if (rows.length >= limit) break;
      rows.push(row.map(cell));
    }
    return { columns, rows };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`SQL: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A value as JSON can carry it. */
export function cell(value: unknown): SqlCell {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    const n = Number(value);
    return Number.isSafeInteger(n) ? n : `0x${BigInt.asUintN(64, value).toString(16)}`;
  }
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`;
  return String(value);
}
