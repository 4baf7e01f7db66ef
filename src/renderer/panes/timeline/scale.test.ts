import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clamp, fit, fitRange, MIN_SPAN_NS, nsAt, pan, span, spanText, ticks, xOf, zoom, type View } from './scale.ts';

const END = 12_345_678_901;
const views = fc
  .tuple(fc.integer({ min: 0, max: END }), fc.integer({ min: MIN_SPAN_NS, max: END }))
  .map(([from, length]): View => clamp({ fromNs: from, toNs: from + length }, END));

describe('the axis of the timeline', () => {
  it('maps time to pixels and back', () => {
    fc.assert(
      fc.property(views, fc.integer({ min: 1, max: 4000 }), fc.double({ min: 0, max: 1, noNaN: true }), (v, w, at) => {
        const ns = v.fromNs + at * span(v);
        expect(nsAt(v, w, xOf(v, w, ns))).toBeCloseTo(ns, 0);
      }),
      { seed: 1 },
    );
  });

  it('keeps the time under the pointer in its place while zooming', () => {
    const v = { fromNs: 4e9, toNs: 6e9 };
    for (const factor of [0.5, 0.8, 1.25]) {
      const closer = zoom(v, 4.5e9, factor, END);
      expect(xOf(closer, 1000, 4.5e9)).toBeCloseTo(250, 6);
      expect(span(closer)).toBeCloseTo(2e9 * factor, 0);
    }
  });

  it('never leaves the record, whatever is done', () => {
    const all = fit(END);
    fc.assert(
      fc.property(
        views,
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (v, f, p) => {
          for (const next of [zoom(v, v.fromNs, f, END), pan(v, p, END)]) {
            expect(span(next)).toBeGreaterThanOrEqual(MIN_SPAN_NS - 1e-3);
            expect(next.fromNs).toBeGreaterThanOrEqual(all.fromNs - 1);
            expect(next.toNs).toBeLessThanOrEqual(all.toNs + 1);
          }
        },
      ),
      { seed: 2 },
    );
  });

  it('fits a range into the middle and all of an empty record', () => {
    const v = fitRange(5e9, 5e9 + 1000, END);
    expect(xOf(v, 1000, 5e9)).toBeCloseTo(250, 0);
    expect(xOf(v, 1000, 5e9 + 1000)).toBeCloseTo(750, 0);
    expect(span(fit(0))).toBeGreaterThanOrEqual(MIN_SPAN_NS);
  });

  it('puts ticks at round times with the unit that fits', () => {
    expect(ticks({ fromNs: 0, toNs: 10_000_000 }, 1100).map((t) => t.text)).toEqual(
      Array.from({ length: 11 }, (_, i) => `${i} ms`),
    );
    expect(ticks({ fromNs: 1_234_000_000, toNs: 1_234_002_000 }, 440).map((t) => t.text)).toEqual([
      '1 234 000 000 ns',
      '1 234 000 500 ns',
      '1 234 001 000 ns',
      '1 234 001 500 ns',
      '1 234 002 000 ns',
    ]);
    expect(ticks({ fromNs: -10, toNs: 40 }, 500)[0]?.ns).toBe(0);
    fc.assert(
      fc.property(views, fc.integer({ min: 200, max: 3000 }), (v, w) => {
        const found = ticks(v, w);
        expect(found.length).toBeLessThanOrEqual(w / 110 + 2);
      }),
      { seed: 3 },
    );
  });

  it('groups digits before the point only', () => {
    expect(ticks({ fromNs: 1_234_000_000, toNs: 1_234_020_000 }, 440).map((t) => t.text)[1]).toBe('1 234 005 µs');
  });

  it('says lengths in the unit that fits', () => {
    expect([3, 1500, 2_500_000, 12_345_678_901, -40_000, 0].map(spanText)).toEqual([
      '3 ns',
      '1.5 µs',
      '2.5 ms',
      '12.346 s',
      '-40 µs',
      '0 ns',
    ]);
  });
});
