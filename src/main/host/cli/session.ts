/** `tyr session`: what a recorded session holds, whether it is sound, running it again, SQL; the other verbs beside. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { nearest } from '../../../base/nearest.ts';
import { openingPlace } from '../../session/opening-place.ts';
import { runQuery } from '../../session/query.ts';
import { countRows, openSession, readInfo, verifySession, type SessionReader } from '../../session/reader.ts';
import type { Io } from './io.ts';
import { takesNoMore } from './options.ts';
import { optionsOf, print, type Context } from './session-context.ts';
import { replay } from './session-replay.ts';
import { exportTo, importFrom, shrink, toTest, trace, triageOf, trim, diff } from './session-tools.ts';

/** A verb on one session, opened for it. */
type Verb = (session: SessionReader, context: Context) => number | Promise<number>;
/** A verb that opens what it needs itself. */
type FileVerb = (file: string, context: Context) => number | Promise<number>;

const VERBS: Readonly<Record<string, Verb>> = {
  info,
  verify,
  sql,
  replay,
  triage: triageOf,
  export: exportTo,
  trim,
  shrink,
  'to-test': toTest,
  diff,
  trace,
};
/** Verbs that take a word after the file. */
const TAKES_MORE: ReadonlySet<string> = new Set(['sql', 'diff']);
const FILE_VERBS: Readonly<Record<string, FileVerb>> = { import: importFrom };

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({ args, options: optionsOf, allowPositionals: true });
  const [verb = '', file, ...rest] = positionals;
  const known = [...Object.keys(VERBS), ...Object.keys(FILE_VERBS)];
  if (!known.includes(verb) || file === undefined) {
    const near = verb === '' || known.includes(verb) ? undefined : nearest(verb, known);
    const hint = near === undefined ? '' : `no verb "${verb}"; did you mean ${near}? `;
    throw new UsageError(`${hint}usage: tyr session ${known.join('|')} FILE ...`);
  }
  takesNoMore(rest.slice(TAKES_MORE.has(verb) ? 1 : 0));
  const context: Context = { io, values, rest };
  const alone = FILE_VERBS[verb];
  if (alone !== undefined) return await alone(file, context);
  const session = openSession(file);
  try {
    return (await VERBS[verb]?.(session, context)) ?? 4;
  } finally {
    session.close();
  }
}

function info(session: SessionReader, c: Context): number {
  const counts = countRows(session);
  const facts = readInfo(session);
  const place = openingPlace(session);
  const lines = [
    `schema version ${session.schemaVersion}`,
    ...Object.entries(facts).map(([k, v]) => `${k}: ${v}`),
    ...Object.entries(counts).map(([k, n]) => `${k.padEnd(16)} ${n < 0 ? 'unreadable' : n.toLocaleString('en')}`),
    ...(place === undefined ? [] : [`opens at ${place.view} ${place.key}, ${place.timeNs} ns: ${place.text}`]),
    ...session.problems.map((p) => `note: ${p}`),
  ];
  print(
    c,
    {
      file: session.path,
      schemaVersion: session.schemaVersion,
      info: facts,
      counts,
      ...(place === undefined ? {} : { opensAt: place }),
      problems: session.problems,
    },
    `${lines.join('\n')}\n`,
  );
  return 0;
}

function verify(session: SessionReader, c: Context): number {
  const problems = verifySession(session);
  const sound = problems.length === 0;
  print(c, { sound, problems }, sound ? 'sound\n' : `not sound:\n${problems.map((p) => `  ${p}\n`).join('')}`);
  return sound ? 0 : 1;
}

function sql(session: SessionReader, c: Context): number {
  const [query] = c.rest;
  if (query === undefined) throw new UsageError('usage: tyr session sql FILE QUERY');
  const result = runQuery(session, query);
  print(c, result, [result.columns, ...result.rows].map((row) => `${row.join('\t')}\n`).join(''));
  return 0;
}
