import { describe, expect, it } from 'vitest';
import {
  isScaled,
  MAX_HEIGHT,
  offsetAt,
  offsetToShow,
  placeOf,
  rowsIn,
  rowWindow,
  topOf,
  type RowWindow,
} from './row-window.ts';

const ROW = 22;
const VIEW = 440;

/** Rows whose pixels are on the screen when the scroll bar stands where the offset wants it. */
function onScreen(w: RowWindow, offset: number): number[] {
  const { first, last } = rowsIn(w, offset);
  const out: number[] = [];
  for (let i = first; i <= last; i++) {
    const y = placeOf(w, offset, i) - topOf(w, offset);
    if (y >= 0 && y + ROW <= VIEW) out.push(i);
  }
  return out;
}

describe('rows in view', () => {
  it('is plain scrolling for lists a browser can hold', () => {
    const w = rowWindow(1000, ROW, VIEW);
    expect(isScaled(w)).toBe(false);
    expect(w.height).toBe(22_000);
    expect(offsetAt(w, 4400, 0)).toBe(4400);
    expect(placeOf(w, 4400, 200)).toBe(4400);
    expect(onScreen(w, 4400)).toEqual(Array.from({ length: 20 }, (_, i) => 200 + i));
  });

  it('reaches the first and the last of twenty million rows in an element of bounded height', () => {
    const count = 20_000_000;
    const w = rowWindow(count, ROW, VIEW);
    expect(w.height).toBe(MAX_HEIGHT);
    expect(onScreen(w, offsetAt(w, 0, 1e6))[0]).toBe(0);
    expect(onScreen(w, offsetAt(w, w.maxTop, 0)).at(-1)).toBe(count - 1);
    const end = offsetToShow(w, 0, count - 1);
    expect(topOf(w, end)).toBe(w.maxTop);
    expect(onScreen(w, end).at(-1)).toBe(count - 1);
  });

  it('moves by single rows where a pixel of the scroll bar is many', () => {
    const w = rowWindow(20_000_000, ROW, VIEW);
    let offset = offsetToShow(w, 0, 9_999_999);
    const [before] = onScreen(w, offset);
    for (let i = 0; i < 100; i++) {
      offset = offsetToShow(w, offset, 10_000_000 + i);
      // The browser tells where the bar stands now, in its own rounding.
      offset = offsetAt(w, Math.round(topOf(w, offset)), offset);
    }
    expect(onScreen(w, offset)[0]).toBe(before! + 100);
  });

  it('keeps its place inside of the list when the list shrinks', () => {
    const w = rowWindow(10, ROW, VIEW);
    expect(onScreen(w, 1e9)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rowsIn(rowWindow(0, ROW, VIEW), 0).last).toBe(-1);
    expect(offsetToShow(w, 0, 5)).toBe(0);
  });
});
