/**
 * The command stream language for an editor and the command line: pure functions over a text and the
 * instruction table. Lines and columns are 1-based, ends exclusive, columns in UTF-16 units.
 */
import { assemble } from './assemble.ts';
import type { Sources } from './include.ts';
import type { Arch, Limits } from './isa.ts';
import { linesOf } from './lexer.ts';
import type { RoledToken } from './language-tokens.ts';
import { lineTokens } from './language-tokens.ts';
import { lint } from './lint.ts';
import type { Problem } from './problem.ts';
import { findMnemonic, operandForm, operandsOf, signature } from './syntax.ts';
import { operandIndex } from './language-complete.ts';

export { completions } from './language-complete.ts';
export type { Completion } from './language-complete.ts';
export { fixOf } from './language-fixes.ts';
export type { QuickFix } from './language-fixes.ts';
export { format } from './language-format.ts';
export { diagram, hover, layout } from './language-hover.ts';
export type { Bits, Hover } from './language-hover.ts';
export { definition, foldingRanges, includedAt, references, rename, symbolAt } from './language-symbols.ts';
export type { Edit, Fold, Place, Range, RenameResult } from './language-symbols.ts';
export { lineTokens, tokenAt } from './language-tokens.ts';
export type { Role, RoledToken } from './language-tokens.ts';

/** Tokens of a whole text for highlighting, one list per line. */
export function tokens(text: string): RoledToken[][] {
  return linesOf(text).map((line) => lineTokens(line));
}

/**
 * Everything to say about a text: what does not assemble, then what lint finds. While a line is broken its
 * word is a NOP, so that lint's doubts about what surrounds it mean nothing: then only lint's errors count.
 */
export function diagnostics(text: string, arch: Arch, sources?: Sources, limits?: Limits): readonly Problem[] {
  const result = assemble(text, { arch, ...(sources === undefined ? {} : { sources }) });
  const broken = result.problems.length > 0;
  const found = lint(result, limits).filter((p) => !broken || p.severity === 'error');
  return [...result.problems, ...found].toSorted((a, b) => a.line - b.line || a.column - b.column);
}

export interface SignatureHelp {
  readonly signature: string;
  /** The forms of the operands, and which of them the cursor is in. */
  readonly operands: readonly string[];
  readonly active: number;
  readonly doc: string;
}

/** The form of the instruction around a place. */
export function signatureHelp(text: string, line: number, column: number, arch: Arch): SignatureHelp | undefined {
  const before = lineTokens((linesOf(text)[line - 1] ?? '').slice(0, column - 1));
  const head = before.find((t) => t.role === 'mnemonic');
  const mnemonic = head === undefined ? undefined : findMnemonic(head.text, arch);
  if (mnemonic === undefined) return undefined;
  return {
    signature: signature(mnemonic),
    operands: operandsOf(mnemonic).map((o) => operandForm(o, mnemonic.row)),
    active: operandIndex(before),
    doc: mnemonic.pseudo?.doc ?? mnemonic.row.doc,
  };
}
