/**
 * The rows of one history of a session: those of the newest branch and what led to it (lineage.ts), in order, with
 * times that never go back. What draws time along one axis (waveforms, traces, lists of accesses) goes by these.
 */
import { TWO32 } from '../../../base/bits.ts';
import { accessLog, type AccessKind } from '../accesses.ts';
import { lineage, type Segment } from '../lineage.ts';
import type { SessionReader } from '../reader.ts';

/** Who accessed what and how, as a condition may ask. */
export type AccessFacts = Pick<AccessKind, 'initiator' | 'op' | 'block' | 'name' | 'offset' | 'cause'>;

export interface AccessRow {
  readonly seq: number;
  readonly timeNs: number;
  readonly value: number;
  readonly kind: AccessFacts;
}

interface OldRow extends AccessFacts {
  readonly seq: number;
  readonly time_ns: number;
  readonly value: number;
}

export interface JobViewRow {
  readonly id: number;
  readonly group_id: number;
  readonly queue: number;
  readonly submitted_ns: number;
  readonly started_ns: number | null;
  readonly finished_ns: number | null;
  readonly stream_va: number | string;
  readonly stream_size: number;
  readonly status: string;
  readonly fault: string | null;
}

export interface FenceViewRow {
  readonly id: number;
  readonly kind: string;
  readonly point: number;
  readonly created_ns: number;
  readonly signalled_ns: number | null;
  readonly cause: string;
}

/** Views with `seq` and `time_ns`, but for register accesses. */
const TIMED = ['mcu_event', 'irq', 'driver_log', 'input', 'cs_event'];

export class History {
  readonly session: SessionReader;
  readonly segments: readonly Segment[];

  constructor(session: SessionReader) {
    this.session = session;
    this.segments = lineage(session);
  }

  /** Rows of a view that has `seq`, in order; `where` is SQL over its columns. */
  *rows<T>(view: string, columns: string, where = '1'): Generator<T> {
    const statement = this.session.db.prepare(
      `SELECT ${columns} FROM ${view} WHERE seq > ? AND seq <= ? AND (${where}) ORDER BY seq`,
    );
    for (const s of this.segments) {
      const to = Math.min(s.toSeq, Number.MAX_SAFE_INTEGER);
      for (const row of statement.iterate(BigInt(s.fromSeq), BigInt(to))) yield row as T;
    }
  }

  /** Register accesses of the kinds that are wanted, in order. */
  *accesses(wanted: (kind: AccessFacts) => boolean): Generator<AccessRow> {
    const log = accessLog(this.session);
    if (log !== undefined) {
      for (const s of this.segments) yield* log.those(wanted, s.fromSeq + 1, s.toSeq);
      return;
    }
    const columns = 'seq, time_ns, initiator, op, block, name, offset, value, cause';
    for (const row of this.rows<OldRow>('register_access', columns)) {
      if (wanted(row)) yield { seq: row.seq, timeNs: row.time_ns, value: row.value, kind: row };
    }
  }

  jobs(): JobViewRow[] {
    return this.ofBranches(
      this.session.db.prepare('SELECT * FROM job ORDER BY submitted_ns, id').all() as JobViewRow[],
      (j) => j.submitted_ns,
    );
  }

  fences(): FenceViewRow[] {
    return this.ofBranches(
      this.session.db.prepare('SELECT * FROM fence ORDER BY created_ns, id').all() as FenceViewRow[],
      (f) => f.created_ns,
    );
  }

  /** Virtual time of the last row of the history. */
  get endNs(): number {
    const log = accessLog(this.session);
    let end = 0;
    if (log !== undefined) for (const s of this.segments) end = Math.max(end, log.before(s.toSeq, s.fromSeq + 1) ?? 0);
    for (const view of [...(log === undefined ? ['register_access'] : []), ...TIMED]) {
      for (const s of this.segments) {
        const at = this.session.db
          .prepare(`SELECT max(time_ns) FROM ${view} WHERE seq > ? AND seq <= ?`)
          .pluck()
          .get(BigInt(s.fromSeq), BigInt(Math.min(s.toSeq, Number.MAX_SAFE_INTEGER))) as number | null;
        end = Math.max(end, at ?? 0);
      }
    }
    return end;
  }

  /** Ids of jobs and fences carry their branch above bit 32; of an older branch, what came before it was left. */
  private ofBranches<T extends { readonly id: number }>(rows: readonly T[], time: (row: T) => number): T[] {
    const ends = new Map(this.segments.map((s) => [s.branch, this.leftAt(s)]));
    return rows.filter((row) => time(row) <= (ends.get(Math.floor(row.id / TWO32)) ?? -1));
  }

  private leftAt(s: Segment): number {
    if (s.toSeq === Infinity) return Infinity;
    const at = this.session.db.prepare('SELECT time_ns FROM input WHERE seq = ?').pluck().get(s.toSeq);
    return (at as number | undefined) ?? Infinity;
  }
}
