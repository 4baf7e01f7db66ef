/**
 * Runs a session's journal again from power-on and compares every recorded register access. Same inputs, same
 * build: same accesses, bit for bit; the first difference is reported with both sides.
 */
import { BadInput } from '../../base/errors.ts';
import { hex } from '../../base/bits.ts';
import type { Input } from '../../protocol/inputs.ts';
import { INITIATORS, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { EngineControl } from '../engine/control.ts';
import { decodeInput } from '../engine/journal.ts';
import type { Recorder } from '../engine/recorder.ts';
import { Timeline } from '../engine/timeline.ts';
import { readInfo, type SessionReader } from '../session/reader.ts';
import { TRIMMED_FROM } from '../session/schema.ts';
import { mcuRegisterAt, registerAt, wordName } from '../../spec/registers/lookup.ts';

/** One access as both sides of a comparison give it. */
export interface ComparedAccess {
  readonly seq: number;
  readonly timeNs: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly oldValue: number;
}

export interface Difference {
  readonly seq: number;
  readonly recorded: ComparedAccess | undefined;
  readonly replayed: ComparedAccess | undefined;
  readonly text: string;
}

export interface ReplayResult {
  readonly identical: boolean;
  readonly compared: number;
  readonly inputs: number;
  readonly firstDifference: Difference | undefined;
}

/** Ends the replay at the first difference. */
class Parted extends Error {
  readonly difference: Difference;
  constructor(difference: Difference) {
    super(difference.text);
    this.difference = difference;
  }
}

interface AccessRow {
  readonly seq: number;
  readonly time_ns: number;
  readonly meta: number;
  readonly offset: number;
  readonly value: number;
  readonly old_value: number;
}

/** Compares what the engine records with the rows of a session, in order. */
class ComparingRecorder implements Recorder {
  compared = 0;
  private readonly rows: IterableIterator<AccessRow>;

  /** Rows before this time were left out of the session (lab/trim.ts). */
  private readonly fromNs: number;

  constructor(rows: IterableIterator<AccessRow>, fromNs: number) {
    this.rows = rows;
    this.fromNs = fromNs;
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, oldValue: number): void {
    if (timeNs < this.fromNs) return;
    const replayed = { seq, timeNs, meta, offset, value: value >>> 0, oldValue: oldValue >>> 0 };
    const next = this.rows.next();
    if (next.done === true) throw new Parted(describe(undefined, replayed));
    const r = next.value;
    const recorded = {
      seq: r.seq,
      timeNs: r.time_ns,
      meta: r.meta,
      offset: r.offset,
      value: r.value,
      oldValue: r.old_value,
    };
    const same = (Object.keys(recorded) as (keyof ComparedAccess)[]).every((k) => recorded[k] === replayed[k]);
    if (!same) throw new Parted(describe(recorded, replayed));
    this.compared++;
  }

  record<K extends RecordKind>(_kind: K, _row: RecordKinds[K]): void {}

  flush(): void {}

  /** Throws when the session has accesses that the replay did not make. */
  end(): void {
    const next = this.rows.next();
    if (next.done === true) return;
    const r = next.value;
    const recorded = {
      seq: r.seq,
      timeNs: r.time_ns,
      meta: r.meta,
      offset: r.offset,
      value: r.value,
      oldValue: r.old_value,
    };
    throw new Parted(describe(recorded, undefined));
  }
}

function describe(recorded: ComparedAccess | undefined, replayed: ComparedAccess | undefined): Difference {
  const seq = recorded?.seq ?? replayed?.seq ?? 0;
  const text = `access ${seq}: recorded ${say(recorded)}, replayed ${say(replayed)}`;
  return { seq, recorded, replayed, text };
}

function say(a: ComparedAccess | undefined): string {
  if (a === undefined) return 'nothing';
  const at = a.meta & 8 ? mcuRegisterAt(a.offset) : registerAt(a.offset);
  const name = at === undefined ? hex(a.offset) : wordName(at);
  const who = INITIATORS[a.meta & 3] ?? '?';
  return `${who} ${a.meta & 4 ? 'writes' : 'reads'} ${name} = ${hex(a.value)} (before: ${hex(a.oldValue)}) at ${a.timeNs} ns`;
}

interface InputRow {
  readonly seq: number;
  readonly kind: string;
  readonly payload: string;
}

/** The inputs of a session in order, one at a time. BadInput for a journal that is damaged. */
export function* readJournal(session: SessionReader): Generator<Input> {
  const { db } = session;
  const inputs = db.prepare('SELECT seq, kind, payload FROM input_row ORDER BY seq').all() as InputRow[];
  const blob = db.prepare('SELECT bytes FROM blob_row WHERE sha256 = ?');
  const blobOf = (hash: string): Uint8Array | undefined => (blob.get(hash) as { bytes: Uint8Array } | undefined)?.bytes;
  for (const [i, row] of inputs.entries()) {
    const input = decodeInput(row.payload, blobOf);
    if ((input.kind === 'power-on') !== (i === 0)) {
      throw new BadInput({
        file: session.path,
        rule: `input ${row.seq} (${row.kind}) ${i === 0 ? 'comes before power-on' : 'is a second power-on'}`,
        remedy: 'The journal is damaged.',
      });
    }
    yield input;
  }
}

/** How many inputs the journal has. */
function countInputs(session: SessionReader): number {
  return (session.db.prepare('SELECT count(*) AS n FROM input_row').get() as { n: number }).n;
}

/** Re-executes the journal. BadInput when the journal itself is damaged. */
export function replaySession(
  session: SessionReader,
  progress: (done: number, total: number) => void = () => {},
): ReplayResult {
  const { db } = session;
  const total = countInputs(session);
  const rows = db
    .prepare('SELECT seq, time_ns, meta, offset, value, old_value FROM access_row ORDER BY seq')
    .iterate() as IterableIterator<AccessRow>;
  const recorder = new ComparingRecorder(rows, Number(readInfo(session)[TRIMMED_FROM] ?? 0));
  let timeline: Timeline | undefined;
  try {
    let done = 0;
    for (const input of readJournal(session)) {
      progress(done++, total);
      if (input.kind === 'power-on') timeline = new Timeline(input, recorder, new EngineControl());
      else timeline?.apply(input);
    }
    recorder.end();
  } catch (error) {
    if (!(error instanceof Parted)) throw error;
    return { identical: false, compared: recorder.compared, inputs: total, firstDifference: error.difference };
  } finally {
    rows.return?.();
  }
  return { identical: true, compared: recorder.compared, inputs: total, firstDifference: undefined };
}
