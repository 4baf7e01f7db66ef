/**
 * Marks of a track on the screen: those that share a pixel merged into one column, which mark is under the pointer,
 * and which comes next. Pure. Marks come in order of their beginning, from `timeline.slices`.
 */
import type { TimelineMark } from '../../../protocol/window.ts';
import { span, xOf, type View } from './scale.ts';

/** What is drawn: pixels [x0, x1), and the marks [first, last] that it stands for. */
export interface Column {
  readonly x0: number;
  readonly x1: number;
  readonly first: number;
  readonly last: number;
  /** Rows of the session in it. */
  readonly n: number;
  readonly bad: boolean;
  /** Greatest value, for counters. */
  readonly value: number;
}

/** Narrowest column, so that an instant can be seen and hit. */
export const MIN_COLUMN_PX = 2;
/** How far from a mark the pointer may be. */
const REACH_PX = 5;

/**
 * Columns of the marks in view, from left to right. A mark narrower than MIN_COLUMN_PX joins the column before when
 * it would overlap it and both are that narrow: at most width / MIN_COLUMN_PX narrow columns come out.
 */
export function columns(marks: readonly TimelineMark[], view: View, width: number): Column[] {
  const out: Column[] = [];
  for (let i = firstInView(marks, view); i < marks.length; i++) {
    const m = marks[i];
    if (m === undefined || m.fromNs > view.toNs) break;
    const x0 = xOf(view, width, m.fromNs);
    const end = xOf(view, width, m.toNs);
    const narrow = end - x0 < MIN_COLUMN_PX;
    const x1 = narrow ? x0 + MIN_COLUMN_PX : end;
    if (x1 < 0) continue;
    const before = out.at(-1);
    const joins = narrow && before !== undefined && x0 < before.x1 && before.x1 - before.x0 <= 2 * MIN_COLUMN_PX;
    if (joins) {
      out[out.length - 1] = {
        x0: before.x0,
        x1: Math.max(before.x1, Math.min(x1, before.x0 + MIN_COLUMN_PX)),
        first: before.first,
        last: i,
        n: before.n + m.n,
        bad: before.bad || m.bad === true,
        value: Math.max(before.value, m.value ?? 0),
      };
    } else {
      out.push({ x0, x1, first: i, last: i, n: m.n, bad: m.bad === true, value: m.value ?? 0 });
    }
  }
  return out;
}

/** Marks may be long: the first whose end is not before the view. Ends grow with beginnings on all tracks. */
function firstInView(marks: readonly TimelineMark[], view: View): number {
  let lo = 0;
  let hi = marks.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if ((marks[mid]?.toNs ?? 0) < view.fromNs) lo = mid + 1;
    else hi = mid;
  }
  return Math.max(0, lo - 1);
}

/** The mark at pixel `x`: the one that covers it and begins last, else the nearest within reach. */
export function markAt(marks: readonly TimelineMark[], view: View, width: number, x: number): TimelineMark | undefined {
  let best: TimelineMark | undefined;
  let distance = REACH_PX;
  for (const m of marks) {
    const x0 = xOf(view, width, m.fromNs);
    const x1 = Math.max(x0 + MIN_COLUMN_PX, xOf(view, width, m.toNs));
    if (x0 > x + REACH_PX) break;
    const away = x < x0 ? x0 - x : x > x1 ? x - x1 : 0;
    if (away <= distance) {
      best = m;
      distance = away;
    }
  }
  return best;
}

/** The mark after (or before) a time; `key` tells marks of one time apart. */
export function neighbour(
  marks: readonly TimelineMark[],
  from: { readonly fromNs: number; readonly key: number } | undefined,
  direction: 1 | -1,
): TimelineMark | undefined {
  if (from === undefined) return direction === 1 ? marks[0] : marks.at(-1);
  const after = (m: TimelineMark) => m.fromNs - from.fromNs || m.key - from.key;
  return direction === 1 ? marks.find((m) => after(m) > 0) : marks.findLast((m) => after(m) < 0);
}

/** What marks were fetched for. */
export interface Fetched extends View {
  readonly pixels: number;
}

/** Most time a pixel of fetched marks may hold, compared with a pixel of the view, before they are fetched anew. */
const TOO_COARSE = 1.5;
const TOO_FINE = 0.4;

/** True when marks fetched for one range show a view as it should look. */
export function covers(have: Fetched, view: View, width: number): boolean {
  const detail = span(have) / have.pixels / (span(view) / width);
  return have.fromNs <= Math.max(0, view.fromNs) && have.toNs >= view.toNs && detail < TOO_COARSE && detail > TOO_FINE;
}

/** The range to fetch for a view: half a view more on each side, so that panning needs nothing new at once. */
export function rangeFor(view: View, width: number, maxPixels: number): Fetched {
  const more = span(view) / 2;
  const fromNs = Math.max(0, Math.floor(view.fromNs - more));
  const toNs = Math.max(fromNs + 1, Math.ceil(view.toNs + more));
  const pixels = Math.max(1, Math.round((width * (toNs - fromNs)) / span(view)));
  return { fromNs, toNs, pixels: Math.min(maxPixels, pixels) };
}
