/** Labels and constants of a text: where they are defined and used, and renaming them everywhere. */
import { assemble } from './assemble.ts';
import type { Sources } from './include.ts';
import { nameOf } from './include.ts';
import type { Arch } from './isa.ts';
import { linesOf } from './lexer.ts';
import { lineTokens, tokenAt } from './language-tokens.ts';

/** A stretch of one line; 1-based, `endColumn` exclusive. */
export interface Range {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export interface Edit extends Range {
  readonly text: string;
}

interface Occurrence extends Range {
  readonly name: string;
  readonly defines: boolean;
}

const SYMBOL_ROLES: ReadonlySet<string> = new Set(['label', 'constant', 'symbol']);

/** Every place of a text where a label or constant is named. */
function occurrences(text: string): Occurrence[] {
  return linesOf(text).flatMap((content, i) =>
    lineTokens(content)
      .filter((t) => SYMBOL_ROLES.has(t.role))
      .map((t) => ({ line: i + 1, column: t.column, endColumn: t.end, name: t.text, defines: t.role !== 'symbol' })),
  );
}

/** The label or constant named at a place. */
export function symbolAt(text: string, line: number, column: number): string | undefined {
  const token = tokenAt(linesOf(text)[line - 1] ?? '', column);
  return token !== undefined && SYMBOL_ROLES.has(token.role) ? token.text : undefined;
}

/** A stretch of the text itself, or of one that it includes. */
export interface Place extends Range {
  readonly file?: string;
}

/** Where the symbol at a place is defined; the included text when it stands on an `.include`. */
export function definition(
  text: string,
  line: number,
  column: number,
  included?: { readonly arch: Arch; readonly sources: Sources },
): Place | undefined {
  const name = symbolAt(text, line, column);
  const own = places(text, (o) => o.name === name && o.defines)[0];
  if (own !== undefined || included === undefined) return own;
  const file = includedAt(text, line);
  if (file !== undefined) return { line: 1, column: 1, endColumn: 1, file };
  if (name === undefined) return undefined;
  const { labels, constants } = assemble(text, included);
  const found = labels.get(name) ?? constants.get(name);
  if (found === undefined) return undefined;
  const { line: at, column: from, endColumn, file: where } = found;
  return { line: at, column: from, endColumn, ...(where === undefined ? {} : { file: where }) };
}

/** The name that a line includes. */
export function includedAt(text: string, line: number): string | undefined {
  const [head, name] = lineTokens(linesOf(text)[line - 1] ?? '');
  return head?.text.toLowerCase() === '.include' && name !== undefined ? nameOf(name) : undefined;
}

/** All places of the symbol at a place, the definition included. */
export function references(text: string, line: number, column: number): Range[] {
  const name = symbolAt(text, line, column);
  return places(text, (o) => o.name === name);
}

function places(text: string, keep: (o: Occurrence) => boolean): Range[] {
  return occurrences(text)
    .filter(keep)
    .map((o) => ({ line: o.line, column: o.column, endColumn: o.endColumn }));
}

export type RenameResult = { readonly edits: readonly Edit[] } | { readonly refusal: string };

/** The edits that rename the symbol at a place, or why it cannot be done. */
export function rename(text: string, line: number, column: number, name: string): RenameResult {
  const old = symbolAt(text, line, column);
  if (old === undefined) return { refusal: 'there is no label or constant here' };
  if (!/^[A-Za-z_]\w*$/.test(name)) return { refusal: 'a name has letters, digits and _, and begins with no digit' };
  if (/^[rRdD]\d+$/.test(name)) return { refusal: `${name} is a register` };
  if (name === old) return { edits: [] };
  const all = occurrences(text);
  if (all.some((o) => o.name === name)) return { refusal: `${name} is in use already` };
  if (!all.some((o) => o.name === old && o.defines)) return { refusal: `${old} is not defined in this text` };
  return { edits: references(text, line, column).map((range) => ({ ...range, text: name })) };
}

export interface Fold {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'comment' | 'region';
}

/** Runs of comment lines, and from each label to the line before the next. */
export function foldingRanges(text: string): Fold[] {
  const lines = linesOf(text).map((content) => lineTokens(content));
  const folds: Fold[] = [];
  let comment = 0;
  let region = 0;
  let lastCode = 0;
  const close = (kind: Fold['kind'], startLine: number, endLine: number): void => {
    if (startLine > 0 && endLine > startLine) folds.push({ startLine, endLine, kind });
  };
  for (const [i, tokens] of lines.entries()) {
    const line = i + 1;
    const onlyComment = tokens[0]?.role === 'comment';
    if (onlyComment && comment === 0) comment = line;
    if (!onlyComment) {
      close('comment', comment, line - 1);
      comment = 0;
    }
    if (tokens[0]?.role === 'label') {
      close('region', region, lastCode);
      region = line;
    }
    if (tokens.length > 0 && !onlyComment) lastCode = line;
  }
  close('comment', comment, lines.length);
  close('region', region, lastCode);
  return folds.toSorted((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}
