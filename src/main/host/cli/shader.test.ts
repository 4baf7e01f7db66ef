import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { run } from './shader.ts';

const FIXTURES = fileURLToPath(new URL('../../../spec/valhall/fixtures/', import.meta.url));
const names = readdirSync(FIXTURES).flatMap((n) => (n.endsWith('.bin') ? [n.slice(0, -4)] : []));

const dir = mkdtempSync(join(tmpdir(), 'tyr-shader-'));
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

describe('tyr shader', () => {
  it.each(names)('disassembles and assembles %s', async (name) => {
    const binary = join(FIXTURES, `${name}.bin`);
    const listing = join(FIXTURES, `${name}.dis`);
    const text = readFileSync(listing, 'utf8');
    expect(await tyr('dis', binary)).toEqual({ code: 0, out: text, err: '' });
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse((await tyr('dis', binary, '--json')).out)).toEqual({
      text: lines.map((l) => l.slice(27)),
      problems: [],
    });
    const out = join(dir, 'a.bin');
    expect(await tyr('asm', listing, '-o', out)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(out)).toEqual(readFileSync(binary));
    const words = lines.map((l) => `0x${l.slice(0, 23).split(' ').toReversed().join('')}`);
    expect(JSON.parse((await tyr('asm', listing, '--json')).out)).toEqual({ words, problems: [] });
  });

  it('prints words that dis reads, and text that asm reads', async () => {
    const words = (await tyr('asm', file('b.asm', 'NOP\n.word 0x01ffc00000000000\nNOP.end'))).out;
    expect(words).toBe('0x0000c00000000000\n0x01ffc00000000000\n0x7800c00000000000\n');
    const listing = (await tyr('dis', file('b.txt', words))).out;
    expect(listing).toBe(
      '00 00 00 00 00 c0 00 00    NOP\n' +
        '00 00 00 00 00 c0 ff 01    .word 0x01ffc00000000000 // there is no such opcode\n' +
        '00 00 00 00 00 c0 00 78    NOP.end\n',
    );
    expect((await tyr('asm', file('b2.asm', listing))).out).toBe(words);
  });

  it('passes on what lint says', async () => {
    const path = file('d.asm', 'MOV.i32.end r20, 0x0');
    expect((await tyr('asm', path)).err).toBe('');
    const { code, err, out } = await tyr('asm', path, '--json', '--registers', '32');
    expect(code).toBe(0);
    expect(err).toBe(
      `${path}:1:1: error: r20 does not exist with 32 registers; use r0 to r15 and r48 to r63, or allocate 64\n`,
    );
    expect(JSON.parse(out)).toMatchObject({ words: ['0x7891d400000000c0'], problems: [{ line: 1 }] });
  });

  it('refuses bad input with place, rule and remedy', async () => {
    const text = file('e.asm', 'NOP\nMOV.i32 r1, r99\nFOO');
    expect(await refused('asm', text)).toMatchObject({
      file: text,
      line: 2,
      column: 13,
      rule: 'r99 is not a register',
    });
    const cut = file('f.bin', new Uint8Array(13));
    expect(await refused('dis', cut)).toMatchObject({ file: cut, offset: 8 });
    const hex = file('g.txt', '0x1\n0x2, 0x12345678123456789');
    expect(await refused('dis', hex)).toMatchObject({ file: hex, line: 2, column: 6 });
    expect(await refused('asm', join(dir, 'missing'))).toMatchObject({ file: join(dir, 'missing') });
  });

  it('refuses wrong words', async () => {
    const path = file('h.asm', 'NOP.end');
    await expect(tyr()).rejects.toThrow(UsageError);
    await expect(tyr('asm')).rejects.toThrow(UsageError);
    await expect(tyr('link', path)).rejects.toThrow(UsageError);
    await expect(tyr('asm', path, '--registers', '48')).rejects.toThrow('a lane has 32 or 64');
    await expect(tyr('asm', path, '-o', join(dir, 'no', 'such'))).rejects.toThrow(UsageError);
  });
});
