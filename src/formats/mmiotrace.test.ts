/** Traces of real machines: both text formats, words split and windows cut, and input that breaks each rule. */
import { describe, expect, it } from 'vitest';
import { isMmiotrace, parseMmioCsv, parseMmiotrace } from './mmiotrace.ts';

const WINDOW = 0x20_0000;
const TRACE = `VERSION 20070824
PCIDEV 0000 10de0191 0
MAP 12.000001 1 0xfb000000 0xffffc90000000000 0x200000 0x0 0
R 4 12.000010 1 0xfb000000 0xa8670005 0x0 0
W 4 12.000020 1 0xfb000030 0x101 0x0 0
R 8 12.000030 1 0xfb000120 0x100000001 0x0 0
R 4 12.000040 1 0xfe000000 0x7 0x0 0
MARK 12.000041 hello
UNMAP 12.000050 1 0x0 0
`;

describe('mmiotrace', () => {
  it('gives the accesses of the window with times from the first one', () => {
    expect(isMmiotrace(TRACE)).toBe(true);
    expect(parseMmiotrace(TRACE, WINDOW)).toEqual([
      { timeNs: 0, write: false, offset: 0, width: 4, value: 0xa8670005, line: 4 },
      { timeNs: 10_000, write: true, offset: 0x30, width: 4, value: 0x101, line: 5 },
      { timeNs: 20_000, write: false, offset: 0x120, width: 4, value: 1, line: 6 },
      { timeNs: 20_000, write: false, offset: 0x124, width: 4, value: 1, line: 6 },
    ]);
    expect(parseMmiotrace(TRACE, WINDOW, 0xfe000000)).toMatchObject([{ offset: 0, value: 7 }]);
  });

  it.each([
    ['R 4 1.0 1 0xfb000000 0x1 0x0 0', /before any MAP/],
    ['MAP 1.0 1 zzz 0 0 0 0', /physical address/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 1.0 1 0x1001 0x1 0 0', /multiple of 4/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 3 1.0 1 0x1000 0x1 0 0', /width 3/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 1.0 1 0x1000 0x100000000 0 0', /does not fit/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 1.0 1 0x1000 nonsense 0 0', /not a value/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 -1 1 0x1000 0x1 0 0', /not a time/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 1.0', /words/],
    ['MAP 1.0 1 0x1000 0 0x1000 0 0\nR 4 2.0 1 0x1000 0x1 0 0\nR 4 1.0 1 0x1000 0x1 0 0', /goes back/],
    ['', /no access/],
  ])('refuses %j', (text, rule) => {
    expect(() => parseMmiotrace(text, WINDOW)).toThrow(rule);
  });
});

describe('CSV', () => {
  it('takes columns in any order, comments, and times where they are known', () => {
    const text = '# board 3\nvalue, op, offset, time_ns\n0x101,W,0x30,5\n"256",read,32,9\n';
    expect(isMmiotrace(text)).toBe(false);
    expect(parseMmioCsv(text, WINDOW)).toEqual([
      { timeNs: 5, write: true, offset: 0x30, width: 4, value: 0x101, line: 3 },
      { timeNs: 9, write: false, offset: 0x20, width: 4, value: 256, line: 4 },
    ]);
  });

  it.each([
    ['op,offset\nR,0', /no column "value"/],
    ['op,offset,value\nX,0,0', /neither R nor W/],
    ['op,offset,value\nR,,0', /offset/],
    ['op,offset,value\nR,4,', /does not fit|not a value/],
    ['op,offset,value\nR,4,-1', /does not fit/],
  ])('refuses %j with its line', (text, rule) => {
    expect(() => parseMmioCsv(text, WINDOW)).toThrow(rule);
  });
});
