/**
 * A session as a Perfetto trace: the driver's calls, log and accesses, interrupt lines, the MCU, the queues with
 * their jobs and stream events, fences. A flow leads from an ioctl's submission over the job to the fence's signal.
 */
import { PerfettoWriter, type EventDetail } from '../../../formats/perfetto.ts';
import type { SessionReader } from '../reader.ts';
import { History, type AccessFacts, type JobViewRow } from './history.ts';
import type { Progress } from './sink.ts';

interface EventRow {
  readonly time_ns: number;
  readonly title: string;
  readonly a: string | number;
  readonly b: string | number;
}

/** A track of plain instants: view, title, the two arguments. */
interface Instants {
  readonly process: string;
  readonly track: string;
  readonly view: string;
  readonly title: string;
  readonly args: readonly [string, string];
  readonly sql: readonly [string, string];
}

const CALLS: readonly Instants[] = [
  {
    process: 'Bench',
    track: 'Inputs',
    view: 'input',
    title: 'kind',
    args: ['seq', 'branch'],
    sql: ['seq', 'branch'],
  },
  {
    process: 'Driver',
    track: 'ioctls',
    view: 'ioctl',
    title: 'name',
    args: ['result', 'args'],
    sql: ['result', 'args'],
  },
  {
    process: 'Driver',
    track: 'Log',
    view: 'driver_log',
    title: 'message',
    args: ['level', 'source'],
    sql: ['level', 'source'],
  },
];

/** Who accesses registers, in the order of their tracks. */
const INITIATORS = ['driver', 'user', 'script', 'mcu'] as const;

const MCU_EVENTS: Instants = {
  process: 'MCU',
  track: 'Events',
  view: 'mcu_event',
  title: 'kind',
  args: ['detail', 'pc'],
  sql: ['detail', "printf('0x%x', pc)"],
};

/** Writes the newest history of a session. */
export function exportPerfetto(session: SessionReader, out: (bytes: Uint8Array) => void, progress: Progress): void {
  const history = new History(session);
  const trace = new PerfettoWriter(out);
  const processes = new Map<string, number>();
  const processOf = (name: string): number => {
    const known = processes.get(name);
    if (known !== undefined) return known;
    const made = trace.process(name);
    processes.set(name, made);
    return made;
  };
  let done = 0;
  const instants = (plan: Instants): void => {
    const [a, b] = plan.sql;
    let track: number | undefined;
    for (const row of history.rows<EventRow>(plan.view, `time_ns, ${plan.title} AS title, ${a} AS a, ${b} AS b`)) {
      progress(done++);
      track ??= trace.track(plan.track, processOf(plan.process));
      const args = { [plan.args[0]]: row.a, [plan.args[1]]: row.b };
      trace.instant(track, row.time_ns, row.title, { category: plan.view, args });
    }
  };
  CALLS.forEach(instants);
  const titles = new WeakMap<AccessFacts, string>();
  const titleOf = (kind: AccessFacts): string => {
    let title = titles.get(kind);
    if (title === undefined) titles.set(kind, (title = `${kind.op} ${kind.name}`));
    return title;
  };
  for (const who of INITIATORS) {
    let track: number | undefined;
    for (const { timeNs, value, kind } of history.accesses(({ initiator }) => initiator === who)) {
      progress(done++);
      track ??= trace.track(`Register accesses (${who})`, processOf(who === 'mcu' ? 'MCU' : 'Driver'));
      const args = { value: `0x${value.toString(16)}`, cause: kind.cause };
      trace.instant(track, timeNs, titleOf(kind), { category: 'register_access', args });
    }
  }
  instants(MCU_EVENTS);
  lines(history, trace, processOf);
  streams(history, trace, processOf);
  const jobs = history.jobs();
  queues(jobs, history.endNs, trace, processOf);
  fences(history, new Set(jobs.map((j) => j.id)), trace, processOf);
}

type ProcessOf = (name: string) => number;

/** Interrupt lines: a slice while a line is raised. */
function lines(history: History, trace: PerfettoWriter, processOf: ProcessOf): void {
  const tracks = new Map<string, { track: number; raised: boolean }>();
  const columns = "time_ns, line, raised, printf('0x%x', status) AS status";
  for (const r of history.rows<{ time_ns: number; line: string; raised: number; status: string }>('irq', columns)) {
    let line = tracks.get(r.line);
    if (line === undefined) {
      line = { track: trace.track(`IRQ ${r.line}`, processOf('Interrupts')), raised: false };
      tracks.set(r.line, line);
    }
    if ((r.raised === 1) === line.raised) continue;
    line.raised = r.raised === 1;
    const detail: EventDetail = { category: 'irq', args: { status: r.status } };
    if (line.raised) trace.begin(line.track, r.time_ns, r.line, detail);
    else trace.end(line.track, r.time_ns);
  }
  const end = history.endNs;
  for (const line of tracks.values()) if (line.raised) trace.end(line.track, end);
}

/** Events of command streams, a track for each group and queue. */
function streams(history: History, trace: PerfettoWriter, processOf: ProcessOf): void {
  const tracks = new Map<string, number>();
  interface Row {
    readonly time_ns: number;
    readonly group_id: number;
    readonly queue: number;
    readonly pc: number | string;
    readonly opcode: string;
    readonly detail: string;
  }
  for (const r of history.rows<Row>('cs_event', 'time_ns, group_id, queue, pc, opcode, detail')) {
    const key = `Stream of group ${r.group_id}, queue ${r.queue}`;
    let track = tracks.get(key);
    if (track === undefined) {
      track = trace.track(key, processOf('Queues'));
      tracks.set(key, track);
    }
    const pc = typeof r.pc === 'number' ? `0x${r.pc.toString(16)}` : r.pc;
    trace.instant(track, r.time_ns, r.opcode, { category: 'cs_event', args: { detail: r.detail, pc } });
  }
}

/** Jobs as slices; jobs of a queue that overlap get tracks beside one another, as slices may not cross. */
function queues(jobs: readonly JobViewRow[], endNs: number, trace: PerfettoWriter, processOf: ProcessOf): void {
  if (jobs.length === 0) return;
  const parent = processOf('Queues');
  const submissions = trace.track('Submissions', parent);
  const lanes = new Map<string, { track: number; freeNs: number }[]>();
  const changes: { timeNs: number; by: number }[] = [];
  for (const j of jobs) {
    const args = { id: j.id, stream_va: `0x${Number(j.stream_va).toString(16)}`, stream_size: j.stream_size };
    trace.instant(submissions, j.submitted_ns, `submit job ${j.id}`, { category: 'job', flows: [j.id], args });
    changes.push({ timeNs: j.submitted_ns, by: 1 });
    if (j.finished_ns !== null) changes.push({ timeNs: j.finished_ns, by: -1 });
    if (j.started_ns === null) continue;
    const from = j.started_ns;
    const to = Math.max(j.finished_ns ?? endNs, from);
    const name = `Group ${j.group_id}, queue ${j.queue}`;
    const own = lanes.get(name) ?? [];
    lanes.set(name, own);
    let lane = own.find((l) => l.freeNs <= from);
    if (lane === undefined) {
      lane = { track: trace.track(own.length === 0 ? name : `${name} (${own.length + 1})`, parent), freeNs: 0 };
      own.push(lane);
    }
    lane.freeNs = to;
    const ending = { ...args, status: j.status, ...(j.fault === null ? {} : { fault: j.fault }) };
    trace.begin(lane.track, from, `job ${j.id}`, { category: 'job', flows: [j.id], args: ending });
    trace.end(lane.track, to);
  }
  const count = trace.counterTrack('Jobs in flight', 'jobs', parent);
  let inFlight = 0;
  for (const { timeNs, by } of changes.toSorted((a, b) => a.timeNs - b.timeNs)) {
    inFlight += by;
    trace.counter(count, timeNs, inFlight);
  }
}

/** Fences as pairs of instants joined by a flow; those of a job end the job's flow. */
function fences(history: History, jobs: ReadonlySet<number>, trace: PerfettoWriter, processOf: ProcessOf): void {
  const rows = history.fences();
  if (rows.length === 0) return;
  const track = trace.track('Fences', processOf('Driver'));
  /** Flow ids of fences must not meet those of jobs. */
  const flowBase = Math.max(0, ...jobs) + 1;
  rows.forEach((f, i) => {
    const ofJob = jobs.has(f.id);
    const flow = ofJob ? f.id : flowBase + i;
    const args = { id: f.id, point: f.point, cause: f.cause };
    const detail: EventDetail = { category: 'fence', args, ...(ofJob ? {} : { flows: [flow] }) };
    trace.instant(track, f.created_ns, `create ${f.kind} ${f.id}`, detail);
    if (f.signalled_ns === null) return;
    trace.instant(track, f.signalled_ns, `signal ${f.kind} ${f.id}`, { category: 'fence', lastFlows: [flow], args });
  });
}
