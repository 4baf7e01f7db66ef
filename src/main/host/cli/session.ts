/** `tyr session`: what a recorded session holds, whether it is sound, running it again, SQL, exports. */
import { closeSync, existsSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../../base/errors.ts';
import { exportCsv, exportJson, type Sink } from '../../session/export/text.ts';
import { runQuery } from '../../session/query.ts';
import { countRows, openSession, readInfo, verifySession, type SessionReader } from '../../session/reader.ts';
import { VIEW_NAMES } from '../../session/schema.ts';
import type { Io } from './io.ts';

type Verb = (session: SessionReader, context: Context) => number | Promise<number>;

interface Context {
  readonly io: Io;
  readonly json: boolean;
  readonly rest: readonly string[];
  readonly format: string | undefined;
  readonly output: string | undefined;
}

const VERBS: Readonly<Record<string, Verb>> = { info, verify, sql, replay, export: exportTo };

export async function run(args: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      format: { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
    allowPositionals: true,
  });
  const [verb, file, ...rest] = positionals;
  const action = verb !== undefined && Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (action === undefined || file === undefined) {
    throw new UsageError(`usage: tyr session ${Object.keys(VERBS).join('|')} FILE ...`);
  }
  const session = openSession(file);
  try {
    return await action(session, { io, json: values.json, rest, format: values.format, output: values.output });
  } finally {
    session.close();
  }
}

function print(c: Context, document: object, text: string): void {
  c.io.out(c.json ? `${JSON.stringify(document, undefined, 2)}\n` : text);
}

function info(session: SessionReader, c: Context): number {
  const counts = countRows(session);
  const facts = readInfo(session);
  const lines = [
    `schema version ${session.schemaVersion}`,
    ...Object.entries(facts).map(([k, v]) => `${k}: ${v}`),
    ...Object.entries(counts).map(([k, n]) => `${k.padEnd(16)} ${n < 0 ? 'unreadable' : n.toLocaleString('en')}`),
    ...session.problems.map((p) => `note: ${p}`),
  ];
  print(
    c,
    { file: session.path, schemaVersion: session.schemaVersion, info: facts, counts, problems: session.problems },
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

async function replay(session: SessionReader, c: Context): Promise<number> {
  const { replaySession } = await import('../../lab/replay.ts');
  const result = replaySession(session, (done, total) => {
    if (process.stderr.isTTY) c.io.err(`\rreplaying input ${done} of ${total}`);
  });
  if (process.stderr.isTTY) c.io.err('\n');
  const text = result.identical
    ? `identical: ${result.compared.toLocaleString('en')} accesses compared\n`
    : `not identical: ${result.firstDifference?.text ?? ''}\n`;
  print(c, result, text);
  return result.identical ? 0 : 1;
}

const FORMATS = ['sqlite', 'json', 'csv'] as const;

async function exportTo(session: SessionReader, c: Context): Promise<number> {
  const format = FORMATS.find((f) => f === c.format);
  if (format === undefined) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}`);
  if (c.output === undefined) throw new UsageError('name the output with -o OUT');
  if (existsSync(c.output)) throw new UsageError(`${c.output} exists already: name a new file`);
  if (format === 'sqlite') {
    await session.db.backup(c.output);
    return 0;
  }
  if (format === 'json') {
    writeFile(c.output, (sink) => exportJson(session, sink));
    return 0;
  }
  // One CSV file a view: OUT names the first part of each.
  const { dir, name } = path.parse(c.output);
  for (const view of VIEW_NAMES) {
    writeFile(path.join(dir, `${name}.${view}.csv`), (sink) => exportCsv(session, view, sink));
  }
  return 0;
}

/** Writes through a buffer; a failed export leaves no half file. */
function writeFile(file: string, fill: (sink: Sink) => void): void {
  const fd = openSync(file, 'wx');
  let parts: string[] = [];
  let size = 0;
  const flush = (): void => {
    writeSync(fd, parts.join(''));
    parts = [];
    size = 0;
  };
  try {
    fill((text) => {
      parts.push(text);
      size += text.length;
      if (size > 1 << 20) flush();
    });
    flush();
    closeSync(fd);
  } catch (error) {
    closeSync(fd);
    rmSync(file, { force: true });
    throw error;
  }
}
