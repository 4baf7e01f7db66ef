/**
 * From rows to marks: rows that fall into the same pixel become one mark with their number, so that a track costs
 * by its width on the screen and not by what was recorded.
 */
import type { TimelineMark } from '../../protocol/window.ts';
import type { Segment } from './lineage.ts';
import type { NumberList } from './number-list.ts';

export interface Rows {
  readonly seqs: NumberList;
  readonly times: NumberList;
  readonly flags: NumberList;
}

export interface Range {
  readonly fromNs: number;
  readonly toNs: number;
  readonly pixels: number;
}

export interface Span {
  readonly key: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly label: string;
  readonly bad: boolean;
}

/** Flag of a row that is bad. */
const BAD = 2;
/** Rows of one bucket looked at for bad ones (chosen: a bucket of more is not searched). */
const LOOK = 256;

/** Calls `row` with [first, end) of the rows of each pixel that has any, along the chain, in order of time. */
function pixels(rows: Rows, chain: readonly Segment[], q: Range, row: (first: number, end: number) => void): void {
  const width = (q.toNs - q.fromNs) / q.pixels;
  for (const s of chain) {
    const last = rows.seqs.above(s.toSeq);
    const begin = rows.seqs.above(s.fromSeq);
    const end = rows.times.above(q.toNs, begin, last);
    let i = rows.times.atLeast(q.fromNs, begin, end);
    while (i < end) {
      const pixel = Math.floor((rows.times.at(i) - q.fromNs) / width);
      const next = Math.max(i + 1, rows.times.atLeast(q.fromNs + (pixel + 1) * width, i, end));
      row(i, next);
      i = next;
    }
  }
}

export function instantMarks(rows: Rows, chain: readonly Segment[], q: Range): TimelineMark[] {
  const out: TimelineMark[] = [];
  pixels(rows, chain, q, (first, end) => {
    let bad = false;
    for (let i = first; i < Math.min(end, first + LOOK) && !bad; i++) bad = rows.flags.at(i) === BAD;
    out.push({
      fromNs: rows.times.at(first),
      toNs: rows.times.at(end - 1),
      n: end - first,
      key: rows.seqs.at(first),
      label: '',
      ...(bad ? { bad } : {}),
    });
  });
  return out;
}

/** Rows a pixel as a value from its first row on; 0 where a pixel has none. */
export function counterMarks(rows: Rows, chain: readonly Segment[], q: Range): TimelineMark[] {
  const out: TimelineMark[] = [];
  const width = (q.toNs - q.fromNs) / q.pixels;
  pixels(rows, chain, q, (first, end) => {
    const pixel = Math.floor((rows.times.at(first) - q.fromNs) / width);
    const fromNs = Math.floor(q.fromNs + pixel * width);
    const toNs = Math.floor(q.fromNs + (pixel + 1) * width);
    const n = end - first;
    const before = out.at(-1);
    if (before !== undefined && before.toNs < fromNs) {
      out.push({ fromNs: before.toNs, toNs: fromNs, n: 0, key: before.key, label: '', value: 0 });
    }
    out.push({ fromNs, toNs, n, key: rows.seqs.at(first), label: '', value: n });
  });
  return out;
}

/** Spans in order of their beginning; those narrower than a pixel that share one become a single mark. */
export function sliceMarks(spans: readonly Span[], q: Range): TimelineMark[] {
  const width = (q.toNs - q.fromNs) / q.pixels;
  const out: TimelineMark[] = [];
  let pixel = -1;
  for (const s of spans) {
    if (s.toNs < q.fromNs || s.fromNs > q.toNs) continue;
    const at = Math.floor((s.fromNs - q.fromNs) / width);
    const narrow = s.toNs - s.fromNs < width;
    const before = out.at(-1);
    if (narrow && at === pixel && before !== undefined) {
      out[out.length - 1] = {
        ...before,
        n: before.n + 1,
        toNs: Math.max(before.toNs, s.toNs),
        label: '',
        ...(s.bad ? { bad: true } : {}),
      };
    } else {
      out.push({ fromNs: s.fromNs, toNs: s.toNs, n: 1, key: s.key, label: s.label, ...(s.bad ? { bad: true } : {}) });
    }
    pixel = narrow ? at : -1;
  }
  return out;
}
