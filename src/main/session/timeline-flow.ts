/**
 * The flow of a job over the tracks of the timeline: the ioctl that submitted it, its slice in the queue, the first and
 * the last of its stream's events and what went wrong between them, the first task on each shader core, the interrupt
 * that told the driver. From any of these rows the job is found again.
 */
import { FAULT_OPCODES, TASK_OPCODES } from '../../protocol/records.ts';
import type { FlowStep } from '../../protocol/window.ts';
import type { SessionReader } from './reader.ts';

interface Job {
  readonly id: number;
  readonly group_id: number;
  readonly queue: number;
  readonly submitted_ns: number;
  readonly started_ns: number | null;
  readonly finished_ns: number | null;
  readonly status: string;
  readonly fault: string | null;
}

/** A row of the session as a step; `bad` is 0 or 1. */
interface Row {
  readonly track: string;
  readonly key: number;
  readonly fromNs: number;
  readonly toNs: number;
  readonly label: string;
  readonly bad: number;
}

const SUBMIT = 'DRM_IOCTL_PANTHOR_GROUP_SUBMIT';

/** Conditions on `job` that find the one a row belongs to, by the view of the row. */
const JOB_OF: readonly (readonly [track: RegExp, where: string])[] = [
  [/^job:/, 'id = @key'],
  [
    /^ioctl$/,
    `submitted_ns >= (SELECT time_ns FROM ioctl WHERE seq = @key AND name = '${SUBMIT}') ORDER BY submitted_ns, id LIMIT 1`,
  ],
  [
    /^(cs|core):/,
    `id = (SELECT j.id FROM job j, cs_event e WHERE e.seq = @key AND j.group_id = e.group_id AND j.queue = e.queue
      AND coalesce(j.started_ns, j.submitted_ns) <= e.time_ns AND coalesce(j.finished_ns, e.time_ns) >= e.time_ns
      ORDER BY j.id DESC LIMIT 1)`,
  ],
  [
    /^irq:job$/,
    `id = (SELECT j.id FROM job j, irq i WHERE i.seq = @key AND j.finished_ns >= i.time_ns ORDER BY j.finished_ns, j.id LIMIT 1)`,
  ],
];

const WITHIN = 'group_id = @group AND queue = @queue AND time_ns BETWEEN @started AND @finished';
const ROWS = `
  SELECT * FROM (SELECT 'ioctl' AS track, seq AS key, time_ns AS fromNs, time_ns AS toNs, name AS label, 0 AS bad, 0 AS stage
    FROM ioctl WHERE name = '${SUBMIT}' AND time_ns <= @submitted ORDER BY seq DESC LIMIT 1)
  UNION ALL SELECT 'job:' || group_id || ':' || queue, id, coalesce(started_ns, submitted_ns),
    coalesce(finished_ns, started_ns, submitted_ns), 'job ' || id || ' ' || status, fault IS NOT NULL, 1 FROM job WHERE id = @id
  UNION ALL SELECT 'cs:' || group_id || ':' || queue, seq, time_ns, time_ns, opcode || ' ' || detail, opcode IN ${FAULT_OPCODES}, 2
    FROM cs_event WHERE seq IN (SELECT min(seq) FROM cs_event WHERE ${WITHIN} AND opcode NOT IN ${TASK_OPCODES}
      UNION SELECT max(seq) FROM cs_event WHERE ${WITHIN} AND opcode NOT IN ${TASK_OPCODES}
      UNION SELECT seq FROM cs_event WHERE ${WITHIN} AND opcode IN ${FAULT_OPCODES})
  UNION ALL SELECT 'core:' || CAST(substr(detail, 6) AS INTEGER), min(seq), time_ns, time_ns,
    substr(detail, instr(detail, ':') + 2), 0, 3 FROM cs_event WHERE ${WITHIN} AND opcode = 'TASK_BEGIN'
    GROUP BY CAST(substr(detail, 6) AS INTEGER)
  UNION ALL SELECT * FROM (SELECT 'irq:job', seq, time_ns, time_ns, line || ' ' || printf('0x%x', status), 0, 4
    FROM irq WHERE line = 'job' AND raised = 1 AND time_ns >= @started AND time_ns <= @finished ORDER BY seq DESC LIMIT 1)
  ORDER BY fromNs, stage, key`;

/** The steps of the flow through a row of a track, in order of time; none where the row belongs to no job. */
export function flowOf({ db }: SessionReader, track: string, key: number): FlowStep[] {
  const rule = JOB_OF.find(([pattern]) => pattern.test(track));
  if (rule === undefined) return [];
  const job = db.prepare(`SELECT * FROM job WHERE ${rule[1]}`).get({ key }) as Job | undefined;
  if (job === undefined) return [];
  const started = job.started_ns ?? job.submitted_ns;
  const rows = db.prepare(ROWS).all({
    id: job.id,
    group: job.group_id,
    queue: job.queue,
    submitted: job.submitted_ns,
    started,
    finished: job.finished_ns ?? Number.MAX_SAFE_INTEGER,
  }) as Row[];
  return rows.map(({ track: on, key: at, fromNs, toNs, label, bad }) => ({
    track: on,
    mark: { fromNs, toNs, n: 1, key: at, label, ...(bad === 0 ? {} : { bad: true }) },
  }));
}
