/**
 * The language of filter bars: words and `column:value` conditions, all of which must hold.
 *
 *   name:GPU_IRQ*  value>=0x10  by!=driver  "two words"  reset
 *
 * `:` matches with * and ?, or contains when there is no such sign; the others compare. Values may be 0x numbers.
 * Here it is parsed only; `log.query` applies it.
 */
import type { LogFilter } from '../../protocol/window.ts';

type FieldCondition = NonNullable<LogFilter['fields']>[number];

export type ParsedFilter =
  | { readonly ok: true; readonly filter: { readonly text: string; readonly fields: readonly FieldCondition[] } }
  | { readonly ok: false; readonly message: string };

const TOKEN = /"([^"]*)"|\S+/g;
const CONDITION = /^([a-z_][a-z0-9_]*)(!=|<=|>=|=|<|>|:)(.*)$/i;

/** Parses what was typed; `columns` are the names conditions may use. */
export function parseFilter(typed: string, columns: readonly string[]): ParsedFilter {
  const words: string[] = [];
  const fields: FieldCondition[] = [];
  if ((typed.match(/"/g)?.length ?? 0) % 2 !== 0) return { ok: false, message: 'a quote is not closed' };
  for (const [token, quoted] of joinQuoted(typed).matchAll(TOKEN)) {
    if (quoted !== undefined) {
      words.push(token);
      continue;
    }
    const [, name, op, rest] = CONDITION.exec(token) ?? [];
    if (name === undefined || op === undefined || rest === undefined) {
      words.push(token);
      continue;
    }
    const column = columns.find((c) => c.toLowerCase() === name.toLowerCase());
    if (column === undefined) return { ok: false, message: `no column ${name}; there are ${columns.join(', ')}` };
    const text = rest.replaceAll('\u0000', ' ').replaceAll('"', '');
    if (text === '') return { ok: false, message: `${name}${op} needs a value` };
    fields.push(condition(column, op, text));
  }
  return { ok: true, filter: { text: words.join(' '), fields } };
}

/** Spaces inside `name:"a b"` become NUL, so that the condition stays one token. */
function joinQuoted(typed: string): string {
  return typed.replaceAll(/([:=<>])"([^"]*)"/g, (_, op: string, inner: string) => {
    return `${op}${inner.replaceAll(' ', '\u0000')}`;
  });
}

function condition(name: string, op: string, text: string): FieldCondition {
  if (op === ':') return { name, op: /[*?]/.test(text) ? 'glob' : 'contains', value: text };
  const known = (['=', '!=', '<', '<=', '>', '>='] as const).find((o) => o === op) ?? '=';
  return { name, op: known, value: numberOf(text) ?? text };
}

function numberOf(text: string): number | undefined {
  if (!/^(0x[0-9a-f_]+|\d[\d_]*)$/i.test(text)) return undefined;
  const value = Number(text.replaceAll('_', ''));
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A pattern with * and ?, without regard to case, as a whole. */
export function globToRegExp(glob: string): RegExp {
  const body = glob
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}$`, 'i');
}
