/**
 * A failing session cut down to the fewest inputs that still fail: delta debugging over the journal (Zeller's ddmin:
 * halves, then quarters, and so on, of the inputs are left out as long as the check still fails without them).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { CheckFailed, LimitReached, TyrError, UsageError } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import { runQuery } from '../session/query.ts';
import { openSession, type SessionReader } from '../session/reader.ts';
import { FileRecorder, readJournal, Runs } from './journal-file.ts';

/** Whether the session in a file still fails. */
export type Check = (file: string) => boolean;

/** Wall time one candidate may take, in ms (chosen: far above a boot, so that a candidate that hangs is dropped). */
const CANDIDATE_MS = 20_000;

export interface ShrinkOptions {
  readonly check: Check;
  /** Called after each candidate. */
  readonly progress?: (state: { readonly tried: number; readonly inputs: number }) => void;
  readonly stopped?: () => boolean;
}

export interface ShrinkResult {
  readonly before: number;
  readonly after: number;
  readonly tried: number;
  /** False when it was stopped before nothing more could be left out. */
  readonly complete: boolean;
  /** Kinds of the inputs that are left. */
  readonly kinds: readonly string[];
}

/** A check by a command of the shell: it fails when the command does not end with 0. `{}` and $TYR_SESSION name the file. */
export function commandCheck(command: string): Check {
  return (file) => {
    const quoted = `'${file.replaceAll("'", `'\\''`)}'`;
    const { status, error } = spawnSync(command.replaceAll('{}', quoted), {
      shell: true,
      stdio: 'ignore',
      env: { ...process.env, TYR_SESSION: file },
      timeout: CANDIDATE_MS,
    });
    if (error !== undefined && status === null) throw new UsageError(`the check cannot be run: ${error.message}`);
    return status !== 0;
  };
}

/** A check by a query that looks for the failure: it fails when the first cell of the first row is there and not 0. */
export function sqlCheck(query: string): Check {
  return (file) => {
    const session = openSession(file);
    try {
      const cell = runQuery(session, query, 1).rows[0]?.[0];
      return cell !== undefined && cell !== null && cell !== 0 && cell !== '';
    } finally {
      session.close();
    }
  };
}

/** Writes `output`, a new file. CheckFailed when the session does not fail the check to begin with. */
export function shrinkSession(session: SessionReader, output: string, options: ShrinkOptions): ShrinkResult {
  const { check, progress = () => {}, stopped = () => false } = options;
  const { powerOn, entries } = readJournal(session);
  const all = entries.map((e) => e.input);
  const dir = mkdtempSync(path.join(tmpdir(), 'tyr-shrink-'));
  const runs = new Runs(powerOn, CANDIDATE_MS, stopped);
  let tried = 0;
  /** Runs some of the inputs; true when they fail the check. */
  const fails = (inputs: readonly Input[]): boolean => {
    if (stopped()) throw new LimitReached('stopped on request');
    const file = path.join(dir, `${tried++}.tyrsession`);
    try {
      return write(runs, inputs, file, true) && check(file);
    } finally {
      rmSync(file, { force: true });
      progress({ tried, inputs: inputs.length });
    }
  };
  try {
    if (!fails(all)) throw new CheckFailed('the session does not fail the check when it is run again');
    const { kept, complete } = ddmin(all, fails);
    write(new Runs(powerOn, CANDIDATE_MS, () => false), kept, output, false);
    const kinds = ['power-on', ...kept.map((i) => i.kind)];
    return { before: all.length + 1, after: kept.length + 1, tried, complete, kinds };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs inputs into a session file; false when they cannot be run to their end. */
function write(runs: Runs, inputs: readonly Input[], file: string, passing: boolean): boolean {
  const recorder = new FileRecorder(file, () => true, passing);
  try {
    runs.run(inputs, recorder);
    return true;
  } catch (error) {
    // A history that the bench cannot run (a limit, a snapshot that is gone) is no candidate.
    if (error instanceof TyrError && !runs.stopped) return false;
    throw error;
  } finally {
    recorder.close();
  }
}

/** The smallest list found from which nothing can be left out. */
export function ddmin<T>(
  all: readonly T[],
  fails: (items: readonly T[]) => boolean,
): { readonly kept: readonly T[]; readonly complete: boolean } {
  let kept = all;
  let parts = 2;
  try {
    while (kept.length > 0) {
      const size = Math.ceil(kept.length / parts);
      let smaller: readonly T[] | undefined;
      for (let at = 0; at < kept.length && smaller === undefined; at += size) {
        const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
        if (fails(rest)) smaller = rest;
      }
      if (smaller !== undefined) {
        kept = smaller;
        parts = Math.max(2, parts - 1);
      } else if (size === 1) {
        return { kept, complete: true };
      } else {
        parts = Math.min(kept.length, parts * 2);
      }
    }
    return { kept, complete: true };
  } catch (error) {
    if (error instanceof LimitReached) return { kept, complete: false };
    throw error;
  }
}
