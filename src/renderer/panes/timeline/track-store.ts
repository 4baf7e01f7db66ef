/**
 * Marks of the tracks in view, asked of the session as the view moves: a range somewhat wider than the view, never
 * two questions of one track at a time, the newest view wins. What is on the screen stays until better marks come.
 */
import type { Client } from '../../../protocol/client.ts';
import { MAX_PIXELS, type FlowStep, type TimelineMark, type TimelineTrack } from '../../../protocol/window.ts';
import { Emitter } from '../../lib/emitter.ts';
import { messageOf } from '../../lib/errors.ts';
import { covers, rangeFor, type Fetched } from './marks.ts';
import type { View } from './scale.ts';

/** What a track shows. */
export interface TrackData {
  readonly range: Fetched;
  readonly marks: readonly TimelineMark[];
}

interface TrackState {
  data: TrackData | undefined;
  busy: boolean;
  /** The record grew since, or the answer was not whole: ask again although the range fits. */
  stale: boolean;
  /** The last question failed: not asked again before the session is looked at anew, or drawing would ask for ever. */
  failed: boolean;
}

interface Wanted {
  readonly view: View;
  readonly width: number;
  readonly tracks: readonly string[];
}

export interface TrackList {
  readonly tracks: readonly TimelineTrack[];
  /** Newest time of the record. */
  readonly endNs: number;
  readonly branch: number;
}

const NONE: TrackList = { tracks: [], endNs: 0, branch: 0 };

/** The track of the markers, which a person may change at any time. */
const NOTES = 'note';

export class TrackStore {
  private readonly client: Pick<Client, 'call'>;
  private readonly session: string;
  private readonly emitter = new Emitter();
  private readonly states = new Map<string, TrackState>();
  private wanted: Wanted | undefined;
  private current: TrackList = NONE;
  private failed: string | undefined;
  private listBusy = false;
  private listAgain = false;

  constructor(client: Pick<Client, 'call'>, session: string) {
    this.client = client;
    this.session = session;
  }

  readonly subscribe = this.emitter.subscribe;
  readonly list = (): TrackList => this.current;
  /** What the last question failed with. */
  readonly error = (): string | undefined => this.failed;

  data(track: string): TrackData | undefined {
    return this.states.get(track)?.data;
  }

  /** Asks which tracks there are, and anew for marks that may have changed. */
  refresh(): void {
    if (this.listBusy) {
      this.listAgain = true;
      return;
    }
    this.listBusy = true;
    this.client.call('timeline.tracks', { session: this.session }).then(
      ({ tracks, toNs, branch }) => {
        this.listBusy = false;
        const grown = toNs !== this.current.endNs || branch !== this.current.branch;
        // Marks before the old end stay as they are, unless another branch was taken up.
        for (const [id, s] of this.states) {
          const reaches = s.data === undefined || s.data.range.toNs >= this.current.endNs;
          if ((grown && (reaches || branch !== this.current.branch)) || id === NOTES) s.stale = true;
          s.failed = false;
        }
        this.failed = undefined;
        this.current = { tracks, endNs: toNs, branch };
        this.emitter.emit();
        this.ask();
        if (this.listAgain) {
          this.listAgain = false;
          this.refresh();
        }
      },
      (error: unknown) => {
        this.listBusy = false;
        this.fail(error);
      },
    );
  }

  /** Says what is on the screen. */
  want(view: View, width: number, tracks: readonly string[]): void {
    this.wanted = { view, width, tracks };
    this.ask();
  }

  /** Marks of a track in any range, for what is not on the screen. */
  async marks(track: string, fromNs: number, toNs: number): Promise<readonly TimelineMark[]> {
    const range = { fromNs: Math.max(0, Math.floor(fromNs)), toNs: Math.ceil(toNs) };
    if (range.toNs <= range.fromNs) return [];
    const { session } = this;
    return (await this.client.call('timeline.slices', { session, track, ...range, pixels: MAX_PIXELS })).marks;
  }

  /** Rows on the way of the job that a row belongs to. */
  async flow(track: string, key: number): Promise<readonly FlowStep[]> {
    return (await this.client.call('timeline.flow', { session: this.session, track, key })).steps;
  }

  private ask(): void {
    const { wanted } = this;
    if (wanted === undefined || wanted.width <= 0) return;
    for (const id of wanted.tracks) {
      const state = this.states.get(id) ?? { data: undefined, busy: false, stale: true, failed: false };
      this.states.set(id, state);
      const fits = state.data !== undefined && covers(state.data.range, wanted.view, wanted.width);
      if (state.busy || state.failed || (fits && !state.stale)) continue;
      this.fetch(id, state, rangeFor(wanted.view, wanted.width, MAX_PIXELS));
    }
  }

  private fetch(track: string, state: TrackState, range: Fetched): void {
    state.busy = true;
    state.stale = false;
    const { session } = this;
    this.client.call('timeline.slices', { session, track, ...range }).then(
      ({ marks, complete }) => {
        state.busy = false;
        state.data = { range, marks };
        if (!complete) state.stale = true;
        this.emitter.emit();
        this.ask();
      },
      (error: unknown) => {
        state.busy = false;
        state.failed = true;
        this.fail(error);
      },
    );
  }

  private fail(error: unknown): void {
    this.failed = messageOf(error);
    this.emitter.emit();
  }
}
