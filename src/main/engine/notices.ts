/**
 * What an engine tells without being asked: that something may have changed, ten times a second at most and the
 * last time always, and the lines of the driver's log. Neither influences the machine.
 */
import type { NoticeName } from '../../protocol/messages.ts';
import type { RecordKind, RecordKinds } from '../../protocol/records.ts';
import type { Recorder } from './recorder.ts';

/** Shortest time between two `changed` notices, in ms (chosen: ten a second look live). */
const CHANGED_EVERY_MS = 100;
/** Lines of the log passed on in each such time; more are in the session (chosen). */
const LINES_PER_TURN = 200;

type Notify = (notice: NoticeName, data: unknown) => void;

/** Sends `changed` with what `facts` gives. */
export class ChangeNotice {
  private readonly notify: Notify;
  private readonly facts: () => unknown;
  private due = false;
  private sentMs = -Infinity;

  constructor(notify: Notify, facts: () => unknown) {
    this.notify = notify;
    this.facts = facts;
  }

  /** Something may be different now. */
  touch(): void {
    this.due = true;
  }

  /** Sends what is due; the ms after which it wants to be asked again. */
  tick(nowMs: number): number {
    if (!this.due) return Infinity;
    const wait = this.sentMs + CHANGED_EVERY_MS - nowMs;
    if (wait > 0) return wait;
    this.due = false;
    this.sentMs = nowMs;
    this.notify('changed', this.facts());
    return Infinity;
  }
}

/** Passes records on and tells about the driver's log on the way. */
export class LogTap implements Recorder {
  private readonly next: Recorder;
  private readonly notify: Notify;
  private lines = 0;
  private skipped = 0;

  constructor(next: Recorder, notify: Notify) {
    this.next = next;
    this.notify = notify;
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, old: number, cause: number): void {
    this.next.access(seq, timeNs, meta, offset, value, old, cause);
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.next.record(kind, row);
    if (kind !== 'driverLog') return;
    const { timeNs, level, source, message } = row as RecordKinds['driverLog'];
    if (++this.lines <= LINES_PER_TURN) this.notify('log', { timeNs, level, source, message });
    else this.skipped++;
  }

  flush(): void {
    this.next.flush();
  }

  /** A new turn begins: lines may pass again. */
  turn(): void {
    if (this.skipped > 0) {
      this.notify('alert', { message: `${this.skipped} more lines of the driver's log are in the session` });
    }
    this.lines = 0;
    this.skipped = 0;
  }
}
