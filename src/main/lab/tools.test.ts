/** What is made of sessions: trimmed, shrunk, compared, turned into tests, imported from a board's trace. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constantFrom, integer, sample, tuple } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { referenceImage } from '../engine/testing.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import { parseMmioCsv } from '../../formats/mmiotrace.ts';
import { HOST_WINDOW_SIZE } from '../../spec/registers/index.ts';
import { lineage } from '../session/lineage.ts';
import { runQuery } from '../session/query.ts';
import { openSession, verifySession, type SessionReader } from '../session/reader.ts';
import { diffSections, diffSessions } from '../session/diff.ts';
import { importMmio } from './import-mmio.ts';
import { FileRecorder, runInputs } from './journal-file.ts';
import { replaySession } from './replay.ts';
import { ddmin, shrinkSession, sqlCheck } from './shrink.ts';
import { writeScenario } from './to-test.ts';
import { trimSession } from './trim.ts';

let dir = '';
const at = (name: string): string => path.join(dir, name);
const open: SessionReader[] = [];
const session = (name: string): SessionReader => {
  const s = openSession(at(name));
  open.push(s);
  return s;
};
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-lab-'));
});
afterEach(() => {
  for (const s of open.splice(0)) s.close();
  rmSync(dir, { recursive: true, force: true });
});

const BARE: InputOf<'power-on'> = {
  kind: 'power-on',
  gpu: 'g610',
  bare: true,
  engine: 'interpreter',
  overrides: {},
  firmwareName: 'none',
};
const poke = (offset: number, value: number): Input => ({ kind: 'poke', offset, value, by: 'user' });
const read = (offset: number): Input => ({ kind: 'read', offset, by: 'script' });
const wait = (limitNs: number): Input => ({ kind: 'advance', limitNs, until: 'time' });

const MASK = 0x28;
const CLEAR = 0x24;
const COMMAND = 0x30;
const RAWSTAT = 0x20;
const SOFT_RESET = 0x101;

/** Resets the GPU by hand and looks at it. */
const RESET: readonly Input[] = [
  poke(MASK, 0x100),
  wait(1000),
  poke(COMMAND, SOFT_RESET),
  wait(2_000_000),
  read(RAWSTAT),
  poke(CLEAR, 0x100),
  read(RAWSTAT),
];

function record(name: string, inputs: readonly Input[], powerOn = BARE): SessionReader {
  const recorder = new FileRecorder(at(name));
  runInputs(powerOn, inputs, recorder);
  recorder.close();
  return session(name);
}

describe('trim', () => {
  it('gives a session of the range that replays and is sound', () => {
    const whole = record('whole', RESET);
    const fromNs = 500;
    const { inputsDropped } = trimSession(whole, at('part'), { fromNs, toNs: 1_000_000 });
    expect(inputsDropped).toBe(3);
    const part = session('part');
    expect(verifySession(part)).toEqual([]);
    expect(replaySession(part).identical).toBe(true);
    const columns = 'seq, time_ns, op, name, value';
    const rows = runQuery(part, `SELECT ${columns} FROM register_access ORDER BY seq`).rows;
    const wanted = `SELECT ${columns} FROM register_access WHERE time_ns >= ${fromNs} AND time_ns <= 1000000 ORDER BY seq`;
    expect(rows).toEqual(runQuery(whole, wanted).rows);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('of a session with a driver keeps the firmware it needs', { timeout: 60_000 }, () => {
    const whole = record('whole', [{ kind: 'module-load', module: 'tyr' }, wait(1_000_000)], {
      ...BARE,
      bare: false,
      firmware: referenceImage(),
      firmwareName: 'reference',
    });
    trimSession(whole, at('part'), { fromNs: 1_100_000, toNs: 1_500_000 });
    expect(replaySession(session('part')).identical).toBe(true);
  });

  it('leaves nothing when it is stopped or asked for the impossible', () => {
    const whole = record('whole', RESET);
    expect(() => trimSession(whole, at('part'), { fromNs: 2, toNs: 1 })).toThrow(/before its beginning/);
    expect(() => trimSession(whole, at('part'), { fromNs: 9e9, toNs: 9.5e9 })).toThrow(/ends at \d+ ns, before/);
    expect(() => trimSession(whole, at('part'), { fromNs: 0, toNs: 9e9, stopped: () => true })).toThrow(/stopped/);
    expect(() => readFileSync(at('part'))).toThrow(/ENOENT/);
  });
});

describe('shrink', () => {
  it('finds the fewest of many inputs that still fail', { timeout: 60_000 }, () => {
    const noise = sample(integer({ min: 0, max: 7 }), { seed: 5, numRuns: 24 }).map((n) => poke(MASK, n));
    const whole = record('whole', [...noise.slice(0, 12), ...RESET, ...noise.slice(12)]);
    const check = sqlCheck("SELECT count(*) FROM register_access WHERE name = 'GPU_INT_RAWSTAT' AND value & 256");
    const result = shrinkSession(whole, at('small'), { check });
    expect(result).toMatchObject({ before: 32, complete: true });
    expect(result.kinds).toEqual(['power-on', 'poke', 'advance', 'read']);
    expect(replaySession(session('small')).identical).toBe(true);
  });

  it('finds a handful among 5,000, with progress, and it fails the same way', { timeout: 300_000 }, () => {
    const parts = tuple(
      constantFrom(MASK, CLEAR, 0x2028, 0x1008),
      integer({ min: 0, max: 255 }),
      integer({ min: 0, max: 9 }),
    );
    const inputs = sample(parts, { seed: 5000, numRuns: 4996 }).map(([offset, n, kind]): Input => {
      return kind === 0 ? wait(n) : kind === 1 ? read(RAWSTAT) : poke(offset, n);
    });
    // What matters, far apart: a reset, more time than all else takes, and a read that sees what the reset left.
    inputs.splice(700, 0, poke(MASK, 0x100));
    inputs.splice(1900, 0, poke(COMMAND, SOFT_RESET));
    inputs.splice(3300, 0, wait(2_000_000));
    inputs.splice(4800, 0, read(RAWSTAT));
    const whole = record('whole', inputs);
    const check = sqlCheck(
      "SELECT count(*) FROM register_access WHERE name = 'GPU_INT_RAWSTAT' AND value & 256 AND time_ns > 2000000",
    );
    const seen: number[] = [];
    const result = shrinkSession(whole, at('small'), { check, progress: ({ inputs: n }) => seen.push(n) });
    expect(result).toMatchObject({ before: 5001, complete: true });
    expect(result.kinds).toEqual(['power-on', 'poke', 'advance', 'read']);
    expect(seen).toHaveLength(result.tried);
    expect(check(at('small'))).toBe(true);
    const small = session('small');
    expect(runQuery(small, 'SELECT count(*) FROM input').rows).toEqual([[result.after]]);
    expect(replaySession(small).identical).toBe(true);
    // Stopped on the way, what was found so far is written and fails too.
    let tried = 0;
    const part = shrinkSession(whole, at('part'), { check, progress: () => tried++, stopped: () => tried > 5 });
    expect(part.complete).toBe(false);
    expect(check(at('part'))).toBe(true);
  });

  it('says when there is nothing to shrink', () => {
    const whole = record('whole', RESET);
    expect(() => shrinkSession(whole, at('small'), { check: () => false })).toThrow(/does not fail/);
  });

  it('reduces any list to what is needed', () => {
    for (const needed of [[], [3], [0, 99], [10, 11, 12], [1, 50, 97]]) {
      const all = Array.from({ length: 100 }, (_, i) => i);
      const { kept, complete } = ddmin(all, (items) => needed.every((n) => items.includes(n)));
      expect([kept, complete]).toEqual([needed, true]);
    }
  });
});

describe('diff', () => {
  it('says nothing of equal sessions, whatever the time', () => {
    const a = record('a', RESET);
    const b = record('b', [wait(777), ...RESET]);
    expect(diffSessions(a, a).identical).toBe(true);
    const { lanes } = diffSessions(a, b);
    expect(lanes.filter((l) => l.differing > 0).map((l) => l.lane)).toEqual(['inputs']);
  });

  it('finds where two sessions part, by meaning', () => {
    const a = record('a', RESET);
    const b = record('b', [...RESET.slice(0, 5), poke(CLEAR, 0), read(RAWSTAT)]);
    const diff = diffSessions(a, b);
    expect(diff.first).toMatchObject({ lane: 'inputs', n: 7 });
    const writes = diff.lanes.find((l) => l.lane === 'register writes of the host');
    expect(writes).toMatchObject({ countA: 3, countB: 3, differing: 1, first: { n: 3 } });
    expect(writes?.first?.a?.text).toBe('GPU_INT_CLEAR <- 0x00000100');
    expect(diffSections(diff, 'a', 'b')[1]?.rows).toHaveLength(diff.lanes.length);
  });
});

describe('the history of a session with travels in time', () => {
  it('is one line of time, without what was left', () => {
    const s = record('s', [
      poke(MASK, 1),
      wait(10_000),
      poke(MASK, 2),
      wait(10_000),
      { kind: 'travel', timeNs: 5000 },
      poke(MASK, 3),
    ]);
    const chain = lineage(s);
    expect(chain.map((c) => c.branch)).toEqual([0, 1]);
    const rows = chain.flatMap(
      (c) =>
        runQuery(
          s,
          `SELECT value FROM register_access WHERE seq > ${c.fromSeq} AND seq <= ${Math.min(c.toSeq, 1e9)} ORDER BY seq`,
        ).rows,
    );
    expect(rows).toEqual([[1], [3]]);
    expect(replaySession(s).identical).toBe(true);
  });

  it('keeps whole inputs where a debugger says how many, also of one instant', () => {
    const s = record('s', [
      poke(MASK, 1),
      poke(MASK, 2),
      poke(MASK, 3),
      { kind: 'travel', timeNs: 0, inputs: 2 },
      poke(MASK, 4),
      { kind: 'travel', timeNs: 0, inputs: 3 },
      poke(MASK, 5),
    ]);
    const rows = lineage(s).flatMap(
      (c) =>
        runQuery(
          s,
          `SELECT value FROM register_access WHERE seq > ${c.fromSeq} AND seq <= ${Math.min(c.toSeq, 1e9)} ORDER BY seq`,
        ).rows,
    );
    expect(rows).toEqual([[1], [2], [4], [5]]);
    expect(replaySession(s).identical).toBe(true);
  });
});

describe('to-test', () => {
  it('writes the inputs with what came of the reads', () => {
    const s = record('s', RESET);
    let text = '';
    writeScenario(s, (t) => (text += t));
    expect(text).toContain('{ bare: true }');
    expect(text.match(/await apply\(/g)).toHaveLength(RESET.length);
    const values = runQuery(s, "SELECT value FROM register_access WHERE op = 'read' ORDER BY seq").rows.flat();
    expect([...text.matchAll(/got === (\d+)/g)].map((m) => Number(m[1]))).toEqual(values);
  });
});

describe('a trace of a board', () => {
  const csv = (rows: string): ReturnType<typeof parseMmioCsv> =>
    parseMmioCsv(`op,offset,value,time_ns\n${rows}`, HOST_WINDOW_SIZE);
  const options = { overrides: {}, ignore: [] };

  it('that the emulator follows is carried out whole, polls and all', () => {
    const trace = csv('R,0,0xa8670005,0\nW,0x30,0x101,1000\nR,0x20,0,2000\nR,0x20,0,3000\nR,0x20,0x100,4000\n');
    expect(importMmio(trace, at('s'), options)).toEqual({
      writes: 1,
      compared: 2,
      skipped: 2,
      firstDifference: undefined,
    });
    expect(replaySession(session('s')).identical).toBe(true);
  });

  it('stops at the first read that differs and names the fields', () => {
    const result = importMmio(csv('W,0x28,0x100,0\nR,0,0xa8670006,1\nR,0,7,2\n'), at('s'), options);
    expect(result).toMatchObject({ writes: 1, skipped: 1, compared: 1, firstDifference: { line: 4, got: 0xa8670005 } });
    const other = importMmio(csv('R,0x28,0x100,0\nR,0,5,1\n'), at('t'), options);
    expect(other.firstDifference).toMatchObject({ line: 2, name: 'GPU_INT_MASK', expected: 0x100, got: 0 });
    expect(other.firstDifference?.fields.map((f) => f.name)).toHaveLength(1);
  });
});
