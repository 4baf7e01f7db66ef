/**
 * `tyr session replay`: the journal run again and compared; with changes (another firmware, other reset values, a
 * fault of the board, the other engine) it says where the run parts from the recording.
 */
import path from 'node:path';
import { UsageError } from '../../../base/errors.ts';
import { nearest } from '../../../base/nearest.ts';
import { inputSchema, type InputOf } from '../../../protocol/inputs.ts';
import type { ReplayChanges, ReplayResult } from '../../lab/replay.ts';
import { BUILD, buildId } from '../../session/build-id.ts';
import { openSession, readInfo, type SessionReader } from '../../session/reader.ts';
import { parseNumber, readFirmware } from './options.ts';
import { newFile, overridesOf, print, progressBar, type Context } from './session-context.ts';
import { diffText } from './session-tools.ts';

/** Errno of an injected fault without one: EIO. */
const DEFAULT_ERRNO = 5;
const FAULTS = ['clk-enable', 'regulator-enable', 'map', 'domain-on', 'firmware', 'memory'] as const;

export async function replay(session: SessionReader, c: Context): Promise<number> {
  const { replaySession } = await import('../../lab/replay.ts');
  const changes = changesOf(c);
  const output = c.values.output === undefined ? undefined : newFile(c);
  const bar = progressBar(c.io, 'replaying inputs');
  const result = replaySession(session, { changes, output, progress: bar.show });
  bar.end();
  const builds = { recordedBy: readInfo(session)[BUILD] ?? 'unknown', build: buildId() };
  const lanes = output === undefined || result.identical ? undefined : await lanesOf(session, output);
  print(c, { ...result, ...builds, ...lanes?.document }, `${textOf(result, builds)}${lanes?.text ?? ''}`);
  return result.identical ? 0 : 1;
}

function textOf(result: ReplayResult, { recordedBy, build }: { recordedBy: string; build: string }): string {
  const verdict = result.identical
    ? `identical: ${result.compared.toLocaleString('en')} accesses compared, ${result.rows.toLocaleString('en')} other rows\n`
    : `not identical: ${result.firstDifference?.text ?? ''}\n`;
  if (recordedBy === build) return verdict;
  return `${verdict}recorded by another build of the program (${recordedBy}; this is ${build})\n`;
}

/** The run that was kept, compared with the recording by meaning. */
async function lanesOf(session: SessionReader, output: string): Promise<{ document: object; text: string }> {
  const { diffSessions } = await import('../../session/diff.ts');
  const other = openSession(output);
  try {
    const diff = diffSessions(session, other);
    return { document: { output, diff }, text: `${path.basename(output)}: ${diffText(diff)}` };
  } finally {
    other.close();
  }
}

function changesOf(c: Context): ReplayChanges {
  const { engine, firmware, fault } = c.values;
  if (engine !== undefined && engine !== 'interpreter' && engine !== 'translator') {
    throw new UsageError(`no engine named "${engine}"; known: interpreter, translator`);
  }
  return {
    ...(engine === undefined ? {} : { engine }),
    ...(firmware === undefined ? {} : { firmware: { bytes: readFirmware(firmware), name: firmware } }),
    overrides: overridesOf(c),
    faults: fault.map(faultOf),
  };
}

/** `WHAT[:ERRNO[:SKIP]]` as an input of the board. */
function faultOf(text: string): InputOf<'board-fault'> {
  const [what = '', errno, skip, ...more] = text.split(':');
  const number = (word: string | undefined, otherwise: number): number =>
    word === undefined ? otherwise : parseNumber(word, `--fault ${text}`);
  const input = { kind: 'board-fault', what, errno: number(errno, DEFAULT_ERRNO), skip: number(skip, 0) };
  const parsed = inputSchema.safeParse(input);
  if (more.length === 0 && parsed.success && parsed.data.kind === 'board-fault') return parsed.data;
  const near = nearest(what, FAULTS);
  throw new UsageError(
    `--fault ${text}: must have the form WHAT[:ERRNO[:SKIP]], WHAT one of ${FAULTS.join(', ')}` +
      `${near === undefined || near === what ? '' : `; did you mean ${near}?`}`,
  );
}
