/**
 * What went wrong in a session, the first thing first: failed jobs, faults of the hardware, errors of the driver,
 * calls that were refused, waits that never ended. Each finding names the row it stands on.
 */
import { accessLog, type AccessLog } from './accesses.ts';
import type { SessionReader } from './reader.ts';

/** `fatal` stops the machine, `error` fails something asked for, `warning` may be meant so. */
export const SEVERITIES = ['fatal', 'error', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Finding {
  readonly severity: Severity;
  readonly timeNs: number;
  /** The row: a view, its key and the key's column. */
  readonly view: string;
  readonly key: number;
  readonly column: 'seq' | 'id';
  readonly text: string;
}

export interface Triage {
  /** The earliest of the gravest: where to begin reading. */
  readonly first: Finding | undefined;
  readonly findings: readonly Finding[];
  /** How many there are of each severity, also of those not listed. */
  readonly counts: Readonly<Record<Severity, number>>;
}

interface Rule {
  readonly severity: Severity;
  readonly view: string;
  readonly column: 'seq' | 'id';
  readonly time: string;
  readonly text: string;
  readonly where: string;
}

/** Findings listed of one rule; more are only counted. */
const MOST = 100;

/** Fault registers that the host reads and that hold something. */
const FAULT_READS: Rule = {
  severity: 'error',
  view: 'register_access',
  column: 'seq',
  time: 'time_ns',
  text: "name || ' reads ' || printf('0x%08x', value)",
  where:
    "op = 'read' AND initiator <> 'mcu' AND value <> 0 AND (name GLOB 'AS*_FAULTSTATUS' OR name = 'GPU_FAULTSTATUS')",
};
const FAULT_REGISTER = /^AS.*_FAULTSTATUS$|^GPU_FAULTSTATUS$/s;

const RULES: readonly Rule[] = [
  {
    severity: 'fatal',
    view: 'mcu_event',
    column: 'seq',
    time: 'time_ns',
    text: "'MCU ' || kind || ' at pc ' || printf('0x%x', pc) || ': ' || detail",
    where: "kind IN ('fatal', 'lockup') OR (kind = 'status' AND detail = 'FATAL')",
  },
  {
    severity: 'fatal',
    view: 'cs_event',
    column: 'seq',
    time: 'time_ns',
    text: "'group ' || group_id || ' queue ' || queue || ': ' || opcode || ' ' || detail",
    where: "opcode = 'fatal'",
  },
  {
    severity: 'error',
    view: 'cs_event',
    column: 'seq',
    time: 'time_ns',
    text: "'group ' || group_id || ' queue ' || queue || ': ' || opcode || ' ' || detail",
    where: "opcode = 'fault'",
  },
  {
    severity: 'error',
    view: 'job',
    column: 'id',
    time: 'coalesce(finished_ns, submitted_ns)',
    text: "'job ' || id || ' of group ' || group_id || ' queue ' || queue || ' ' || status || coalesce(': ' || fault, '')",
    where: "status NOT IN ('done', 'pending', 'running')",
  },
  FAULT_READS,
  {
    severity: 'error',
    view: 'driver_log',
    column: 'seq',
    time: 'time_ns',
    text: "source || ': ' || message",
    where: "level IN ('emerg', 'err')",
  },
  {
    severity: 'warning',
    view: 'driver_log',
    column: 'seq',
    time: 'time_ns',
    text: "source || ': ' || message",
    where: "level = 'warn'",
  },
  {
    severity: 'warning',
    view: 'ioctl',
    column: 'seq',
    time: 'time_ns',
    text: "'client ' || client || ': ' || name || ' gives ' || result",
    where: 'result < 0',
  },
  {
    severity: 'warning',
    view: 'job',
    column: 'id',
    time: 'submitted_ns',
    text: "'job ' || id || ' of group ' || group_id || ' queue ' || queue || ' is still ' || status || ' at the end'",
    where: "status IN ('pending', 'running')",
  },
  {
    severity: 'warning',
    view: 'fence',
    column: 'id',
    time: 'created_ns',
    text: "kind || ' fence ' || id || ' (point ' || point || ') was never signalled'",
    where: 'signalled_ns IS NULL',
  },
];

interface Found {
  /** The first of them by time. */
  readonly rows: readonly { readonly key: number; readonly timeNs: number; readonly text: string }[];
  readonly count: number;
}

function found(session: SessionReader, { view, where, column, time, text }: Rule): Found {
  const rows = session.db
    .prepare(
      `SELECT ${column} AS key, ${time} AS timeNs, ${text} AS text FROM ${view}
       WHERE ${where} ORDER BY 2 LIMIT ${MOST + 1}`,
    )
    .all() as Found['rows'];
  if (rows.length <= MOST) return { rows, count: rows.length };
  return { rows, count: session.db.prepare(`SELECT count(*) FROM ${view} WHERE ${where}`).pluck().get() as number };
}

/** What FAULT_READS finds, straight from the chunks of accesses. */
function faultReads(log: AccessLog): Found {
  let rows: Found['rows'][number][] = [];
  let count = 0;
  const first = (): typeof rows => rows.toSorted((a, b) => a.timeNs - b.timeNs).slice(0, MOST + 1);
  const kinds = log.those((k) => k.op === 'read' && k.initiator !== 'mcu' && FAULT_REGISTER.test(k.name));
  for (const { seq, timeNs, value, kind } of kinds) {
    if (value === 0) continue;
    count++;
    rows.push({ key: seq, timeNs, text: `${kind.name} reads 0x${value.toString(16).padStart(8, '0')}` });
    if (rows.length > MOST * 8) rows = first();
  }
  return { rows: first(), count };
}

export function triage(session: SessionReader): Triage {
  const counts: Record<Severity, number> = { fatal: 0, error: 0, warning: 0 };
  const findings: Finding[] = [];
  for (const rule of RULES) {
    const { view, column, severity } = rule;
    const log = rule === FAULT_READS ? accessLog(session) : undefined;
    const { rows, count } = log === undefined ? found(session, rule) : faultReads(log);
    counts[severity] += count;
    for (const r of rows.slice(0, MOST)) findings.push({ severity, view, column, ...r });
  }
  const rank = (f: Finding): number => SEVERITIES.indexOf(f.severity);
  findings.sort((a, b) => a.timeNs - b.timeNs || rank(a) - rank(b) || a.key - b.key);
  const worst = Math.min(...findings.map(rank));
  return { first: findings.find((f) => rank(f) === worst), findings, counts };
}

/** The query that shows the row of a finding. */
export function linkOf(f: Finding): string {
  return `SELECT * FROM ${f.view} WHERE ${f.column} = ${f.key}`;
}
