/**
 * The engine's side of recording: puts accesses into the shared ring and other rows on the port of the session's
 * thread. Implements the engine's `Recorder`.
 */
import { ACCESS_WORDS, type RecordKind, type RecordKinds } from './records.ts';
import { TWO32 } from '../base/bits.ts';
import { CTRL, PUBLISH_EVERY, RING_RECORDS, type RingMemory } from './ring.ts';

/** Rows sent in one message, and messages that may be under way before the engine waits. */
const ROWS_PER_MESSAGE = 512;
const MESSAGES_UNDER_WAY = 64;
/** How long one wait for the session's thread may take before it is looked at again, in ms. */
const WAIT_MS = 1000;
/** Exact, and faster than to divide. */
const PER_TWO32 = 1 / TWO32;

/** The part of a message port that is used here. */
export interface RowPort {
  postMessage(rows: readonly RowMessage[]): void;
}

export interface RowMessage {
  readonly kind: RecordKind;
  readonly row: RecordKinds[RecordKind];
}

export class RingRecorder {
  private readonly control: Int32Array;
  private readonly words: Int32Array;
  private readonly port: RowPort;
  private head = 0;
  private limit = RING_RECORDS;
  private rows: RowMessage[] = [];

  constructor(memory: RingMemory, port: RowPort) {
    this.control = new Int32Array(memory.control);
    this.words = new Int32Array(memory.records);
    this.port = port;
  }

  /** True once the file could not be written: later rows are not stored. */
  get failed(): boolean {
    return Atomics.load(this.control, CTRL.FAILED) !== 0;
  }

  access(
    seq: number,
    timeNs: number,
    meta: number,
    offset: number,
    value: number,
    oldValue: number,
    cause: number,
  ): void {
    const { head, words: w } = this;
    if (head === this.limit) this.makeRoom();
    const at = (head & (RING_RECORDS - 1)) * ACCESS_WORDS;
    w[at] = seq;
    w[at + 1] = timeNs;
    w[at + 2] = timeNs * PER_TWO32;
    w[at + 3] = meta;
    w[at + 4] = offset;
    w[at + 5] = value;
    w[at + 6] = oldValue;
    w[at + 7] = cause;
    this.head = (head + 1) | 0;
    if ((this.head & (PUBLISH_EVERY - 1)) === 0) this.publish();
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.rows.push({ kind, row });
    if (this.rows.length >= ROWS_PER_MESSAGE) this.send();
  }

  /** Waits until every row so far is committed. */
  flush(): void {
    this.publish();
    this.send();
    const asked = Atomics.add(this.control, CTRL.FLUSH_ASKED, 1) + 1;
    this.wake();
    this.waitFor(CTRL.FLUSH_DONE, (done) => done >= asked);
  }

  /** Hands what there is to the session's thread without waiting. */
  hand(): void {
    this.publish();
    this.send();
    this.wake();
  }

  private publish(): void {
    Atomics.store(this.control, CTRL.HEAD, this.head);
    Atomics.notify(this.control, CTRL.HEAD);
  }

  private send(): void {
    if (this.rows.length === 0) return;
    this.port.postMessage(this.rows);
    this.rows = [];
    const sent = Atomics.add(this.control, CTRL.SENT, 1) + 1;
    this.wake();
    if (sent - Atomics.load(this.control, CTRL.TAKEN) > MESSAGES_UNDER_WAY) {
      this.waitFor(CTRL.TAKEN, (taken) => sent - taken <= MESSAGES_UNDER_WAY);
    }
  }

  private wake(): void {
    Atomics.add(this.control, CTRL.WAKE, 1);
    Atomics.notify(this.control, CTRL.HEAD);
  }

  private makeRoom(): void {
    this.publish();
    this.wake();
    this.waitFor(CTRL.TAIL, (tail) => ((this.head - tail) | 0) < RING_RECORDS);
    const used = (this.head - Atomics.load(this.control, CTRL.TAIL)) | 0;
    this.limit = (this.head + RING_RECORDS - used) | 0;
  }

  private waitFor(word: number, done: (value: number) => boolean): void {
    for (let value = Atomics.load(this.control, word); !done(value); value = Atomics.load(this.control, word)) {
      if (Atomics.load(this.control, CTRL.CLOSED) !== 0) return;
      Atomics.wait(this.control, word, value, WAIT_MS);
    }
  }
}
