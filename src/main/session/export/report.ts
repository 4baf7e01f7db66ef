/**
 * A session as a report to read or send: what was run, what went wrong, jobs, calls, interrupts, registers by use.
 * The same sections as a page of HTML that stands alone (no script, nothing loaded) and as Markdown.
 */
import { accessLog, type AccessLog } from '../accesses.ts';
import { readInfo, countRows, type SessionReader } from '../reader.ts';
import { linkOf, triage } from '../triage.ts';
import type { Sink } from './sink.ts';

export interface Section {
  readonly title: string;
  /** A sentence over the table. */
  readonly note?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows of one table; a report is for reading, the rest stays in the session. */
const MOST = 200;

/** Virtual time as ms with the ns behind the point. */
export function ms(ns: number | null): string {
  return ns === null ? '' : `${(ns / 1e6).toFixed(6)} ms`;
}

const USE_COLUMNS = ['Block', 'Register', 'By', 'Access', 'Times'];

/** How often each register was accessed, the most frequent first, then by name. */
function uses(log: AccessLog): string[][] {
  const order = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  const times = new Map<string, { cells: string[]; count: number }>();
  for (const { block, name, initiator, op, count } of log.counts()) {
    const cells = [block, name, initiator, op];
    const key = cells.join('\n');
    times.set(key, { cells, count: (times.get(key)?.count ?? 0) + count });
  }
  return [...times]
    .toSorted(([a, x], [b, y]) => y.count - x.count || order(a, b))
    .slice(0, MOST)
    .map(([, { cells, count }]) => [...cells, String(count)]);
}

export function sectionsOf(session: SessionReader): Section[] {
  const { findings, counts } = triage(session);
  const log = accessLog(session);
  const rows = countRows(session);
  const table = (title: string, sql: string, columns: readonly string[], total = Infinity): Section => {
    const found = session.db.prepare(`${sql} LIMIT ${MOST}`).raw(true).all() as (string | number | null)[][];
    const note =
      total > found.length && Number.isFinite(total) ? { note: `The first ${found.length} of ${total}.` } : {};
    return { title, ...note, columns, rows: found.map((r) => r.map((c) => String(c ?? ''))) };
  };
  const time = (column: string): string => `printf('%.6f ms', ${column} / 1e6)`;
  return [
    { title: 'Bench', columns: ['Fact', 'Value'], rows: Object.entries(readInfo(session)) },
    {
      title: 'What went wrong',
      note:
        findings.length === 0
          ? 'Nothing: no fault, no error, no refused call, no open wait.'
          : `${counts.fatal} fatal, ${counts.error} errors, ${counts.warning} warnings.`,
      columns: ['Time', 'Severity', 'What', 'Row'],
      rows: findings.slice(0, MOST).map((f) => [ms(f.timeNs), f.severity, f.text, linkOf(f)]),
    },
    { title: 'Recorded', columns: ['View', 'Rows'], rows: Object.entries(rows).map(([k, n]) => [k, String(n)]) },
    table(
      'Jobs',
      `SELECT id, group_id, queue, ${time('submitted_ns')}, ${time('started_ns')}, ${time('finished_ns')}, status, fault FROM job ORDER BY submitted_ns`,
      ['Job', 'Group', 'Queue', 'Submitted', 'Started', 'Finished', 'Status', 'Fault'],
      rows['job'],
    ),
    log === undefined
      ? table(
          'Registers by use',
          'SELECT block, name, initiator, op, count(*) FROM register_access GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC',
          USE_COLUMNS,
        )
      : { title: 'Registers by use', columns: USE_COLUMNS, rows: uses(log) },
    table(
      'ioctls',
      `SELECT ${time('time_ns')}, client, name, result, args FROM ioctl ORDER BY seq`,
      ['Time', 'Client', 'Call', 'Result', 'Arguments'],
      rows['ioctl'],
    ),
    table('Interrupts', 'SELECT line, sum(raised) FROM irq GROUP BY line ORDER BY line', ['Line', 'Times raised']),
    table(
      'Log of the driver',
      `SELECT ${time('time_ns')}, level, source, message FROM driver_log ORDER BY seq`,
      ['Time', 'Level', 'Source', 'Message'],
      rows['driver_log'],
    ),
    table(
      'Inputs',
      `SELECT seq, ${time('time_ns')}, branch, kind FROM input ORDER BY seq`,
      ['Row', 'Time', 'Branch', 'Kind'],
      rows['input'],
    ),
    table('Snapshots', `SELECT id, ${time('time_ns')}, branch, label, parent_id FROM snapshot ORDER BY id`, [
      'Snapshot',
      'Time',
      'Branch',
      'Label',
      'Parent',
    ]),
    table('Notes', `SELECT ${time('time_ns')}, text FROM note ORDER BY time_ns`, ['Time', 'Note']),
  ];
}

const STYLE = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #d5d9de;vertical-align:top;overflow-wrap:anywhere}
td{font:12px/1.4 ui-monospace,monospace}caption{text-align:left;padding:.2rem 0;color:#57606a}
@media(prefers-color-scheme:dark){body{color:#d7dbe0;background:#16191d}th,td{border-color:#343a41}caption{color:#98a1ab}}`;

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A page that stands alone. */
export function writeHtml(title: string, sections: readonly Section[], out: Sink): void {
  out(`<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>\n`);
  out(`<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>\n`);
  out(`<h1>${escape(title)}</h1>\n`);
  for (const s of sections) {
    if (s.rows.length === 0 && s.note === undefined) continue;
    out(`<h2>${escape(s.title)}</h2>\n<table>`);
    if (s.note !== undefined) out(`<caption>${escape(s.note)}</caption>`);
    if (s.rows.length > 0) {
      out(`<thead><tr>${s.columns.map((c) => `<th scope="col">${escape(c)}</th>`).join('')}</tr></thead>\n<tbody>\n`);
      for (const r of s.rows) out(`<tr>${r.map((c) => `<td>${escape(c)}</td>`).join('')}</tr>\n`);
      out('</tbody>');
    }
    out('</table>\n');
  }
  out('</body></html>\n');
}

export function writeMarkdown(title: string, sections: readonly Section[], out: Sink): void {
  const cellOf = (text: string): string => text.replaceAll(/([\\`*_<>|[\]])/g, '\\$1').replaceAll(/\r?\n/g, ' ');
  out(`# ${cellOf(title)}\n`);
  for (const s of sections) {
    if (s.rows.length === 0 && s.note === undefined) continue;
    out(`\n## ${s.title}\n`);
    if (s.note !== undefined) out(`\n${s.note}\n`);
    if (s.rows.length === 0) continue;
    out(`\n| ${s.columns.join(' | ')} |\n|${s.columns.map(() => ' --- |').join('')}\n`);
    for (const r of s.rows) out(`| ${r.map(cellOf).join(' | ')} |\n`);
  }
}
