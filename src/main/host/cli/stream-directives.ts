/**
 * Directives in a command-stream file, so that an example says itself what memory it needs and what must come
 * out: comment lines beginning with `//!`.
 *
 *   //! map 0x7f0000000000:0x2000        fresh memory before the run
 *   //! set32 0x7f0000001000=5           a word in it
 *   //! dump 0x7f0000001000:16           print it after
 *   //! expect r66 = 47                  a register at the end
 *   //! expect [0x7f0000001008] = 47     a 32-bit word of dumped or mapped memory
 */
import { BadInput } from '../../../base/errors.ts';
import { parseNumber, parsePair } from './options.ts';

export interface StreamExpectation {
  /** Register name (`r66`), or undefined for memory. */
  readonly register: string | undefined;
  readonly va: number | undefined;
  readonly value: number;
  readonly line: number;
  readonly text: string;
}

export interface StreamDirectives {
  readonly map: { va: number; length: number }[];
  readonly set32: { va: number; value: number }[];
  readonly dump: { va: number; length: number }[];
  readonly expect: StreamExpectation[];
}

/** Reads the directives of `text`; BadInput with the line for one that cannot be read. */
export function parseDirectives(text: string, file: string): StreamDirectives {
  const found: StreamDirectives = { map: [], set32: [], dump: [], expect: [] };
  text.split('\n').forEach((raw, i) => {
    const match = /^\s*\/\/!\s*(\w+)\s+(.*?)\s*$/.exec(raw);
    if (match === null) return;
    try {
      apply(found, match[1]!, match[2]!, i + 1);
    } catch (error) {
      const rule = error instanceof Error ? error.message : String(error);
      throw new BadInput({ file, line: i + 1, rule, remedy: 'See docs/cli.md, "Directives in a stream".' });
    }
  });
  return found;
}

function apply(d: StreamDirectives, verb: string, rest: string, line: number): void {
  if (verb === 'map' || verb === 'dump') {
    const [va, length] = parsePair(rest, ':', verb);
    d[verb].push({ va, length });
    return;
  }
  if (verb === 'set32') {
    const [va, value] = parsePair(rest, '=', verb);
    d.set32.push({ va, value });
    return;
  }
  if (verb !== 'expect') throw new RangeError(`no directive "${verb}"; known: map, set32, dump, expect`);
  const match = /^(?:(r\d+)|\[(\S+)\])\s*=\s*(\S+)$/.exec(rest);
  if (match === null) throw new RangeError('expect takes "rN = VALUE" or "[VA] = VALUE"');
  const [, register, va, value] = match;
  d.expect.push({
    register,
    va: va === undefined ? undefined : parseNumber(va, 'expect'),
    value: parseNumber(value!, 'expect'),
    line,
    text: rest,
  });
}
