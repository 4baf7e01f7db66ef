/**
 * Makes a bench for one command: session file, engine thread, limits, Ctrl+C. A session without a name is
 * temporary: deleted when the command succeeds, named when it fails.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LimitReached } from '../../../base/errors.ts';
import type { Client } from '../../../protocol/client.ts';
import { BUILD, buildId } from '../../session/build-id.ts';
import { startLink } from '../link.ts';
import { checkNew } from './files.ts';
import type { Io } from './io.ts';
import type { BenchFlags } from './options.ts';

/** What a shell expects of a program ended by SIGINT. */
const EXIT_SIGINT = 130;
/** How long a command may take to notice that it is stopped, in ms (chosen). */
const STOP_GRACE_MS = 2000;

export interface RunningBench {
  readonly client: Client;
  readonly sessionPath: string;
  /** True when the session was asked for by name. */
  readonly named: boolean;
}

/** Makes the bench of a recorded session, at its end. What another build recorded is compared, and the difference said. */
async function repeat(client: Client, from: string, sessionPath: string, io: Io): Promise<void> {
  const { openSession, readInfo } = await import('../../session/reader.ts');
  const { repeatInputs } = await import('../repeat.ts');
  const session = openSession(from);
  try {
    const recordedBy = readInfo(session)[BUILD];
    if (recordedBy !== undefined && recordedBy !== buildId()) {
      const { replaySession } = await import('../../lab/replay.ts');
      const { firstDifference } = replaySession(session);
      const verdict = firstDifference === undefined ? 'it runs the same here' : `here ${firstDifference.text}`;
      io.err(`tyr: ${from} was recorded by another build (${recordedBy}): ${verdict}\n`);
    }
    await repeatInputs(client, session, sessionPath);
  } finally {
    session.close();
  }
}

/** Runs `body` on the bench of a host. Whatever happens here, that bench goes on. */
async function withHost(
  url: string,
  body: (bench: RunningBench) => Promise<number>,
  limit: number | undefined,
): Promise<number> {
  const { connect } = await import('./connect.ts');
  const { client, close } = await connect(url);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const { session } = await client.call('bench.status', {});
    const work = body({ client, sessionPath: session, named: true });
    if (limit === undefined) return await work;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LimitReached(`the wall limit of ${limit} s was reached`)), limit * 1000);
    });
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    close();
  }
}

/** Gives the bench the names and lines of its firmware, where there are any. */
export async function loadSymbols(client: Client, { symbols }: Pick<BenchFlags, 'symbols'>): Promise<void> {
  if (symbols === undefined) return;
  await client.call('debug.loadSymbols', { name: symbols.name.slice(-200), bytes: symbols.bytes() });
}

/** Boots the bench; where the probe fails, tells why and returns false. */
export async function boots(client: Client, io: Io): Promise<boolean> {
  const boot = await client.call('bench.boot', {});
  if (!boot.ok) io.err(`tyr: the probe failed with errno ${-boot.errno}\n${boot.log.map((l) => `  ${l}\n`).join('')}`);
  return boot.ok;
}

/** Runs `body` on a new bench, or on a host's (`--connect`), and closes the session whatever happens. `wallS`: default wall limit in seconds. */
export async function withBench(
  flags: BenchFlags,
  io: Io,
  body: (bench: RunningBench) => Promise<number>,
  wallS?: number,
): Promise<number> {
  if (flags.connect !== undefined) return withHost(flags.connect, body, flags.limitWallS ?? wallS);
  if (flags.session !== undefined) checkNew(flags.session);
  const temporary = flags.session === undefined ? mkdtempSync(path.join(tmpdir(), 'tyr-')) : undefined;
  const sessionPath = flags.session ?? path.join(temporary!, 'session.tyrsession');
  const link = startLink(sessionPath);
  let recorded = true;
  link.onRecordingFailed((reason) => {
    recorded = false;
    io.err(`tyr: recording stopped: ${reason}\n`);
  });
  let interrupted = false;
  let timedOut = false;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let giveUp: (reason: Error) => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => (giveUp = reject));
  stopped.catch(() => undefined);
  // A request of the engine ends at once; a scenario that waits for something else is left behind.
  const stop = (): void => {
    link.abort();
    grace ??= setTimeout(() => giveUp(new LimitReached('stopped')), STOP_GRACE_MS);
  };
  const onSigint = (): void => {
    interrupted = true;
    stop();
  };
  process.on('SIGINT', onSigint);
  const limit = flags.limitWallS ?? wallS;
  const onLimit = (): void => {
    timedOut = true;
    stop();
  };
  const timer = limit === undefined ? undefined : setTimeout(onLimit, limit * 1000);
  let code = 4;
  try {
    if (flags.from !== undefined) await repeat(link.client, flags.from, sessionPath, io);
    else {
      await link.client.call('bench.create', {
        bare: flags.bare,
        engine: flags.engine,
        overrides: flags.overrides,
        ...(flags.firmware === undefined ? {} : { firmware: flags.firmware }),
        firmwareName: flags.firmwareName,
        sessionPath,
      });
    }
    if (flags.symbols?.asked === true) await loadSymbols(link.client, flags);
    const work = body({ client: link.client, sessionPath, named: temporary === undefined });
    code = await Promise.race([work, stopped]);
  } catch (error) {
    if (!interrupted) throw timedOut ? new LimitReached(`the wall limit of ${limit} s was reached`) : error;
    io.err('tyr: stopped\n');
    code = EXIT_SIGINT;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    // Until the file is closed a Ctrl+C changes nothing any more.
    await link.close();
    process.off('SIGINT', onSigint);
    // What the session's thread said last is told in a turn of its own.
    await new Promise((resolve) => setImmediate(resolve));
    if (temporary !== undefined) {
      if (code === 0) rmSync(temporary, { recursive: true, force: true });
      else io.err(`tyr: the session is kept in ${sessionPath}\n`);
    }
  }
  // A recording that was asked for and is not whole is something that is false.
  return code === 0 && !recorded && temporary === undefined ? 1 : code;
}
