/**
 * A stored journal run on a bench that writes a session of its own: what trimming, shrinking and importing share.
 * A refused input (a call of a client that is not there any more) is part of the history and does not end the run.
 */
import { BadInput, LimitReached, UsageError } from '../../base/errors.ts';
import { ACCESS_WORDS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import { TWO32 } from '../../base/bits.ts';
import { EngineControl } from '../engine/control.ts';
import { decodeInput } from '../engine/journal.ts';
import type { Recorder } from '../engine/recorder.ts';
import { Timeline } from '../engine/timeline.ts';
import { BUILD, buildId } from '../session/build-id.ts';
import type { SessionReader } from '../session/reader.ts';
import { SessionWriter } from '../session/writer.ts';

export interface JournalEntry {
  readonly seq: number;
  readonly timeNs: number;
  readonly branch: number;
  readonly input: Input;
}

export interface Journal {
  readonly powerOn: InputOf<'power-on'>;
  /** All inputs after power-on, in order. */
  readonly entries: readonly JournalEntry[];
}

/** The journal of a session. BadInput when it is damaged, or its blobs were left out. */
export function readJournal(session: SessionReader): Journal {
  const blob = session.db.prepare('SELECT bytes FROM blob_row WHERE sha256 = ?').pluck();
  const blobOf = (hash: string): Uint8Array | undefined =>
    (blob.get(hash) as Uint8Array | null | undefined) ?? undefined;
  const rows = session.db.prepare('SELECT seq, time_ns, branch, payload FROM input ORDER BY seq').all() as {
    readonly seq: number;
    readonly time_ns: number;
    readonly branch: number;
    readonly payload: string;
  }[];
  const entries = rows.map((r) => {
    return { seq: r.seq, timeNs: r.time_ns, branch: r.branch, input: decodeInput(r.payload, blobOf) };
  });
  const [first, ...rest] = entries;
  if (first?.input.kind !== 'power-on') {
    throw new BadInput({
      file: session.path,
      rule: 'the journal does not begin with power-on',
      remedy: 'The session is damaged, or was written without its journal.',
    });
  }
  return { powerOn: first.input, entries: rest };
}

/** Accesses collected before they are written. */
const BATCH = 4096;

/** Writes a session file in the thread of the engine. `keep` says which rows are wanted, by their time. */
export class FileRecorder implements Recorder {
  readonly writer: SessionWriter;
  private readonly keep: (timeNs: number) => boolean;
  private readonly words = new Int32Array(BATCH * ACCESS_WORDS);
  private count = 0;

  constructor(path: string, keep: (timeNs: number) => boolean = () => true) {
    this.writer = new SessionWriter(path);
    this.writer.begin();
    this.writer.row('info', { key: BUILD, value: buildId() });
    this.keep = keep;
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, old: number, cause: number): void {
    if (!this.keep(timeNs)) return;
    this.words.set([seq, timeNs, timeNs / TWO32, meta, offset, value, old, cause], this.count * ACCESS_WORDS);
    if (++this.count === BATCH) this.spill();
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    if (this.keep(timeOf(kind, row))) this.writer.row(kind, row);
  }

  flush(): void {
    this.spill();
    this.writer.commit();
    this.writer.begin();
  }

  close(): void {
    this.spill();
    this.writer.close();
  }

  private spill(): void {
    if (this.count > 0) this.writer.accesses(this.words, 0, this.count);
    this.count = 0;
  }
}

/** Time that decides whether a row is wanted; rows that all others lean on always are. */
function timeOf<K extends RecordKind>(kind: K, row: RecordKinds[K]): number {
  if (kind === 'input' || kind === 'snapshot' || kind === 'blob' || kind === 'cause' || kind === 'info')
    return Infinity;
  if ('finishedNs' in row) return row.finishedNs ?? Infinity;
  if ('signalledNs' in row) return row.signalledNs ?? Infinity;
  return 'timeNs' in row ? row.timeNs : Infinity;
}

/** Ends runs that were asked to end, or take longer than `limitMs` of wall time. */
export class BoundedControl extends EngineControl {
  private readonly untilMs: number;
  private readonly stopped: () => boolean;

  constructor(limitMs = Infinity, stopped: () => boolean = () => false) {
    super();
    this.untilMs = performance.now() + limitMs;
    this.stopped = stopped;
  }

  override check(timeNs: number): void {
    super.check(timeNs);
    if (this.stopped()) throw new LimitReached('stopped on request');
    if (performance.now() > this.untilMs) throw new LimitReached('the run took too long');
  }
}

/** Powers a bench on and lets the inputs take effect; gives the bench at the end. */
export function runInputs(
  powerOn: InputOf<'power-on'>,
  inputs: Iterable<Input>,
  recorder: Recorder,
  control: EngineControl = new EngineControl(),
  progress: (done: number) => void = () => {},
): Timeline {
  const bench = new Timeline(powerOn, recorder, control);
  bench.engine.recordInfo({});
  let done = 0;
  for (const input of inputs) {
    progress(done++);
    try {
      bench.apply(input);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return bench;
}
