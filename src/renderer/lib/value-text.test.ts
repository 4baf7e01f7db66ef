import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseValue, type ValueContext } from './value-text.ts';

const context: ValueContext = {
  bits: 32,
  current: 0xffn,
  fields: [
    { name: 'code', lsb: 0, width: 8, enum: { NOP: 0, RESET: 1 } },
    { name: 'reset_mode', lsb: 8, width: 4, enum: { FAST_RESET: 0, SOFT_RESET: 1 } },
    { name: 'DONE', lsb: 31, width: 1 },
  ],
};

const value = (text: string, c: ValueContext = context) => {
  const parsed = parseValue(text, c);
  return parsed.ok ? parsed.value : parsed.message;
};

describe('values as typed', () => {
  it.each([
    ['0x10', 0x10n],
    ['0b1_01', 5n],
    ['1_000', 1000n],
    ['1<<5', 32n],
    ['1 << 5 | 3', 35n],
    ['(1 + 2) * 4', 12n],
    ['0xff & ~0xf', 0xf0n],
    ['3 ^ 1', 2n],
    ['1 << 4 >> 2', 4n],
  ])('%s', (text, expected) => expect(value(text)).toBe(expected));

  it('takes names of fields as their bits, and enum names at their place', () => {
    expect(value('DONE')).toBe(0x8000_0000n);
    expect(value('done | SOFT_RESET')).toBe(0x8000_0100n);
    expect(value('reset_mode')).toBe(0xf00n);
  });

  it('takes enum names of a whole value', () => {
    expect(value('soft', { bits: 2, names: { FAST: 0, SOFT: 1 } })).toBe(1n);
  });

  it('sets named fields over the value there is', () => {
    expect(value('code=RESET')).toBe(1n);
    expect(value('reset_mode=SOFT_RESET, DONE=1')).toBe(0x8000_01ffn);
    expect(value('code=RESET reset_mode=1<<1')).toBe(0x201n);
  });

  it.each([
    ['', 'type a value'],
    ['-1', '-1 does not fit 32 bits'],
    ['1 << 32', '0x100000000 does not fit 32 bits'],
    ['nothing', 'no value named nothing'],
    ['code=2000', 'code: 0x7d0 does not fit 8 bits'],
    ['other=1', 'no field named other'],
    ['(1', 'a parenthesis is not closed'],
    ['1 2', 'unexpected "2"'],
    ['0x', 'unexpected "x"'],
    ['1 +', 'the value ends too early'],
    ['1 << 99999', 'a shift by 99999 is out of range'],
    ['5 ?', 'cannot read " ?"'],
  ])('refuses "%s" with the reason', (text, message) => expect(value(text)).toBe(message));

  it('reads back every number in each notation', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (n) => {
        const wide = { bits: 64 };
        expect(value(`0x${n.toString(16)}`, wide)).toBe(n);
        expect(value(`0b${n.toString(2)}`, wide)).toBe(n);
        expect(value(n.toString(), wide)).toBe(n);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), (text) => {
        const parsed = parseValue(text, context);
        if (!parsed.ok) expect(parsed.message).not.toBe('');
      }),
      { seed: 8, numRuns: 500 },
    );
  });
});
