/** Verbs of `tyr session` that make something of a session: export, import, diff, trim, shrink, to-test, triage. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { BadInput, UsageError } from '../../../base/errors.ts';
import { isMmiotrace, parseMmioCsv, parseMmiotrace } from '../../../formats/mmiotrace.ts';
import { HOST_WINDOW_SIZE } from '../../../spec/registers/blocks.ts';
import { exportFormatOf, exportSession } from '../../session/export/index.ts';
import { writeHtml } from '../../session/export/report.ts';
import { writeWhole } from '../../session/export/sink.ts';
import { importJson } from '../../session/import-json.ts';
import type { Item, SessionDiff } from '../../session/diff.ts';
import { openSession, type SessionReader } from '../../session/reader.ts';
import type { MemoryRange } from '../../lab/trace-memory.ts';
import { linkOf, triage } from '../../session/triage.ts';
import { checkNew } from './files.ts';
import { parseNumber } from './options.ts';
import { newFile, outputOf, overridesOf, parseTime, print, progressBar, type Context } from './session-context.ts';

export function exportTo(session: SessionReader, c: Context): number {
  const format = exportFormatOf(c.values.format);
  const bar = progressBar(c.io, `exporting ${format}, rows`);
  const files = exportSession(session, format, outputOf(c), {
    withoutBlobs: c.values['without-blobs'],
    progress: (done) => bar.show(done),
  });
  bar.end();
  print(c, { format, files }, files.map((f) => `${f}\n`).join(''));
  return 0;
}

export function triageOf(session: SessionReader, c: Context): number {
  const found = triage(session);
  const { first, findings, counts } = found;
  const line = (f: (typeof findings)[number]): string =>
    `${(f.timeNs / 1e6).toFixed(6).padStart(14)} ms  ${f.severity.padEnd(7)} ${f.text}\n${' '.repeat(19)}${linkOf(f)}\n`;
  const text =
    first === undefined
      ? 'nothing went wrong: no fault, no error, no refused call, no open wait\n'
      : `first: ${first.text}\n${counts.fatal} fatal, ${counts.error} errors, ${counts.warning} warnings\n\n${findings.map(line).join('')}`;
  const linked = findings.map((f) => ({ ...f, link: linkOf(f) }));
  print(
    c,
    { ...(first === undefined ? {} : { first: { ...first, link: linkOf(first) } }), counts, findings: linked },
    text,
  );
  return counts.fatal + counts.error > 0 ? 1 : 0;
}

export async function diff(a: SessionReader, c: Context): Promise<number> {
  const [other] = c.rest;
  if (other === undefined) throw new UsageError('usage: tyr session diff A B');
  const { diffSessions, diffSections } = await import('../../session/diff.ts');
  const b = openSession(other);
  try {
    const bar = progressBar(c.io, 'comparing lane');
    const found = diffSessions(a, b, (_, done, total) => bar.show(done, total));
    bar.end();
    const names = [path.basename(a.path), path.basename(b.path)] as const;
    const sections = diffSections(found, ...(names[0] === names[1] ? (['A', 'B'] as const) : names));
    const { output } = c.values;
    if (output !== undefined) {
      writeWhole(checkNew(output), (out) => writeHtml(`${names[0]} and ${names[1]}`, sections, out));
    }
    print(c, found, diffText(found));
    return found.identical ? 0 : 1;
  } finally {
    b.close();
  }
}

/** A comparison for people: where the sessions part, then a line for each lane. */
export function diffText({ first, lanes }: SessionDiff): string {
  const table = lanes.map(
    (l) =>
      `  ${l.lane.padEnd(28)} ${String(l.countA).padStart(9)} ${String(l.countB).padStart(9)} ${String(l.differing).padStart(9)}` +
      `${l.first === undefined ? '' : `  first at ${l.first.n}`}\n`,
  );
  const side = (item: Item | undefined): string =>
    item === undefined ? 'nothing' : `${item.text} at ${item.timeNs} ns`;
  const parting =
    first === undefined
      ? 'the sessions do not differ\n'
      : `they part at ${first.lane}, number ${first.n}:\n  A: ${side(first.a)}\n  B: ${side(first.b)}\n`;
  const head = `${'  lane'.padEnd(31)}${'in A'.padStart(9)} ${'in B'.padStart(9)} ${'differing'.padStart(9)}\n`;
  return `${parting}${head}${table.join('')}`;
}

export async function trim(session: SessionReader, c: Context): Promise<number> {
  const { trimSession } = await import('../../lab/trim.ts');
  const bar = progressBar(c.io, 'running inputs');
  const output = newFile(c);
  const result = trimSession(session, output, {
    fromNs: parseTime(c.values.from ?? '0', '--from'),
    toNs: c.values.to === undefined ? Number.MAX_SAFE_INTEGER : parseTime(c.values.to, '--to'),
    progress: bar.show,
  });
  bar.end();
  print(c, { output, ...result }, `${output}: ${result.inputs} inputs, ${result.inputsDropped} left out\n`);
  return 0;
}

export async function shrink(session: SessionReader, c: Context): Promise<number> {
  const { commandCheck, shrinkSession, sqlCheck } = await import('../../lab/shrink.ts');
  const { check, 'check-sql': query } = c.values;
  if ((check === undefined) === (query === undefined)) {
    throw new UsageError(
      'give one of --check COMMAND (fails when it does not end with 0) and --check-sql QUERY (finds the failure)',
    );
  }
  const output = newFile(c);
  const bar = progressBar(c.io, 'candidates');
  let asked = false;
  const onSigint = (): void => {
    asked = true;
  };
  process.on('SIGINT', onSigint);
  try {
    const result = shrinkSession(session, output, {
      check: query === undefined ? commandCheck(check ?? '') : sqlCheck(query),
      progress: ({ tried }) => bar.show(tried),
      stopped: () => asked,
    });
    bar.end();
    const note = result.complete ? '' : ' (stopped: it may get smaller still)';
    print(
      c,
      { output, ...result },
      `${output}: ${result.after} of ${result.before} inputs${note}, ${result.tried} tried\n`,
    );
    return 0;
  } finally {
    process.off('SIGINT', onSigint);
  }
}

/** Address space N of the GPU. */
const GPU_SPACE = /^as([0-9]|1[0-5])$/;

/** The range that --address, --length and --space name. */
function rangeOf({ values }: Context): MemoryRange {
  const { address, length = '4', space = 'physical' } = values;
  if (address === undefined)
    throw new UsageError('--what memory needs --address A, and --length N for more than a word');
  const slot = GPU_SPACE.exec(space)?.[1];
  if (slot === undefined && space !== 'physical' && space !== 'mcu') {
    throw new UsageError('--space must be physical, mcu or as0 to as15');
  }
  return {
    space: slot !== undefined ? 'as' : space === 'mcu' ? 'mcu' : 'physical',
    as: Number(slot ?? 0),
    address: parseNumber(address, '--address'),
    length: parseNumber(length, '--length'),
  };
}

/** Every instruction of the streams, the MCU's control flow, or writes to memory, made again by running the journal. */
export async function trace(session: SessionReader, c: Context): Promise<number> {
  const { TRACES, traceSession } = await import('../../lab/trace.ts');
  const { checkRange } = await import('../../lab/trace-memory.ts');
  const what = TRACES.find((t) => t === c.values.what);
  if (what === undefined) throw new UsageError(`--what must be one of ${TRACES.join(', ')}`);
  const range = what === 'memory' ? rangeOf(c) : undefined;
  if (range !== undefined) checkRange(range);
  const output = newFile(c);
  const bar = progressBar(c.io, 'running inputs');
  let rows = 0;
  writeWhole(output, (out) => {
    rows = traceSession(session, out, {
      what,
      range,
      fromNs: parseTime(c.values.from ?? '0', '--from'),
      toNs: c.values.to === undefined ? Number.MAX_SAFE_INTEGER : parseTime(c.values.to, '--to'),
      progress: bar.show,
    });
  });
  bar.end();
  print(c, { output, what, rows }, `${output}: ${rows.toLocaleString('en')} rows\n`);
  return 0;
}

export async function toTest(session: SessionReader, c: Context): Promise<number> {
  const { writeScenario } = await import('../../lab/to-test.ts');
  const output = newFile(c);
  writeWhole(output, (out) => writeScenario(session, out));
  print(c, { output }, `${output}: run it with tyr run ${output}\n`);
  return 0;
}

/** Largest text that is taken: what a string of JavaScript holds. */
const MOST_TEXT = 500 * 1024 * 1024;

export async function importFrom(file: string, c: Context): Promise<number> {
  const output = newFile(c);
  if (!existsSync(file)) {
    throw new BadInput({ file, rule: 'there is no such file', remedy: 'Name a JSON export, an mmiotrace or a CSV.' });
  }
  if (statSync(file).size > MOST_TEXT) {
    throw new BadInput({ file, rule: `it has more than ${MOST_TEXT} bytes`, remedy: 'Cut it into parts.' });
  }
  const head = readFileSync(file, 'utf8');
  if (/^\s*\{/.test(head)) {
    importJson(file, output);
    print(c, { output, source: 'json' }, `${output}\n`);
    return 0;
  }
  const { importMmio } = await import('../../lab/import-mmio.ts');
  const base = c.values.base === undefined ? undefined : parseNumber(c.values.base, '--base');
  const accesses = isMmiotrace(head)
    ? parseMmiotrace(head, HOST_WINDOW_SIZE, base, file)
    : parseMmioCsv(head, HOST_WINDOW_SIZE, file);
  const overrides = overridesOf(c);
  const bar = progressBar(c.io, 'accesses');
  const result = importMmio(accesses, output, { overrides, ignore: c.values.ignore, progress: bar.show });
  bar.end();
  const { firstDifference: d } = result;
  const summary = `${result.writes} writes, ${result.compared} reads compared, ${result.skipped} not compared\n`;
  print(
    c,
    { output, source: 'mmio', ...result },
    d === undefined ? summary : `${summary}first difference: ${d.text}\n`,
  );
  return d === undefined ? 0 : 1;
}
