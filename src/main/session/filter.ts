/**
 * Filters of the log as SQL conditions with bound values. For `register_access`, the bulk of a session, conditions
 * are put on the table behind the view: names and causes are looked up once, not for every row.
 */
import { UsageError } from '../../base/errors.ts';
import { INITIATORS } from '../../protocol/records.ts';
import type { Cell, LogView } from '../../protocol/window.ts';
import type { SessionReader } from './reader.ts';

export interface Filter {
  readonly text: string;
  readonly fields: readonly { readonly name: string; readonly op: FilterOp; readonly value: number | string }[];
}
export type FilterOp = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'glob' | 'contains';

/** A condition; `1` holds for all rows. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Cell[];
}

/** The table rows of a view are counted in, its key, and whether rows are only ever added at its end. */
export interface ViewPlan {
  readonly view: LogView;
  readonly table: string;
  readonly key: string;
  readonly grows: boolean;
  readonly columns: readonly string[];
}

const BY_SEQ = new Set<LogView>(['register_access', 'cs_event', 'mcu_event', 'irq', 'driver_log', 'ioctl', 'input']);
const KEYS: Partial<Record<LogView, string>> = { session_info: 'key', blob: 'sha256' };

/** How a view is read in this file. */
export function planOf(session: SessionReader, view: LogView): ViewPlan {
  const columns = session.db
    .prepare(`SELECT * FROM ${view} LIMIT 0`)
    .columns()
    .map((c) => c.name);
  const grows = BY_SEQ.has(view);
  const table = view === 'register_access' ? 'access_row' : view;
  return { view, table, key: grows ? 'seq' : (KEYS[view] ?? 'id'), grows, columns };
}

const all: Condition = { sql: '1', values: [] };

/** Both must hold. */
export function both(a: Condition, b: Condition): Condition {
  return { sql: `(${a.sql}) AND (${b.sql})`, values: [...a.values, ...b.values] };
}

/** A word of a filter's text, or words in quotes that stand together. */
const WORD = /"([^"]*)"|\S+/g;

/** The condition of a filter on a view: every field and every word must hold. UsageError for columns it does not have. */
export function conditionOf(plan: ViewPlan, filter: Filter): Condition {
  let out = all;
  for (const { name, op, value } of filter.fields) {
    if (!plan.columns.includes(name)) {
      throw new UsageError(`${plan.view} has no column "${name}"; it has ${plan.columns.join(', ')}`);
    }
    out = both(out, plan.view === 'register_access' ? accessField(name, op, value) : compare(name, op, value));
  }
  for (const [token, quoted] of filter.text.matchAll(WORD)) {
    const word = quoted ?? token;
    if (word !== '') out = both(out, plan.view === 'register_access' ? accessText(word) : anywhere(plan, word));
  }
  return out;
}

/** `column op value`, with the wildcards of `glob` ignoring case as people expect of names. */
function compare(column: string, op: FilterOp, value: number | string, text = false): Condition {
  switch (op) {
    case 'glob':
      return { sql: `lower(${column}) GLOB lower(?)`, values: [String(value)] };
    case 'contains':
      return { sql: `instr(lower(${column}), lower(?)) > 0`, values: [String(value)] };
    default:
      return { sql: `${column} ${op} ?`, values: [text ? String(value) : number(value)] };
  }
}

/** Numbers written as people write them compare as numbers. */
function number(value: number | string): number | string {
  if (typeof value === 'number') return value;
  return /^(0x[0-9a-f_]+|0b[01_]+|\d[\d_]*)$/i.test(value) && Number.isSafeInteger(Number(value.replaceAll('_', '')))
    ? Number(value.replaceAll('_', ''))
    : value;
}

const NAMED = '((meta >> 3) & 1, offset) IN (SELECT space, offset FROM register_name WHERE';

/** Conditions over `access_row`, by columns of `register_access`. */
function accessField(name: string, op: FilterOp, value: number | string): Condition {
  const negative = op === '!=';
  const positive = negative ? '=' : op;
  const wrap = (c: Condition): Condition => (negative ? { sql: `NOT (${c.sql})`, values: c.values } : c);
  switch (name) {
    case 'name':
    case 'block': {
      const inner = compare(name, positive, value, true);
      const named: Condition = { sql: `${NAMED} ${inner.sql})`, values: inner.values };
      if (name === 'block' || !/^0x/i.test(String(value))) return wrap(named);
      // Words without a name are shown by their offset.
      const bare = compare("printf('0x%x', offset)", positive, String(value).toLowerCase(), true);
      return wrap({ sql: `${named.sql} OR ${bare.sql}`, values: [...named.values, ...bare.values] });
    }
    case 'cause': {
      const inner = compare('text', positive, value, true);
      return wrap({ sql: `cause IN (SELECT id FROM cause_row WHERE ${inner.sql})`, values: inner.values });
    }
    case 'initiator':
      return wrap(oneOf('meta & 3', INITIATORS, positive, value));
    case 'op':
      return wrap(oneOf('(meta >> 2) & 1', ['read', 'write'], positive, value));
    case 'branch':
      return compare('(meta >> 8)', op, value);
    case 'width':
      return compare('((meta >> 4) & 15)', op, value);
    default:
      return compare(name, op, value);
  }
}

/** Values that are stored as the index of a word. */
function oneOf(column: string, words: readonly string[], op: FilterOp, value: number | string): Condition {
  const wanted = String(value).toLowerCase();
  const pattern = new RegExp(`^${escape(wanted).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`);
  const hits = words.flatMap((word, i) => {
    const hit = op === 'contains' ? word.includes(wanted) : op === 'glob' ? pattern.test(word) : word === wanted;
    return hit ? [i] : [];
  });
  return { sql: `(${column}) IN (${hits.join(', ')})`, values: [] };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Columns of accesses that hold text. */
const ACCESS_TEXTS = ['name', 'block', 'cause', 'initiator', 'op'];

function accessText(text: string): Condition {
  const parts = ACCESS_TEXTS.map((column) => accessField(column, 'contains', text));
  const value = number(text);
  if (typeof value === 'number') parts.push(compare('value', '=', value), compare('offset', '=', value));
  return {
    sql: parts.map((p) => `(${p.sql})`).join(' OR '),
    values: parts.flatMap((p) => p.values),
  };
}

function anywhere(plan: ViewPlan, text: string): Condition {
  return {
    sql: plan.columns.map((c) => `instr(lower(${c}), lower(?)) > 0`).join(' OR '),
    values: plan.columns.map(() => text),
  };
}
