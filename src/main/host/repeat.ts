/**
 * Runs the inputs of a recorded session again on a new bench, up to its end or to a point before it. This is how a
 * command line starts from a session, and how a bench whose engine was lost is taken up again.
 */
import { UsageError } from '../../base/errors.ts';
import type { Client } from '../../protocol/client.ts';
import type { Input } from '../../protocol/inputs.ts';
import { readJournal } from '../lab/replay.ts';
import type { SessionReader } from '../session/reader.ts';

/** A point of a session that a bench can be brought to. */
export interface Point {
  /** Inputs up to it, the one that powers on included. */
  readonly inputs: number;
  readonly label: string;
  readonly timeNs: number;
}

/** Inputs between two words about the progress (chosen). */
const TELL_EVERY = 64;

/**
 * The newest snapshot of a session; without one, the point before its last input, which may be what the engine did not
 * survive. Undefined for a session that was never powered on.
 */
export function lastPoint({ db }: SessionReader): Point | undefined {
  const total = db.prepare('SELECT count(*) FROM input_row').pluck().get() as number;
  if (total === 0) return undefined;
  const taken = db.prepare("SELECT max(seq) FROM input_row WHERE kind = 'snapshot'").pluck().get() as number | null;
  const snapshot = db.prepare('SELECT label, time_ns AS timeNs FROM snapshot_row ORDER BY id DESC LIMIT 1').get();
  if (taken !== null && snapshot !== undefined) {
    const inputs = db.prepare('SELECT count(*) FROM input_row WHERE seq <= ?').pluck().get(taken) as number;
    return { inputs, ...(snapshot as { label: string; timeNs: number }) };
  }
  const { kind, timeNs } = db
    .prepare('SELECT kind, time_ns AS timeNs FROM input_row ORDER BY seq DESC LIMIT 1')
    .get() as { kind: string; timeNs: number };
  return { inputs: Math.max(1, total - 1), label: `before the last input (${kind})`, timeNs };
}

/** Gives an input again. One that was refused when it was recorded is refused again, and is no reason to stop. */
async function again(client: Client, input: Input): Promise<void> {
  try {
    await client.call('input.apply', { input });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
}

/** Makes the session's bench in an empty engine and gives it the first `inputs` inputs again. */
export async function repeatInputs(
  client: Client,
  session: SessionReader,
  sessionPath: string,
  inputs = Infinity,
  progress: (done: number) => void = () => {},
): Promise<void> {
  let done = 0;
  for (const input of readJournal(session)) {
    if (done >= inputs) break;
    if (input.kind === 'power-on') {
      const { kind: _kind, ...how } = input;
      await client.call('bench.create', { ...how, sessionPath });
    } else await again(client, input);
    if (++done % TELL_EVERY === 0) progress(done);
  }
}
