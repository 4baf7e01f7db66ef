import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import examples from './fixtures/examples.json' with { type: 'json' };
import type { Arch } from './isa.ts';
import { ARCHS, rowsOf } from './isa.ts';
import {
  completions,
  definition,
  diagnostics,
  diagram,
  fixOf,
  foldingRanges,
  format,
  hover,
  layout,
  lineTokens,
  references,
  rename,
  signatureHelp,
  tokens,
} from './language.ts';

const LOOP = [
  '// fills words',
  '// with zero',
  '.const COUNT = 16',
  'start:',
  '  MOVE32 r67, #COUNT',
  'loop:',
  '  STORE_MULTIPLE [d64], r66 ; one word',
  '  ADD_IMM32 r67, r67, #-1',
  '  BRANCH.gt r67, loop',
  '  WAIT #0x1',
].join('\n');

describe('tokens', () => {
  it('say the role of everything', () => {
    const roles = tokens(LOOP).map((line) => line.map((t) => t.role).join(' '));
    expect(roles[0]).toBe('comment');
    expect(roles[2]).toBe('directive constant operator number');
    expect(roles[3]).toBe('label operator');
    expect(roles[6]).toBe('mnemonic operator register operator operator register comment');
    expect(roles[8]).toBe('mnemonic modifier register operator symbol');
    expect(tokens('NOP .x r1 .y $')[0]?.map((t) => t.role)).toEqual([
      'mnemonic',
      'modifier',
      'register',
      'invalid',
      'invalid',
    ]);
  });
});

describe('completion', () => {
  const at = (text: string, arch: 10 | 11 | 12 | 13 = 10) => {
    const lines = text.split('\n');
    return completions(text, lines.length, (lines.at(-1)?.length ?? 0) + 1, arch);
  };
  const texts = (text: string, arch: 10 | 11 | 12 | 13 = 10) => at(text, arch).map((c) => c.text);

  it('offers the instructions of the architecture, with their form', () => {
    expect(texts('')).toContain('RUN_IDVS');
    expect(texts('lab: RU', 12)).not.toContain('RUN_IDVS');
    expect(texts('', 11)).toContain('BIT_SET32');
    const call = at('  CA').find((c) => c.text === 'CALL');
    expect(call).toMatchObject({ kind: 'instruction', column: 3, detail: 'CALL d:address, r:length' });
  });

  it('offers modifiers not given yet, directives, registers, names', () => {
    expect(texts('SYNC_ADD64.')).toEqual([]);
    expect(texts('SYNC_ADD64.s')).toEqual(['.system', '.csg', '.propagate']);
    expect(texts('SYNC_ADD64.csg.p')).toEqual(['.propagate']);
    expect(texts('.c')).toEqual(['.const', '.include', '.word']);
    expect(texts('MOVE48 ')).toHaveLength(48);
    expect(texts('MOVE48 d')[1]).toBe('d2');
    expect(texts('LOAD_MULTIPLE r0, [')[1]).toBe('d2');
    expect(texts(`${LOOP}\nBRANCH.le r1, `)).toEqual(['start', 'loop', 'COUNT']);
    expect(texts('NOP // d')).toEqual([]);
    expect(texts('NOPE r')).toEqual([]);
    expect(texts('WAIT #1, ')).toEqual([]);
  });

  it('tells the operand at hand', () => {
    expect(signatureHelp('CALL d92, ', 1, 11, 10)).toMatchObject({ operands: ['d:address', 'r:length'], active: 1 });
    expect(signatureHelp('// x', 1, 3, 10)).toBeUndefined();
  });
});

describe('hover', () => {
  it('shows an instruction with its word', () => {
    const info = hover(LOOP, 7, 5, 10);
    expect(info?.title).toBe('STORE_MULTIPLE [dAddress + offset], rA:rB:rC');
    expect(info?.range).toEqual({ line: 7, column: 3, endColumn: 17 });
    expect(info?.lines).toContain('0x1542400000010000');
    expect(diagram(info?.layout ?? [])).toBe(
      '63:56 opcode = 0x15\n55:48 base_register = 0x42\n47:40 address = 0x40\n39:32 reserved\n31:16 mask = 0x1\n 15:0 offset = 0x0',
    );
    const pseudo = hover('MOVE_REG32 r1, r2', 1, 1, 11);
    expect(pseudo?.lines[0]).toBe('Copy a register: short for LOGIC_OP32');
  });

  it('shows registers, names, and nothing where there is nothing', () => {
    expect(hover('MOVE32 r37, #1', 1, 9, 10)?.lines).toEqual([
      '32-bit register',
      'COMPUTE: JOB_SIZE_X',
      'IDVS: INSTANCE_OFFSET',
    ]);
    expect(hover('CALL d92, r94', 1, 7, 10)?.lines.at(-1)).toBe('the kernel changes it around every job');
    expect(hover('MOVE32 r99, #1', 1, 9, 10)?.lines).toEqual(['the queue has r0 to r95 only']);
    expect(hover(LOOP, 5, 17, 10)).toMatchObject({ title: '.const COUNT', lines: ['16 = 0x10', 'defined in line 3'] });
    expect(hover(LOOP, 9, 19, 10)?.lines[0]).toBe('word 1, byte 0x8');
    expect(hover(LOOP, 1, 4, 10)).toBeUndefined();
    expect(hover(LOOP, 99, 1, 10)).toBeUndefined();
    expect(hover('NOPE', 1, 1, 10)).toBeUndefined();
  });

  it('lays out all 64 bits of every instruction', () => {
    for (const arch of ARCHS) {
      for (const row of rowsOf(arch)) {
        const bits = layout(row);
        expect(
          bits.reduce((sum, b) => sum + b.msb - b.lsb + 1, 0),
          row.name,
        ).toBe(64);
        for (const [i, b] of bits.entries()) expect(b.msb, row.name).toBe(i === 0 ? 63 : (bits[i - 1]?.lsb ?? 0) - 1);
      }
    }
  });
});

describe('symbols', () => {
  it('finds, refers, renames', () => {
    const loop = { line: 6, column: 1, endColumn: 5 };
    const use = { line: 9, column: 18, endColumn: 22 };
    expect(definition(LOOP, 9, 20)).toEqual(loop);
    expect(references(LOOP, 6, 1)).toEqual([loop, use]);
    expect(rename(LOOP, 9, 18, 'again')).toEqual({ edits: [loop, use].map((r) => ({ ...r, text: 'again' })) });
    expect(rename(LOOP, 9, 18, 'start')).toEqual({ refusal: 'start is in use already' });
    expect(rename(LOOP, 9, 18, 'r5')).toEqual({ refusal: 'r5 is a register' });
    expect(rename(LOOP, 9, 18, '5x')).toMatchObject({ refusal: expect.stringContaining('letters') });
    expect(rename('BRANCH.le r1, gone', 1, 16, 'x')).toEqual({ refusal: 'gone is not defined in this text' });
    expect(rename(LOOP, 8, 14, 'x')).toMatchObject({ refusal: expect.stringContaining('no label') });
    expect(definition(LOOP, 1, 1)).toBeUndefined();
  });

  it('folds comments and labels', () => {
    expect(foldingRanges(LOOP)).toEqual([
      { startLine: 1, endLine: 2, kind: 'comment' },
      { startLine: 4, endLine: 5, kind: 'region' },
      { startLine: 6, endLine: 10, kind: 'region' },
    ]);
  });
});

describe('diagnostics', () => {
  it('join assembler and lint, lint only as far as it can know', () => {
    expect(diagnostics(LOOP, 10)).toEqual([]);
    expect(
      diagnostics('LOAD_MULTIPLE r4, [d66]\nMOVE32 r5\nADD_IMM32 r6, r4, #0\nMOVE48 d3, #0', 10).map((p) => p.line),
    ).toEqual([2, 4]);
    expect(diagnostics('LOAD_MULTIPLE r4, [d66]\n  ADD_IMM32 r6, r4, #0', 10)).toMatchObject([
      { line: 2, column: 3, endColumn: 23 },
    ]);
  });
});

describe('format', () => {
  it('keeps canonical text', () => {
    expect(format(LOOP)).toBe(LOOP);
    for (const { text } of examples) expect(format(text.join('\n'))).toBe(text.join('\n'));
  });

  it('lays out the rest', () => {
    const rough =
      ' Load_Multiple   R0 : r1:r4 - r6 ,[ D66+ 8 ]// x  \nmove32 r1,# - 4*( A+~1 )\n.Const A=3\n.word 1,2\n   ; c\nbad $';
    expect(format(rough)).toBe(
      'LOAD_MULTIPLE r0:r1:r4-r6, [d66 + 8] // x\nMOVE32 r1, #-4 * (A + ~1)\n.const A = 3\n.word 1, 2\n  ; c\nbad $',
    );
    expect(format('a:b:  nop\nload_multiple r4{ 0x3 },[d2 - 4]')).toBe('a: b: NOP\n  LOAD_MULTIPLE r4{0x3}, [d2 - 4]');
  });

  it('changes neither words nor problems, and is done after once', () => {
    const piece = fc.constantFrom(
      'NOP',
      'MOVE32',
      'LOAD_MULTIPLE',
      'x',
      'x:',
      ':',
      '.le',
      '.word',
      '.const',
      'r1',
      'd2',
      '#',
      '4',
      '0x1F',
      '-',
      '+',
      '~',
      '<<',
      '*',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ',',
      '=',
      ' ',
      '  ',
      '\n',
      '// c',
      '$',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (parts) => {
        const text = parts.join('');
        const once = format(text);
        expect(format(once)).toBe(once);
        const a = assemble(text, { arch: 11 });
        const b = assemble(once, { arch: 11 });
        expect(b.words).toEqual(a.words);
        expect(b.problems.map((p) => `${p.line} ${p.rule.toLowerCase()}`)).toEqual(
          a.problems.map((p) => `${p.line} ${p.rule.toLowerCase()}`),
        );
      }),
      { seed: 31, numRuns: 3000 },
    );
  });
});

describe('all services', () => {
  it('stand any text and place', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'MOVE32 r1, #',
        'x:',
        '\n',
        '.',
        'SYNC_ADD64.',
        '[',
        '__proto__',
        'constructor:',
        '.include "a"',
        '"',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.nat(5),
        fc.nat(30),
        fc.constantFrom(...ARCHS),
        (parts, line, column, arch) => {
          const text = parts.join('');
          completions(text, line, column, arch);
          hover(text, line, column, arch);
          signatureHelp(text, line, column, arch);
          definition(text, line, column);
          references(text, line, column);
          rename(text, line, column, 'y');
          for (const f of foldingRanges(text)) expect(f.endLine).toBeGreaterThan(f.startLine);
          for (const problem of diagnostics(text, arch, { names: [], read: () => text })) {
            const fix = fixOf(text, problem);
            for (const e of fix?.edits ?? []) expect(e.line).toBeLessThanOrEqual(text.split(/\r\n|\n|\r/).length);
          }
        },
      ),
      { seed: 32, numRuns: 500 },
    );
  });
});

describe('fixes', () => {
  const mended = (text: string, arch: Arch = 10): string[] =>
    diagnostics(text, arch).flatMap((p) => {
      const fix = fixOf(text, p);
      if (fix === undefined) return [];
      const lines = text.split('\n');
      for (const e of fix.edits) {
        const line = lines[e.line - 1] ?? '';
        lines[e.line - 1] = line.slice(0, e.column - 1) + e.text + line.slice(e.endColumn - 1);
      }
      return [lines.join('\n')];
    });

  it.each([
    ['MVOE32 r1, #2', 'MOVE32 r1, #2'],
    ['SYNC_ADD64.sytem [d2], d4, #0, #0', 'SYNC_ADD64.system [d2], d4, #0, #0'],
    ['MOVE48 d3, #0', 'MOVE48 d2, #0'],
    [
      '  LOAD_MULTIPLE r4, [d66]\n  ADD_IMM32 r6, r4, #0',
      '  LOAD_MULTIPLE r4, [d66]\n  WAIT #0x1\n  ADD_IMM32 r6, r4, #0',
    ],
    [
      'LOAD_MULTIPLE r4, [d66]\nx: ADD_IMM32 r6, r4, #0',
      'LOAD_MULTIPLE r4, [d66]\nx: WAIT #0x1\n   ADD_IMM32 r6, r4, #0',
    ],
    ['SYNC_WAIT32.eq [d2], r4', 'SYNC_WAIT32.gt [d2], r4'],
  ])('mend %s', (text, expected) => {
    expect(mended(text)).toEqual([expected]);
    expect(diagnostics(expected, 10).filter((p) => p.severity !== 'info')).toEqual([]);
  });

  it('are none where the text has changed since', () => {
    const [problem] = diagnostics('MOVE48 d3, #0', 10);
    expect(problem?.fix).toBeDefined();
    expect(problem && fixOf('MOVE48 d2, #0', problem)).toBeUndefined();
    expect(problem && fixOf('', { ...problem, line: 9 })).toBeUndefined();
  });
});

describe('includes', () => {
  const texts: Readonly<Record<string, string>> = {
    'consts.cs': '.const WORD = 8\n.const TOP = 0x7f',
    'body.cs': '.include "consts.cs"\nagain: ADD_IMM32 r1, r1, #WORD',
    'loop-a.cs': '.include "loop-b.cs"',
    'loop-b.cs': 'NOP\n.include "loop-a.cs"',
    'bad.cs': 'NOP\nMOVE32 r1',
  };
  const sources = { names: Object.keys(texts), read: (name: string) => texts[name] };
  const build = (text: string) => assemble(text, { arch: 10, sources });

  it('put another text in the place of the line', () => {
    const plain = assemble('NOP\nagain: ADD_IMM32 r1, r1, #8\nBRANCH.gt r1, again\nMOVE32 r2, #127', { arch: 10 });
    const result = build('NOP\n.include "body.cs" // twice removed\nBRANCH.gt r1, again\nMOVE32 r2, #TOP');
    expect(result.problems).toEqual([]);
    expect(result.words).toEqual(plain.words);
    expect([...result.lines]).toEqual([1, 2, 3, 4]);
    expect([...result.origins]).toEqual([[1, 'body.cs:2']]);
    expect(result.labels.get('again')).toMatchObject({ file: 'body.cs', line: 2, index: 1 });
  });

  it.each([
    ['.include "loop-a.cs"', 'circle: loop-a.cs includes loop-b.cs includes loop-a.cs'],
    ['.include "gone.cs"', 'there is no text "gone.cs"'],
    ['.include gone.cs', '.include takes one name in quotes'],
    ['.include "consts.cs', '.include takes one name in quotes'],
    ['.include', '.include takes one name in quotes'],
    ['.include "bad.cs"', 'bad.cs:2: an operand is missing'],
    ['.include "consts.cs"\n.include "consts.cs"', 'is defined in line 1 of consts.cs already'],
  ])('%s is refused', (text, rule) => {
    const { problems } = build(text);
    expect(problems.map((p) => p.rule).join('\n')).toContain(rule);
    for (const p of problems) expect(p.line).toBeLessThanOrEqual(text.split('\n').length);
  });

  it('a text that includes itself is refused by the name it has', () => {
    expect(build('.include "self.cs"').problems[0]?.rule).toContain('no text');
    const self = { names: [], read: () => '.include "self.cs"' };
    expect(assemble('.include "self.cs"', { arch: 10, sources: self }).problems[0]?.rule).toContain('circle');
    let n = 0;
    const deep = { names: [], read: () => `.include "t${n++}.cs"` };
    expect(assemble('.include "x"', { arch: 10, sources: deep }).problems[0]?.rule).toContain('at most 16 deep');
    const wide = { names: [], read: (name: string) => (name.length > 9 ? '' : `.include "${name}x"\n`.repeat(40)) };
    expect(assemble('.include "x"', { arch: 10, sources: wide }).problems[0]?.rule).toContain('at most');
  });

  it('lint names the place in the included text', () => {
    expect(diagnostics('.include "x"', 10, { names: [], read: () => 'NOP\nMOVE48 d3, #0' })).toMatchObject([
      { line: 1, rule: 'x:2: d3 is not a register pair: pairs begin at an even register' },
    ]);
  });

  it('can be completed, hovered and gone to', () => {
    const at = (text: string) => completions(text, 1, text.length + 1, 10, sources).map((c) => c.text);
    expect(at('.include "')).toEqual(sources.names);
    expect(at('.include ')).toContain('"body.cs"');
    const text = '.include "body.cs"\nBRANCH.gt r1, again\nMOVE32 r2, #WORD';
    expect(hover(text, 3, 14, 10, sources)?.lines).toEqual(['8 = 0x8', 'defined in line 1 of consts.cs']);
    const options = { arch: 10, sources } as const;
    expect(definition(text, 2, 16, options)).toEqual({ line: 2, column: 1, endColumn: 6, file: 'body.cs' });
    expect(definition(text, 1, 12, options)).toMatchObject({ file: 'body.cs', line: 1 });
    expect(definition(text, 2, 16)).toBeUndefined();
    expect(lineTokens('.include "a//b" // c').map((t) => t.role)).toEqual(['directive', 'string', 'comment']);
    expect(format('.INCLUDE   "A.cs"  // x')).toBe('.include "A.cs" // x');
  });
});
