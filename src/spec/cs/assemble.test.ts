import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, isClean, MAX_TEXT, MAX_WORDS } from './assemble.ts';
import { disassemble, disassembleWord, registerSet } from './disassemble.ts';
import examples from './fixtures/examples.json' with { type: 'json' };
import type { Arch } from './isa.ts';
import { ARCHS, encodeRow, rangeOf, rowsOf } from './isa.ts';
import { MAX_PROBLEMS } from './problem.ts';

const archOf = (n: number): Arch => ARCHS.find((a) => a === n) ?? 10;
const word = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
const hexOf = (words: BigUint64Array) => Array.from(words, (w) => `0x${w.toString(16).padStart(16, '0')}`);
const rules = (text: string, arch: Arch = 10) =>
  assemble(text, { arch }).problems.map((p) => `${p.line}:${p.column}-${p.endColumn} ${p.rule}`);
const one = (text: string, arch: Arch = 10) => {
  const result = assemble(text, { arch });
  expect(result.problems).toEqual([]);
  return hexOf(result.words)[0];
};

/** assemble(disassemble(words)) gives the words, without a problem. */
function expectRoundTrip(words: BigUint64Array, arch: Arch): void {
  const text = disassemble(words, arch);
  const back = assemble(text.join('\n'), { arch });
  expect(back.problems).toEqual([]);
  const wrong = hexOf(words).findIndex((w, i) => hexOf(back.words.subarray(i, i + 1))[0] !== w);
  expect(wrong < 0 ? '' : text[wrong]).toBe('');
  expect(back.words.length).toBe(words.length);
}

describe('the example streams', () => {
  it.each(examples)('$name assembles to its words and back', ({ arch, text, words }) => {
    const result = assemble(text.join('\n'), { arch: archOf(arch) });
    expect(result.problems).toEqual([]);
    expect(hexOf(result.words)).toEqual(words);
    expect(disassemble(BigUint64Array.from(words, BigInt), archOf(arch))).toEqual(text);
    expect([...result.lines]).toEqual(text.map((_, i) => i + 1));
  });
});

describe('round trip', () => {
  it.each(ARCHS)('gives back random words of architecture %i', (arch) => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), { minLength: 200, maxLength: 200 }),
        (words) => expectRoundTrip(BigUint64Array.from(words), arch),
      ),
      { seed: 10, numRuns: 10 },
    );
  });

  it.each(ARCHS)('gives back words with any bits under every opcode of architecture %i', (arch) => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 56n) - 1n }), (low) =>
        expectRoundTrip(
          BigUint64Array.from({ length: 256 }, (_, op) => (BigInt(op) << 56n) | low),
          arch,
        ),
      ),
      { seed: 11, numRuns: 20 },
    );
  });

  it.each(ARCHS)('prints every valid word of architecture %i as an instruction', (arch) => {
    for (const row of rowsOf(arch)) {
      const named = new Map(
        row.modifiers.map((m) => [
          m.field,
          [...Object.values(m.values), ...(m.absent === undefined ? [] : [m.absent])],
        ]),
      );
      const values = fc.record(
        Object.fromEntries(
          row.fields.map((f) => {
            const known = named.get(f.name);
            return [f.name, known === undefined ? fc.integer(rangeOf(f)) : fc.constantFrom(...known)];
          }),
        ),
      );
      fc.assert(
        fc.property(values, (v) => {
          const { lo, hi } = encodeRow(row, v);
          const { text, why } = disassembleWord(lo, hi, arch);
          expect(why).toBeUndefined();
          expect(text.split(/[ .]/)[0]).toBe(row.name);
          expectRoundTrip(BigUint64Array.of(word(lo, hi)), arch);
        }),
        { seed: 12, numRuns: 25 },
      );
    }
  });

  it('prints what the form cannot say as a word, and says why', () => {
    expect(disassembleWord(0, 0xff00_0000, 10)).toEqual({
      text: '.word 0xff00000000000000',
      row: undefined,
      why: 'architecture 10 has no such opcode',
    });
    expect(disassembleWord(0x8000_0000, 0x1600_0000, 10).why).toBe('BRANCH with reserved bits 0x0000000080000000');
    expect(disassembleWord(0x7000_0000, 0x1600_0000, 10).why).toBe('BRANCH with reserved condition 7');
  });
});

describe('the text form', () => {
  it('takes any case, spacing, comments, labels, constants, aliases', () => {
    const text = [
      '// fill words',
      '.const COUNT = 4 * (1 << 2)',
      'start:  move D64, #0x1000_3000 ; base',
      '        move32 r67,#COUNT',
      'loop: again: Store_Multiple [d64], r66',
      '  ADD_IMMEDIATE32 r67, r67, #-1',
      '  BRANCH.GT r67, loop',
      '  MOVE32 r94, #(end - start)',
      'end:',
    ].join('\r\n');
    const result = assemble(text, { arch: 10 });
    expect(result.problems).toEqual([]);
    expect(disassemble(result.words, 10)).toEqual([
      'MOVE48 d64, #0x10003000',
      'MOVE32 r67, #0x10',
      'STORE_MULTIPLE [d64], r66',
      'ADD_IMM32 r67, r67, #-1',
      'BRANCH.gt r67, #-3',
      'MOVE32 r94, #0x30',
    ]);
    expect([...result.lines]).toEqual([3, 4, 5, 6, 7, 8]);
    expect([...result.labels.keys()]).toEqual(['start', 'loop', 'again', 'end']);
    expect(result.labels.get('end')?.index).toBe(6);
    expect(result.constants.get('COUNT')).toEqual({ line: 2, column: 8, endColumn: 13, value: 16n });
  });

  it('reads register sets as tuples, ranges, pairs and masks', () => {
    const set = (text: string) => disassemble(assemble(`LOAD_MULTIPLE ${text}, [d66 - 4]`, { arch: 10 }).words, 10)[0];
    expect(set('r0-r3')).toBe('LOAD_MULTIPLE r0:r1:r2:r3, [d66 - 4]');
    expect(set('d8:r10')).toBe('LOAD_MULTIPLE r8:r9:r10, [d66 - 4]');
    expect(set('r0:r1:r10-r15')).toBe('LOAD_MULTIPLE r0:r1:r10-r15, [d66 - 4]');
    expect(set('r4{0x6}')).toBe('LOAD_MULTIPLE r4{0x6}, [d66 - 4]');
    expect(registerSet(250, 0xffff)).toBe('r250{0xffff}');
    expect(registerSet(0, 0)).toBe('r0{0x0}');
  });

  it('prints optional operands and modifiers only when they say something', () => {
    expect(one('RUN_COMPUTE.y.srt0.spd1.tsd2.fau3 #7', 12)).toBe('0x0400e40000004007');
    expect(one('RUN_COMPUTE.x.stage_vertex #7, #3', 12)).toBe('0x0402000000030007');
    expect(disassembleWord(0x0003_0007, 0x0402_0000, 12).text).toBe(
      'RUN_COMPUTE.x.srt0.spd0.tsd0.fau0.stage_vertex #7, #3',
    );
    expect(one('RUN_IDVS.malloc.draw_id #0x0, r66')).toBe('0x0600420600000000');
    expect(disassembleWord(0, 0x0600_0004, 10).text).toMatch(/^RUN_IDVS\.draw_id\..* #0x0, r0$/);
    expect(one('PROT_REGION #64')).toBe('0x2900000000000008');
    expect(one('MOVE32 r1, #-1')).toBe('0x02010000ffffffff');
    expect(one('BIT_CLEAR32 r1, r2, r3', 11)).toBe('0x1301020300000012');
    expect(one('MOVE_REG32 r70, r66', 11)).toBe('0x1346420000000003');
    expect(one('SYNC_SET64.csg.indirect [d4], d6, #0, #0', 11)).toBe('0x3410040600000004');
    expect(one('.word 1')).toBe('0x0000000000000001');
  });

  it('keeps the full stream position for .word lists and lines with errors', () => {
    const result = assemble('.word 1, 0xffffffffffffffff, 3\nbad\nx: NOP\nBRANCH.always r0, x', { arch: 10 });
    expect(result.words.length).toBe(6);
    expect(result.words[1]).toBe(0xffff_ffff_ffff_ffffn);
    expect(result.labels.get('x')?.index).toBe(4);
    expect(result.problems.map((p) => p.line)).toEqual([2]);
  });
});

describe('problems', () => {
  it.each([
    ['MOVE32 r1', '1:10-11 an operand is missing'],
    ['MOVE32 d2, #1', '1:8-10 destination is a 32-bit register'],
    ['MOVE48 r2, #1', '1:8-10 destination is a 64-bit register pair'],
    ['MOVE32 r256, #1', '1:8-12 r256 is above register 255'],
    ['MOVE32 r1, 5', '1:12-13 immediate is an immediate'],
    ['MOVE32 r1, #0x1_0000_0000', '1:12-26 immediate lies in 0 to 4294967295'],
    ['ADD_IMM64 d0, d0, #0xffffffff', '1:19-30 immediate lies in -2147483648 to 2147483647'],
    ['MOVE32 r1, #1 2', '1:15-16 there is more than the instruction takes'],
    ['MOVE32 r1 #1', '1:11-12 operands are separated by commas'],
    ['NOPE', '1:1-5 NOPE is not an instruction'],
    ['BRANCH r1, #0', '1:1-7 BRANCH needs its condition as a modifier'],
    ['BRANCH.le.gt r1, #0', '1:10-13 condition is given twice'],
    ['WAIT.now #1', '1:5-9 WAIT has no modifier .now'],
    ['BRANCH.le r1, nowhere', '1:15-22 there is no label nowhere'],
    ['LOGIC_OP32.and r1, r2, r3', '1:1-11 architecture 10 has no LOGIC_OP32'],
    ['WAIT #0x100', '1:6-12 wait_mask lies in 0 to 255'],
    ['SYNC_ADD64.csg [d2 + 8], d4, #0, #0', '1:20-23 SYNC_ADD64 takes no offset'],
    ['LOAD_MULTIPLE r4:r3, [d2]', '1:18-20 registers of a set come in ascending order, each once'],
    ['LOAD_MULTIPLE r4:r20, [d2]', '1:18-21 a set spans at most 16 registers from its first'],
    ['STORE_MULTIPLE [d2, r3', '1:19-20 the memory operand is not closed'],
    ['PROT_REGION #4', '1:13-15 size is a multiple of 8'],
    ['MOVE32 r1, #0xzz', '1:13-17 0xzz is not a number of at most 64 bits'],
    ['MOVE32 r1, #(1', '1:15-16 a parenthesis is not closed'],
    ['MOVE32 r1, #1 << 65', '1:15-20 a shift amount lies in 0 to 64'],
    ['.const r1 = 4', '1:8-10 .const takes a name and a value'],
    ['.word 0x10000000000000000', '1:7-26 0x10000000000000000 is not a number of at most 64 bits'],
    ['.word -1', '1:7-9 a word is an unsigned 64-bit number'],
    ['.org 4', '1:1-5 .org is not a directive'],
    ['5 NOP', '1:1-2 a line begins with an instruction, a directive or a label'],
  ])('%s', (text, problem) => {
    expect(rules(text)).toEqual([problem]);
  });

  it('collects all of them, several per line', () => {
    expect(rules('MOVE32.x d1, 5\nNOP\nWAIT #1, #2\na: a: NOP')).toEqual([
      '4:4-5 a is defined in line 4 already',
      '1:7-9 MOVE32 has no modifier .x',
      '1:10-12 destination is a 32-bit register',
      '1:14-15 immediate is an immediate',
      '3:8-9 there is more than the instruction takes',
    ]);
  });

  it('says what to do', () => {
    const remedy = (text: string, arch: Arch = 10) => assemble(text, { arch }).problems[0]?.remedy;
    expect(remedy('MOV32 r1, #1')).toBe('did you mean MOVE32?');
    expect(remedy('ADD64 d0, d2, d4')).toBe('it exists on 13');
    expect(remedy('ADD_IMM32 r0, r0, #0xffffffff')).toContain('the same bits are -1');
    expect(remedy('HEAP_SET')).toBe('the form is HEAP_SET d:address');
    expect(remedy('STORE_STATE.timestmp [d2], #0, #0')).toBe('did you mean .timestamp?');
  });

  it('reports a branch too far', () => {
    const text = `BRANCH.always r0, far\n${'NOP\n'.repeat(32768)}far:`;
    expect(rules(text)).toEqual(['1:19-22 a branch reaches -32768 to 32767 instructions, not 32768']);
  });
});

describe('hostile text', () => {
  const pieces = fc.constantFrom(
    'MOVE32',
    'LOAD_MULTIPLE',
    '.word',
    '.const',
    'BRANCH.le',
    'x',
    'x:',
    '#',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ':',
    ',',
    'r1',
    'd2',
    'r999999999999',
    '0x',
    '1',
    '<<',
    '-',
    '~',
    '+ ',
    ' ',
    '\n',
    '//',
    ';',
    '.__proto__',
    '__proto__',
    'constructor',
    '\u2028',
    '\u0000',
    '\ud800',
    '=',
    '.toString',
    'toString:',
  );

  it('never throws, and every problem has a place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }),
        fc.constantFrom(...ARCHS),
        (parts, arch) => {
          const text = parts.join('');
          const result = assemble(text, { arch });
          const lines = text.split(/\r\n|\n|\r/);
          for (const p of result.problems) {
            expect(p.line).toBeGreaterThan(0);
            expect(p.line).toBeLessThanOrEqual(lines.length);
            expect(p.column).toBeGreaterThan(0);
            expect(p.endColumn).toBeGreaterThan(p.column);
            expect(p.rule.length).toBeLessThan(200);
          }
          expect(result.lines.length).toBe(result.words.length);
        },
      ),
      { seed: 13, numRuns: 2000 },
    );
  });

  it('bounds problems, nesting, numbers, words and length', () => {
    expect(rules('?\n'.repeat(10_000)).length).toBe(MAX_PROBLEMS + 1);
    expect(rules(`MOVE32 r1, #${'('.repeat(5000)}`)).toHaveLength(1);
    expect(rules(`MOVE32 r1, #${'-'.repeat(5000)}1`)).toHaveLength(1);
    expect(rules(`MOVE32 r1, #${'9'.repeat(100_000)}`)).toHaveLength(1);
    expect(rules(`MOVE32 r1, #1${' << 64'.repeat(5000)}`)[0]).toContain('below 2^128');
    expect(rules('\n'.repeat(MAX_TEXT + 1))[0]).toContain('at most');
    const many = assemble(`.word ${'0,'.repeat(MAX_WORDS + 5)}0\nNOP`, { arch: 10 });
    expect(isClean(many)).toBe(false);
    expect(many.words.length).toBe(MAX_WORDS);
  });
});

describe('a word where a register belongs', () => {
  it.each([
    ['MOVE32 x, #1', 'write r0 to r95 (r127 from v12 on)'],
    ['MOVE48 x, #1', 'write d0 to d94 (d126 from v12 on)'],
  ])('%s', (text, remedy) => {
    expect(assemble(text, { arch: 10 }).problems).toMatchObject([{ rule: 'destination is a register', remedy }]);
  });
});
