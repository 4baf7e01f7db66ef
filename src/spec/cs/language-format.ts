/**
 * Canonical layout of a text: mnemonics in capitals, modifiers and registers in lower case, one space after
 * commas and around binary operators, instructions indented when the text has labels. Numbers, names and
 * comments stay as written; lines with characters the language lacks are left alone.
 */
import { linesOf } from './lexer.ts';
import type { RoledToken } from './language-tokens.ts';
import { lineTokens } from './language-tokens.ts';

const INDENT = '  ';
/** No space before these, none after those. */
const TIGHT_BEFORE: ReadonlySet<string> = new Set([',', ':', ']', ')', '}', '{']);
const TIGHT_AFTER: ReadonlySet<string> = new Set(['[', '(', '{', '#', '~', ':']);
const SIGNS: ReadonlySet<string> = new Set(['-', '+', '~']);

/** The formatted text; assembling it gives the same words. Line ends become `\n`. */
export function format(text: string): string {
  const lines = linesOf(text).map((content) => ({ content, tokens: lineTokens(content) }));
  const indent = lines.some(({ tokens }) => tokens[0]?.role === 'label') ? INDENT : '';
  return lines.map(({ content, tokens }) => formatLine(content, tokens, indent)).join('\n');
}

function formatLine(content: string, tokens: readonly RoledToken[], indent: string): string {
  if (tokens.some((t) => t.kind === 'bad')) return content.trimEnd();
  const comment = tokens.find((t) => t.role === 'comment')?.text.trimEnd();
  const body = tokens.filter((t) => t.role !== 'comment');
  const code = body.map((t, i) => (i === 0 ? '' : gap(body, i)) + spelled(t)).join('');
  const lead = body[0] === undefined || body[0].role === 'label' || body[0].role === 'directive' ? '' : indent;
  if (comment === undefined) return lead + code;
  return code === '' ? leadOf(content) + comment : `${lead}${code} ${comment}`;
}

/** A comment line keeps whether it was indented. */
function leadOf(content: string): string {
  return /^\s/.test(content) ? INDENT : '';
}

function spelled(token: RoledToken): string {
  if (token.role === 'mnemonic') return token.text.toUpperCase();
  return token.role === 'modifier' || token.role === 'directive' || token.role === 'register'
    ? token.text.toLowerCase()
    : token.text;
}

/** What stands between token i and the one before it. */
function gap(tokens: readonly RoledToken[], i: number): string {
  const token = tokens[i];
  const before = tokens[i - 1];
  if (token === undefined || before === undefined || token.role === 'modifier') return '';
  if (before.text === ':' && tokens[i - 2]?.role === 'label') return ' ';
  if (before.role === 'mnemonic' || before.role === 'modifier' || before.role === 'directive') return ' ';
  if (TIGHT_BEFORE.has(token.text) || TIGHT_AFTER.has(before.text)) return '';
  if (isRange(tokens, i) || isRange(tokens, i - 1)) return '';
  return SIGNS.has(before.text) && isUnary(tokens, i - 1) ? '' : ' ';
}

/** The `-` of a register range. */
function isRange(tokens: readonly RoledToken[], i: number): boolean {
  return tokens[i]?.text === '-' && tokens[i - 1]?.role === 'register' && tokens[i + 1]?.role === 'register';
}

/** A sign with nothing to its left to work on. */
function isUnary(tokens: readonly RoledToken[], i: number): boolean {
  const before = tokens[i - 1];
  if (before === undefined) return true;
  return before.role === 'operator' ? ![')', ']', '}'].includes(before.text) : before.role === 'directive';
}
