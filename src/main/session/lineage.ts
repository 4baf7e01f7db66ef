/**
 * Which rows make up the history that a bench stands at the end of. Each restore and each power-cycle begins a new
 * branch; rows carry ever larger `seq`, so a branch is a range of them, and the newest history is a chain of ranges:
 * of each older branch what came before the snapshot that was gone back to. Along the chain time never goes back.
 */
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
    .prepare("SELECT seq, kind, payload FROM input WHERE kind IN ('restore', 'power-cycle', 'snapshot') ORDER BY seq")
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
    const mark = row.kind === 'restore' ? marks[snapshotOf(row.payload) - 1] : undefined;
    chain = mark === undefined ? [open] : [...cut(mark.chain, mark.seq), open];
  }
  return chain;
}

function cut(chain: readonly Segment[], seq: number): Segment[] {
  return chain.map((s) => (s.toSeq === Infinity ? { ...s, toSeq: seq } : s));
}

function snapshotOf(payload: string): number {
  try {
    const input: unknown = JSON.parse(payload);
    return typeof input === 'object' && input !== null && 'snapshot' in input ? Number(input.snapshot) : 0;
  } catch {
    return 0;
  }
}
