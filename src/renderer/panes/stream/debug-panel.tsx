/** What the stream that is debugged holds: registers with change marks, scoreboard, frames, ring, jobs, breakpoints. */
import { Trash2 } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { StreamState } from '../../../protocol/stream-debug.ts';
import { Facts, type Fact } from '../../components/facts.tsx';
import { ValueInput } from '../../components/value-input.tsx';
import { countText, hex, hexGroups, plural } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { debuggingOf } from './debug.ts';
import { useStreamDebug, wordAt } from './debug-state.ts';
import type { StreamEditor } from './editor.ts';

export function DebugPanel({ editor }: { readonly editor: StreamEditor | undefined }) {
  const state = useStreamDebug((s) => s.state);
  return (
    <div className="stream-debug" tabIndex={0} role="group" aria-label="State of the stream">
      <div className="stream-facts">
        {state !== undefined && (
          <>
            <Facts label="The stream" facts={factsOf(state)} />
            <Frames state={state} editor={editor} />
            <Scoreboard entries={state.scoreboard} />
            <Jobs jobs={state.jobs} />
          </>
        )}
        {editor !== undefined && <Points editor={editor} />}
      </div>
      {state !== undefined && <Registers state={state} />}
    </div>
  );
}

const address = (va: number) => hexGroups(va, 64);

function factsOf(s: StreamState): readonly Fact[] {
  const { ring, wait, doorbell } = s;
  return [
    ['group', `${s.group}, queue ${s.queue}, interface ${s.cs}`],
    ['state', s.reason === 'UNBLOCKED' ? s.state : `${s.state}: ${s.reason}`, 'mono'],
    ['next', s.text ?? 'nothing is mapped there', 'mono'],
    ['address', address(s.pc), 'mono'],
    ['executed', plural(s.instructions, 'instruction')],
    ...(wait === undefined
      ? []
      : [['waits for', `[${address(wait.address)}] ${wait.condition} ${hex(wait.value)}`, 'mono'] as const]),
    ['deferred', plural(s.deferred, 'operation')],
    ['ring', `${address(ring.base)}, ${countText(ring.size)} bytes`, 'mono'],
    ['insert', hex(ring.insert), 'mono'],
    ['extract', `${hex(ring.extract)}${ring.extract === ring.insert ? ' (empty)' : ''}`, 'mono'],
    ['doorbell', `page ${doorbell.page}, ${doorbell.pending ? 'rung' : 'quiet'}`],
  ];
}

function Registers({ state }: { readonly state: StreamState }) {
  const w = useWorkspace();
  const before = useStreamDebug((s) => s.before);
  const canSet = useStreamDebug((s) => !s.running && s.stop?.state === 'stopped' && !s.stop.inside);
  const [editing, setEditing] = useState<number>();
  return (
    <section aria-label="Registers">
      <h3>Registers</h3>
      <ul className="stream-registers mono" aria-label="Registers now">
        {state.registers.map((value, n) => {
          const changed = before.length > 0 && before[n] !== value;
          const name = `r${n}`;
          return (
            <li
              // Registers have no other name than their number.
              key={name}
              className={changed ? 'register-changed' : value === 0 ? 'register-zero' : undefined}
            >
              <span className="register-mark">{changed ? '•' : ' '}</span>
              {editing === n && canSet ? (
                <ValueInput
                  label={`Value of ${name}`}
                  value={BigInt(value)}
                  context={{ bits: 32 }}
                  onCommit={(next) => {
                    setEditing(undefined);
                    void debuggingOf(w).setRegister(n, Number(next));
                  }}
                  onCancel={() => setEditing(undefined)}
                />
              ) : (
                <button
                  type="button"
                  className="stream-value"
                  aria-label={`${name}, ${hexGroups(value, 32)}${changed ? ', changed' : ''}`}
                  title={canSet ? 'Double-click, Enter or F2 sets it' : undefined}
                  onDoubleClick={() => setEditing(n)}
                  onClick={(e) => e.detail === 0 && setEditing(n)}
                  onKeyDown={(e) => e.key === 'F2' && setEditing(n)}
                >
                  {name.padStart(3)} {hexGroups(value, 32)}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Entries the queue of this GPU has (CSIF); the hardware has room for more. */
const ENTRIES = 8;

function Scoreboard({ entries }: { readonly entries: readonly number[] }) {
  return (
    <section aria-label="Scoreboard">
      <h3>Scoreboard</h3>
      <ul className="stream-scoreboard mono" aria-label="Outstanding operations by entry">
        {entries.slice(0, ENTRIES).map((count, n) => (
          // Entries have no other name than their number.
          <li key={`entry ${String(n)}`} className={count === 0 ? 'register-zero' : 'state-wait'}>
            <span className="hidden-text">entry </span>
            {n}: {count}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Frames({ state, editor }: { readonly state: StreamState; readonly editor: StreamEditor | undefined }) {
  const debugged = useStreamDebug((s) => s.debugged);
  const last = state.callStack.length - 1;
  return (
    <section aria-label="Call stack">
      <h3>Call stack{state.inHandler ? ', in an exception handler' : ''}</h3>
      <ol className="stream-frames mono" aria-label="Frames, the present one last">
        {state.callStack.length === 0 && <li className="dim">the ring itself</li>}
        {state.callStack.map((frame, i) => {
          const index = debugged === undefined ? undefined : wordAt(debugged, frame.pc);
          const line = index === undefined ? undefined : debugged?.lines[index];
          const words = `${i === last ? 'at' : 'back to'} ${address(frame.pc)}`;
          return (
            <li key={`${String(i)} ${frame.pc}`}>
              {line === undefined ? (
                words
              ) : (
                <button
                  type="button"
                  className="link"
                  onClick={() => editor?.goTo({ line: editor.lineNow(line), column: 1 })}
                >
                  {words}, line {line}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function Jobs({ jobs }: { readonly jobs: StreamState['jobs'] }) {
  if (jobs.length === 0) return undefined;
  return (
    <section aria-label="Jobs">
      <h3>Jobs</h3>
      <ul className="stream-frames mono" aria-label="Jobs of the stream">
        {jobs.map((job) => (
          <li key={job.context}>
            {job.class} {job.op} {job.state}, entry {job.slot}: {countText(job.next)} of {countText(job.total)} tasks
          </li>
        ))}
      </ul>
    </section>
  );
}

function Points({ editor }: { readonly editor: StreamEditor }) {
  // Drawn again whenever the editor's marks change; the list itself is derived.
  useSyncExternalStore(editor.subscribe, editor.version);
  const points = editor.points();
  return (
    <section aria-label="Breakpoints">
      <h3>Breakpoints</h3>
      {points.length === 0 && <p className="dim">None: F9 sets one at the cursor, or click beside a line number.</p>}
      <ul className="stream-frames" aria-label="Breakpoints of the stream">
        {points.map(({ line, state }) => (
          <li key={line}>
            <button type="button" className="link" onClick={() => editor.goTo({ line, column: 1 })}>
              line {line}
            </button>{' '}
            <span className={state === 'bound' ? undefined : 'state-wait'}>{state}</span>
            <Tool
              icon={Trash2}
              name={`Remove the breakpoint of line ${line}`}
              onClick={() => editor.togglePoint(line)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
