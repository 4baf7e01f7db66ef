/** What came of a run: the job, its fault in words, expectations, registers with marks of change, dumped memory. */
import { Check, X } from 'lucide-react';
import { useState } from 'react';
import { hex, hexGroups, plural, timeText } from '../../lib/format.ts';
import { faultWords } from './fault-words.ts';
import { useStreamRun, type StreamRun } from './run.ts';
import { hexRows } from './words.ts';

export function Results() {
  const last = useStreamRun((s) => s.last);
  if (last === undefined) return undefined;
  return (
    <section className="stream-results" aria-label={`Result of ${last.name}`} tabIndex={0}>
      <Jobs run={last} />
      <Checks run={last} />
      <Registers run={last} />
      {Object.entries(last.result.memory).map(([va, text]) => (
        <Memory key={va} va={Number(va)} text={text} />
      ))}
    </section>
  );
}

const STATUS_CLASS: Readonly<Record<string, string>> = {
  done: 'state-run',
  pending: 'state-wait',
  timeout: 'state-wait',
};

function Jobs({ run }: { readonly run: StreamRun }) {
  return (
    <div role="status">
      {run.result.jobs.map((job) => (
        <div key={job.queue}>
          <p>
            {run.name} on queue {job.queue}:{' '}
            <strong className={STATUS_CLASS[job.status] ?? 'state-fault'}>{job.status}</strong>
            {job.finishedNs !== undefined && ` after ${timeText(job.finishedNs - job.submittedNs)}`}
            {!run.result.finished && '. The time limit passed before its end.'}
          </p>
          {job.fault !== undefined && <p className="state-fault mono">{job.fault}</p>}
          {job.fault !== undefined && faultWords(job.fault).map((words) => <p key={words}>{words}</p>)}
        </div>
      ))}
    </div>
  );
}

function Checks({ run }: { readonly run: StreamRun }) {
  if (run.checks.length === 0) return undefined;
  return (
    <ul className="stream-checks" aria-label="Expectations">
      {run.checks.map(({ expectation: e, found }) => {
        const ok = found === e.value;
        const Glyph = ok ? Check : X;
        return (
          <li key={e.line} className={ok ? 'state-run' : 'state-fault'}>
            <Glyph size={14} aria-label={ok ? 'holds' : 'does not hold'} /> <span className="mono">{e.text}</span>
            {!ok && ` found ${found === undefined ? 'nothing' : hex(found)}`}
          </li>
        );
      })}
    </ul>
  );
}

function Registers({ run }: { readonly run: StreamRun }) {
  const [all, setAll] = useState(false);
  const rows = Object.entries(run.result.registers).map(([name, value]) => ({
    name,
    value,
    changed: value !== (run.before[name] ?? 0),
  }));
  const shown = all ? rows : rows.filter((r) => r.value !== 0 || r.changed);
  return (
    <>
      <label className="check">
        <input type="checkbox" checked={all} onChange={(e) => setAll(e.target.checked)} />
        Registers that are 0, too ({plural(rows.filter((r) => r.value === 0).length, 'register')})
      </label>
      <ul className="stream-registers mono" aria-label="Registers at the end">
        {shown.map(({ name, value, changed }) => (
          <li key={name} className={changed ? 'register-changed' : value === 0 ? 'register-zero' : undefined}>
            <span className="register-mark">{changed ? '•' : ' '}</span>
            {name.padStart(3)} {hexGroups(value, 32)}
            {changed && <span className="hidden-text"> changed</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Memory({ va, text }: { readonly va: number; readonly text: string }) {
  return (
    <div>
      <h3>Memory at {hexGroups(va, 64)}</h3>
      <pre className="mono" aria-label={`Memory at ${hex(va)}`}>
        {hexRows(va, text)
          .map((row) => `${hexGroups(row.address, 64)}  ${row.bytes.padEnd(50)}  ${row.text}`)
          .join('\n')}
      </pre>
    </div>
  );
}
