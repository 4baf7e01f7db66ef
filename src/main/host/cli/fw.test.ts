import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { fileOffset } from '../../engine/testing.ts';
import { run } from './fw.ts';

const REFERENCE = path.resolve(import.meta.dirname, '../../../../resources/firmware/reference.bin');
const work = mkdtempSync(path.join(tmpdir(), 'tyr-fw-test-'));

function damaged(name: string, edit: (v: DataView) => void): string {
  const bytes = Uint8Array.from(readFileSync(REFERENCE));
  edit(new DataView(bytes.buffer));
  const file = path.join(work, name);
  writeFileSync(file, bytes);
  return file;
}

async function fw(...args: string[]) {
  let text = '';
  const code = await run(args, { out: (t) => (text += t), err: () => undefined });
  return { code, text, json: args.includes('--json') ? JSON.parse(text) : undefined };
}

describe('fw info', () => {
  it('has the documented keys', async () => {
    const { code, json } = await fw('info', REFERENCE, '--json');
    expect(code).toBe(0);
    expect(json.header).toMatchObject({ magic: 0xc3f1_3a6e, major: 0, minor: 2 });
    expect(json.entries[0]).toEqual({
      offset: 20,
      type: 0,
      typeName: 'IFACE',
      length: 32,
      optional: false,
      update: false,
    });
    expect(json.sections[3]).toMatchObject({ flags: 0xc000_0003, vaStart: '0x04000000', vaEnd: '0x04011000' });
    expect(json.sections[0].fileEnd).toBeGreaterThan(json.sections[0].fileStart);
    expect(json.config).toEqual([{ name: 'Log verbosity', address: '0x04010100', min: 0, max: 2 }]);
    expect(json.traceBuffers).toHaveLength(1);
    expect(json.buildInfo.gitSha).toMatch(/^[0-9a-f]{40}$/);
  });

  it('as text', async () => {
    const { text } = await fw('info', REFERENCE);
    expect(text).toContain('0x04000000..0x04011000  RD|WR|SHARED|ZERO');
  });

  it('refuses what is no image, and what is not there', async () => {
    const file = path.join(work, 'text');
    writeFileSync(file, 'this is certainly no firmware image');
    await expect(fw('info', file)).rejects.toMatchObject({ exitCode: 3, detail: { file, offset: 0 } });
    await expect(fw('info', path.join(work, 'missing'))).rejects.toBeInstanceOf(BadInput);
  });
});

describe('files that are cut', () => {
  it.each([0, 10, 19, 20, 100, 500, 5000])('at %d bytes are bad inputs for info and diff', async (length) => {
    const file = path.join(work, `cut-${length}.bin`);
    writeFileSync(file, readFileSync(REFERENCE).subarray(0, length));
    await expect(fw('info', file)).rejects.toMatchObject({ exitCode: 3, detail: { file } });
    await expect(fw('diff', REFERENCE, file)).rejects.toMatchObject({ exitCode: 3 });
  });
});

describe('fw check', () => {
  it('is true for the reference', async () => {
    expect(await fw('check', REFERENCE, '--json')).toMatchObject({ code: 0, json: { problems: [] } });
  });

  it('says which rule is broken where', async () => {
    const file = damaged('flags.bin', (v) => v.setUint32(24, 0x40, true));
    const { code, json } = await fw('check', file, '--json');
    expect(code).toBe(1);
    expect(json.problems[0]).toMatchObject({ offset: 24, rule: expect.stringContaining('known flags') });
    expect((await fw('check', file)).text).toContain('offset 0x18');
  });
});

describe('fw diff', () => {
  it('compares by meaning', async () => {
    expect(await fw('diff', REFERENCE, REFERENCE, '--json')).toMatchObject({ code: 0, json: { identical: true } });
    const other = damaged('other.bin', (v) => {
      v.setUint32(8, 1, true);
      v.setUint8(0xf8, v.getUint8(0xf8) ^ 0xff);
    });
    const { code, json } = await fw('diff', REFERENCE, other, '--json');
    expect(code).toBe(1);
    expect(json.differences.map((d: { what: string }) => d.what)).toEqual([
      'header versionHash',
      'section 0x00000000 contents',
    ]);
  });
});

describe('fw diff of our own images', () => {
  const symbols = readFileSync(REFERENCE.replace('.bin', '.symbols.json'), 'utf8');
  const { symbols: rows } = JSON.parse(symbols) as { symbols: { name: string; address: number }[] };
  const ping = rows.find((s) => s.name === 'global_requests')!;

  /** The reference with a byte of a function changed, and its symbols beside it. */
  function changed(name: string, beside: string): string {
    const code = fileOffset(ping.address);
    const file = damaged(name, (v) => v.setUint8(code, v.getUint8(code) ^ 1));
    writeFileSync(file.replace('.bin', '.symbols.json'), beside);
    return file;
  }

  it('names the functions that differ', async () => {
    const { json } = await fw('diff', REFERENCE, changed('fn.bin', symbols), '--json');
    const found = json.differences.filter((d: { what: string }) => d.what.startsWith('function '));
    expect(found).toMatchObject([{ what: 'function global_requests' }]);
  });

  it('does without symbols of another build', async () => {
    const other = symbols.replace(/"gitSha": "."/, '"gitSha": "x"').replace(/"gitSha": "\w{4}/, '"gitSha": "0000');
    const { json } = await fw('diff', REFERENCE, changed('fn2.bin', other), '--json');
    expect(json.differences.map((d: { what: string }) => d.what)).toEqual(['section 0x00000000 contents']);
  });
});

describe('usage', () => {
  it.each([
    [['nonsense']],
    [['constructor']],
    [['info']],
    [['info', 'a', 'b']],
    [['diff', 'a']],
    [['build', 'x']],
    [['info', 'a', '--surprise']],
    [['check', 'a', '-o', 'b']],
    [['build', 'a', '-o']],
  ])('%j is refused', async (args) => {
    await expect(fw(...args)).rejects.toBeInstanceOf(UsageError);
  });

  it('a file that is neither folder nor ELF cannot be built', async () => {
    await expect(fw('build', REFERENCE, '-o', path.join(work, 'out.bin'))).rejects.toBeInstanceOf(BadInput);
  });
});
