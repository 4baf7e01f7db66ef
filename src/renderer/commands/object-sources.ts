/**
 * Quick-open sources for what the machine and its session hold at the moment: buffer objects, groups, jobs and blobs
 * by name or number; functions and objects of the firmware behind `@`; statements to begin with behind `:`.
 */
import { FAULT_OPCODES } from '../../protocol/records.ts';
import { DisposableStack, type Disposable } from '../../base/disposable.ts';
import { LIVE, type Cell, type LogView } from '../../protocol/window.ts';
import { hex, sizeText, timeText } from '../lib/format.ts';
import { showLog } from '../panes/access-log/state.ts';
import { goTo } from '../panes/driver-objects/state.ts';
import { useMcu } from '../panes/mcu/actions.ts';
import { showMemory } from '../panes/memory/place.ts';
import { select, useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';
import { fuzzyFind, type QuickEntry } from './quick-open.ts';

/** Most entries a source gives, and newest rows of the session it looks at (both chosen). */
const LIMIT = 50;
const ROWS = 500;

/** Statements to begin with: what is asked most. */
export const STATEMENTS: readonly (readonly [label: string, sql: string])[] = [
  ['Faults: jobs, streams and the driver', faultsSql()],
  [
    'How often each register was accessed',
    'SELECT name, op, initiator, count(*) AS n FROM register_access GROUP BY 1, 2, 3 ORDER BY n DESC',
  ],
  ['Jobs with their durations', 'SELECT id, group_id, queue, status, finished_ns - started_ns AS ns, fault FROM job'],
  ['Calls of user space that failed', 'SELECT seq, time_ns, client, name, result FROM ioctl WHERE result < 0'],
  ['Interrupts', 'SELECT seq, time_ns, line, raised, status FROM irq'],
];

/** All that went wrong, in order of time. */
export function faultsSql(): string {
  return [
    "SELECT finished_ns AS time_ns, 'job ' || id AS what, fault AS fault FROM job WHERE fault IS NOT NULL",
    `UNION ALL SELECT time_ns, 'stream ' || group_id || ':' || queue, opcode || ' ' || detail FROM cs_event WHERE opcode IN ${FAULT_OPCODES}`,
    "UNION ALL SELECT time_ns, 'MCU', kind || ' ' || detail FROM mcu_event WHERE kind IN ('fatal', 'lockup')",
    "UNION ALL SELECT time_ns, 'driver', message FROM driver_log WHERE level IN ('err', 'warn') ORDER BY 1",
  ].join('\n');
}

export function registerObjectSources(w: Workspace): Disposable {
  const stack = new DisposableStack();
  const add = (id: string, find: (text: string) => Promise<readonly QuickEntry[]>) =>
    stack.use(w.quickOpen.register({ id, prefix: '', find: async (text) => (text === '' ? [] : find(text)) }));
  add('objects', (text) => objects(w, text));
  add('groups', (text) => groups(w, text));
  add('jobs', (text) => jobs(w, text));
  add('blobs', (text) => blobs(w, text));
  stack.use(w.quickOpen.register({ id: 'symbols', prefix: '@', find: (text) => symbols(w, text) }));
  stack.use(
    w.quickOpen.register({
      id: 'statements',
      prefix: ':',
      find: (text) =>
        fuzzyFind(STATEMENTS, text, ([label]) => label, LIMIT).map(([label, sql]) => ({
          id: `statement ${label}`,
          label,
          kind: 'SQL',
          open: () => {
            showLog({ pane: 'log', sql });
            w.layout.show('log');
          },
        })),
    }),
  );
  return stack;
}

async function objects(w: Workspace, text: string): Promise<readonly QuickEntry[]> {
  const list = await w.client.call('driver.objects', {});
  const name = (o: (typeof list)[number]) => `BO ${o.id}${o.label === undefined ? '' : ` ${o.label}`}`;
  return fuzzyFind(list, text, name, LIMIT).map((o) => ({
    id: `bo ${o.id}`,
    label: name(o),
    detail: sizeText(o.size),
    kind: 'buffer object',
    open: () => {
      goTo('objects', o.id);
      w.layout.show('objects');
    },
  }));
}

async function groups(w: Workspace, text: string): Promise<readonly QuickEntry[]> {
  const list = await w.client.call('driver.groups', {});
  const name = (g: (typeof list)[number]) => `Group ${g.id} of ${g.owner}`;
  return fuzzyFind(list, text, name, LIMIT).map((g) => ({
    id: `group ${g.id}`,
    label: name(g),
    detail: `${g.state}, ${g.queues.length} queues`,
    kind: 'group',
    open: () => {
      goTo('groups', g.id);
      w.layout.show('objects');
    },
  }));
}

/** The newest rows of a view, as objects by column. */
async function newest(w: Workspace, view: LogView): Promise<readonly Readonly<Record<string, Cell>>[]> {
  const { session } = useUi.getState();
  const { columns, rows } = await w.client.call('log.query', { session, view, order: 'desc', limit: ROWS });
  return rows.map((row) => Object.fromEntries(columns.map((c, i) => [c, row[i] ?? null])));
}

async function jobs(w: Workspace, text: string): Promise<readonly QuickEntry[]> {
  const { session } = useUi.getState();
  const name = (j: Readonly<Record<string, Cell>>) => `Job ${j['id']} ${j['status']}`;
  return fuzzyFind(await newest(w, 'job'), text, name, LIMIT).map((j) => ({
    id: `job ${j['id']}`,
    label: name(j),
    detail: `group ${j['group_id']}, queue ${j['queue']}, ${timeText(Number(j['submitted_ns']))}`,
    kind: 'job',
    open: () => {
      select({ kind: 'job', id: Number(j['id']), ...(session === LIVE ? {} : { session }) });
      w.layout.show('selection');
    },
  }));
}

async function blobs(w: Workspace, text: string): Promise<readonly QuickEntry[]> {
  const name = (b: Readonly<Record<string, Cell>>) => `${b['name']} ${String(b['sha256']).slice(0, 12)}`;
  return fuzzyFind(await newest(w, 'blob'), text, name, LIMIT).map((b) => ({
    id: `blob ${b['sha256']}`,
    label: name(b),
    detail: sizeText(Number(b['size'])),
    kind: 'blob',
    open: () => {
      showLog({ pane: 'log', sql: `SELECT * FROM input WHERE payload LIKE '%${String(b['sha256'])}%'` });
      w.layout.show('log');
    },
  }));
}

async function symbols(w: Workspace, text: string): Promise<readonly QuickEntry[]> {
  const list = await w.client.call('debug.findSymbols', { text, limit: LIMIT });
  return list.map(({ name, address, size, kind }) => ({
    id: `symbol ${name} ${address}`,
    label: name,
    detail: `${hex(address, 8)}, ${sizeText(size)}`,
    kind,
    open: () => {
      if (kind === 'object') showMemory(w, { space: 'mcu', number: 0, address });
      else {
        useMcu.setState({ at: address - (address % 2) });
        w.layout.show('mcu');
      }
    },
  }));
}
