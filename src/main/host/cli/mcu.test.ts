import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { run } from './mcu.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-mcu-'));
afterAll(() => rmSync(dir, { recursive: true }));
const fixture = new URL('../../../emulator/mcu/fixtures/int-sample.jsonl', import.meta.url);
const sample = readFileSync(fixture, 'utf8');

function file(name: string, content: string | Uint8Array): string {
  const to = path.join(dir, name);
  writeFileSync(to, content);
  return to;
}

/** Runs with --json; the code and the document. */
async function json(...args: string[]): Promise<{ code: number; value: Record<string, unknown> }> {
  let text = '';
  const code = await run([...args, '--json'], { out: (t) => void (text += t), err: () => undefined });
  return { code, value: JSON.parse(text) as Record<string, unknown> };
}

/** Vector table and a program at 0x40 in halfwords. */
function image(...code: number[]): Uint8Array {
  const words = new Uint16Array(0x20 + code.length);
  words.set([0x8000, 0x2000, 0x41, 0]);
  words.set(code, 0x20);
  return new Uint8Array(words.buffer);
}

describe('mcu vectors', () => {
  it('passes the sample, plain and packed, and counts by group', async () => {
    const { code, value } = await json('vectors', file('a.jsonl', sample), file('b.jsonl.gz', gzipSync(sample)));
    expect(code).toBe(0);
    expect(value).toMatchObject({ passed: 744, failed: 0, skipped: 0, failures: [] });
    expect(value['byGroup']).toMatchObject({ simd: { passed: 24, failed: 0, skipped: 0 } });
  });

  it('exits 1 for a corrupted expectation and says what differs', async () => {
    const [first, ...rest] = sample.trim().split('\n');
    const wrong = first!.replace(/"pc":(\d+)/, (_, pc: string) => `"pc":${Number(pc) + 2}`);
    const { code, value } = await json('vectors', file('c.jsonl', [wrong, ...rest].join('\n')));
    expect(code).toBe(1);
    expect(value).toMatchObject({ failed: 1, passed: 371 });
    expect(JSON.stringify(value['failures'])).toContain('pc is 0x10002, expected 0x10004');
  });

  it('refuses what is no file of vectors', async () => {
    await expect(json('vectors', file('d.jsonl', '{"a":1}\n'))).rejects.toThrow(BadInput);
    await expect(json('vectors', file('e.jsonl', ''))).rejects.toThrow('no vectors');
    await expect(json('vectors', file('f.jsonl.gz', 'not packed'))).rejects.toThrow(BadInput);
    await expect(json('vectors', path.join(dir, 'none'))).rejects.toThrow(BadInput);
    await expect(json('vectors')).rejects.toThrow(UsageError);
    await expect(json('vectors', 'x', '--engine', 'magic')).rejects.toThrow(UsageError);
  });
});

describe('mcu run', () => {
  it('runs a program to its exit', async () => {
    // movs r0, #0x18; ldr r1, =0x20026; bkpt 0xab; literal
    const program = image(0x2018, 0x4901, 0xbeab, 0xe7fe, 0x0026, 0x0002);
    const { code, value } = await json('run', file('exit.bin', program));
    expect(code).toBe(0);
    expect(value).toMatchObject({ instructions: 3, exit: 0, stdout: '', end: 'exit' });
    expect(value['mips']).toBeGreaterThan(0);
  });

  it('ends with 5 at a limit of virtual time, which is exact', async () => {
    const { code, value } = await json('run', file('loop.bin', image(0xe7fe)), '--limit-ms', '1');
    expect(code).toBe(5);
    expect(value).toMatchObject({ instructions: 25_000, end: 'limit-ms', virtualNs: 1_000_000 });
  });

  it('reports lockup, and refuses images that do not fit', async () => {
    const { code, value } = await json('run', file('udf.bin', image(0xde00)));
    expect(code).toBe(1);
    expect(value).toMatchObject({ end: 'lockup' });
    await expect(json('run', file('big.bin', new Uint8Array(5 << 20)))).rejects.toThrow('outside the memory');
  });
});

it('mcu dis lists a plain file from its base', async () => {
  const code = Uint8Array.from([0x01, 0x20, 0x00, 0xf0, 0x02, 0xf8, 0x70, 0x47]);
  const { value } = await json('dis', file('code.bin', code), '--base', '0x100');
  expect(value).toEqual({ text: ['movs r0, #1', 'bl 0x10a', 'bx lr'], addresses: ['0x100', '0x102', '0x106'] });
});
