/** Two lists put side by side: equal ones are flat, what one side has alone moves nothing else. */
import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align, type Pair } from './align.ts';

interface Word {
  readonly text: string;
}
const words = (text: string): Word[] => [...text].map((c) => ({ text: c }));
const side = (pairs: readonly Pair<Word>[], which: 'a' | 'b'): string =>
  pairs.flatMap((p) => p[which]?.text ?? []).join('');
const signs = (a: string, b: string): string =>
  [...align(words(a), words(b))]
    .map((p) => (p.same ? '=' : p.a === undefined ? '>' : p.b === undefined ? '<' : '!'))
    .join('');

describe('align', () => {
  it.each([
    ['', '', ''],
    ['abc', 'abc', '==='],
    ['abc', 'ac', '=<='],
    ['ac', 'abc', '=>='],
    ['abc', 'axc', '=!='],
    ['abcdef', 'abXYdef', '==!>==='],
    ['abc', '', '<<<'],
    ['', 'ab', '>>'],
    ['aaaa', 'bbbb', '!!!!'],
  ])('of %s and %s', (a, b, expected) => {
    expect(signs(a, b)).toBe(expected);
  });

  it('loses nothing and keeps the order, whatever the lists', () => {
    const letters = array(integer({ min: 0, max: 3 }), { maxLength: 60 });
    assert(
      property(letters, letters, (x, y) => {
        const [a, b] = [x, y].map((list) => list.map((n) => 'abcd'[n]).join(''));
        const pairs = [...align(words(a ?? ''), words(b ?? ''))];
        expect(side(pairs, 'a')).toBe(a);
        expect(side(pairs, 'b')).toBe(b);
        for (const p of pairs) expect(p.same).toBe(p.a !== undefined && p.a.text === p.b?.text);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it('comes together again after a gap in thousands', () => {
    const long = Array.from({ length: 5000 }, (_, i) => ({ text: String(i) }));
    const cut = [...long.slice(0, 1000), ...long.slice(1010)];
    expect([...align(long, cut)].filter((p) => !p.same)).toHaveLength(10);
  });
});
