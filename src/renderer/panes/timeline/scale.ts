/**
 * The axis of the timeline: which virtual time stands at which pixel, zooming and panning within what was recorded,
 * and the ticks with their words. Pure; times are nanoseconds, pixels are CSS pixels.
 */

/** The visible stretch of time; `toNs` is greater than `fromNs`. */
export interface View {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Shortest stretch that can be looked at (chosen: single nanoseconds are ten pixels then and more). */
export const MIN_SPAN_NS = 50;
/** Empty time shown beyond both ends of the record, as a share of the visible span. */
const MARGIN = 0.02;

export function span(view: View): number {
  return view.toNs - view.fromNs;
}

export function xOf(view: View, width: number, ns: number): number {
  return ((ns - view.fromNs) / span(view)) * width;
}

export function nsAt(view: View, width: number, x: number): number {
  return view.fromNs + (x / width) * span(view);
}

/** All that was recorded from 0 on, with a little air around it. */
export function fit(endNs: number): View {
  const length = Math.max(endNs, MIN_SPAN_NS);
  return { fromNs: -length * MARGIN, toNs: length * (1 + MARGIN) };
}

/** A stretch of time in the middle of the view, with air around it. */
export function fitRange(fromNs: number, toNs: number, endNs: number): View {
  const length = Math.max(toNs - fromNs, MIN_SPAN_NS / 2);
  const middle = (fromNs + toNs) / 2;
  return clamp({ fromNs: middle - length, toNs: middle + length }, endNs);
}

/** Keeps a view within the record: not shorter than MIN_SPAN_NS, not longer than all, not outside. */
export function clamp(view: View, endNs: number): View {
  const all = fit(endNs);
  const length = Math.min(Math.max(span(view), MIN_SPAN_NS), span(all));
  const middle = (view.fromNs + view.toNs) / 2;
  const fromNs = Math.min(Math.max(middle - length / 2, all.fromNs), all.toNs - length);
  return { fromNs, toNs: fromNs + length };
}

/** Zooms by `factor` (below 1: closer) so that `atNs` stays at its pixel. */
export function zoom(view: View, atNs: number, factor: number, endNs: number): View {
  const length = Math.min(Math.max(span(view) * factor, MIN_SPAN_NS), span(fit(endNs)));
  const fromNs = atNs - ((atNs - view.fromNs) / span(view)) * length;
  return clamp({ fromNs, toNs: fromNs + length }, endNs);
}

/** Moves by a share of the visible span; positive is later. */
export function pan(view: View, share: number, endNs: number): View {
  const by = span(view) * share;
  return clamp({ fromNs: view.fromNs + by, toNs: view.toNs + by }, endNs);
}

export interface Tick {
  readonly ns: number;
  readonly text: string;
}

const UNITS = [
  { ns: 1e9, name: 's' },
  { ns: 1e6, name: 'ms' },
  { ns: 1e3, name: 'µs' },
  { ns: 1, name: 'ns' },
] as const;
/** Pixels between two ticks, at least (chosen: room for the words). */
const TICK_PX = 110;

/** Ticks at round times, about TICK_PX apart. */
export function ticks(view: View, width: number): Tick[] {
  const step = roundStep((span(view) * TICK_PX) / Math.max(width, 1));
  const unit = UNITS.find((u) => step >= u.ns) ?? UNITS[3];
  const out: Tick[] = [];
  for (let i = Math.ceil(Math.max(view.fromNs, 0) / step); i * step <= view.toNs; i++) {
    out.push({ ns: i * step, text: `${groupThousands((i * step) / unit.ns)} ${unit.name}` });
  }
  return out;
}

/** The least of 1, 2, 5 × 10ⁿ that is not less than `ns`, and not less than one nanosecond. */
function roundStep(ns: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(ns, 1)));
  const step = [1, 2, 5, 10].find((m) => m * power >= ns) ?? 10;
  return Math.max(1, Math.round(step * power));
}

function groupThousands(value: number): string {
  return String(Math.round(value * 1000) / 1000).replaceAll(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ' ');
}

/** A length of time in the unit that fits: `12.5 µs`, `3 ns`. */
export function spanText(ns: number): string {
  const size = Math.abs(ns);
  const unit = UNITS.find((u) => size >= u.ns) ?? UNITS[3];
  return `${groupThousands(Number((ns / unit.ns).toPrecision(6)))} ${unit.name}`;
}
