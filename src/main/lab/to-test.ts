/**
 * A session as a scenario: a TypeScript module for `tyr run` that gives the bench the same inputs and expects what
 * the session saw: results of calls, values of reads by hand, what became of the jobs.
 */
import { BadInput } from '../../base/errors.ts';
import type { Input } from '../../protocol/inputs.ts';
import type { SessionReader } from '../session/reader.ts';
import type { Sink } from '../session/export/sink.ts';
import { readJournal, type JournalEntry } from './journal-file.ts';

/** Characters of a line of bytes. */
const LINE = 96;

/** Writes the module. BadInput when the journal needs more than a scenario can do. */
export function writeScenario(session: SessionReader, out: Sink): void {
  const { powerOn, entries } = readJournal(session);
  const goesBack = entries.find((e) => e.input.kind === 'power-cycle');
  if (goesBack !== undefined) {
    throw new BadInput({
      file: session.path,
      rule: `input ${goesBack.seq} is a ${goesBack.input.kind}, which a scenario cannot give`,
      remedy: 'Trim or shrink the session to the part without it.',
    });
  }
  const results = ioctlResults(session);
  const reads = readValues(session);
  const blobs: string[] = [];
  const body = entries.flatMap((e) => linesOf(e, results, reads, blobs));
  const jobs = session.db
    .prepare("SELECT count(*) AS jobs, sum(status NOT IN ('done', 'pending', 'running')) AS failed FROM job")
    .get() as { jobs: number; failed: number | null };
  out('/**\n * Made of a recorded session by `tyr session to-test`; run it with `tyr run`.\n');
  out(
    ` * Firmware then: ${powerOn.firmwareName.replaceAll('*/', '')}. Pass --firmware when it was not the reference.\n */\n`,
  );
  out("import type { Bench, ScenarioOptions } from '../src/protocol/scenario.ts';\n\n");
  out(`export const options: ScenarioOptions = { bare: ${powerOn.bare} };\n\n`);
  out('const hex = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (b) => parseInt(b, 16));\n');
  blobs.forEach((text, i) => {
    const lines = text.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [''];
    out(`const bytes${i} = hex(\n${lines.map((l) => `  '${l}'`).join(' +\n')},\n);\n`);
  });
  out('\nexport default async function recorded(bench: Bench): Promise<void> {\n');
  out('  type Reply = { readonly result: number };\n');
  out('  const apply = async (input: unknown): Promise<number> =>\n');
  out("    ((await bench.client.call('input.apply', { input } as never)) as Reply).result;\n");
  out('  let got = 0;\n');
  for (const line of body) out(`  ${line}\n`);
  out('  const status = await bench.status();\n');
  out(`  bench.expect('${jobs.jobs} jobs were submitted', status.jobs === ${jobs.jobs}, status.jobs);\n`);
  if ((jobs.failed ?? 0) === 0) out("  bench.expect('no fault was reported', status.faults === 0, status.faults);\n");
  else out("  bench.expect('faults were reported', status.faults > 0, status.faults);\n");
  out('}\n');
}

/** One input, and what is expected of it. */
function linesOf(
  e: JournalEntry,
  results: ReadonlyMap<number, number>,
  reads: ReadonlyMap<number, number>,
  blobs: string[],
): string[] {
  const { input } = e;
  if (input.kind === 'snapshot') return [`await bench.snapshot(${JSON.stringify(input.label)});`];
  if (input.kind === 'restore') return [`await bench.restore(${input.snapshot});`];
  const call = `await apply(${literal(input, blobs)});`;
  const expected = input.kind === 'ioctl' ? results.get(e.seq) : input.kind === 'read' ? reads.get(e.seq) : undefined;
  if (expected === undefined) return [call];
  const what = input.kind === 'ioctl' ? `${input.label ?? 'the call'} gives` : `the read at ${hexOf(input)} gives`;
  return [`got = ${call}`, `bench.expect(${JSON.stringify(`${what} ${expected}`)}, got === ${expected}, got);`];
}

function hexOf(input: Input): string {
  return 'offset' in input ? `0x${input.offset.toString(16)}` : '';
}

/** The input as source; bytes become constants. */
function literal(input: Input, blobs: string[]): string {
  const source = (value: unknown): string => {
    if (value instanceof Uint8Array) {
      const text = Buffer.from(value).toString('hex');
      const known = blobs.indexOf(text);
      if (known >= 0) return `bytes${known}`;
      if (text.length <= LINE) return `hex('${text}')`;
      return `bytes${blobs.push(text) - 1}`;
    }
    if (Array.isArray(value)) return `[${value.map(source).join(', ')}]`;
    if (typeof value === 'object' && value !== null) {
      const fields = Object.entries(value).filter(([, v]) => v !== undefined);
      return `{ ${fields.map(([k, v]) => `${k}: ${source(v)}`).join(', ')} }`;
    }
    return JSON.stringify(value);
  };
  return source(input);
}

/** Result of each ioctl by the number of its input: the row of the call is the next one. */
function ioctlResults(session: SessionReader): Map<number, number> {
  const rows = session.db
    .prepare(
      `SELECT i.seq AS seq, (SELECT result FROM ioctl c WHERE c.seq > i.seq ORDER BY c.seq LIMIT 1) AS result
       FROM input i WHERE i.kind = 'ioctl'`,
    )
    .all() as { seq: number; result: number | null }[];
  return new Map(rows.flatMap((r) => (r.result === null ? [] : [[r.seq, r.result]])));
}

/** Value of each read by hand or script, by the number of its input. */
function readValues(session: SessionReader): Map<number, number> {
  const inputs = session.db.prepare("SELECT seq FROM input WHERE kind = 'read' ORDER BY seq").pluck().all() as number[];
  if (inputs.length === 0) return new Map();
  const reads = session.db
    .prepare(
      "SELECT seq, value FROM register_access WHERE initiator IN ('user', 'script') AND op = 'read' ORDER BY seq",
    )
    .all() as { seq: number; value: number }[];
  const out = new Map<number, number>();
  let at = 0;
  for (const seq of inputs) {
    while (at < reads.length && reads[at]!.seq < seq) at++;
    const read = reads[at];
    if (read !== undefined) out.set(seq, read.value);
  }
  return out;
}
