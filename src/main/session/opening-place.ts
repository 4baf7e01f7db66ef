/**
 * Where a session opens: at the last marker somebody set, or else at the last thing that went wrong. Kept as a row of
 * `session_info` while recording, so that it is there after a crash too.
 */
import type { RecordKind, RecordKinds } from '../../protocol/records.ts';
import type { SessionReader } from './reader.ts';
import { OPENS_AT } from './schema.ts';

export interface Place {
  /** The row: a view and its key (`seq`, or `id` of jobs and notes). */
  readonly view: string;
  readonly key: number;
  readonly timeNs: number;
  readonly text: string;
  /** Set by a person: goes before anything found by itself. */
  readonly marker: boolean;
}

/** The place a row makes, if it is one worth opening at. */
export function placeOf<K extends RecordKind>(kind: K, row: RecordKinds[K]): Place | undefined {
  const found = RULES[kind];
  return found?.(row);
}

type Rule = { readonly [K in RecordKind]?: (row: RecordKinds[K]) => Place | undefined };

const TABLE: Rule = {
  note: (r) => ({ view: 'note', key: r.id, timeNs: r.timeNs, text: r.text, marker: true }),
  job: (r) =>
    r.finishedNs === undefined || r.status === 'done'
      ? undefined
      : {
          view: 'job',
          key: r.id,
          timeNs: r.finishedNs,
          text: `job ${r.id} ${r.status}${r.fault === undefined ? '' : `: ${r.fault}`}`,
          marker: false,
        },
  csEvent: (r) =>
    r.opcode === 'fault' || r.opcode === 'fatal'
      ? { view: 'cs_event', key: r.seq, timeNs: r.timeNs, text: `${r.opcode}: ${r.detail}`, marker: false }
      : undefined,
  mcuEvent: (r) =>
    r.kind === 'fatal' || r.kind === 'lockup'
      ? { view: 'mcu_event', key: r.seq, timeNs: r.timeNs, text: `MCU ${r.kind}: ${r.detail}`, marker: false }
      : undefined,
  driverLog: (r) =>
    r.level === 'err' || r.level === 'emerg'
      ? { view: 'driver_log', key: r.seq, timeNs: r.timeNs, text: r.message, marker: false }
      : undefined,
};

const RULES = TABLE as { readonly [K in RecordKind]?: (row: RecordKinds[RecordKind]) => Place | undefined };

/** The place of a stored session; undefined when nothing stands out, or what is written there makes no sense. */
export function openingPlace(session: SessionReader): Place | undefined {
  const text = session.db.prepare('SELECT value FROM session_info WHERE key = ?').pluck().get(OPENS_AT);
  if (typeof text !== 'string') return undefined;
  try {
    const place: unknown = JSON.parse(text);
    if (typeof place !== 'object' || place === null) return undefined;
    const { view, key, timeNs, text: what, marker } = place as Partial<Record<keyof Place, unknown>>;
    if (typeof view !== 'string' || typeof key !== 'number' || typeof timeNs !== 'number') return undefined;
    return { view, key, timeNs, text: String(what ?? ''), marker: marker === true };
  } catch {
    return undefined;
  }
}
