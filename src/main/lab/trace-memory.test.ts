/** Writes to memory made again from a journal: who, when, from what to what, without a gap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../spec/cs/assemble.ts';
import { streamRun } from '../../protocol/stream-run.ts';
import { EngineControl } from '../engine/control.ts';
import { runStream } from '../engine/stream-run.ts';
import { referencePowerOn } from '../engine/testing.ts';
import { Timeline } from '../engine/timeline.ts';
import { openSession, type SessionReader } from '../session/reader.ts';
import { readCapture } from './capture-files.ts';
import type { CaptureHost } from './capture-process.ts';
import { replayCapture } from './capture-replay.ts';
import { FileRecorder } from './journal-file.ts';
import { traceSession } from './trace.ts';
import type { MemoryRange } from './trace-memory.ts';

const VA = 0x1000_0ff8;
/** Stores 0x1234, 0x1235, 0x1236 to four words that lie on two pages. */
const STREAM = `MOVE d68, #${VA}
MOVE32 r66, #3
MOVE32 r70, #0x1234
STORE_MULTIPLE [d68], r70-r73
WAIT #1
ADD_IMM32 r66, r66, #-1
ADD_IMM32 r70, r70, #1
BRANCH.gt r66, #-5`;

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-memory-'));
const POWER_ON = referencePowerOn('translator');
let session: SessionReader;
let physical = -1;

beforeAll(() => {
  const file = path.join(dir, 'stores');
  const recorder = new FileRecorder(file);
  const bench = new Timeline(POWER_ON, recorder, new EngineControl());
  bench.engine.recordInfo({});
  bench.apply({ kind: 'module-load', module: 'tyr' });
  const params = {
    words: new Uint8Array(assemble(STREAM, { arch: 10 }).words.buffer),
    name: 'stores',
    map: [{ va: VA - 0xff8, length: 8192 }],
    set32: [{ va: VA, value: 7 }],
  };
  const { board } = bench.engine;
  // The mapping ends with the program.
  board.machine.hooks.csf.breakpoint = () => {
    physical = Math.max(physical, board.physical('as', 1, VA));
    return false;
  };
  const { jobs } = runStream(bench, streamRun.parse(params));
  expect(jobs.map((j) => j.status)).toEqual(['done']);
  board.machine.hooks.csf.breakpoint = undefined;
  expect(physical).toBeGreaterThan(0);
  bench.apply({ kind: 'memory-write', space: 'physical', as: 0, address: physical, bytes: Uint8Array.of(1, 2, 3, 4) });
  recorder.close();
  session = openSession(file);
}, 60_000);
afterAll(() => {
  session.close();
  rmSync(dir, { recursive: true, force: true });
});

/** A capture whose one thread stores a word, run into a session. */
async function recordCapture(file: string): Promise<void> {
  const recorder = new FileRecorder(file);
  const bench = new Timeline(POWER_ON, recorder, new EngineControl());
  bench.engine.recordInfo({});
  bench.apply({ kind: 'module-load', module: 'tyr' });
  const host: CaptureHost = {
    apply: (input) => bench.apply(input),
    readUser: (client, address, length) => bench.readUser(client, address, length),
    now: () => bench.engine.now,
    faults: () => bench.engine.driver.faultCount,
  };
  const capture = fileURLToPath(new URL('fixtures/captures/01_store_const', import.meta.url));
  expect((await replayCapture(readCapture(capture), host)).ok).toBe(true);
  recorder.close();
}

interface Row {
  readonly timeNs: number;
  readonly writer: string;
  readonly where: string;
  readonly address: number;
  readonly old: number;
  readonly value: number;
}

function writes(range: MemoryRange, fromNs = 0, toNs = Number.MAX_SAFE_INTEGER, from = session): Row[] {
  let text = '';
  const rows = traceSession(from, (t) => (text += t), { what: 'memory', range, fromNs, toNs });
  const lines = text.trimEnd().split('\r\n').slice(1);
  expect(lines).toHaveLength(rows);
  return lines.map((line) => {
    const [timeNs, , writer = '', where = '', address, old, value] = line.split(',');
    return {
      timeNs: Number(timeNs),
      writer,
      where,
      address: Number(address),
      old: Number(old),
      value: Number(value),
    };
  });
}

describe('writes to memory', () => {
  it('of a stream are told with the instruction that stored, over pages', () => {
    const rows = writes({ space: 'as', as: 1, address: VA, length: 16 });
    const stores = rows.filter((r) => r.writer === 'stream 0');
    expect(stores.map(({ address, old, value }) => [address, old, value])).toEqual([
      [VA, 7, 0x1234],
      [VA, 0x1234, 0x1235],
      [VA, 0x1235, 0x1236],
    ]);
    expect(new Set(stores.map((r) => r.where)).size).toBe(1);
  });

  it('by processor, stream and hand are one chain, in the order of time', () => {
    const rows = writes({ space: 'physical', as: 0, address: physical, length: 4 });
    expect(rows.map((r) => r.writer)).toEqual(['cpu', 'stream 0', 'stream 0', 'stream 0', 'cpu']);
    expect(rows[0]?.where).toBe('user-write');
    expect(rows.at(-1)).toMatchObject({ where: 'memory-write', value: 0x0403_0201 });
    for (const [i, row] of rows.entries()) {
      expect(row.old).toBe(rows[i - 1]?.value ?? 0);
      expect(row.timeNs).toBeGreaterThanOrEqual(rows[i - 1]?.timeNs ?? 0);
    }
    const [, first, second] = rows;
    const part = writes({ space: 'physical', as: 0, address: physical, length: 4 }, first?.timeNs, second?.timeNs);
    expect(part).toEqual(rows.slice(1, 3));
  });

  it('of the MCU are told with the instruction', () => {
    const rows = writes({ space: 'mcu', as: 0, address: 0x0400_0000, length: 0x1000 });
    const own = rows.filter((r) => r.writer === 'mcu');
    expect(own.length).toBeGreaterThan(3);
    for (const row of own) expect(Number(row.where)).toBeLessThan(0x10_0000);
  });

  it('of a shader are told with the instruction and the warp', { timeout: 60_000 }, async () => {
    const file = path.join(dir, 'capture');
    await recordCapture(file);
    const captured = openSession(file);
    try {
      const rows = writes({ space: 'as', as: 1, address: 0xfffd_a000, length: 4096 }, 0, Infinity, captured);
      expect(rows).toMatchObject([
        { writer: 'shader core 0', where: '0xfff95010 warp 0', address: 0xfffd_a000, old: 0, value: 0x1234_5678 },
      ]);
    } finally {
      captured.close();
    }
  });

  it('are refused for ranges that are too long', () => {
    expect(() => writes({ space: 'physical', as: 0, address: 0, length: 65_537 })).toThrow(/--length/);
  });
});
