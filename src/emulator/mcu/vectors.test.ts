import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listing } from '../../spec/thumb/disassemble.ts';
import { NO_FPU, VectorRunner } from './vectors.ts';

const lines = (name: string): string[] =>
  readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((l) => l !== '');

const runner = new VectorRunner();
const translated = new VectorRunner('translator');
const samples = ['int-sample.jsonl', 'exc-sample.jsonl'].flatMap((name) => lines(name));
const groups = new Map<string, string[]>();
for (const line of samples) {
  const { g } = JSON.parse(line) as { g: string };
  groups.set(g, [...(groups.get(g) ?? []), line]);
}

describe('conformance vectors', () => {
  it.each([...groups])('%s', (_, group) => {
    for (const [k, line] of group.entries()) {
      for (const engine of [runner, translated]) {
        const { asm, differences } = engine.run(line, k);
        expect({ asm, differences }).toEqual({ asm, differences: [] });
      }
    }
  });

  it('sees every kind of wrong expectation', () => {
    const v = JSON.parse(samples[0]!) as { f: Record<string, unknown> };
    const wrong = (f: object): number =>
      runner.run(JSON.stringify({ ...v, f: { ...v.f, ...f } }), 1).differences.length;
    expect(wrong({})).toBe(0);
    expect(wrong({ r: { 6: 1 } })).toBe(1);
    expect(wrong({ pc: 0 })).toBe(1);
    expect(wrong({ x: 0x0100_0000 })).toBe(1);
    expect(wrong({ m: { '20010000': 'ff' } })).toBe(1);
    expect(wrong({ cfsr: 1 })).toBe(1);
  });

  it('skips floating point with a reason', () => {
    expect(runner.run(JSON.stringify({ ...JSON.parse(samples[0]!), s: [], fpscr: 0 }), 1).skipped).toBe(NO_FPU);
  });

  it.each(['', '{}', 'null', '[1]', '{"w":"zz","c":0,"e":0,"n":1,"x":0,"r":[],"f":{"pc":0,"x":0,"r":{}}}'])(
    'refuses %j with the line',
    (line) => expect(() => runner.run(line, 12)).toThrow(':12'),
  );
});

it('disassembles straight code as it was written', () => {
  const same = (text: string): string =>
    text
      .replaceAll(/0x[0-9a-f]+/g, (x) => String(Number(x)))
      .replaceAll(/\.[nw]\b/g, '')
      .replaceAll(/, (lsl )?#0\]/g, ']');
  let compared = 0;
  for (const line of samples) {
    const { a, w, c, g } = JSON.parse(line) as { a: string; w: string; c: number; g: string };
    if (!/^(dp_|shift32|bits|mul|dspmul|extend|sat|ldst_imm|ldst_wb|ldm|push)/.test(g)) continue;
    const text = listing(Uint8Array.from(Buffer.from(w, 'hex')), c).map((l) => l.text);
    expect(same(text.join(' ; '))).toBe(same(a));
    compared++;
  }
  expect(compared).toBeGreaterThan(100);
});
