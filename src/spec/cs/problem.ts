/**
 * What is wrong at a place of a command stream text, from the assembler and from lint. Text problems are
 * data, not exceptions: a reader wants all of them, and an editor shows them while a person types.
 */

/** error: no word, or a word the queue faults on. warning: very likely not what was meant. info: worth a look. */
export type Severity = 'error' | 'warning' | 'info';

/** A change of the text that mends a problem. */
export type Fix = { readonly title: string } & (
  | /** Another text in the place of the problem. */ { readonly replace: string }
  | /** A line of its own before it. */ { readonly insertBefore: string }
  | /** The first of these words in the place of the problem, written otherwise. */ {
      readonly word: readonly [from: string, to: string];
    }
);

export interface Problem {
  readonly severity: Severity;
  /** 1-based line, and columns from `column` up to, not including, `endColumn` (UTF-16 units). */
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
  /** The broken rule, as a short sentence. */
  readonly rule: string;
  /** What the reader can do. */
  readonly remedy: string;
  /** How a machine could do it. */
  readonly fix?: Fix;
}

/** Most problems one text gets (chosen): beyond that the text is not a command stream. */
export const MAX_PROBLEMS = 500;

/** Collects problems up to `MAX_PROBLEMS`; the last one says that there are more. */
export class Problems {
  readonly list: Problem[] = [];

  add(problem: Problem): void {
    if (this.list.length < MAX_PROBLEMS) this.list.push(problem);
    else if (this.list.length === MAX_PROBLEMS) {
      const rule = `more than ${MAX_PROBLEMS} problems; the rest is not listed`;
      this.list.push({ ...problem, rule, remedy: 'repair the first ones, then look again' });
    }
  }
}
