/** A session run again with something changed on purpose: it is said where it parts, and the run can be kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageWithVersion, referencePowerOn } from '../engine/testing.ts';
import { BUILD, buildId } from '../session/build-id.ts';
import { diffSessions } from '../session/diff.ts';
import { openSession, readInfo, verifySession, type SessionReader } from '../session/reader.ts';
import { FileRecorder, runInputs } from './journal-file.ts';
import { replaySession } from './replay.ts';
import { traceSession } from './trace.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-changes-'));
const POWER_ON = referencePowerOn('translator');
let session: SessionReader;

beforeAll(() => {
  const file = path.join(dir, 'boot');
  const recorder = new FileRecorder(file);
  runInputs(
    POWER_ON,
    [
      { kind: 'module-load', module: 'tyr' },
      { kind: 'advance', limitNs: 1_000_000, until: 'time' },
      // Refused, now and whenever it is run again.
      { kind: 'close', client: 7 },
      { kind: 'snapshot', label: 'booted' },
      { kind: 'read', offset: 0, by: 'user' },
    ],
    recorder,
  );
  recorder.close();
  session = openSession(file);
}, 60_000);
afterAll(() => {
  session.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('detail made again', () => {
  const lines = (what: 'cs' | 'mcu', fromNs = 0, toNs = Number.MAX_SAFE_INTEGER): string[] => {
    let text = '';
    const rows = traceSession(session, (t) => (text += t), { what, fromNs, toNs });
    const out = text.trimEnd().split('\r\n');
    expect(out).toHaveLength(rows + 1);
    return out.slice(1);
  };

  it('tells the control flow of the MCU, in the order of time, and a range of it', () => {
    const all = lines('mcu');
    expect(all.length).toBeGreaterThan(500);
    const times = all.map((l) => Number(l.split(',')[0]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const [from, to] = [times[100]!, times[200]!];
    expect(lines('mcu', from, to)).toEqual(all.filter((_, i) => times[i]! >= from && times[i]! <= to));
  });

  it('tells nothing of streams when none ran', () => {
    expect(lines('cs')).toEqual([]);
  });
});

describe('a replay', () => {
  it('compares all rows, snapshots by their state, and knows the build', () => {
    const result = replaySession(session);
    expect(result).toMatchObject({ identical: true, inputs: 6 });
    expect(result.rows).toBeGreaterThan(5);
    expect(readInfo(session)[BUILD]).toBe(buildId());
    expect(buildId()).toMatch(/^[0-9a-f]{12}$/);
  });

  it('is the same with the interpreter', () => {
    expect(replaySession(session, { changes: { engine: 'interpreter' } }).identical).toBe(true);
  });

  it('with another reset value parts where the driver reads it', () => {
    const { identical, firstDifference } = replaySession(session, { changes: { overrides: { GPU_ID: 0xa8670006 } } });
    expect(identical).toBe(false);
    expect(firstDifference).toMatchObject({ view: 'register_access', replayed: { value: 0xa8670006 } });
  });

  it('with a fault of the board parts there, and the run is kept as a session', () => {
    const output = path.join(dir, 'fault');
    const fault = { kind: 'board-fault', what: 'regulator-enable', errno: 5, skip: 0 } as const;
    const { firstDifference } = replaySession(session, { changes: { faults: [fault] }, output });
    expect(firstDifference?.view).toBe('driver_log');
    expect(firstDifference?.text).toContain('EIO');
    const other = openSession(output);
    expect(verifySession(other)).toEqual([]);
    expect(replaySession(other).identical).toBe(true);
    const { first, lanes } = diffSessions(session, other);
    expect(first).toMatchObject({ lane: 'inputs', n: 2, a: undefined });
    // The input that was put in sets no other apart; the call that failed by it does the rest.
    expect(lanes.find((l) => l.lane === 'inputs')?.differing).toBe(1);
    other.close();
  });

  it('with another firmware parts where it behaves otherwise', () => {
    const bytes = imageWithVersion(0x0101_0000, 0x0101_0001);
    const { identical, firstDifference } = replaySession(session, { changes: { firmware: { bytes, name: 'other' } } });
    expect(identical).toBe(false);
    expect(firstDifference?.text).toContain('recorded');
  });
});
