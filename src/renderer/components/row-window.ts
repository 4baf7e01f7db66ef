/**
 * Which rows of a long list of equal rows are in view. Browsers cannot make an element higher than some ten million
 * pixels, so that a longer list is as high as that and scrolls in proportion: `offset` is the place in the list in
 * pixels of rows, `top` the place of the scroll bar. Small moves (wheel, keys) move the offset itself, exactly.
 */

/** Height no element is given (chosen: Firefox ends at 17.9 million, Chromium at 33.5, half of that at twice the size). */
export const MAX_HEIGHT = 15_000_000;
/** Rows drawn beyond each edge. */
const OVERSCAN = 8;

export interface RowWindow {
  readonly rowHeight: number;
  readonly count: number;
  /** Pixels the rows have on the screen. */
  readonly view: number;
  /** Height of the element that holds the rows. */
  readonly height: number;
  /** Largest offset, and largest `top`. */
  readonly maxOffset: number;
  readonly maxTop: number;
}

export function rowWindow(count: number, rowHeight: number, view: number, limit = MAX_HEIGHT): RowWindow {
  const whole = count * rowHeight;
  const height = Math.min(whole, limit);
  return {
    rowHeight,
    count,
    view,
    height,
    maxOffset: Math.max(0, whole - view),
    maxTop: Math.max(0, height - view),
  };
}

export const isScaled = (w: RowWindow): boolean => w.maxOffset > w.maxTop;

export function clampOffset(w: RowWindow, offset: number): number {
  return Math.max(0, Math.min(w.maxOffset, offset));
}

/** Where the scroll bar stands for an offset. */
export function topOf(w: RowWindow, offset: number): number {
  return isScaled(w) ? (clampOffset(w, offset) / w.maxOffset) * w.maxTop : clampOffset(w, offset);
}

/** The offset for a scroll bar at `top`. Where that is what the present offset asked for, the offset stays exact. */
export function offsetAt(w: RowWindow, top: number, present: number): number {
  if (Math.abs(top - topOf(w, present)) <= 1) return clampOffset(w, present);
  return clampOffset(w, isScaled(w) ? (top / w.maxTop) * w.maxOffset : top);
}

/** The smallest move that brings a row into view whole. */
export function offsetToShow(w: RowWindow, offset: number, index: number): number {
  const start = index * w.rowHeight;
  if (start < offset) return clampOffset(w, start);
  if (start + w.rowHeight > offset + w.view) return clampOffset(w, start + w.rowHeight - w.view);
  return clampOffset(w, offset);
}

/** First and last row to draw; last is -1 when there is none. */
export function rowsIn(w: RowWindow, offset: number): { readonly first: number; readonly last: number } {
  const from = clampOffset(w, offset);
  const first = Math.max(0, Math.floor(from / w.rowHeight) - OVERSCAN);
  const last = Math.min(w.count - 1, Math.ceil((from + w.view) / w.rowHeight) + OVERSCAN);
  return { first, last };
}

/** Where a row is drawn inside of the element that holds the rows. */
export function placeOf(w: RowWindow, offset: number, index: number): number {
  const from = clampOffset(w, offset);
  return index * w.rowHeight - from + topOf(w, from);
}
