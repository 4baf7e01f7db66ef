/**
 * What the engine asks of whoever records it. `main/session` implements it over SQLite; tests use a list.
 * Recording never influences the machine.
 */
import type { RecordKind, RecordKinds } from '../../protocol/records.ts';

export interface Recorder {
  /**
   * One register access; the hot path. `meta` as packed by `packMeta`, `cause` an id made known by a `cause` row.
   */
  access(
    seq: number,
    timeNs: number,
    meta: number,
    offset: number,
    value: number,
    oldValue: number,
    cause: number,
  ): void;
  /** Any other row. Jobs and fences may be written again with the same id: the newest wins. */
  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void;
  /** Makes sure that all rows so far are on disk. */
  flush(): void;
}

/** Records nothing: for forks that only look ahead. */
export const nullRecorder: Recorder = {
  access() {},
  record() {},
  flush() {},
};
