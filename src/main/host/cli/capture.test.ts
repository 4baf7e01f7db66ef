import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { run } from './capture.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../../lab/fixtures/captures');
const work = mkdtempSync(path.join(tmpdir(), 'tyr-capture-test-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

async function capture(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const io = { out: (t: string) => void (out += t), err: (t: string) => void (err += t) };
  const session = path.join(work, `${args.length}-${Math.floor(performance.now())}.tyrsession`);
  return { code: await run([...args, '--session', session], io), out, err };
}

describe('tyr capture replay', () => {
  it('agrees with exit code 0 and the documented keys', async () => {
    const { code, out } = await capture('replay', path.join(FIXTURES, '02_ids'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      compare: 'exact',
      mismatches: [],
      fault: null,
      kernel: '02_ids',
    });
    expect(JSON.parse(out).virtualNs).toBeGreaterThan(0);
  });

  it('names what differs, with exit code 1', async () => {
    const directory = path.join(work, 'altered');
    cpSync(path.join(FIXTURES, '01_store_const'), directory, { recursive: true });
    const file = path.join(directory, 'expected.bin.gz');
    const bytes = Uint8Array.from(gunzipSync(readFileSync(file)));
    bytes[4 * 65536 + 0x100] = 0xff;
    writeFileSync(file, gzipSync(bytes));
    const { code, out, err } = await capture('replay', directory, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out).mismatches).toEqual([{ buffer: 'set1.binding0', offset: 0x100, got: 0, want: 0xff }]);
    expect(err).toMatch(/set1\.binding0 at offset 0x100: got 0x00000000, wanted 0x000000ff/);
  });

  it('refuses other words, and folders that hold no capture', async () => {
    await expect(capture('record', 'x')).rejects.toThrow(UsageError);
    await expect(capture('replay', work)).rejects.toThrow(BadInput);
  });
});
