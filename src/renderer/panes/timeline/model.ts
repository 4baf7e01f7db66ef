/**
 * What the timeline shows and what a person does to it: view, active track, selected mark, marked area, measure.
 * The pane hands in keys and pointer moves in times and tracks; drawing and React read from here.
 */
import type { FlowStep, TimelineMark, TimelineTrack } from '../../../protocol/window.ts';
import { Emitter } from '../../lib/emitter.ts';
import { neighbour } from './marks.ts';
import { clamp, fit, fitRange, pan, span, spanText, zoom, type View } from './scale.ts';
import type { TrackStore } from './track-store.ts';

export interface Picked {
  readonly track: string;
  readonly mark: TimelineMark;
}

export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
}

/** A track, or the heading of a group. */
export interface ListRow {
  readonly label: string;
  readonly track: TimelineTrack | undefined;
  /** Of a heading: its tracks are shown. */
  readonly open: boolean;
}

/** Share of the view that one press of A or D moves, and what W and S do to its length. */
const PAN_SHARE = 0.15;
const CLOSER = 0.7;

export class TimelineModel {
  view: View = fit(0);
  activeTrack: string | undefined;
  picked: Picked | undefined;
  area: Stretch | undefined;
  measure: Stretch | undefined;
  private readonly store: TrackStore;
  private readonly onPick: (picked: Picked | undefined) => void;
  private readonly closed = new Set<string>();
  private list: readonly ListRow[] = [];
  private pointerNs: number | undefined;
  private readonly emitter = new Emitter();
  /** The view follows the end of the record until somebody moves it. */
  private following = true;
  private count = 0;

  /** `onPick` is told when a person picks a mark. */
  constructor(store: TrackStore, onPick: (picked: Picked | undefined) => void) {
    this.store = store;
    this.onPick = onPick;
  }

  readonly subscribe = this.emitter.subscribe;
  /** Grows with every change. */
  readonly version = (): number => this.count;

  private get endNs(): number {
    return this.store.list().endNs;
  }

  /** What stands below each other: headings of groups, and the tracks of those that are open. */
  readonly rows = (): readonly ListRow[] => this.list;

  private get tracks(): readonly TimelineTrack[] {
    return this.list.flatMap((row) => (row.track === undefined ? [] : [row.track]));
  }

  /** The list of tracks, or the end of the record, changed. */
  listChanged(): void {
    if (this.following) this.view = fit(this.endNs);
    const rows = rowsOf(this.store.list().tracks, this.closed);
    if (!same(rows, this.list)) this.list = rows;
    if (this.activeTrack === undefined) this.activeTrack = this.tracks[0]?.id;
    this.changed();
  }

  /** Opens or closes a group. */
  toggle(group: string): void {
    if (!this.closed.delete(group)) this.closed.add(group);
    this.list = [];
    this.listChanged();
  }

  /** Time under the pointer: where W and S zoom; the middle of the view without one. */
  pointAt(ns: number | undefined): void {
    this.pointerNs = ns;
  }

  fitAll(): void {
    this.following = true;
    this.view = fit(this.endNs);
    this.changed();
  }

  /** Fits the selected mark, else the area, else everything. */
  fitSelection(): void {
    const stretch = this.picked?.mark ?? this.area;
    if (stretch === undefined) this.fitAll();
    else this.show(fitRange(stretch.fromNs, stretch.toNs, this.endNs));
  }

  zoomAt(atNs: number, factor: number): void {
    this.show(zoom(this.view, atNs, factor, this.endNs));
  }

  panBy(share: number): void {
    this.show(pan(this.view, share, this.endNs));
  }

  setArea(area: Stretch | undefined): void {
    this.area = area === undefined ? undefined : inOrder(area);
    this.changed();
  }

  setMeasure(measure: Stretch | undefined): void {
    this.measure = measure;
    this.changed();
  }

  activate(track: string): void {
    this.activeTrack = track;
    this.changed();
  }

  pick(track: string, mark: TimelineMark | undefined): void {
    this.activeTrack = track;
    this.picked = mark === undefined ? undefined : { track, mark };
    this.onPick(this.picked);
    this.changed();
  }

  clear(): void {
    this.area = undefined;
    this.measure = undefined;
    this.picked = undefined;
    this.onPick(undefined);
    this.changed();
  }

  /** Next or previous mark of the active track; beyond what is loaded the session is asked. */
  async step(direction: 1 | -1): Promise<void> {
    const track = this.activeTrack;
    if (track === undefined) return;
    const from = this.picked?.track === track ? this.picked.mark : undefined;
    const loaded = this.store.data(track);
    const start = from ?? { fromNs: direction === 1 ? this.view.fromNs : this.view.toNs, key: -1 };
    const near = loaded === undefined ? undefined : neighbour(loaded.marks, start, direction);
    const far = async () => {
      const range = loaded?.range;
      const marks =
        direction === 1
          ? await this.store.marks(track, range?.toNs ?? start.fromNs, this.endNs + 1)
          : await this.store.marks(track, 0, range?.fromNs ?? start.fromNs);
      return neighbour(marks, start, direction);
    };
    const mark = near ?? (await far());
    if (mark === undefined) return;
    this.pick(track, mark);
    this.reveal(mark);
  }

  /** Next or previous row of the job that the selected one belongs to, on whatever track it stands. */
  async follow(direction: 1 | -1): Promise<void> {
    const { picked } = this;
    if (picked?.mark.n !== 1) return;
    const steps = await this.store.flow(picked.track, picked.mark.key);
    const at = steps.findIndex((s) => s.track === picked.track && s.mark.key === picked.mark.key);
    const later = (s: FlowStep): boolean => s.mark.fromNs > picked.mark.fromNs;
    const here = at >= 0 ? at + direction : steps.findIndex(later) - (direction === 1 ? 0 : 1);
    const next = steps[here];
    if (next === undefined || this.picked !== picked) return;
    this.pick(next.track, next.mark);
    this.reveal(next.mark);
  }

  moveTrack(by: number): void {
    const at = this.tracks.findIndex((t) => t.id === this.activeTrack);
    const next = this.tracks[Math.min(Math.max(at + by, 0), this.tracks.length - 1)];
    if (next !== undefined) this.activate(next.id);
  }

  /** What a key means here; false when it means nothing. */
  key(key: string): boolean {
    const at = this.pointerNs ?? (this.view.fromNs + this.view.toNs) / 2;
    const actions: Readonly<Record<string, () => void>> = {
      w: () => this.zoomAt(at, CLOSER),
      s: () => this.zoomAt(at, 1 / CLOSER),
      a: () => this.panBy(-PAN_SHARE),
      d: () => this.panBy(PAN_SHARE),
      '.': () => void this.step(1),
      ',': () => void this.step(-1),
      ']': () => void this.follow(1),
      '[': () => void this.follow(-1),
      ArrowRight: () => void this.step(1),
      ArrowLeft: () => void this.step(-1),
      ArrowDown: () => this.moveTrack(1),
      ArrowUp: () => this.moveTrack(-1),
      f: () => this.fitSelection(),
      Home: () => this.fitAll(),
      r: () => this.picked !== undefined && this.setArea(this.picked.mark),
      Escape: () => this.clear(),
    };
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    action?.();
    return action !== undefined;
  }

  /** Visible range, selection, area and measure in words. */
  words(): string {
    const { fromNs, toNs } = clamp(this.view, this.endNs);
    const parts = [`${spanText(Math.max(0, fromNs))} to ${spanText(toNs)}, ${spanText(span(this.view))} wide`];
    const track = this.tracks.find((t) => t.id === this.picked?.track);
    if (this.picked !== undefined && track !== undefined) parts.push(`${track.label}: ${markText(this.picked.mark)}`);
    if (this.area !== undefined) parts.push(`area of ${spanText(this.area.toNs - this.area.fromNs)}`);
    if (this.measure !== undefined) {
      parts.push(`measured ${spanText(Math.abs(this.measure.toNs - this.measure.fromNs))}`);
    }
    return parts.join('; ');
  }

  private show(view: View): void {
    this.following = false;
    this.view = view;
    this.changed();
  }

  /** Moves the view, at the same zoom, so that a mark can be seen. */
  private reveal(mark: TimelineMark): void {
    const { fromNs, toNs } = this.view;
    if (mark.fromNs >= fromNs && mark.fromNs <= toNs) return;
    const half = span(this.view) / 2;
    this.show(clamp({ fromNs: mark.fromNs - half, toNs: mark.fromNs + half }, this.endNs));
  }

  private changed(): void {
    this.count++;
    this.emitter.emit();
  }
}

/** A mark in words: what it is, when, how long. */
export function markText(m: TimelineMark): string {
  const long = m.toNs > m.fromNs ? `, ${spanText(m.toNs - m.fromNs)}` : '';
  const what = m.value === undefined ? (m.n > 1 ? `${m.n} rows` : m.label) : `${m.value} rows`;
  return `${what} at ${spanText(m.fromNs)}${long}${m.bad === true ? ', fault' : ''}`;
}

function inOrder({ fromNs, toNs }: Stretch): Stretch {
  return fromNs <= toNs ? { fromNs, toNs } : { fromNs: toNs, toNs: fromNs };
}

function rowsOf(tracks: readonly TimelineTrack[], closed: ReadonlySet<string>): readonly ListRow[] {
  return [...Map.groupBy(tracks, (t) => t.group)].flatMap(([group, list]): ListRow[] => {
    const open = !closed.has(group);
    const heading: ListRow = { label: group, track: undefined, open };
    return open ? [heading, ...list.map((track) => ({ label: track.label, track, open }))] : [heading];
  });
}

function same(a: readonly ListRow[], b: readonly ListRow[]): boolean {
  return a.length === b.length && a.every((row, i) => row.label === b[i]?.label && row.track?.id === b[i]?.track?.id);
}
