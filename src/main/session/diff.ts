/**
 * Two sessions compared by meaning, not by time: the nth call with the nth call, the nth doorbell with the nth
 * doorbell, and so on. Each kind of thing is one lane; of each lane the first pair that differs is shown, and of all
 * lanes the earliest, which is where the two histories part. What only one side has does not set all that follows
 * apart: the pairs come together again (align.ts).
 */
import type { SessionReader } from './reader.ts';
import { History, type AccessFacts } from './export/history.ts';
import { ms, type Section } from './export/report.ts';
import { align } from './align.ts';

/** One thing of a lane, as it is compared and shown. */
export interface Item {
  /** What must be equal. */
  readonly text: string;
  readonly timeNs: number;
  /** The row: its `seq`, or the id of a job. */
  readonly key: number;
}

export interface LaneDiff {
  readonly lane: string;
  readonly view: string;
  readonly countA: number;
  readonly countB: number;
  /** Pairs that differ, things only one side has included. */
  readonly differing: number;
  readonly first: Divergence | undefined;
}

export interface Divergence {
  readonly lane: string;
  readonly view: string;
  /** Counted from 1. */
  readonly n: number;
  readonly a: Item | undefined;
  readonly b: Item | undefined;
}

export interface SessionDiff {
  readonly identical: boolean;
  readonly first: Divergence | undefined;
  readonly lanes: readonly LaneDiff[];
}

interface Lane {
  readonly name: string;
  readonly view: string;
  items(history: History): Iterable<Item>;
}

/** Registers that count by themselves. */
const COUNTERS = ['GPU_CYCLE_COUNT', 'GPU_CYCLE_COUNT_HI', 'GPU_TIMESTAMP', 'GPU_TIMESTAMP_HI'];

const rowLane = (name: string, view: string, text: string, where = '1'): Lane => ({
  name,
  view,
  *items(history) {
    const columns = `seq AS key, time_ns AS timeNs, ${text} AS text`;
    yield* history.rows<Item>(view, columns, where);
  },
});

/** Writes of registers, the value with so many digits at least. */
const writeLane = (name: string, digits: number, wanted: (kind: AccessFacts) => boolean): Lane => ({
  name,
  view: 'register_access',
  *items(history) {
    for (const { seq, timeNs, value, kind } of history.accesses(wanted)) {
      yield { key: seq, timeNs, text: `${kind.name} <- 0x${value.toString(16).padStart(digits, '0')}` };
    }
  },
});

const LANES: readonly Lane[] = [
  { name: 'inputs', view: 'input', items: inputsOf },
  rowLane('ioctls', 'ioctl', "name || ' = ' || result || ' ' || args"),
  writeLane('register writes of the host', 8, ({ op, initiator }) => op === 'write' && initiator !== 'mcu'),
  { name: 'register reads of the host', view: 'register_access', items: settledReads },
  writeLane('doorbells', 1, ({ op, block }) => op === 'write' && block === 'CSF_DOORBELL'),
  rowLane('interrupts', 'irq', "line || ' ' || printf('0x%x', status)", 'raised = 1'),
  {
    name: 'jobs',
    view: 'job',
    *items(history) {
      for (const j of history.jobs()) {
        const fault = j.fault === null ? '' : `: ${j.fault}`;
        const text = `group ${j.group_id} queue ${j.queue}, ${j.stream_size} bytes, ${j.status}${fault}`;
        yield { key: j.id, timeNs: j.submitted_ns, text };
      }
    },
  },
  // Control flow is recorded on demand: whether it was says nothing of what happened.
  rowLane('MCU events', 'mcu_event', "kind || ' ' || detail", "kind NOT IN ('jump', 'recording')"),
  rowLane('stream events', 'cs_event', "'group ' || group_id || ' queue ' || queue || ' ' || opcode || ' ' || detail"),
  rowLane('driver log', 'driver_log', "level || ' ' || source || ': ' || message"),
];

/** Inputs; the order in which the parts of one are written says nothing. */
function* inputsOf(history: History): Generator<Item> {
  const columns = 'seq AS key, time_ns AS timeNs, kind, payload';
  for (const row of history.rows<Item & { kind: string; payload: string }>('input', columns, '1')) {
    yield { key: row.key, timeNs: row.timeNs, text: `${row.kind} ${inOrder(row.payload)}` };
  }
}

/** JSON with the keys of its outermost object in order. */
function inOrder(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null) return json;
    return JSON.stringify(Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  } catch {
    return json;
  }
}

/** Reads of the host; of several reads of one register in a row only the last counts, as polls differ in length. */
function* settledReads(history: History): Generator<Item> {
  const accesses = history.accesses(
    ({ op, initiator, name }) => op === 'read' && initiator !== 'mcu' && !COUNTERS.includes(name),
  );
  let held: { item: Item; name: string } | undefined;
  for (const { seq, timeNs, value, kind } of accesses) {
    const { name } = kind;
    if (held !== undefined && held.name !== name) yield held.item;
    held = { item: { key: seq, timeNs, text: `${name} -> 0x${value.toString(16).padStart(8, '0')}` }, name };
  }
  if (held !== undefined) yield held.item;
}

/** The things of one lane in a session; undefined when there is no such lane. */
export function laneItems(session: SessionReader, name: string): Iterable<Item> | undefined {
  return LANES.find((l) => l.name === name)?.items(new History(session));
}

/** Compares the newest histories of two sessions. `progress` names the lane being compared. */
export function diffSessions(
  a: SessionReader,
  b: SessionReader,
  progress: (lane: string, done: number, total: number) => void = () => {},
): SessionDiff {
  const historyA = new History(a);
  const historyB = new History(b);
  const lanes = LANES.map((lane, i) => {
    progress(lane.name, i, LANES.length);
    return compare(lane, lane.items(historyA), lane.items(historyB));
  });
  const firsts = lanes.flatMap((l) => (l.first === undefined ? [] : [l.first]));
  const time = (d: Divergence): number => Math.min(d.a?.timeNs ?? Infinity, d.b?.timeNs ?? Infinity);
  const first = firsts.toSorted((x, y) => time(x) - time(y))[0];
  return { identical: first === undefined, first, lanes };
}

function compare(lane: Lane, a: Iterable<Item>, b: Iterable<Item>): LaneDiff {
  let countA = 0;
  let countB = 0;
  let differing = 0;
  let first: Divergence | undefined;
  for (const pair of align(a, b)) {
    if (pair.a !== undefined) countA++;
    if (pair.b !== undefined) countB++;
    if (pair.same) continue;
    differing++;
    first ??= { lane: lane.name, view: lane.view, n: Math.max(countA, countB), a: pair.a, b: pair.b };
  }
  return { lane: lane.name, view: lane.view, countA, countB, differing, first };
}

const side = (i: Item | undefined): string =>
  i === undefined ? 'nothing' : `${i.text} (row ${i.key}, ${ms(i.timeNs)})`;

/** The comparison as tables, for a report or a terminal. */
export function diffSections(diff: SessionDiff, nameA: string, nameB: string): Section[] {
  const { first } = diff;
  const parting: Section = {
    title: 'Where they part',
    note: first === undefined ? 'Nowhere: no lane differs.' : `${first.lane}, number ${first.n}.`,
    columns: ['Session', 'What'],
    rows:
      first === undefined
        ? []
        : [
            [nameA, side(first.a)],
            [nameB, side(first.b)],
          ],
  };
  return [
    parting,
    {
      title: 'Lanes',
      columns: ['Lane', `In ${nameA}`, `In ${nameB}`, 'Differing', 'First at', nameA, nameB],
      rows: diff.lanes.map((l) => [
        l.lane,
        String(l.countA),
        String(l.countB),
        String(l.differing),
        l.first === undefined ? '' : String(l.first.n),
        l.first === undefined ? '' : side(l.first.a),
        l.first === undefined ? '' : side(l.first.b),
      ]),
    },
  ];
}
