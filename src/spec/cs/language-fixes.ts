/** Changes of a text that mend what the assembler and lint found, for an editor to offer. */
import { linesOf, tokenize } from './lexer.ts';
import type { Edit } from './language-symbols.ts';
import type { Problem } from './problem.ts';

export interface QuickFix {
  readonly title: string;
  /** An edit whose column and endColumn are the same inserts. */
  readonly edits: readonly Edit[];
}

/** The fix of a problem in the text it was found in; undefined when there is none, or its place has changed. */
export function fixOf(text: string, { fix, line, column, endColumn }: Problem): QuickFix | undefined {
  const content = linesOf(text)[line - 1];
  if (fix === undefined || content === undefined) return undefined;
  const { title } = fix;
  if ('replace' in fix) return { title, edits: [{ line, column, endColumn, text: fix.replace }] };
  if ('insertBefore' in fix) {
    // Behind the labels of the line: a branch to it must wait as well.
    const indent = content.slice(0, column - 1);
    const own = /^\s*$/.test(indent) ? indent : ' '.repeat(indent.length);
    return { title, edits: [{ line, column, endColumn: column, text: `${fix.insertBefore}\n${own}` }] };
  }
  const [from, to] = fix.word;
  const found = tokenize(content).find(
    (t) => t.column >= column && t.end <= endColumn && t.text.toLowerCase() === from.toLowerCase(),
  );
  return found === undefined
    ? undefined
    : { title, edits: [{ line, column: found.column, endColumn: found.end, text: to }] };
}
