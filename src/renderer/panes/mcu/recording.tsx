/** What the MCU executed: recorded as it runs or from the past; as a trace, by function, and as a flame graph. */
import { useState } from 'react';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { useAct, useClient, usePoll } from '../../engine/context.tsx';
import { keepFile } from '../../lib/files.ts';
import { countText, hexGroups, timeText } from '../../lib/format.ts';
import type { FunctionCoverage, TracedInstruction } from '../../../protocol/debug-views.ts';
import { useUi } from '../../state/ui.ts';
import { showAddress } from './actions.ts';
import { Flame } from './flame.tsx';

const VIEWS = [
  { id: 'flame', title: 'Profile' },
  { id: 'trace', title: 'Trace' },
  { id: 'coverage', title: 'Coverage' },
] as const;
type View = (typeof VIEWS)[number]['id'];

export function Recording() {
  const client = useClient();
  const act = useAct();
  const { data: state } = usePoll('debug.recording', {});
  const [view, setView] = useState<View>('flame');
  const recorded = (state?.instructions ?? 0) > 0;
  const save = async () => {
    const bytes = await act(client.call('debug.profileTrace', {}));
    if (bytes === undefined) return;
    const saved = await act(client.call('file.save', { name: 'mcu-profile.perfetto-trace', bytes }));
    const said = saved === undefined ? undefined : keepFile(saved);
    if (said !== undefined) useUi.getState().say('info', said);
  };
  return (
    <div className="mcu-recording">
      <div className="mcu-form-row" role="toolbar" aria-label="Recording">
        <button
          type="button"
          className="button"
          aria-pressed={state?.on === true}
          onClick={() => void act(client.call('debug.record', { on: state?.on !== true }))}
        >
          {state?.on === true ? 'Stop recording' : 'Record'}
        </button>
        <button
          type="button"
          className="button"
          title="Runs the session's inputs again and records all of it"
          onClick={() => void act(client.call('debug.recordPast', {}))}
        >
          Record the past
        </button>
        <select aria-label="Shown" value={view} onChange={(e) => setView(e.target.value as View)}>
          {VIEWS.map((v) => (
            <option key={v.id} value={v.id}>
              {v.title}
            </option>
          ))}
        </select>
        <button type="button" className="button" disabled={!recorded} onClick={() => void save()}>
          Export to Perfetto
        </button>
      </div>
      <p className="quiet" role="status">
        {recorded && state !== undefined
          ? `${countText(state.instructions)} instructions from ${timeText(state.fromNs)} to ${timeText(state.toNs)}`
          : 'Nothing is recorded. Recording as it runs makes the MCU slower to emulate, and changes nothing else.'}
      </p>
      {recorded && view === 'flame' && <Flame />}
      {recorded && view === 'trace' && <Trace />}
      {recorded && view === 'coverage' && <Coverage />}
    </div>
  );
}

const TRACE: readonly Column<TracedInstruction>[] = [
  { id: 'number', title: 'No.', width: 80, align: 'right', text: (r) => countText(r.instruction) },
  { id: 'time', title: 'Time', width: 120, align: 'right', text: (r) => timeText(r.timeNs) },
  { id: 'pc', title: 'PC', width: 88, mono: true, text: (r) => hexGroups(r.pc, 32) },
  { id: 'place', title: 'In', width: 150, mono: true, text: (r) => r.place ?? '' },
  { id: 'text', title: 'Instruction', width: 220, mono: true, text: (r) => `${r.jump ? '→ ' : '  '}${r.text}` },
];

function Trace() {
  const [branches, setBranches] = useState(false);
  const { data: rows } = usePoll('debug.trace', { last: 5000, branches });
  const [selected, setSelected] = useState<number>();
  return (
    <>
      <label>
        <input type="checkbox" checked={branches} onChange={(e) => setBranches(e.target.checked)} /> Only where it went
        elsewhere
      </label>
      <VirtualTable
        label="Trace"
        columns={TRACE}
        count={rows?.length ?? 0}
        rowAt={(k) => rows?.[k]}
        keyOf={(r) => r.instruction}
        selected={selected}
        onSelect={setSelected}
        onActivate={(_, r) => r !== undefined && showAddress(r.pc)}
        follow
      />
    </>
  );
}

const COVERAGE: readonly Column<FunctionCoverage>[] = [
  {
    id: 'name',
    title: 'Function',
    width: 180,
    mono: true,
    text: (r) => (r.name === '' ? hexGroups(r.address, 32) : r.name),
  },
  { id: 'executed', title: 'Instructions', width: 100, align: 'right', text: (r) => countText(r.executed) },
  {
    id: 'covered',
    title: 'Reached',
    width: 80,
    align: 'right',
    text: (r) => (r.size === 0 ? '' : `${Math.min(100, Math.round((r.covered / r.size) * 100))} %`),
  },
  { id: 'bytes', title: 'Bytes', width: 110, align: 'right', text: (r) => `${r.covered} of ${r.size}` },
];

function Coverage() {
  const { data: rows } = usePoll('debug.coverage', {});
  const [selected, setSelected] = useState<number>();
  return (
    <VirtualTable
      label="Coverage"
      columns={COVERAGE}
      count={rows?.length ?? 0}
      rowAt={(k) => rows?.[k]}
      keyOf={(r) => r.address}
      selected={selected}
      onSelect={setSelected}
      onActivate={(_, r) => r !== undefined && showAddress(r.address)}
    />
  );
}
