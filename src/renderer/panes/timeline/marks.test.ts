import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TimelineMark } from '../../../protocol/window.ts';
import { columns, covers, markAt, MIN_COLUMN_PX, neighbour, rangeFor } from './marks.ts';

const VIEW = { fromNs: 0, toNs: 1000 };
const mark = (fromNs: number, toNs = fromNs, more: Partial<TimelineMark> = {}): TimelineMark => ({
  fromNs,
  toNs,
  n: 1,
  key: fromNs,
  label: `at ${fromNs}`,
  ...more,
});

const instants = fc
  .array(fc.integer({ min: 0, max: 2000 }), { maxLength: 300 })
  .map((times) => times.toSorted((a, b) => a - b).map((t, i) => mark(t, t, { key: i })));

describe('columns of marks', () => {
  it('keeps wide marks and merges those that share a pixel', () => {
    const marks = [mark(100, 300), mark(400), mark(401, 401, { bad: true, n: 7 }), mark(500)];
    const found = columns(marks, VIEW, 1000);
    expect(found.map((c) => [c.x0, c.x1, c.n, c.bad])).toEqual([
      [100, 300, 1, false],
      [400, 402, 8, true],
      [500, 502, 1, false],
    ]);
    expect(found[1]).toMatchObject({ first: 1, last: 2 });
  });

  it('loses no row in view and makes no more columns than pixels hold', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 20, max: 400 }), (marks, width) => {
        const found = columns(marks, VIEW, width);
        const inView = marks.filter((m) => m.fromNs <= VIEW.toNs);
        expect(found.reduce((sum, c) => sum + c.n, 0)).toBe(inView.length);
        expect(found.length).toBeLessThanOrEqual(width / MIN_COLUMN_PX + 1);
        for (const [i, c] of found.entries()) expect(c.x0).toBeGreaterThanOrEqual(found[i - 1]?.x1 ?? -1);
      }),
      { seed: 4 },
    );
  });

  it('shows a mark that began before the view and none that ended before it', () => {
    const marks = [mark(0, 5), mark(10, 900), mark(950)];
    const found = columns(marks, { fromNs: 500, toNs: 1500 }, 1000);
    expect(found.map((c) => c.first)).toEqual([1, 2]);
  });
});

describe('the pointer', () => {
  const marks = [mark(100, 300), mark(250, 260), mark(600)];
  it('finds the mark under it, the later one where two overlap', () => {
    expect(markAt(marks, VIEW, 1000, 150)?.key).toBe(100);
    expect(markAt(marks, VIEW, 1000, 255)?.key).toBe(250);
  });
  it('reaches a little beyond narrow marks, no further', () => {
    expect(markAt(marks, VIEW, 1000, 596)?.key).toBe(600);
    expect(markAt(marks, VIEW, 1000, 606)?.key).toBe(600);
    expect(markAt(marks, VIEW, 1000, 450)).toBeUndefined();
  });
});

describe('next and previous', () => {
  const marks = [mark(1, 1, { key: 1 }), mark(5, 5, { key: 2 }), mark(5, 5, { key: 3 }), mark(9, 9, { key: 4 })];
  it('walks through marks of the same time one by one, both ways', () => {
    const walk = (direction: 1 | -1) => {
      const keys: number[] = [];
      for (let at = neighbour(marks, undefined, direction); at !== undefined; at = neighbour(marks, at, direction)) {
        keys.push(at.key);
      }
      return keys;
    };
    expect(walk(1)).toEqual([1, 2, 3, 4]);
    expect(walk(-1)).toEqual([4, 3, 2, 1]);
  });
});

describe('what to fetch', () => {
  it('asks for twice the view at the same detail, within the limit', () => {
    const range = rangeFor({ fromNs: 10_000, toNs: 20_000 }, 800, 8192);
    expect(range).toEqual({ fromNs: 5000, toNs: 25_000, pixels: 1600 });
    expect(rangeFor({ fromNs: 0, toNs: 10 }, 10_000, 8192).pixels).toBe(8192);
    expect(covers(range, { fromNs: 10_000, toNs: 20_000 }, 800)).toBe(true);
  });
  it('fetches anew after panning out of it or zooming far', () => {
    const range = rangeFor({ fromNs: 10_000, toNs: 20_000 }, 800, 8192);
    expect(covers(range, { fromNs: 14_000, toNs: 24_000 }, 800)).toBe(true);
    expect(covers(range, { fromNs: 16_000, toNs: 26_000 }, 800)).toBe(false);
    expect(covers(range, { fromNs: 14_000, toNs: 16_000 }, 800)).toBe(false);
  });
});
