/** The pairs of one kind of thing in two sessions: one row a pair, so that both sides scroll as one. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { Result } from '../../../protocol/messages.ts';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { useAsk } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';

type Pair = Result<'session.comparePairs'>['rows'][number];

/** Pairs asked for at once. */
const PAGE = 200;

export interface LanePairsProps {
  readonly lane: string;
  readonly a: string;
  readonly b: string;
}

export function LanePairs({ lane, a, b }: LanePairsProps) {
  const w = useWorkspace();
  const first = useAsk('session.comparePairs', { lane, offset: 0, limit: PAGE }).data;
  const parting = useAsk('session.compareFind', { lane, from: -1, direction: 'next' }).data;
  const [rows, setRows] = useState<ReadonlyMap<number, Pair>>(new Map());
  const [chosen, setChosen] = useState<number>();
  const [asked] = useState(() => new Set<number>([0]));
  const selected = chosen ?? parting?.index;
  const load = useCallback(
    async (page: number) => {
      if (asked.has(page)) return;
      asked.add(page);
      const got = await w.act(w.client.call('session.comparePairs', { lane, offset: page * PAGE, limit: PAGE }));
      if (got === undefined) return;
      setRows((before) => new Map([...before, ...got.rows.map((row, i) => [got.offset + i, row] as const)]));
    },
    [w, lane, asked],
  );
  const find = async (direction: 'next' | 'previous') => {
    const found = await w.act(w.client.call('session.compareFind', { lane, from: selected ?? -1, direction }));
    if (found?.index !== undefined) setChosen(found.index);
  };
  const onVisible = useCallback(
    (first: number, last: number) => {
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) void load(page);
    },
    [load],
  );
  const columns = useMemo(() => columnsOf(a, b), [a, b]);
  return (
    <section className="compare-pairs" aria-label={`${lane}, side by side`}>
      <div className="pane-bar">
        <strong>{lane}</strong>
        <Tool icon={ArrowUp} name="Previous difference" onClick={() => void find('previous')} />
        <Tool icon={ArrowDown} name="Next difference" onClick={() => void find('next')} />
      </div>
      <VirtualTable
        label={`Pairs of ${lane}`}
        columns={columns}
        count={first?.total ?? 0}
        rowAt={(i) => first?.rows[i] ?? rows.get(i)}
        keyOf={(_, i) => i}
        selected={selected}
        onSelect={setChosen}
        onVisible={onVisible}
        rowClass={(p) => (p.same ? '' : 'compare-differs')}
        empty="Neither session has any."
        footer={first?.more === true ? 'only the first pairs are shown; the summary counts all' : undefined}
      />
    </section>
  );
}

/** The sign of a pair: equal, changed, or only on one side. */
function sign(p: Pair): string {
  if (p.same) return '=';
  if (p.a === undefined) return '>';
  return p.b === undefined ? '<' : '≠';
}

function columnsOf(a: string, b: string): readonly Column<Pair>[] {
  return [
    {
      id: 'aTime',
      title: `${a}: time`,
      width: 120,
      mono: true,
      align: 'right',
      text: (p) => (p.a === undefined ? '' : timeText(p.a.timeNs)),
    },
    { id: 'a', title: a, width: 360, mono: true, text: (p) => p.a?.text ?? '' },
    { id: 'sign', title: '', width: 32, mono: true, text: sign },
    {
      id: 'bTime',
      title: `${b}: time`,
      width: 120,
      mono: true,
      align: 'right',
      text: (p) => (p.b === undefined ? '' : timeText(p.b.timeNs)),
    },
    { id: 'b', title: b, width: 360, mono: true, text: (p) => p.b?.text ?? '' },
  ];
}
