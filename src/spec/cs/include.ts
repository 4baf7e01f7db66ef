/**
 * `.include "NAME"`: another text in the place of the line. Who assembles says what texts there are (`Sources`): files
 * beside the including one on the command line, the open texts and the examples in the editor. Names of labels and
 * constants are shared by all of them. What goes wrong in an included text is reported at the line that includes it,
 * with the place it happened at in front.
 */
import type { Token } from './lexer.ts';
import { linesOf } from './lexer.ts';
import { clip } from './cursor.ts';

/** The texts that may be included. */
export interface Sources {
  /** Names to offer while one is written. */
  readonly names: readonly string[];
  /** The text of a name; `from` is the name of the including one, undefined for the outermost. */
  readonly read: (name: string, from: string | undefined) => string | undefined;
  /** The name that `name` means in `from`, the same for the same text; the name itself without it. */
  readonly resolve?: (name: string, from: string | undefined) => string;
}

export const NO_SOURCES: Sources = { names: [], read: () => undefined };

/** Texts inside each other, and lines in all (chosen: above any real stream, below what a person would wait for). */
const MAX_NESTED = 16;
const MAX_LINES = 1 << 19;

/** A line to assemble. */
export interface SourceLine {
  readonly text: string;
  /** 1-based, in the outermost text: for included lines that of the `.include`. */
  readonly line: number;
  /** The text it stands in and its line there; undefined for the outermost. */
  readonly file: string | undefined;
  readonly own: number;
}

export interface IncludeProblem {
  readonly at: SourceLine;
  readonly column: number;
  readonly end: number;
  readonly rule: string;
  readonly remedy: string;
}

/** The name between the quotes; undefined when they are not closed. */
export function nameOf(token: Token): string | undefined {
  return token.kind === 'string' && token.text.length > 2 && token.text.endsWith('"')
    ? token.text.slice(1, -1)
    : undefined;
}

/** All lines, the included ones in the places of their `.include`; `tokens` cuts a line and leaves its comment out. */
export function expand(
  text: string,
  sources: Sources,
  tokens: (line: string) => readonly Token[],
  report: (problem: IncludeProblem) => void,
): SourceLine[] {
  const out: SourceLine[] = [];
  let full = false;
  const take = (content: string, file: string | undefined, root: number, open: readonly string[]): void => {
    for (const [i, line] of linesOf(content).entries()) {
      const at = { text: line, line: file === undefined ? i + 1 : root, file, own: i + 1 };
      if (out.length >= MAX_LINES) {
        if (!full) report({ at, column: 1, end: 2, rule: `a text has at most ${MAX_LINES} lines`, remedy: 'split it' });
        full = true;
        return;
      }
      const body = line.includes('.') ? tokens(line) : [];
      const [head, name, more] = body;
      if (head?.kind !== 'dot' || head.text.toLowerCase() !== '.include') {
        out.push(at);
        continue;
      }
      const fail = (token: Token, rule: string, remedy: string): void =>
        report({ at, column: token.column, end: token.end, rule, remedy });
      const written = name === undefined ? undefined : nameOf(name);
      if (name === undefined || written === undefined || more !== undefined) {
        fail(name ?? head, '.include takes one name in quotes', 'write .include "NAME"');
        continue;
      }
      const known = sources.resolve?.(written, file) ?? written;
      if (open.includes(known)) {
        const way = [...open.slice(open.indexOf(known)), known].map((n) => clip(n)).join(' includes ');
        fail(name, `texts include each other in a circle: ${way}`, 'take one of them out');
      } else if (open.length >= MAX_NESTED) {
        fail(name, `texts include each other at most ${MAX_NESTED} deep`, 'include fewer inside each other');
      } else {
        const found = sources.read(written, file);
        if (found === undefined) fail(name, `there is no text ${clip(name.text)}`, missing(sources));
        else take(found, known, at.line, [...open, known]);
      }
    }
  };
  take(text, undefined, 0, []);
  return out;
}

function missing({ names }: Sources): string {
  return names.length === 0 ? 'no texts can be included here' : `there are ${names.slice(0, 8).map(clip).join(', ')}`;
}
