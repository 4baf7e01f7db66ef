/**
 * Runs a session's journal again from power-on and compares every recorded register access, and the events between
 * them. Same inputs, same build: the same, bit for bit; the first difference is reported with both sides. The run may
 * be changed on purpose (another firmware, another reset value, an injected fault, the other engine of the MCU) to
 * see where it parts, and may be kept as a session of its own.
 */
import { rmSync } from 'node:fs';
import { BadInput, UsageError } from '../../base/errors.ts';
import type { Input, InputOf } from '../../protocol/inputs.ts';
import type { RecordKind, RecordKinds } from '../../protocol/records.ts';
import { EngineControl } from '../engine/control.ts';
import { decodeInput } from '../engine/journal.ts';
import type { Recorder } from '../engine/recorder.ts';
import { Timeline } from '../engine/timeline.ts';
import { readInfo, type SessionReader } from '../session/reader.ts';
import { TRIMMED_FROM } from '../session/schema.ts';
import { BoundedControl, FileRecorder } from './journal-file.ts';
import { ComparingRecorder, Parted, type Difference } from './replay-compare.ts';

export interface ReplayResult {
  readonly identical: boolean;
  /** Register accesses, and rows of other views, found equal. */
  readonly compared: number;
  readonly rows: number;
  readonly inputs: number;
  readonly firstDifference: Difference | undefined;
}

/** What is done otherwise than recorded. */
export interface ReplayChanges {
  readonly engine?: 'interpreter' | 'translator';
  readonly firmware?: { readonly bytes: Uint8Array; readonly name: string };
  /** Reset values, by register name. */
  readonly overrides?: Readonly<Record<string, number>>;
  /** Faults of the board, arranged right after power-on. */
  readonly faults?: readonly InputOf<'board-fault'>[];
}

export interface ReplayOptions {
  readonly changes?: ReplayChanges;
  /** A new file that the run is recorded into; it then goes on past the first difference. */
  readonly output?: string | undefined;
  readonly progress?: (done: number, total: number) => void;
  readonly stopped?: () => boolean;
}

/** Gives everything to two recorders. */
class Both implements Recorder {
  private readonly first: Recorder;
  private readonly second: Recorder;

  constructor(first: Recorder, second: Recorder) {
    this.first = first;
    this.second = second;
  }

  access(seq: number, timeNs: number, meta: number, offset: number, value: number, old: number, cause: number): void {
    this.first.access(seq, timeNs, meta, offset, value, old, cause);
    this.second.access(seq, timeNs, meta, offset, value, old, cause);
  }

  record<K extends RecordKind>(kind: K, row: RecordKinds[K]): void {
    this.first.record(kind, row);
    this.second.record(kind, row);
  }

  flush(): void {
    this.first.flush();
    this.second.flush();
  }
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

/** The machine as recorded, with the changes asked for. */
function changed(powerOn: InputOf<'power-on'>, changes: ReplayChanges): InputOf<'power-on'> {
  const { engine = powerOn.engine, firmware, overrides = {} } = changes;
  const image = firmware === undefined ? {} : { firmware: firmware.bytes, firmwareName: firmware.name };
  return { ...powerOn, engine, ...image, overrides: { ...powerOn.overrides, ...overrides } };
}

/** Re-executes the journal. BadInput when the journal itself is damaged. */
export function replaySession(session: SessionReader, options: ReplayOptions = {}): ReplayResult {
  const { changes = {}, output, progress = () => {}, stopped } = options;
  const total = countInputs(session);
  const faults = changes.faults ?? [];
  const comparing = new ComparingRecorder(session, {
    fromNs: Number(readInfo(session)[TRIMMED_FROM] ?? 0),
    ahead: faults.length,
    stop: output === undefined,
  });
  const kept = output === undefined ? undefined : new FileRecorder(output);
  const recorder = kept === undefined ? comparing : new Both(kept, comparing);
  const control = stopped === undefined ? new EngineControl() : new BoundedControl(Infinity, stopped);
  let timeline: Timeline | undefined;
  let done = 0;
  const run = (input: Input): void => {
    if (input.kind === 'power-on') {
      timeline = new Timeline(changed(input, changes), recorder, control);
      timeline.engine.recordInfo({});
      for (const fault of faults) timeline.apply(fault);
      return;
    }
    try {
      timeline?.apply(input);
    } catch (error) {
      // What was refused when it was recorded is part of the history, and is refused again.
      if (!(error instanceof UsageError)) throw error;
    }
  };
  try {
    for (const input of readJournal(session)) {
      progress(done++, total);
      run(input);
    }
    comparing.end();
  } catch (error) {
    if (!(error instanceof Parted)) {
      kept?.close();
      if (output !== undefined) rmSync(output, { force: true });
      throw error;
    }
  } finally {
    comparing.close();
    kept?.close();
  }
  const { compared, rows, difference } = comparing;
  return { identical: difference === undefined, compared, rows, inputs: total, firstDifference: difference };
}
