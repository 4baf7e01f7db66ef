import { describe, expect, it } from 'vitest';
import { BadInput } from '../../base/errors.ts';
import { dumpsOf, foundValue, parseDirectives, readDirectives, sizeOf } from './directives.ts';

const TEXT = `// words
//! map 0x7f0000000000:8K
  //! set32 0x7f0000000004 = 5
//! dump 0x7f0000000000:16
//! expect r66 = 0x2f
//! expect [0x7f0000000008] = 47
MOVE32 r0, #1 //! not one: it is not at the beginning
`;

describe('directives of a stream', () => {
  it('reads every kind, indented or not', () => {
    const d = readDirectives(TEXT);
    expect(d.problems).toEqual([]);
    expect(d.map).toEqual([{ va: 0x7f0000000000, length: 8192 }]);
    expect(d.set32).toEqual([{ va: 0x7f0000000004, value: 5 }]);
    expect(d.expect.map((e) => [e.register, e.va, e.value, e.line])).toEqual([
      ['r66', undefined, 47, 5],
      [undefined, 0x7f0000000008, 47, 6],
    ]);
    expect(dumpsOf(d)).toEqual([
      { va: 0x7f0000000000, length: 16 },
      { va: 0x7f0000000008, length: 4 },
    ]);
  });

  it.each([
    ['//! may 0:4', 'no directive "may"'],
    ['//!', 'no directive ""'],
    ['//! map 0x7f00', 'map takes'],
    ['//! map 0x7f00:', 'map takes'],
    ['//! map zebra:4', 'map takes'],
    ['//! set32 4=0x100000000', 'does not fit 32 bits'],
    ['//! expect r1', 'expect takes'],
    ['//! expect [r1] = 4', 'expect takes'],
    ['//! expect r1 = 99999999999999999999', 'expect takes'],
  ])('says what is wrong with %s', (line, rule) => {
    const { problems } = readDirectives(`\n${line}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line: 2, severity: 'error' });
    expect(problems[0]?.rule).toContain(rule);
    expect(problems[0]?.endColumn).toBe(line.length + 1);
  });

  it('throws for a file with the file, line and rule', () => {
    expect(() => parseDirectives('\n//! may 1', 'a.cs')).toThrow(BadInput);
    expect(() => parseDirectives('\n//! may 1', 'a.cs')).toThrow('a.cs:2');
  });

  it('finds expected values in registers and in memory, little-endian', () => {
    const [register, memory] = readDirectives(TEXT).expect;
    const outcome = { registers: { r66: 47 }, memory: { '0x7f0000000008': '2f000001' } };
    expect(register && foundValue(register, outcome)).toBe(47);
    expect(memory && foundValue(memory, outcome)).toBe(0x0100002f);
    expect(memory && foundValue(memory, { registers: {}, memory: {} })).toBeUndefined();
  });

  it('reads numbers as people write them', () => {
    expect(['16', '0x1_0', '0b11', '2K', '1m', '', '-1', '0x', '1.5', '9007199254740993'].map(sizeOf)).toEqual([
      16,
      16,
      3,
      2048,
      1048576,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
