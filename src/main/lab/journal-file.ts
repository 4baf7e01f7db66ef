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
import type { EngineState } from '../engine/engine.ts';
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

  /** `passing`: a file that is looked at once (SessionWriter). */
  constructor(path: string, keep: (timeNs: number) => boolean = () => true, passing = false) {
    this.writer = new SessionWriter(path, passing);
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

/** Ends runs that were asked to end, or take longer than `limitMs` of wall time since it was made or renewed. */
export class BoundedControl extends EngineControl {
  private readonly limitMs: number;
  readonly stopped: () => boolean;
  private untilMs = 0;

  constructor(limitMs = Infinity, stopped: () => boolean = () => false) {
    super();
    this.limitMs = limitMs;
    this.stopped = stopped;
    this.renew();
  }

  renew(): void {
    this.untilMs = performance.now() + this.limitMs;
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
  applyAll(bench, inputs, progress);
  return bench;
}

/** Lets inputs take effect; what was refused is refused again. */
export function applyAll(bench: Timeline, inputs: Iterable<Input>, progress: (done: number) => void = () => {}): void {
  let done = 0;
  for (const input of inputs) {
    progress(done++);
    try {
      bench.apply(input);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
}

/** Keeps rows, to give them to other recorders. */
class Rows implements Recorder {
  readonly rows: ((to: Recorder) => void)[] = [];

  access(...access: Parameters<Recorder['access']>): void {
    this.rows.push((to) => to.access(...access));
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.rows.push((to) => to.record(kind, row));
  }

  flush(): void {}
}

/** Runs many lists of inputs on one bench, each from power-on, each with a recorder of its own. */
export class Runs {
  private readonly powerOn: InputOf<'power-on'>;
  private readonly control: BoundedControl;
  private bench: Timeline | undefined;
  private fresh: EngineState | undefined;
  private readonly begin = new Rows();

  /** Each run may take `limitMs` of wall time, and ends when `stopped`. */
  constructor(powerOn: InputOf<'power-on'>, limitMs: number, stopped: () => boolean) {
    this.powerOn = powerOn;
    this.control = new BoundedControl(limitMs, stopped);
  }

  /** Asked to end. */
  get stopped(): boolean {
    return this.control.stopped();
  }

  /** Throws what the bench throws; the next run is not touched by it. */
  run(inputs: Iterable<Input>, recorder: Recorder): void {
    this.control.renew();
    if (this.bench === undefined || this.bench.engine.powerOn !== this.powerOn) {
      this.begin.rows.length = 0;
      this.bench = new Timeline(this.powerOn, this.begin, this.control);
      this.bench.engine.recordInfo({});
      this.fresh = this.bench.engine.save();
    }
    if (this.fresh === undefined) return;
    const { bench, fresh } = this;
    // A run that was ended in the middle of something leaves a bench that cannot be used again.
    this.bench = undefined;
    for (const row of this.begin.rows) row(recorder);
    bench.startOver(recorder, fresh);
    applyAll(bench, inputs);
    this.bench = bench;
  }
}
