import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble, isClean, MAX_WORDS } from './assemble.ts';
import { disassemble, disassembleWord } from './disassemble.ts';
import { ENUM_SPECS, field, reserved, ROWS } from './isa.ts';
import type { Row } from './isa.ts';
import { Word } from './word.ts';
import examples from './fixtures/examples.json' with { type: 'json' };

const FIXTURES = new URL('fixtures/', import.meta.url);
const listings = readdirSync(FIXTURES).filter((n) => n.endsWith('.dis'));

/** The word a line makes, or its problems. */
function one(text: string): string {
  const result = assemble(text);
  if (!isClean(result)) return result.problems.map((p) => `${p.line}:${p.column} ${p.rule}; ${p.remedy}`).join('\n');
  return Array.from(result.words, (w) => `0x${w.toString(16).padStart(16, '0')}`).join(' ');
}

describe('Valhall text to words', () => {
  it.each(listings)('assembles %s, with and without the bytes', (name) => {
    const text = readFileSync(new URL(name, FIXTURES), 'utf8');
    const binary = readFileSync(new URL(name.replace('.dis', '.bin'), FIXTURES));
    const words = new BigUint64Array(Uint8Array.from(binary).buffer);
    const result = assemble(text);
    expect(result.problems).toEqual([]);
    expect(result.words).toEqual(words);
    const bare = assemble(text.replaceAll(/^.{27}/gm, ''));
    expect(bare.problems).toEqual([]);
    expect(bare.words).toEqual(words);
  });

  it.each(examples)('assembles $asm', ({ word, asm }) => {
    expect(one(asm)).toBe(word);
    expect(one(asm.toLowerCase())).toBe(word);
  });

  it('takes labels, comments, words, and the names of later compilers', () => {
    expect(one('loop: NOP // a\n BRANCHZ.reconverge r3, loop ; b')).toBe('0x0000c00000000000 0x501fc007fffffe03');
    expect(one('BRANCHZ.reconverge r3, offset:end\nNOP\nend:')).toBe('0x501fc00000000103 0x0000c00000000000');
    expect(one('.word 0x1, 2\n.word 0xffffffffffffffff')).toBe(
      '0x0000000000000001 0x0000000000000002 0xffffffffffffffff',
    );
    expect(one('LD_PKA.i32.unsigned.slot0.wait0 @r3, r4, 0x1000000')).toBe('0x086a83821800c404');
    expect(one('ARSHIFT_AND.i32 r4, r5, r6.b00, 0x0.not')).toBe('0x00b4c40c10c00605');
    expect(one('MOV.i32 r6, lane_id')).toBe('0x0691c600000000e2');
    expect(one('ATOM1_RETURN.i32.slot2.ainc @, r8, offset:0x0')).toBe('0x0069800098000008');
    expect(one('ATOM1_RETURN.i32.slot2.ainc @none, r8, offset:0x0')).toBe('0x0069c00098000008');
  });

  it.each([
    ['MOVE.i32 r0, r1', '1:1 MOVE.i32 is not an instruction; did you mean MOV.i32?'],
    ['IADD r0, r1', '1:1 IADD is not an instruction; there are IADD.u32 IADD.v2u16'],
    ['\n  MOV.i32.wat r0, r1', '2:11 MOV.i32 has no modifier .wat; did you mean .wait?'],
    ['MOV.i32.wait0.wait1 r0, r1', '1:15 an instruction has one flow; keep one of the two'],
    ['LOAD.i32 @r0, r2, offset:0', '1:1 LOAD.i32 needs its slot; write one of .slot0 .slot1 .slot2 .slot7'],
    ['LOAD.i32.slot0.slot1 @r0, r2, offset:0', '1:16 .slot1 comes on top of another of its kind; keep one of them'],
    ['MOV.i32 r64, r1', '1:9 r64 is not a register; registers are r0 to r63'],
    ['MOV.i32 r0, u256', '1:13 u256 is not a uniform; uniform words are u0 to u255'],
    ['IADD.u32 r0, u1, u65', '1:18 uniforms and special values of one instruction lie in one page'],
    ['MOV.i32 r0, 0x12', '1:13 0x12 is not in the constant table; where bytes can be selected, write 0x13121110.b2'],
    ['MOV.i32 r0, 0x12345', '1:13 0x12345 is not in the constant table; load it with IADD_IMM.i32'],
    ['MOV.i32 r0, lane_if', '1:13 lane_if is not a special value; did you mean lane_id?'],
    ['MOV.i32 r0', '1:11 an operand is missing; the form is MOV.i32 destination, '],
    ['MOV.i32 r0, r1, r2', '1:17 there is more than the instruction takes; the form is MOV.i32'],
    ['MOV.i32 r0, r1.neg', '1:13 the source has no modifier .neg; this source takes none'],
    ['FADD.f32 r0, r1.neg.neg, r2', '1:14 .neg comes on top of another of its kind; keep one of them'],
    ['U8_TO_U32 r0, r1', '1:15 the source needs a selection; write one of .b0 .b1 .b2 .b3'],
    ['LOAD.i64.slot0 @r0:r2, r4, offset:0', '1:16 the registers of a set follow each other; write @r0:r1'],
    ['LOAD.i32.slot0 r0, r4, offset:0', '1:16 a register set begins with @; write @r4, @r4:r5, or @ for none'],
    ['LOAD.i32.slot0 @r0, r4, offset:40000', '1:25 offset lies in -32768 to 32767; use a value in range'],
    ['LOAD.i32.slot0 @r0, r4, 4', '1:25 offset is expected here; write it as offset:4'],
    ['BRANCHZ r0, nowhere', '1:13 nowhere is neither a number nor a label'],
    ['a: NOP\na: NOP', '2:1 a is defined in line 1 already; choose another name'],
    ['.word 0x10000000000000000', '1:7 a word is an unsigned 64-bit number; write 0x and up to 16 digits'],
    ['c0 00 00 00 00 c0 00 78', '1:1 an instruction is missing after the bytes'],
  ])('reports %s', (text, expected) => {
    expect(one(text).slice(0, expected.length)).toBe(expected);
  });

  it('lets the text win over the bytes, and says so', () => {
    const result = assemble('00 00 00 00 00 c0 00 78    NOP');
    expect(result.words).toEqual(BigUint64Array.of(0x0000_c000_0000_0000n));
    expect(result.problems).toMatchObject([{ severity: 'info', column: 1, endColumn: 24 }]);
  });

  it('keeps the place of every word', () => {
    const result = assemble('NOP\n\nx: MOV.i32 r0, r1\n .word 1, 2');
    expect([...result.lines]).toEqual([1, 3, 4, 4]);
    expect([...result.columns]).toEqual([1, 4, 8, 11]);
    expect(result.labels.get('x')).toEqual({ line: 3, column: 1, endColumn: 2, index: 1 });
  });

  it('bounds the words and the problems', () => {
    const many = assemble(`.word ${'0,'.repeat(MAX_WORDS / 16)}0\n`.repeat(17));
    expect(many.words).toHaveLength(MAX_WORDS);
    expect(many.problems).toMatchObject([{ line: 16, rule: `a shader has at most ${MAX_WORDS} words` }]);
    expect(assemble('?\n'.repeat(1000)).problems).toHaveLength(501);
    expect(assemble(`NOP${'.x'.repeat(100_000)}`).problems[0]?.rule).toContain('a line has at most');
  });
});

/** A word of `row` with random fields, all of them meaningful. */
function arbitraryWord(row: Row): fc.Arbitrary<Word> {
  const named = (kind: keyof typeof ENUM_SPECS): fc.Arbitrary<number> =>
    fc.constantFrom(...ENUM_SPECS[kind].names.flatMap((n, i) => (n === undefined ? [] : [i])));
  const fields: fc.Arbitrary<[number, number, number]>[] = [];
  const add = (lsb: number, width: number, value: fc.Arbitrary<number>) =>
    fields.push(value.map((v): [number, number, number] => [lsb, width, v]));
  const flags = (lsb: number) => {
    if (lsb >= 0) add(lsb, 1, fc.nat(1));
  };
  for (const s of row.sources) {
    // Entry 21 of the constants repeats entry 0; special values depend on the page.
    add(
      s.lsb,
      8,
      fc.nat(0xdf).filter((b) => b !== 0xd5),
    );
    flags(s.neg);
    flags(s.abs);
    flags(s.not);
    if (s.select !== undefined) add(s.select.lsb, s.select.width, named(s.select.kind));
  }
  for (const s of row.staging) {
    add(s.lsb, 6, fc.nat(63 - 8));
    add(s.countLsb, 3, fc.integer({ min: 1 - s.bias, max: 7 }));
    if (s.flags !== undefined) add(46, 2, fc.constant(s.flags));
  }
  for (const m of row.modifiers) {
    add(m.lsb, m.width, m.kind === undefined ? fc.nat(1) : named(m.kind));
  }
  for (const i of row.immediates) add(i.lsb, i.width, fc.nat(2 ** i.width - 1));
  if (row.destination) {
    add(40, 6, fc.nat(63));
    add(46, 2, fc.integer({ min: 1, max: 3 }));
  }
  if (row.placeholder) add(46, 2, fc.constant(3));
  add(59, 4, fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15));
  return fc.tuple(fc.nat(3), ...fields).map(([page, ...values]) => {
    const word = new Word();
    word.lo = row.valueLo;
    word.hi = row.valueHi;
    for (const [lsb, width, value] of values) word.put(lsb, width, value);
    const uniform = row.sources.some((s) => (field(word.lo, word.hi, s.lsb, 8) & 0xc0) === 0x80);
    word.put(57, 2, uniform ? page : 0);
    return word;
  });
}

const joined = (lo: number, hi: number): bigint => (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

describe('Valhall round trips', () => {
  it('gives back every meaningful word of every instruction, as an instruction', () => {
    for (const row of ROWS) {
      const check = (word: Word) => {
        const { text, why } = disassembleWord(word.lo, word.hi);
        expect(why, text).toBeUndefined();
        const result = assemble(text);
        expect(result.problems, text).toEqual([]);
        expect(result.words[0], text).toBe(joined(word.lo, word.hi));
      };
      fc.assert(fc.property(arbitraryWord(row), check), { seed: 249, numRuns: 60 });
    }
  });

  it('gives back any word at all', () => {
    const words = fc.tuple(fc.nat(ROWS.length - 1), fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 64n) - 1n));
    const check = ([id, noise, mask]: [number, bigint, bigint]) => {
      const row = ROWS[id];
      if (row === undefined) return;
      const good = joined(row.valueLo, row.valueHi) | 0xc000_0000_0000n;
      const list = BigUint64Array.of(noise, good ^ (noise & mask), good ^ (1n << (noise % 64n)));
      const result = assemble(disassemble(list).join('\n'));
      expect(result.problems).toEqual([]);
      expect(result.words).toEqual(list);
    };
    fc.assert(fc.property(words, check), { seed: 64, numRuns: 4000 });
  });

  it('names no reserved bits', () => {
    for (const row of ROWS) {
      fc.assert(
        fc.property(arbitraryWord(row), (w) => {
          expect(reserved(row, w.lo, w.hi)).toEqual({ lo: 0, hi: 0 });
        }),
        { seed: 1, numRuns: 3 },
      );
    }
  });

  it('never throws, whatever the text', () => {
    const bits = fc.constantFrom(
      'NOP',
      'LOAD.i32',
      '.slot0',
      '@r0',
      ':',
      'r1',
      ',',
      '.',
      '^',
      'u3',
      '0x',
      '#',
      ' ',
      '\n',
      'offset:',
      '-1',
      '.b0',
      'BRANCHZ',
      'x:',
      '.word',
      '//',
      ';',
      '00 01 02 03 04 05 06 07 ',
      '@',
      'lane_id',
      '.w1',
      '\u0000',
      'é',
      '💥',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(bits, { maxLength: 20 }).map((b) => b.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { words, lines, problems } = assemble(text);
        expect(lines).toHaveLength(words.length);
        for (const p of problems) {
          expect(p.column).toBeGreaterThan(0);
          expect(p.endColumn).toBeGreaterThan(p.column);
          expect(p.rule.length * p.remedy.length).toBeGreaterThan(0);
        }
      }),
      { seed: 7, numRuns: 3000 },
    );
  });
});
