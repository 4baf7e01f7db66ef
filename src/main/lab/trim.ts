/**
 * A session cut down to a range of time, which is a session of its own and still runs: the journal up to the end of
 * the range is run again, and of the rows it makes those of the range are kept. `tyr session replay` agrees with it.
 */
import { rmSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import { lineage } from '../session/lineage.ts';
import type { SessionReader } from '../session/reader.ts';
import { TRIMMED_FROM } from '../session/schema.ts';
import { BoundedControl, FileRecorder, readJournal, runInputs } from './journal-file.ts';

export interface TrimOptions {
  /** Virtual ns, both included. */
  readonly fromNs: number;
  readonly toNs: number;
  readonly progress?: (done: number, total: number) => void;
  readonly stopped?: () => boolean;
}

export interface TrimResult {
  readonly inputs: number;
  readonly inputsDropped: number;
}

/** Writes `output`, a new file; nothing is left of it when the run fails. */
export function trimSession(session: SessionReader, output: string, options: TrimOptions): TrimResult {
  const { fromNs, toNs, progress = () => {}, stopped = () => false } = options;
  if (!(toNs >= fromNs)) throw new UsageError('the end of the range is before its beginning');
  const { powerOn, entries } = readJournal(session);
  const newest = lineage(session).at(-1)?.fromSeq ?? -1;
  // The first input of the newest branch that comes too late, and all after it, are left out.
  const late = entries.findIndex((e) => e.seq > newest && e.timeNs > toNs);
  const kept = late < 0 ? entries : entries.slice(0, late);
  const inputs = kept.map((e): Input => {
    if (e.input.kind !== 'advance' || e.seq < newest || e.timeNs + e.input.limitNs <= toNs) return e.input;
    return { ...e.input, limitNs: Math.max(0, toNs - e.timeNs) };
  });
  const recorder = new FileRecorder(output, (timeNs) => timeNs >= fromNs);
  try {
    recorder.record('info', { key: TRIMMED_FROM, value: String(fromNs) });
    const control = new BoundedControl(Infinity, stopped);
    const bench = runInputs(powerOn, inputs, recorder, control, (done) => progress(done, inputs.length));
    const endNs = kept.reduce((end, e) => Math.max(end, e.timeNs), bench.engine.now);
    if (endNs < fromNs) throw new UsageError(`the session ends at ${endNs} ns, before the range begins`);
    recorder.close();
  } catch (error) {
    recorder.close();
    rmSync(output, { force: true });
    throw error;
  }
  return { inputs: inputs.length + 1, inputsDropped: entries.length - kept.length };
}
