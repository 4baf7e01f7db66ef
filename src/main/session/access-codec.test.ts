/** Chunks of accesses: what goes in comes out, by the decoder and by plain SQL, for any numbers. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCESS_WORDS } from '../../protocol/records.ts';
import { CHUNK, ChunkEncoder } from './access-codec.ts';
import { decodeColumn } from './access-digits.ts';
import { accessLog } from './accesses.ts';
import { openSession, verifySession } from './reader.ts';
import { Triples } from './triples.ts';
import { SessionWriter } from './writer.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'tyr-codec-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Access {
  readonly seq: number;
  readonly timeNs: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly old: number;
}

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
/** Polls, registers with few values, and anything at all. */
const value = fc.oneof(fc.constant(5), fc.integer({ min: 0, max: 20 }), u32);
const step = fc.record({
  gap: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 1e6 }) }),
  ns: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 500 }) },
    { weight: 1, arbitrary: fc.integer({ min: -1e12, max: 1e12 }) },
  ),
  meta: fc.constantFrom(0x40, 0x44, 0x4e, 0x140),
  offset: fc.constantFrom(0, 0x20, 0x704, 0x40003000),
  value,
  old: fc.option(value),
});

const accesses = fc.array(step, { minLength: 1, maxLength: 700 }).map((steps) => {
  let seq = 0;
  let timeNs = 0;
  return steps.map((s): Access => {
    seq += s.gap;
    timeNs = Math.max(0, timeNs + s.ns);
    return { seq, timeNs, meta: s.meta, offset: s.offset, value: s.value, old: s.old ?? s.value };
  });
});

function wordsOf(list: readonly Access[]): Int32Array {
  const words = new Int32Array(list.length * ACCESS_WORDS);
  list.forEach((a, i) =>
    words.set([a.seq, a.timeNs, a.timeNs / 2 ** 32, a.meta, a.offset, a.value, a.old, 0], i * ACCESS_WORDS),
  );
  return words;
}

describe('columns', () => {
  it('hold any numbers up to 2^53', () => {
    const encoder = new ChunkEncoder(() => 0);
    const out = new Float64Array(CHUNK);
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 1, maxLength: CHUNK }), (times) => {
        const list = times.map((timeNs, i) => ({ seq: i + 1, timeNs, meta: 0, offset: 0, value: i, old: 0 }));
        const c = encoder.encode(wordsOf(list), 0, list.length);
        decodeColumn(c.time, c.count, out);
        expect([...out.subarray(0, c.count)]).toEqual(times);
        expect([c.minNs, c.maxNs]).toEqual([Math.min(...times), Math.max(...times)]);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('of a poll take no room', () => {
    const list = Array.from({ length: CHUNK }, (_, i) => {
      return { seq: 9 + i, timeNs: 1000 + i * 150, meta: 0x40, offset: 0x20, value: 7, old: 7 };
    });
    const c = new ChunkEncoder(() => 0).encode(wordsOf(list), 0, CHUNK);
    for (const column of [c.seq, c.time, c.entry, c.kind, c.value, c.old]) expect(column.width).toBe(0);
  });
});

describe('triples', () => {
  it('number each once, also beyond their first room', () => {
    const t = new Triples(4);
    const seen = new Map<string, number>();
    for (let i = 0; i < 5000; i++) {
      const triple = [(i * 7) % 61, i % 13, (i * 31) % 17] as const;
      const key = triple.join();
      const n = t.add(...triple);
      expect(n).toBe(seen.get(key) ?? seen.size);
      seen.set(key, n);
      expect([t.word(n, 0), t.word(n, 1), t.word(n, 2)]).toEqual([...triple]);
    }
    expect(t.size).toBe(seen.size);
    t.clear();
    expect(t.add(1, 2, 3)).toBe(0);
  });
});

describe('a written session', () => {
  it('gives back by SQL and by the reader what was written, in any pieces', () => {
    let n = 0;
    fc.assert(
      fc.property(accesses, fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 8 }), (list, cuts) => {
        const file = path.join(dir, `${n++}.tyrsession`);
        const w = new SessionWriter(file);
        const words = wordsOf(list);
        let at = 0;
        for (const cut of [...cuts, list.length]) {
          const count = Math.min(cut, list.length - at);
          w.begin();
          if (count > 0) w.accesses(words, at, count);
          w.commit();
          at += count;
        }
        w.row('input', { seq: 0, timeNs: 0, branch: 0, kind: 'power-on', payload: '' });
        w.close();
        const db = new Database(file, { readonly: true });
        const rows = db
          .prepare('SELECT seq, time_ns AS timeNs, meta, offset, value, old_value AS old FROM access_row ORDER BY seq')
          .all();
        expect(rows).toEqual(list);
        const view = db.prepare('SELECT * FROM register_access ORDER BY seq').raw(true).all();
        db.close();
        const s = openSession(file);
        const log = accessLog(s);
        expect(log?.total()).toBe(list.length);
        expect(log?.window(0, 10_000)).toEqual(view);
        const middle = list[list.length >> 1]!;
        expect(log?.row(middle.seq)?.[0]).toBe(middle.seq);
        expect(log?.window(middle.seq, 3)).toEqual(view.slice(list.length >> 1, (list.length >> 1) + 3));
        expect(log?.last()?.seq).toBe(list.at(-1)!.seq);
        expect(log?.counts().reduce((sum, c) => sum + c.count, 0)).toBe(list.length);
        s.close();
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  it('is sound by its own check', () => {
    const file = path.join(dir, 's.tyrsession');
    const w = new SessionWriter(file);
    w.begin();
    w.row('input', { seq: 0, timeNs: 0, branch: 0, kind: 'power-on', payload: '' });
    const list = Array.from({ length: 70_000 }, (_, i) => {
      return { seq: i + 1, timeNs: i * 10, meta: 0x40, offset: (i & 7) * 4, value: i & 3, old: i & 3 };
    });
    w.accesses(wordsOf(list), 0, list.length);
    w.close();
    const s = openSession(file);
    expect(verifySession(s)).toEqual([]);
    const log = accessLog(s)!;
    expect(log.counts()).toHaveLength(8);
    expect(log.counts()[0]?.count).toBe(8750);
    expect(log.seqAt(500_000)).toBe(50_001);
    expect(log.seqAt(10_000_000)).toBeUndefined();
    s.close();
  });
});
