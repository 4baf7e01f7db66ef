/**
 * Two sessions side by side for a window: the summary of all lanes, and pages of the pairs of one lane. The pairs of
 * a lane are made once and kept while it is looked at.
 */
import { UsageError } from '../../base/errors.ts';
import type { Result } from '../../protocol/messages.ts';
import { align, type Pair } from './align.ts';
import { diffSections, diffSessions, laneItems, type Item, type SessionDiff } from './diff.ts';
import { writeHtml } from './export/report.ts';
import { writeWhole, type Progress } from './export/sink.ts';
import { openSession, type SessionReader } from './reader.ts';

/** Pairs of a lane that are kept (chosen: some tens of megabytes); the summary counts all. */
const MOST_PAIRS = 200_000;

export interface PairsQuery {
  readonly lane: string;
  readonly offset: number;
  readonly limit: number;
}

export interface FindQuery {
  readonly lane: string;
  /** Pair to look from, -1 for the beginning. */
  readonly from: number;
  readonly direction: 'next' | 'previous';
}

type PairsPage = Result<'session.comparePairs'>;

export class Comparison {
  private readonly a: SessionReader;
  private readonly b: SessionReader;
  private summary: SessionDiff | undefined;
  private lane = '';
  private pairs: Pair<Item>[] = [];
  private more = false;

  /** `a` stays the caller's; the other file is opened here. */
  constructor(a: SessionReader, other: string) {
    this.a = a;
    this.b = openSession(other);
  }

  diff(progress: Progress = () => {}): SessionDiff {
    this.summary ??= diffSessions(this.a, this.b, (_, done) => progress(done));
    return this.summary;
  }

  page({ lane, offset, limit }: PairsQuery): PairsPage {
    this.take(lane);
    const side = (i: Item | undefined): { key: number; timeNs: number; text: string } | undefined =>
      i === undefined ? undefined : { key: i.key, timeNs: i.timeNs, text: i.text };
    const rows = this.pairs.slice(offset, offset + limit).map(({ a, b, same }) => {
      const [left, right] = [side(a), side(b)];
      return { same, ...(left === undefined ? {} : { a: left }), ...(right === undefined ? {} : { b: right }) };
    });
    return { total: this.pairs.length, more: this.more, offset, rows };
  }

  /** The next pair that differs. */
  find({ lane, from, direction }: FindQuery): { index?: number } {
    this.take(lane);
    const step = direction === 'next' ? 1 : -1;
    for (let i = from + step; i >= 0 && i < this.pairs.length; i += step) {
      if (this.pairs[i]?.same === false) return { index: i };
    }
    return {};
  }

  /** The comparison as a page that stands alone. */
  report(target: string, nameA: string, nameB: string): void {
    writeWhole(target, (out) => writeHtml(`${nameA} and ${nameB}`, diffSections(this.diff(), nameA, nameB), out));
  }

  close(): void {
    this.b.close();
  }

  private take(lane: string): void {
    if (lane === this.lane) return;
    const items = [this.a, this.b].map((session) => laneItems(session, lane));
    const [a, b] = items;
    if (a === undefined || b === undefined) throw new UsageError(`there is no lane "${lane}"`);
    this.pairs = [];
    this.more = false;
    for (const pair of align(a, b)) {
      if (this.pairs.length === MOST_PAIRS) {
        this.more = true;
        break;
      }
      this.pairs.push(pair);
    }
    this.lane = lane;
  }
}
