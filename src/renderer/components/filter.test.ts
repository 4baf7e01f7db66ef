import { describe, expect, it } from 'vitest';
import { globToRegExp, parseFilter } from './filter.ts';

const COLUMNS = ['name', 'value', 'op', 'message'];
const fields = (typed: string) => {
  const parsed = parseFilter(typed, COLUMNS);
  return parsed.ok ? parsed.filter : parsed.message;
};

describe('filters as typed', () => {
  it('are words and conditions', () => {
    expect(fields('name:GPU_IRQ* value>=0x10 op!=read reset done')).toEqual({
      text: 'reset done',
      fields: [
        { name: 'name', op: 'glob', value: 'GPU_IRQ*' },
        { name: 'value', op: '>=', value: 16 },
        { name: 'op', op: '!=', value: 'read' },
      ],
    });
  });

  it('keep quoted text together', () => {
    expect(fields('message:"timed out" "two words"')).toEqual({
      text: '"two words"',
      fields: [{ name: 'message', op: 'contains', value: 'timed out' }],
    });
  });

  it('say what is wrong', () => {
    expect(fields('nmae:x')).toBe('no column nmae; there are name, value, op, message');
    expect(fields('value>')).toBe('value> needs a value');
    expect(fields('"open')).toBe('a quote is not closed');
  });

  it('take signs of regular expressions as they are', () => {
    expect(globToRegExp('a.b[*').test('a.b[c')).toBe(true);
    expect(globToRegExp('a.b').test('axb')).toBe(false);
  });
});
