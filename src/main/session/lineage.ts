/**
 * Which rows make up the history that a bench stands at the end of. Each restore, power-cycle and travel in time begins
 * a new branch; rows carry ever larger `seq`, so a branch is a range of them, and the newest history is a chain of ranges:
 * of each older branch what came before the snapshot that was gone back to. Along the chain time never goes back.
 */
import { accessLog } from './accesses.ts';
import type { SessionReader } from './reader.ts';

export interface Segment {
  readonly branch: number;
  /** Rows with `fromSeq` < seq <= `toSeq`. */
  readonly fromSeq: number;
  readonly toSeq: number;
}

interface Fork {
  readonly seq: number;
  readonly kind: string;
  readonly payload: string;
}

/** The chain of the newest branch, oldest first; the last one is open at its end. */
export function lineage(session: SessionReader): Segment[] {
  const rows = session.db
    .prepare(
      "SELECT seq, kind, payload FROM input WHERE kind IN ('restore', 'power-cycle', 'snapshot', 'seek', 'travel') ORDER BY seq",
    )
    .all() as Fork[];
  /** The chain before each snapshot, by its number. */
  const marks: { readonly chain: readonly Segment[]; readonly seq: number }[] = [];
  let chain: Segment[] = [{ branch: 0, fromSeq: -1, toSeq: Infinity }];
  let branch = 0;
  for (const row of rows) {
    if (row.kind === 'snapshot') {
      marks.push({ chain, seq: row.seq });
      continue;
    }
    const open: Segment = { branch: ++branch, fromSeq: row.seq, toSeq: Infinity };
    const kept = row.kind === 'travel' ? numberIn(row.payload, 'inputs') : undefined;
    if (kept !== undefined) {
      chain = [...cutAtInput(session, chain, row.seq, kept), open];
      continue;
    }
    if (row.kind === 'seek' || row.kind === 'travel') {
      chain = [...cutAtTime(session, chain, row.seq), open];
      continue;
    }
    const mark = row.kind === 'restore' ? marks[snapshotOf(row.payload) - 1] : undefined;
    chain = mark === undefined ? [open] : [...cut(mark.chain, mark.seq), open];
  }
  return chain;
}

function cut(chain: readonly Segment[], seq: number): Segment[] {
  return chain.map((s) => (s.toSeq === Infinity ? { ...s, toSeq: seq } : s));
}

/** The chain up to the instant that a branch begun at `seq` begins with: that of the first row after it. */
function cutAtTime(session: SessionReader, chain: readonly Segment[], seq: number): Segment[] {
  const { db } = session;
  const log = accessLog(session);
  const firsts = ['input', 'mcu_event', 'irq', 'driver_log', 'cs_event'].map(
    (view) =>
      db.prepare(`SELECT time_ns FROM ${view} WHERE seq > ? ORDER BY seq LIMIT 1`).pluck().get(seq) as
        number | undefined,
  );
  const access = log === undefined ? undefined : (log.window(seq + 1, 1)[0]?.[1] as number | undefined);
  const timeNs = Math.min(...[...firsts, access].map((t) => t ?? Infinity));
  const out: Segment[] = [];
  for (const s of chain) {
    const end = Math.min(s.toSeq, seq);
    // Inputs are the milestones: the first one later than the instant ends what is kept.
    const late = db
      .prepare('SELECT min(seq) FROM input WHERE seq > ? AND seq <= ? AND time_ns > ?')
      .pluck()
      .get(s.fromSeq, end, timeNs) as number | null;
    let to = late === null ? end : late - 1;
    log?.chunks(s.fromSeq + 1, (c) => {
      for (let i = 0; i < c.count; i++) {
        if (c.seq[i]! > s.fromSeq && c.seq[i]! <= to && c.timeNs[i]! > timeNs) {
          to = c.seq[i]! - 1;
          return false;
        }
      }
      return c.lastSeq < to;
    });
    out.push({ ...s, toSeq: to });
    if (to < end) break;
  }
  return out;
}

/** Inputs that are no part of what runs again: they say what runs again. */
const ABOUT_HISTORY = "('power-on', 'snapshot', 'restore', 'seek', 'travel', 'power-cycle')";

/** The chain up to before its input number `count` (from 0): where a debugger of streams went back to. */
function cutAtInput(session: SessionReader, chain: readonly Segment[], seq: number, count: number): Segment[] {
  const out: Segment[] = [];
  let left = count;
  for (const s of chain) {
    const end = Math.min(s.toSeq, seq - 1);
    const inputs = session.db
      .prepare(`SELECT seq FROM input WHERE seq > ? AND seq <= ? AND kind NOT IN ${ABOUT_HISTORY} ORDER BY seq`)
      .pluck()
      .all(s.fromSeq, end) as number[];
    const next = inputs[left];
    out.push({ ...s, toSeq: next === undefined ? end : next - 1 });
    if (next !== undefined) break;
    left -= inputs.length;
  }
  return out;
}

const snapshotOf = (payload: string): number => numberIn(payload, 'snapshot') ?? 0;

/** A number of an input as it was journalled; undefined where it has none. */
function numberIn(payload: string, name: string): number | undefined {
  try {
    const input: unknown = JSON.parse(payload);
    const found =
      typeof input === 'object' && input !== null ? Object.entries(input).find(([k]) => k === name) : undefined;
    return typeof found?.[1] === 'number' ? found[1] : undefined;
  } catch {
    return undefined;
  }
}
