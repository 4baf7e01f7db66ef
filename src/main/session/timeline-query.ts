/**
 * The timeline of a session: which tracks it has, and the marks of a track between two times, never more than a
 * screen can show. Rows of a track are read once into arrays of numbers, so that zooming and panning are searches
 * in memory; what is recorded meanwhile is added at the next question. Reading stops after its budget.
 */
import { FAULT_OPCODES, TASK_OPCODES } from '../../protocol/records.ts';
import type { TimelineMark, TimelineTrack } from '../../protocol/window.ts';
import { UsageError } from '../../base/errors.ts';
import { accessLog, type AccessLog } from './accesses.ts';
import { lineage, type Segment } from './lineage.ts';
import { NumberList } from './number-list.ts';
import type { SessionReader } from './reader.ts';
import { instantMarks, sliceMarks, counterMarks, type Span } from './timeline-marks.ts';

/** Wall time one question may spend on reading new rows, in ms; rows read between two looks at it (chosen). */
const BUDGET_MS = 150;
const CHUNK = 20_000;
/** Columns of `register_access`. */
const OP = 4;
const NAME = 6;

interface TrackPlan extends TimelineTrack {
  /** Table the rows come from and the condition that picks them. */
  readonly from: string;
  readonly where: string;
  readonly values: readonly (number | string)[];
  /** SQL of a row's label and of whether it is bad. */
  readonly text: string;
  readonly bad: string;
  /** SQL that is 1 where a slice begins and 0 where it ends; only for `slices` made of instants. */
  readonly begins?: string;
  /** Accesses of one initiator (its number), or of all. */
  readonly accesses?: number | 'all';
}

interface Cache {
  readonly seqs: NumberList;
  readonly times: NumberList;
  /** 1 begin, 0 end; 2 bad instant. */
  readonly flags: NumberList;
  /** The last access looked at, whether it belongs to the track or not. */
  seen?: number;
}

export interface SliceQuery {
  readonly track: string;
  readonly fromNs: number;
  readonly toNs: number;
  readonly pixels: number;
}

export class TimelineReader {
  private readonly session: SessionReader;
  private readonly caches = new Map<string, Cache>();

  /** Register accesses in chunks; undefined where they are rows like all others. */
  private readonly log: AccessLog | undefined;

  constructor(session: SessionReader) {
    this.session = session;
    this.log = accessLog(session);
  }

  tracks(): { tracks: TimelineTrack[]; fromNs: number; toNs: number; branch: number } {
    const branch = lineage(this.session).at(-1)?.branch ?? 0;
    const tracks = this.plans().map(({ id, label, group, kind, view }) => ({ id, label, group, kind, view }));
    return { tracks, fromNs: 0, toNs: this.end(), branch };
  }

  slices(q: SliceQuery, budgetMs = BUDGET_MS): { marks: TimelineMark[]; complete: boolean } {
    if (!(q.toNs > q.fromNs)) throw new UsageError('toNs must be after fromNs');
    const plan = this.plans().find((p) => p.id === q.track);
    if (plan === undefined) throw new UsageError(`there is no track "${q.track}"`);
    if (plan.from === 'job') return { marks: sliceMarks(this.jobs(plan), q), complete: true };
    if (plan.from === 'note') return { marks: sliceMarks(this.notes(), q), complete: true };
    const cache = this.cache(plan.id);
    const complete = this.grow(plan, cache, performance.now() + budgetMs);
    const segments = lineage(this.session);
    let marks: TimelineMark[];
    if (plan.kind === 'counter') marks = counterMarks(cache, segments, q);
    else if (plan.begins !== undefined) marks = sliceMarks(spans(cache, segments, this.end()), q);
    else marks = instantMarks(cache, segments, q);
    return { marks: this.labelled(plan, marks), complete };
  }

  /** Virtual time of the newest row of any kind. */
  private end(): number {
    const tables = [
      ...(this.log === undefined ? ['access_row'] : []),
      'mcu_event_row',
      'irq_row',
      'driver_log_row',
      'input_row',
      'cs_event_row',
    ];
    const newest = tables.map((t) => `SELECT time_ns FROM ${t} WHERE seq = (SELECT max(seq) FROM ${t})`);
    const value = this.session.db
      .prepare(`SELECT max(time_ns) FROM (${newest.join(' UNION ALL ')})`)
      .pluck()
      .get() as number | null;
    return Math.max(value ?? 0, this.log?.last()?.timeNs ?? 0);
  }

  private plans(): TrackPlan[] {
    const { db } = this.session;
    const base = { values: [], bad: '0' };
    const access = (id: string, label: string, group: string, initiator: number): TrackPlan => ({
      ...base,
      id: `access:${id}`,
      label,
      group,
      kind: 'instants',
      view: 'register_access',
      from: 'access_row',
      where: `(meta & 3) = ${initiator}`,
      accesses: initiator,
      text: "(SELECT op || ' ' || name FROM register_access v WHERE v.seq = t.seq)",
    });
    const events = (id: string, label: string, group: string, from: string, text: string): TrackPlan => ({
      ...base,
      id,
      label,
      group,
      kind: 'instants',
      view: from,
      from,
      where: '1',
      text,
    });
    const lines = db.prepare('SELECT DISTINCT line FROM irq ORDER BY line').pluck().all() as string[];
    const queues = db.prepare('SELECT DISTINCT group_id AS g, queue AS q FROM job ORDER BY g, q').all() as Queue[];
    const streams = db
      .prepare('SELECT DISTINCT group_id AS g, queue AS q FROM cs_event ORDER BY g, q')
      .all() as Queue[];
    const cores = db
      .prepare(
        "SELECT DISTINCT CAST(substr(detail, 6) AS INTEGER) FROM cs_event WHERE opcode = 'TASK_BEGIN' ORDER BY 1",
      )
      .pluck()
      .all() as number[];
    return [
      events('input', 'Inputs', 'Bench', 'input', 'kind'),
      { ...events('note', 'Markers', 'Bench', 'note', 'text'), kind: 'slices' as const },
      {
        ...base,
        id: 'rate',
        label: 'Register accesses',
        group: 'Bench',
        kind: 'counter',
        view: 'register_access',
        from: 'access_row',
        where: '1',
        text: "''",
        accesses: 'all',
      },
      access('driver', 'Driver accesses', 'Driver', 0),
      access('user', 'Accesses by hand', 'Driver', 1),
      access('script', 'Accesses by script', 'Driver', 3),
      events('ioctl', 'ioctls', 'Driver', 'ioctl', 'name'),
      { ...events('driver_log', 'Kernel log', 'Driver', 'driver_log', 'message'), bad: "level IN ('err', 'warn')" },
      ...lines.map((line) => ({
        ...events(`irq:${line}`, line, 'Interrupts', 'irq', `line || ' ' || printf('0x%x', status)`),
        kind: 'slices' as const,
        where: 'line = ?',
        values: [line],
        begins: 'raised',
      })),
      access('mcu', 'MCU accesses', 'MCU', 2),
      {
        ...events('mcu_event', 'MCU events', 'MCU', 'mcu_event', "kind || ' ' || detail"),
        bad: "kind IN ('fatal', 'lockup')",
      },
      ...queues.map(({ g, q }) => ({
        ...events(`job:${g}:${q}`, `Group ${g}, queue ${q}`, 'Queues', 'job', "'job ' || id || ' ' || status"),
        kind: 'slices' as const,
        where: 'group_id = ? AND queue = ?',
        values: [g, q],
      })),
      ...streams.map(({ g, q }) => ({
        ...events(`cs:${g}:${q}`, `Stream of group ${g}, queue ${q}`, 'Queues', 'cs_event', "opcode || ' ' || detail"),
        where: `group_id = ? AND queue = ? AND opcode NOT IN ${TASK_OPCODES}`,
        values: [g, q],
        bad: `opcode IN ${FAULT_OPCODES}`,
      })),
      ...cores.map((core) => ({
        ...events(
          `core:${core}`,
          `Shader core ${core}`,
          'Shader cores',
          'cs_event',
          "substr(detail, instr(detail, ':') + 2)",
        ),
        kind: 'slices' as const,
        where: `opcode IN ${TASK_OPCODES} AND detail LIKE ?`,
        values: [`core ${core}:%`],
        begins: "opcode = 'TASK_BEGIN'",
      })),
    ];
  }

  private cache(id: string): Cache {
    const known = this.caches.get(id);
    if (known !== undefined) return known;
    const made = { seqs: new NumberList(), times: new NumberList(), flags: new NumberList() };
    this.caches.set(id, made);
    return made;
  }

  /** Reads rows recorded since; true when there are no more. */
  private grow(plan: TrackPlan, cache: Cache, untilMs: number): boolean {
    if (plan.accesses !== undefined && this.log !== undefined) {
      return this.growAccesses(this.log, plan.accesses, cache, untilMs);
    }
    const flag = plan.begins ?? `CASE WHEN ${plan.bad} THEN 2 ELSE 0 END`;
    const statement = this.session.db
      .prepare(
        `SELECT seq, time_ns, ${flag} FROM ${plan.from} WHERE seq > ? AND (${plan.where}) ORDER BY seq LIMIT ${CHUNK}`,
      )
      .raw(true);
    for (;;) {
      const rows = statement.all(cache.seqs.last ?? -1, ...plan.values) as [number, number, number][];
      for (const [seq, time, f] of rows) {
        cache.seqs.push(seq);
        cache.times.push(time);
        cache.flags.push(f);
      }
      if (rows.length < CHUNK) return true;
      if (performance.now() > untilMs) return false;
    }
  }

  private growAccesses(log: AccessLog, whose: number | 'all', cache: Cache, untilMs: number): boolean {
    let complete = true;
    log.chunks((cache.seen ?? -1) + 1, (c) => {
      for (let i = 0; i < c.count; i++) {
        if (c.seq[i]! <= (cache.seen ?? -1)) continue;
        if (whose !== 'all' && (log.kind(c.kind[i]!).meta & 3) !== whose) continue;
        cache.seqs.push(c.seq[i]!);
        cache.times.push(c.timeNs[i]!);
        cache.flags.push(0);
      }
      cache.seen = c.lastSeq;
      complete = performance.now() <= untilMs;
      return complete;
    });
    return complete;
  }

  private jobs(plan: TrackPlan): Span[] {
    const rows = this.session.db
      .prepare(
        `SELECT id, coalesce(started_ns, submitted_ns) AS f, finished_ns AS t, ${plan.text} AS text, fault IS NOT NULL AS bad
         FROM job WHERE ${plan.where} ORDER BY f, id`,
      )
      .all(...plan.values) as { id: number; f: number; t: number | null; text: string; bad: number }[];
    const end = this.end();
    return rows.map((r) => {
      return { key: r.id, fromNs: r.f, toNs: r.t ?? Math.max(end, r.f), label: r.text, bad: r.bad === 1 };
    });
  }

  /** Notes are few, and may be added anywhere and changed: they are read at every question. */
  private notes(): Span[] {
    return this.session.db
      .prepare('SELECT id AS key, time_ns AS fromNs, time_ns AS toNs, text AS label FROM note ORDER BY time_ns, id')
      .all()
      .map((row) => ({ ...(row as Omit<Span, 'bad'>), bad: false }));
  }

  /** Puts the words of single rows on their marks. */
  private labelled(plan: TrackPlan, marks: TimelineMark[]): TimelineMark[] {
    if (plan.kind === 'counter') return marks;
    const keys = marks.filter((m) => m.n === 1 && m.label === '').map((m) => m.key);
    const { log } = this;
    if (plan.accesses !== undefined && log !== undefined) {
      const text = (key: number): string => {
        const row = log.row(key);
        return row === undefined ? '' : `${String(row[OP])} ${String(row[NAME])}`;
      };
      return marks.map((m) => (m.n === 1 && m.label === '' ? { ...m, label: text(m.key) } : m));
    }
    const rows = this.session.db
      .prepare(`SELECT seq, ${plan.text} AS text FROM ${plan.from} t WHERE seq IN (SELECT value FROM json_each(?))`)
      .all(JSON.stringify(keys)) as { seq: number; text: string }[];
    const texts = new Map(rows.map((r) => [r.seq, r.text]));
    return marks.map((m) => (m.n === 1 && m.label === '' ? { ...m, label: texts.get(m.key) ?? '' } : m));
  }
}

interface Queue {
  readonly g: number;
  readonly q: number;
}

/** Slices between a row that begins one and the next that ends it, along the chain. */
function spans(cache: Cache, segments: readonly Segment[], endNs: number): Span[] {
  const out: Span[] = [];
  let open: { key: number; fromNs: number } | undefined;
  for (const s of segments) {
    const to = cache.seqs.above(s.toSeq);
    for (let i = cache.seqs.above(s.fromSeq); i < to; i++) {
      const begins = cache.flags.at(i) === 1;
      const time = cache.times.at(i);
      if (open !== undefined && !begins) {
        out.push({ ...open, toNs: time, label: '', bad: false });
        open = undefined;
      } else if (begins) open ??= { key: cache.seqs.at(i), fromNs: time };
    }
  }
  if (open !== undefined) out.push({ ...open, toNs: Math.max(endNs, open.fromNs), label: '', bad: false });
  return out;
}
