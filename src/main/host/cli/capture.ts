/** `tyr capture replay`: runs a captured user-space run on the bench and compares what it leaves in its buffers. */
import { UsageError } from '../../../base/errors.ts';
import { hex } from '../../../base/bits.ts';
import { readCapture } from '../../lab/capture-files.ts';
import type { CaptureHost, CaptureReply } from '../../lab/capture-process.ts';
import { replayCapture, type CaptureResult } from '../../lab/capture-replay.ts';
import type { Client } from '../../../protocol/client.ts';
import type { Io } from './io.ts';
import { benchFlagsOf, parse } from './options.ts';
import { boots, withBench } from './with-bench.ts';

/** Wall limit of a replay in seconds (docs/cli.md). */
const WALL_LIMIT_S = 60;
/** The process's number; the bench is its own. */
const CLIENT = 1;

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args, {});
  const [verb, directory] = positionals;
  if (verb !== 'replay' || directory === undefined || positionals.length !== 2) {
    throw new UsageError('usage: tyr capture replay DIR');
  }
  const flags = benchFlagsOf(values);
  const capture = readCapture(directory);
  return withBench(
    flags,
    io,
    async ({ client }) => {
      if (!(await boots(client, io))) return 1;
      const result = await replayCapture(capture, hostOf(client), CLIENT);
      const document = { ...result, fault: result.fault ?? null, kernel: capture.run.kernel };
      io.out(flags.json ? `${JSON.stringify(document, undefined, 2)}\n` : describe(directory, result));
      const [first] = result.mismatches;
      if (result.fault !== undefined) io.err(`tyr: ${directory}: ${result.fault}\n`);
      if (first !== undefined) {
        io.err(
          `tyr: ${directory}: ${first.buffer} at offset ${hex(first.offset)}: got ${hex(first.got, 8)}, ` +
            `wanted ${hex(first.want, 8)} (${result.mismatchCount} words differ)\n`,
        );
      }
      return result.ok ? 0 : 1;
    },
    WALL_LIMIT_S,
  );
}

/** The engine behind a link. */
function hostOf(client: Client): CaptureHost {
  return {
    apply: async (input) => (await client.call('input.apply', { input })) as CaptureReply,
    readUser: (user, address, length) => client.call('memory.readUser', { client: user, address, length }),
    now: async () => (await client.call('bench.status', {})).timeNs,
    faults: async () => (await client.call('bench.status', {})).faults,
  };
}

/** The result as lines for people. */
export function describe(directory: string, result: CaptureResult): string {
  const verdict = result.ok ? 'agrees' : result.fault === undefined ? 'differs' : 'failed';
  const time = `${(result.virtualNs / 1e6).toFixed(3)} ms of virtual time`;
  return `${directory}: ${verdict} (${result.compare}), ${result.submits} submits, ${time}\n`;
}
