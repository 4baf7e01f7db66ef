/**
 * Directives in a command-stream file, so that an example says itself what memory it needs and what must come
 * out: comment lines beginning with `//!`. The command line and the editor read them alike.
 *
 *   //! map 0x7f0000000000:0x2000        fresh memory before the run
 *   //! set32 0x7f0000001000=5           a word in it
 *   //! dump 0x7f0000001000:16           print it after
 *   //! expect r66 = 47                  a register at the end
 *   //! expect [0x7f0000001008] = 47     a 32-bit word of dumped or mapped memory
 */
import { BadInput } from '../../base/errors.ts';
import type { Problem } from './problem.ts';
import { linesOf } from './lexer.ts';

export interface StreamExpectation {
  /** Register name (`r66`), or undefined for memory. */
  readonly register: string | undefined;
  readonly va: number | undefined;
  readonly value: number;
  readonly line: number;
  readonly text: string;
}

export interface StreamDirectives {
  readonly map: readonly { readonly va: number; readonly length: number }[];
  readonly set32: readonly { readonly va: number; readonly value: number }[];
  readonly dump: readonly { readonly va: number; readonly length: number }[];
  readonly expect: readonly StreamExpectation[];
}

export interface ReadDirectives extends StreamDirectives {
  /** Lines that cannot be read; they count for nothing else. */
  readonly problems: readonly Problem[];
}

/** Known verbs with the form of what follows, for completion and for refusals. */
export const DIRECTIVE_FORMS: Readonly<Record<string, string>> = {
  map: 'map VA:LENGTH',
  set32: 'set32 VA=VALUE',
  dump: 'dump VA:LENGTH',
  expect: 'expect rN = VALUE, or expect [VA] = VALUE',
};

const REMEDY = 'see docs/cli.md, "Directives in a stream"';
const SUFFIX: Readonly<Record<string, number>> = { k: 1 << 10, m: 1 << 20, g: 1 << 30 };
/** The range of a 32-bit word, excluded end. */
const WORD_END = 2 ** 32;

/** Reads all directives of `text`. Lines that cannot be read become problems. */
export function readDirectives(text: string): ReadDirectives {
  const found: Collected = { map: [], set32: [], dump: [], expect: [], problems: [] };
  for (const [i, raw] of linesOf(text).entries()) {
    const match = /^(\s*\/\/!\s*)(\w*)\s*(.*?)\s*$/.exec(raw);
    if (match === null) continue;
    const [, lead = '', verb = '', rest = ''] = match;
    const rule = apply(found, verb, rest, i + 1);
    if (rule === undefined) continue;
    const column = lead.length + 1;
    const endColumn = Math.max(raw.trimEnd().length + 1, column);
    found.problems.push({ severity: 'error', line: i + 1, column, endColumn, rule, remedy: REMEDY });
  }
  return found;
}

/** The directives of `text`; BadInput with file and line for the first that cannot be read. */
export function parseDirectives(text: string, file: string): StreamDirectives {
  const { problems, ...directives } = readDirectives(text);
  const [first] = problems;
  if (first === undefined) return directives;
  throw new BadInput({ file, line: first.line, column: first.column, rule: first.rule, remedy: first.remedy });
}

/** Memory that a run must dump so that every expectation can be looked at. */
export function dumpsOf(d: StreamDirectives): { va: number; length: number }[] {
  return [...d.dump, ...d.expect.flatMap((e) => (e.va === undefined ? [] : [{ va: e.va, length: 4 }]))];
}

/** What a run came to, in the words of `stream.run`: registers by name, memory as hex text by `0x` address. */
export interface RunOutcome {
  readonly registers: Readonly<Record<string, number>>;
  readonly memory: Readonly<Record<string, string>>;
}

/** The value found where an expectation looks; undefined when there is none. */
export function foundValue(e: StreamExpectation, outcome: RunOutcome): number | undefined {
  if (e.register !== undefined) return outcome.registers[e.register];
  const text = outcome.memory[`0x${(e.va ?? 0).toString(16)}`]?.slice(0, 8) ?? '';
  const bytes = /^([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  return bytes === null ? undefined : Number.parseInt(bytes.slice(1).toReversed().join(''), 16);
}

interface Collected {
  readonly map: { va: number; length: number }[];
  readonly set32: { va: number; value: number }[];
  readonly dump: { va: number; length: number }[];
  readonly expect: StreamExpectation[];
  readonly problems: Problem[];
}

/** Takes one directive; the broken rule when it cannot. */
function apply(d: Collected, verb: string, rest: string, line: number): string | undefined {
  const form = Object.hasOwn(DIRECTIVE_FORMS, verb) ? DIRECTIVE_FORMS[verb] : undefined;
  if (form === undefined) return `no directive "${verb}"; known: ${Object.keys(DIRECTIVE_FORMS).join(', ')}`;
  const wrong = `${verb} takes the form "${form}"`;
  if (verb === 'expect') {
    const match = /^(?:(r\d+)|\[(\S+)\])\s*=\s*(\S+)$/.exec(rest);
    const [, register, place, text] = match ?? [];
    const value = sizeOf(text ?? '');
    const va = place === undefined ? undefined : sizeOf(place);
    if (value === undefined || (register === undefined && va === undefined)) return wrong;
    d.expect.push({ register, va, value, line, text: rest });
    return undefined;
  }
  const mark = verb === 'set32' ? '=' : ':';
  const at = rest.indexOf(mark);
  const va = sizeOf(rest.slice(0, Math.max(at, 0)).trim());
  const second = sizeOf(rest.slice(at + 1).trim());
  if (at < 0 || va === undefined || second === undefined) return wrong;
  if (verb === 'set32') {
    if (second >= WORD_END) return `${rest.slice(at + 1).trim()} does not fit 32 bits`;
    d.set32.push({ va, value: second });
  } else if (verb === 'map') d.map.push({ va, length: second });
  else d.dump.push({ va, length: second });
  return undefined;
}

/** A number as people write sizes and addresses: 0x..., 0b..., decimal, `_` between digits, K, M, G at the end. */
export function sizeOf(text: string): number | undefined {
  const match = /^(0x[0-9a-f_]+|0b[01_]+|\d[\d_]*)([kmg]?)$/i.exec(text);
  if (match === null) return undefined;
  const [, digits = '', suffix = ''] = match;
  const value = Number(digits.replaceAll('_', '')) * (SUFFIX[suffix.toLowerCase()] ?? 1);
  return Number.isSafeInteger(value) ? value : undefined;
}
