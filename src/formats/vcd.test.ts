/** Value change dumps: what is written, the order of time, names and codes, and GTKWave's opinion where installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { VcdWriter, type VcdSignal } from './vcd.ts';

function dump(signals: readonly VcdSignal[], fill: (w: VcdWriter) => void): string {
  let text = '';
  fill(new VcdWriter(signals, 'test', (t) => (text += t)));
  return text;
}

const SIGNALS: readonly VcdSignal[] = [
  { scope: 'irq', name: 'job', kind: 'wire', width: 1, initial: 0 },
  { scope: 'power', name: 'l2 ready', kind: 'wire', width: 32 },
  { scope: 'doorbells', name: 'bell_0', kind: 'event', width: 1 },
];

const fill = (w: VcdWriter): void => {
  w.change(0, 10, 1);
  w.change(1, 10, 0xffff_ffff);
  w.change(2, 12, 1);
  w.change(2, 14, 1);
  w.change(0, 14, 1);
  w.change(0, 20, 0);
  w.end(30);
};

function installed(tool: string): boolean {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('VCD', () => {
  it('declares signals by scope and writes changes by time', () => {
    expect(dump(SIGNALS, fill).split('\n')).toEqual([
      '$comment test $end',
      '$timescale 1 ns $end',
      '$scope module bench $end',
      '$scope module irq $end',
      '$var wire 1 ! job $end',
      '$upscope $end',
      '$scope module power $end',
      '$var wire 32 " l2_ready [31:0] $end',
      '$upscope $end',
      '$scope module doorbells $end',
      '$var event 1 # bell_0 $end',
      '$upscope $end',
      '$upscope $end',
      '$enddefinitions $end',
      '#0',
      '$dumpvars',
      '0!',
      'bx "',
      '$end',
      '#10',
      '1!',
      `b${'1'.repeat(32)} "`,
      '#12',
      '1#',
      '#14',
      '1#',
      '#20',
      '0!',
      '#30',
      '',
    ]);
  });

  it('refuses time that goes back', () => {
    expect(() =>
      dump(SIGNALS, (w) => {
        w.change(0, 10, 1);
        w.change(0, 9, 0);
      }),
    ).toThrow(/goes back/);
  });

  it('gives every signal a code of its own, of printable characters', () => {
    const many = Array.from({ length: 20_000 }, (_, i): VcdSignal => {
      return { scope: 's', name: `n${i}`, kind: 'wire', width: 1 };
    });
    const codes = [...dump(many, () => {}).matchAll(/^\$var wire 1 (\S+) n\d+ \$end$/gm)].map((m) => m[1]!);
    expect(new Set(codes).size).toBe(many.length);
    expect(codes.every((c) => /^[!-~]+$/.test(c))).toBe(true);
  });

  it.skipIf(!installed('vcd2fst'))('is read by GTKWave (skipped where vcd2fst is not installed)', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'tyr-vcd-'));
    try {
      const file = path.join(dir, 'a.vcd');
      writeFileSync(file, dump(SIGNALS, fill));
      execFileSync('vcd2fst', [file, path.join(dir, 'a.fst')], { stdio: 'pipe' });
      const back = execFileSync('fst2vcd', [path.join(dir, 'a.fst')], { encoding: 'latin1' });
      expect(back).toMatch(/\$var wire 1 \S+ job \$end/);
      const times = [...back.matchAll(/^#(\d+)/gm)].map((m) => Number(m[1]));
      expect(times).toEqual([0, 10, 12, 14, 20, 30]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
