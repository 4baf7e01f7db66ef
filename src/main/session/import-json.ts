/**
 * Makes a session file of our own JSON export. The document is parsed as hostile: every row must have the columns
 * and types its view has, and nothing is left behind when one has not.
 */
import { readFileSync, rmSync, statSync } from 'node:fs';
import { z } from 'zod';
import { BadInput } from '../../base/errors.ts';
import { TWO32 } from '../../base/bits.ts';
import { ACCESS_WORDS, INITIATORS, packMeta, type RecordKind, type RecordKinds } from '../../protocol/records.ts';
import { JSON_FORMAT, JSON_VERSION } from './export/text.ts';
import { SessionWriter } from './writer.ts';

/** Largest document taken, in bytes (a string of JavaScript holds no more than 512 MiB). */
const MOST_BYTES = 500 * 1024 * 1024;

const int = z.number().int();
const u53 = int.nonnegative();
const wide = z.union([
  u53,
  z
    .string()
    .regex(/^0x[0-9a-f]{1,16}$/)
    .transform(Number),
]);
const optional = u53.nullish().transform((v) => v ?? undefined);
const row = z.array(z.union([z.number(), z.string(), z.null()]));

const documentSchema = z.object({
  format: z.literal(JSON_FORMAT),
  version: z.number().int().max(JSON_VERSION),
  views: z.record(z.string(), z.object({ columns: z.array(z.string()), rows: z.array(row) })),
  snapshotHash: z.record(z.string(), z.string()).default({}),
  blobs: z.record(z.string(), z.base64()).default({}),
});
type JsonSession = z.infer<typeof documentSchema>;

const accessRow = z.object({
  seq: u53.max(TWO32 - 1),
  time_ns: u53,
  branch: u53.max(2 ** 24 - 1),
  initiator: z.enum(INITIATORS),
  op: z.enum(['read', 'write']),
  offset: u53.max(TWO32 - 1),
  width: u53.max(15),
  value: u53.max(TWO32 - 1),
  old_value: u53.max(TWO32 - 1),
  cause: z.string(),
  space: z.enum(['host', 'mcu']),
});

/** A view of small rows: its schema gives the row that the writer takes. */
interface Plan<K extends RecordKind> {
  readonly view: string;
  readonly kind: K;
  readonly schema: z.ZodType<RecordKinds[K]>;
}

const plan = <K extends RecordKind>(view: string, kind: K, schema: z.ZodType<RecordKinds[K]>): Plan<K> => ({
  view,
  kind,
  schema,
});

const timed = { seq: u53, time_ns: u53 };

const INFO = plan('session_info', 'info', z.object({ key: z.string(), value: z.string() }));

const PLANS = [
  plan(
    'input',
    'input',
    z
      .object({ ...timed, branch: u53, kind: z.string(), payload: z.string() })
      .transform(({ time_ns: timeNs, ...r }) => ({ ...r, timeNs })),
  ),
  plan(
    'job',
    'job',
    z
      .object({
        id: u53,
        group_id: int,
        queue: int,
        submitted_ns: u53,
        started_ns: optional,
        finished_ns: optional,
        stream_va: wide,
        stream_size: u53,
        status: z.string(),
        fault: z.string().nullish(),
      })
      .transform((r) => ({
        id: r.id,
        groupId: r.group_id,
        queue: r.queue,
        submittedNs: r.submitted_ns,
        startedNs: r.started_ns,
        finishedNs: r.finished_ns,
        streamVa: r.stream_va,
        streamSize: r.stream_size,
        status: r.status,
        fault: r.fault ?? undefined,
      })),
  ),
  plan(
    'cs_event',
    'csEvent',
    z
      .object({ ...timed, group_id: int, queue: int, pc: wide, opcode: z.string(), detail: z.string() })
      .transform(({ time_ns: timeNs, group_id: groupId, ...r }) => ({ ...r, timeNs, groupId })),
  ),
  plan(
    'mcu_event',
    'mcuEvent',
    z
      .object({ ...timed, kind: z.string(), pc: u53, detail: z.string() })
      .transform(({ time_ns: timeNs, ...r }) => ({ ...r, timeNs })),
  ),
  plan(
    'irq',
    'irq',
    z
      .object({ ...timed, line: z.string(), raised: u53.max(1), status: int })
      .transform(({ time_ns: timeNs, raised, ...r }) => ({ ...r, timeNs, raised: raised === 1 })),
  ),
  plan(
    'fence',
    'fence',
    z
      .object({ id: u53, kind: z.string(), point: wide, created_ns: u53, signalled_ns: optional, cause: z.string() })
      .transform(({ created_ns: createdNs, signalled_ns: signalledNs, ...r }) => ({ ...r, createdNs, signalledNs })),
  ),
  plan(
    'driver_log',
    'driverLog',
    z
      .object({ ...timed, level: z.string(), source: z.string(), message: z.string() })
      .transform(({ time_ns: timeNs, ...r }) => ({ ...r, timeNs })),
  ),
  plan(
    'ioctl',
    'ioctl',
    z
      .object({ ...timed, client: int, name: z.string(), result: int, args: z.string() })
      .transform(({ time_ns: timeNs, ...r }) => ({ ...r, timeNs })),
  ),
  plan(
    'note',
    'note',
    z.object({ id: u53, time_ns: u53, text: z.string() }).transform(({ time_ns: timeNs, ...r }) => ({ ...r, timeNs })),
  ),
] as const;

/** Reads `file` and writes `output`, a new file. BadInput with the row that breaks a rule. */
export function importJson(file: string, output: string): void {
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw refuse(file, `the document has ${size} bytes, at most ${MOST_BYTES} are taken`);
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(file, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = documentSchema.safeParse(raw);
  if (!parsed.success) throw refuse(file, issues(parsed.error));
  const writer = new SessionWriter(output);
  try {
    writer.begin();
    write(file, parsed.data, writer);
    writer.close();
  } catch (error) {
    writer.close();
    rmSync(output, { force: true });
    throw error;
  }
}

function write(file: string, document: JsonSession, writer: SessionWriter): void {
  for (const p of PLANS) put(file, document, writer, p);
  accesses(file, document, writer);
  const snapshots = z.object({ id: u53, time_ns: u53, branch: u53, label: z.string(), parent_id: optional });
  for (const r of rowsOf(file, document, 'snapshot', snapshots)) {
    const hash = document.snapshotHash[String(r.id)] ?? '';
    writer.row('snapshot', {
      id: r.id,
      timeNs: r.time_ns,
      branch: r.branch,
      label: r.label,
      parentId: r.parent_id,
      hash,
    });
  }
  const blobs = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), size: u53, name: z.string() });
  for (const { sha256, size, name } of rowsOf(file, document, 'blob', blobs)) {
    const text = document.blobs[sha256];
    if (text === undefined) writer.blobWithoutBytes(sha256, size, name);
    else writer.row('blob', { sha256, name, bytes: new Uint8Array(Buffer.from(text, 'base64')) });
  }
  // Last: what the rows above made the writer note about the session is what the document says.
  put(file, document, writer, INFO);
}

function put<K extends RecordKind>(file: string, document: JsonSession, writer: SessionWriter, p: Plan<K>): void {
  for (const r of rowsOf(file, document, p.view, p.schema)) writer.row(p.kind, r);
}

function accesses(file: string, document: JsonSession, writer: SessionWriter): void {
  const causes = new Map<string, number>([['', 0]]);
  const words = new Int32Array(ACCESS_WORDS);
  for (const r of rowsOf(file, document, 'register_access', accessRow)) {
    let cause = causes.get(r.cause);
    if (cause === undefined) {
      cause = causes.size;
      causes.set(r.cause, cause);
      writer.row('cause', { id: cause, text: r.cause });
    }
    const meta = packMeta(INITIATORS.indexOf(r.initiator), r.op === 'write', r.space === 'mcu', r.width, r.branch);
    words.set([r.seq, r.time_ns, r.time_ns / TWO32, meta, r.offset, r.value, r.old_value, cause]);
    writer.accesses(words, 0, 1);
  }
}

/** Rows of a view as objects by its columns. */
function* rowsOf<T>(file: string, document: JsonSession, view: string, schema: z.ZodType<T>): Generator<T> {
  const table = document.views[view];
  if (table === undefined) throw refuse(file, `the view "${view}" is missing`);
  for (const [i, cells] of table.rows.entries()) {
    const parsed = schema.safeParse(Object.fromEntries(table.columns.map((c, k) => [c, cells[k]])));
    if (!parsed.success) throw refuse(file, `${view}, row ${i + 1}: ${issues(parsed.error)}`);
    yield parsed.data;
  }
}

function issues(error: z.ZodError): string {
  return error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; ');
}

function refuse(file: string, rule: string): BadInput {
  return new BadInput({ file, rule, remedy: 'Only documents of `tyr session export --format json` can be imported.' });
}
