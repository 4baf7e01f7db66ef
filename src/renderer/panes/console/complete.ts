/** What may be written at the end of a line of the console: commands first, then registers, fields, variables. Pure. */
import { findRegister, hostRegisterNames } from '../../../spec/registers/index.ts';
import { COMMANDS } from './commands.ts';

export interface Completions {
  /** Where the word begins that they replace. */
  readonly from: number;
  readonly words: readonly string[];
}

const KEYWORDS = ['let', 'if', 'while', 'repeat'];
/** Most words given at once. */
const LIMIT = 200;

let registers: readonly string[] | undefined;

export function complete(text: string, cursor: number, variables: Iterable<string>): Completions {
  const before = text.slice(0, cursor);
  const word = /[\w.]*$/.exec(before)?.[0] ?? '';
  const from = cursor - word.length;
  const atStart = /(^|[;{}\n])\s*$/.test(before.slice(0, from));
  const all = atStart ? [...Object.keys(COMMANDS), ...KEYWORDS] : [...variables, ...names(word)];
  const low = word.toLowerCase();
  const begin = all.filter((w) => w.toLowerCase().startsWith(low));
  const inside = low.length < 2 ? [] : all.filter((w) => w.toLowerCase().indexOf(low) > 0);
  return { from, words: [...begin, ...inside].slice(0, LIMIT) };
}

/** Register names; behind a dot the fields of the register. */
function names(word: string): readonly string[] {
  const dot = word.indexOf('.');
  if (dot > 0) {
    const name = word.slice(0, dot).toUpperCase();
    return (findRegister(name)?.fields ?? []).map((f) => `${name}.${f.name}`);
  }
  registers ??= [...hostRegisterNames()].map((n) => n.name).filter((n) => !n.endsWith('_HI'));
  return registers;
}

/** The longest beginning that all words share, at least as long as what is typed. */
export function sharedStart(words: readonly string[]): string {
  const [first = ''] = words;
  let length = first.length;
  for (const w of words) while (!w.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
