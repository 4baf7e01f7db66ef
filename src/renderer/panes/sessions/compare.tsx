/**
 * Two sessions side by side, compared by meaning: where they part, a line for each kind of thing, and the pairs of
 * the chosen kind in one table, so that both sides scroll as one.
 */
import { FileText, GitCompareArrows } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Result } from '../../../protocol/messages.ts';
import { LIVE } from '../../../protocol/window.ts';
import { Empty } from '../../components/empty.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { useAsk, useStatus } from '../../engine/context.tsx';
import { keepFile } from '../../lib/files.ts';
import { countText, timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { LanePairs } from './lane-pairs.tsx';

type Comparison = Result<'session.compare'>;
type Lane = Comparison['lanes'][number];

interface Done {
  readonly a: string;
  readonly b: string;
  readonly result: Comparison;
}

export default function Compare() {
  const w = useWorkspace();
  const status = useStatus();
  const list = useAsk('session.list', {}).data ?? [];
  const [choice, setChoice] = useState<{ readonly a?: string; readonly b?: string }>({});
  const [done, setDone] = useState<Done>();
  const [busy, setBusy] = useState(false);
  const [lane, setLane] = useState<string>();
  const entries = [
    ...(status === undefined ? [] : [{ id: LIVE, name: `${status.session} (recording)` }]),
    ...list.filter((s) => !s.live),
  ];
  const a = choice.a ?? entries[1]?.id ?? entries[0]?.id;
  const b = choice.b ?? entries[0]?.id;
  if (a === undefined || b === undefined) {
    return <Empty command="bench.new">There is no session to compare yet.</Empty>;
  }
  const nameOf = (id: string) => entries.find((e) => e.id === id)?.name ?? id;
  const compare = async () => {
    setBusy(true);
    const result = await w.act(w.client.call('session.compare', { a, b }));
    setBusy(false);
    if (result === undefined) return;
    setDone({ a: nameOf(a), b: nameOf(b), result });
    setLane(result.first?.lane ?? result.lanes[0]?.lane);
  };
  const report = async () => {
    const saved = await w.act(w.client.call('session.compareReport', {}));
    const text = saved === undefined ? undefined : keepFile(saved);
    if (text !== undefined) useUi.getState().say('info', text);
  };
  const pick = (label: string, value: string, set: (id: string) => void) => (
    <select className="choice" aria-label={label} value={value} onChange={(event) => set(event.target.value)}>
      {entries.map((e) => (
        <option key={e.id} value={e.id}>
          {e.name}
        </option>
      ))}
    </select>
  );
  return (
    <div className="pane compare">
      <div className="pane-bar" role="toolbar" aria-label="Compare sessions">
        {pick('Session A', a, (id) => setChoice({ ...choice, a: id }))}
        <span className="dim">with</span>
        {pick('Session B', b, (id) => setChoice({ ...choice, b: id }))}
        <button type="button" className="tool" disabled={busy} onClick={() => void compare()}>
          <GitCompareArrows size={16} aria-hidden /> {busy ? 'Comparing…' : 'Compare'}
        </button>
        <span className="spring" />
        <Tool
          icon={FileText}
          name="Keep the comparison as an HTML report"
          disabled={done === undefined}
          onClick={() => void report()}
        />
      </div>
      {done === undefined ? (
        <Empty>
          Choose two sessions. They are compared by meaning: the nth call with the nth call, the nth interrupt with the
          nth interrupt.
        </Empty>
      ) : (
        <Compared done={done} lane={lane} onLane={setLane} />
      )}
    </div>
  );
}

function Compared(props: {
  readonly done: Done;
  readonly lane: string | undefined;
  readonly onLane: (lane: string) => void;
}) {
  const { done, lane, onLane } = props;
  const { lanes, first } = done.result;
  const columns = useMemo(() => columnsOf(done), [done]);
  const at = lanes.findIndex((l) => l.lane === lane);
  return (
    <>
      <p className="compare-first" role="status">
        {first === undefined ? (
          'The sessions do not differ.'
        ) : (
          <>
            They part at <strong>{first.lane}</strong>, number {countText(first.n)}: {side(done.a, first.a)};{' '}
            {side(done.b, first.b)}.
          </>
        )}
      </p>
      <div className="compare-body">
        <div className="compare-lanes">
          <VirtualTable
            label="Kinds compared"
            columns={columns}
            count={lanes.length}
            rowAt={(i) => lanes[i]}
            keyOf={(l) => l.lane}
            selected={at < 0 ? undefined : at}
            onSelect={(_, l) => {
              if (l !== undefined) onLane(l.lane);
            }}
            rowClass={(l) => (l.differing > 0 ? 'compare-differs' : '')}
          />
        </div>
        {lane !== undefined && <LanePairs key={`${done.a} ${done.b} ${lane}`} lane={lane} a={done.a} b={done.b} />}
      </div>
    </>
  );
}

function side(name: string, item: { readonly text: string; readonly timeNs: number } | undefined): string {
  return item === undefined ? `${name} has nothing` : `${name} has ${item.text} at ${timeText(item.timeNs)}`;
}

function columnsOf({ a, b }: Done): readonly Column<Lane>[] {
  const number = (id: string, title: string, value: (l: Lane) => number): Column<Lane> => ({
    id,
    title,
    width: 110,
    align: 'right',
    mono: true,
    text: (l) => countText(value(l)),
  });
  return [
    { id: 'lane', title: 'Kind', width: 200, text: (l) => l.lane },
    number('a', `In ${a}`, (l) => l.countA),
    number('b', `In ${b}`, (l) => l.countB),
    number('differing', 'Differing', (l) => l.differing),
    {
      id: 'first',
      title: 'First at',
      width: 90,
      align: 'right',
      mono: true,
      text: (l) => (l.first === undefined ? '' : countText(l.first.n)),
    },
  ];
}
