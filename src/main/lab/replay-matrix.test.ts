/**
 * Every example and every capture, recorded with the translator, is replayed identically, with the translator and
 * with the interpreter. Other versions of Node: bench/replay-matrix.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSession } from '../session/reader.ts';
import { replaySession } from './replay.ts';
import { makeRecording, RECORDINGS } from './testing-matrix.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'tyr-matrix-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('replay', () => {
  it.each(RECORDINGS)('of $name is identical with both engines', { timeout: 120_000 }, (recording) => {
    const session = openSession(makeRecording(recording, dir));
    try {
      const first = replaySession(session);
      expect(first).toMatchObject({ identical: true, firstDifference: undefined });
      expect(first.compared).toBeGreaterThan(0);
      expect(replaySession(session, { changes: { engine: 'interpreter' } })).toEqual(first);
    } finally {
      session.close();
    }
  });
});
