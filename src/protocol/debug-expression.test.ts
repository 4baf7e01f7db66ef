/** Expressions of conditions and watches: meaning, refusals, and nonsense that ends. */
import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../base/errors.ts';
import { compileExpression, expressionProblem, type ExpressionValues } from './debug-expression.ts';

const VALUES: ExpressionValues = {
  register: (name) => (name === 'r0' ? 5 : name === 'sp' ? 0x2000 : 0),
  memory: (address, size) => (address === 0x2004 ? 0x1234_5678 & (size === 4 ? -1 : (1 << (size * 8)) - 1) : 0),
  symbol: (name) => (name === 'shared' ? 0x2000 : undefined),
  fact: (name) => (name === 'hits' ? 3 : undefined),
};
const evaluate = (text: string): number => compileExpression(text)(VALUES);

describe('expressions', () => {
  it.each([
    ['r0 == 5 && [sp + 4] != 0', 1],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['-1', 0xffff_ffff],
    ['~0 >> 28', 15],
    ['1 << 31', 0x8000_0000],
    ['1 << 32', 0],
    ['R0 = 5', 1],
    ['[shared + 4]', 0x1234_5678],
    ['*(shared + 4)', 0x1234_5678],
    ['u8[shared + 4]', 0x78],
    ['u16[0x2004]', 0x5678],
    ['hits >= 3 || value', 1],
    ['0b1010 & 0xff_ff ^ 3', 9],
    ['7 / 0', 0],
    ['!r0', 0],
    ['0xffffffff > 1', 1],
    ['1 - 2 == 0xffffffff', 1],
  ])('%s is %i', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it.each(['', '1 +', '(1', '[1', 'r0 r1', '#', '0x1_0000_0000', '1 ? 2', `${'('.repeat(200)}1${')'.repeat(200)}`])(
    'refuses %s',
    (text) => {
      expect(expressionProblem(text)).toMatch(/expression/);
    },
  );

  it('says which name is not known, when it is used', () => {
    expect(() => evaluate('nothing + 1')).toThrow(/"nothing"/);
  });

  it('takes any text without anything but a typed refusal', () => {
    assert(
      property(string({ maxLength: 80, unit: 'binary' }), (text) => {
        try {
          compileExpression(text)(VALUES);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { seed: 17, numRuns: 2000 },
    );
  });
});
