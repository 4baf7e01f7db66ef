import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import examples from '../../../spec/cs/fixtures/examples.json' with { type: 'json' };
import { run } from './cs.ts';

const dir = mkdtempSync(join(tmpdir(), 'tyr-cs-'));
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, data: string | Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, data);
  return path;
}

async function tyr(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(args, { out: (t) => void (out += t), err: (t) => void (err += t) });
  return { code, out, err };
}

/** The detail of the BadInput that `args` end with. */
async function refused(...args: string[]): Promise<BadInput['detail']> {
  const error = await tyr(...args).catch((e: unknown) => e);
  if (!(error instanceof BadInput)) throw new Error(`not refused: ${String(error)}`);
  expect(error.exitCode).toBe(3);
  return error.detail;
}

describe('tyr cs', () => {
  it.each(examples)('assembles and disassembles $name', async ({ arch, text, words }) => {
    const source = file('a.cs', text.join('\n'));
    const json = JSON.parse((await tyr('asm', source, '--arch', String(arch), '--json')).out);
    expect(json).toEqual({ arch, words, problems: [] });
    const binary = join(dir, 'a.bin');
    expect(await tyr('asm', source, `--arch=${arch}`, '-o', binary)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(binary).length).toBe(words.length * 8);
    expect(JSON.parse((await tyr('dis', binary, `--arch=${arch}`, '--json')).out)).toEqual({
      arch,
      text,
      problems: [],
    });
  });

  it('prints words that dis reads, and text that asm reads', async () => {
    const words = (await tyr('asm', file('b.cs', 'NOP\nWAIT #0x1\n.word 0xff'))).out;
    expect(words).toBe('0x0000000000000000\n0x0300000000010000\n0x00000000000000ff\n');
    expect((await tyr('dis', file('b.txt', words))).out).toBe('NOP\nWAIT #0x1\nNOP #0xff\n');
    const odd = await tyr('dis', file('c.txt', '0xff00000000000000'));
    expect(odd.out).toBe('.word 0xff00000000000000 // architecture 10 has no such opcode\n');
    expect(odd.err).toContain('c.txt+0x0: error: architecture 10 has no such opcode');
  });

  it('includes files beside the one that includes them', async () => {
    mkdirSync(join(dir, 'lib', 'deep'), { recursive: true });
    file('lib/consts.cs', '.include "deep/more.cs"\n.const A = B + 1');
    file('lib/deep/more.cs', '.const B = 41');
    expect((await tyr('asm', file('inc.cs', '.include "lib/consts.cs"\nMOVE32 r1, #A'))).out).toBe(
      '0x020100000000002a\n',
    );
    file('lib/deep/more.cs', '.include "../consts.cs"');
    expect((await refused('asm', join(dir, 'inc.cs'))).rule).toContain('circle');
    expect((await refused('asm', file('inc2.cs', '.include "lib"'))).rule).toContain('there is no text');
  });

  it('checks a text as an editor does, with fixes, and lays it out', async () => {
    const path = file('check.cs', 'MVOE32 r1,#2\nMOVE48 d3, #0');
    const { code, out } = await tyr('check', path, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out).problems).toMatchObject([
      { line: 1, fix: { title: 'Write MOVE32', edits: [{ line: 1, column: 1, endColumn: 7, text: 'MOVE32' }] } },
      { line: 2, fix: { title: 'Write d2' } },
    ]);
    expect((await tyr('check', path)).out).toContain('check.cs:1:1: error: MVOE32 is not an instruction');
    expect(await tyr('check', file('ok.cs', 'NOP'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('no problems'),
    });
    expect((await tyr('fmt', file('f.cs', 'x:move32   r1,#2'))).out).toBe('x: MOVE32 r1, #2');
    const self = file('g.cs', 'nop');
    expect((await tyr('fmt', self, '-o', self)).out).toBe('');
    expect(readFileSync(self, 'utf8')).toBe('NOP');
  });

  it('passes on what lint says', async () => {
    const path = file('d.cs', 'MOVE48 d3, #0');
    const { code, err, out } = await tyr('asm', path, '--json');
    expect(code).toBe(0);
    expect(err).toBe(`${path}:1:1: error: d3 is not a register pair: pairs begin at an even register; use d2 or d4\n`);
    expect(JSON.parse(out)).toMatchObject({
      words: ['0x0103000000000000'],
      problems: [{ line: 1, severity: 'error' }],
    });
  });

  it('refuses bad input with place, rule and remedy', async () => {
    const text = file('e.cs', 'NOP\nMOVE32 r1, 5\nFOO');
    expect(await refused('asm', text)).toMatchObject({
      file: text,
      line: 2,
      column: 12,
      rule: 'immediate is an immediate',
    });
    const cut = file('f.bin', new Uint8Array(13));
    expect(await refused('dis', cut)).toMatchObject({
      file: cut,
      offset: 8,
      rule: 'the size, 13 bytes, is not a multiple of 8',
    });
    const hex = file('g.txt', '0x1\n0x2, 0x12345678123456789');
    expect(await refused('dis', hex)).toMatchObject({ file: hex, line: 2, column: 6 });
    expect(await refused('asm', join(dir, 'missing'))).toMatchObject({ file: join(dir, 'missing') });
  });

  it('refuses wrong words', async () => {
    const path = file('h.cs', 'NOP');
    await expect(tyr()).rejects.toThrow(UsageError);
    await expect(tyr('asm')).rejects.toThrow(UsageError);
    await expect(tyr('link', path)).rejects.toThrow(UsageError);
    await expect(tyr('asm', path, '--arch', '9')).rejects.toThrow('must be one of 10, 11, 12, 13');
    await expect(tyr('asm', path, '-o', join(dir, 'no', 'such'))).rejects.toThrow(UsageError);
  });
});
