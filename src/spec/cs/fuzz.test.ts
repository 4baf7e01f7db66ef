/** Random words and mutated text through disassembler, assembler and language service: answers, never exceptions. */
import { describe, expect, it } from 'vitest';
import examples from './fixtures/examples.json' with { type: 'json' };
import { assemble } from './assemble.ts';
import type { Arch } from './define.ts';
import { disassembleWord } from './disassemble.ts';
import * as language from './language.ts';

const ARCHES: readonly Arch[] = [10, 11, 12, 13];
const ALPHABET = [...'rd0123456789#x[]+-*.,:;/ \t\n{}()_\u0000\u00e9\ud83d', 'MOVE32', 'CALL', '.const', '.word', '0x'];

function random(seed: number): (below: number) => number {
  let x = seed | 0 || 1;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

describe('random words', () => {
  it.each(ARCHES)('of architecture %d come back from their text', (arch) => {
    const next = random(arch * 7919);
    const words: [number, number][] = [];
    for (let n = 0; n < 3000; n++)
      words.push([next(2 ** 32), next(4) === 0 ? next(2 ** 32) : next(64) * 2 ** 24 + next(2 ** 24)]);
    const lines = words.map(([lo, hi]) => disassembleWord(lo | 0, hi | 0, arch).text);
    const { words: back, problems } = assemble(lines.join('\n'), { arch });
    expect(problems.filter((p) => p.severity === 'error')).toEqual([]);
    const expected = words.map(([lo, hi]) => (BigInt(hi) << 32n) | BigInt(lo));
    expect([...back]).toEqual(expected);
  });
});

describe('mutated text', () => {
  it('is answered by every part of the language service', () => {
    const next = random(4711);
    for (let n = 0; n < 300; n++) {
      const chars = [...examples[n % examples.length]!.text.join('\n')];
      for (let edit = next(12); edit >= 0; edit--) {
        chars.splice(
          next(chars.length + 1),
          next(4),
          ...Array.from({ length: next(3) }, () => ALPHABET[next(ALPHABET.length)]!),
        );
      }
      const text = chars.join('');
      const arch = ARCHES[next(4)]!;
      const line = 1 + next(text.split('\n').length + 1);
      const column = 1 + next(60);
      language.tokens(text);
      language.diagnostics(text, arch);
      language.signatureHelp(text, line, column, arch);
      language.completions(text, line, column, arch);
      language.hover(text, line, column, arch);
      language.symbolAt(text, line, column);
      language.definition(text, line, column);
      language.references(text, line, column);
      language.rename(text, line, column, 'other');
      language.foldingRanges(text);
      const formatted = language.format(text);
      // Formatting is stable and changes no word.
      expect(language.format(formatted)).toBe(formatted);
      expect(assemble(formatted, { arch }).words).toEqual(assemble(text, { arch }).words);
    }
  });
});
