/** The History pane: the time slider, the tree of snapshots with branches, and notes. */
import { ArrowRightToLine, Camera, Redo2, StepBack, StepForward, Undo2, History } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Empty } from '../../components/empty.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { usePoll, useStatus } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useWorkspace } from '../../workspace.ts';
import { historyActions } from './actions.ts';
import { Notes } from './notes.tsx';
import { Slider } from './slider.tsx';
import { treeRows, type TreeRow } from './tree.ts';

export default function HistoryPane() {
  const status = useStatus();
  if (status === undefined || !status.powered) {
    return <Empty command="bench.boot">There is no machine yet. Boot the demo; its history begins then.</Empty>;
  }
  return <Powered nowNs={status.timeNs} branch={status.branch} />;
}

/** Most snapshots whose parents are asked for at once. */
const MOST = 2000;

function Powered({ nowNs, branch }: { readonly nowNs: number; readonly branch: number }) {
  const w = useWorkspace();
  const [actions] = useState(() => historyActions(w));
  const [chosen, setChosen] = useState<number>();
  const [label, setLabel] = useState('');
  const { data: list } = usePoll('snapshot.list', {});
  const { data: notes } = usePoll('marker.list', {});
  const { data: page } = usePoll('log.query', { session: 'live', view: 'snapshot', offset: 0, limit: MOST });
  const rows = useMemo(() => {
    const parents = new Map<number, number>();
    const [id, parent] = ['id', 'parent_id'].map((name) => page?.columns.indexOf(name) ?? -1);
    for (const row of page?.rows ?? []) {
      const [child, of] = [row[id ?? -1], row[parent ?? -1]];
      if (typeof child === 'number' && typeof of === 'number') parents.set(child, of);
    }
    return treeRows(list ?? [], parents);
  }, [list, page]);
  const at = rows.findIndex((r) => r.id === chosen);
  const row = rows[at];
  const lastNs = Math.max(nowNs, ...rows.map((r) => r.timeNs), ...(notes ?? []).map((n) => n.timeNs));
  return (
    <div className="pane history">
      <div className="pane-bar" role="toolbar" aria-label="History">
        <CommandTool id="history.undo" icon={Undo2} />
        <CommandTool id="history.redo" icon={Redo2} />
        <CommandTool id="history.backEvent" icon={StepBack} />
        <CommandTool id="run.step" icon={StepForward} />
        <CommandTool id="history.forward" icon={ArrowRightToLine} />
        <Tool
          icon={History}
          name="Go back to the chosen snapshot"
          disabled={row === undefined}
          onClick={() => {
            if (row !== undefined) void actions.restore(row.id);
          }}
        />
        <span className="spring" />
        <span className="dim">branch {branch}</span>
        <form
          className="history-take"
          aria-label="New snapshot"
          onSubmit={(event) => {
            event.preventDefault();
            const words = label.trim() === '' ? `at ${timeText(nowNs)}` : label.trim();
            void w.act(w.client.call('snapshot.take', { label: words }));
            setLabel('');
          }}
        >
          <input
            type="text"
            aria-label="Name of the new snapshot"
            placeholder="Name of a snapshot"
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
          <button type="submit" className="tool">
            <Camera size={16} aria-hidden /> Take
          </button>
        </form>
      </div>
      <Slider
        nowNs={nowNs}
        lastNs={lastNs}
        snapshots={rows}
        markers={notes ?? []}
        onSeek={(timeNs) => void actions.seek(timeNs)}
      />
      <div className="history-body">
        <div className="history-list">
          <VirtualTable
            label="Snapshots"
            columns={COLUMNS}
            count={rows.length}
            rowAt={(i) => rows[i]}
            keyOf={(r) => r.id}
            selected={at < 0 ? undefined : at}
            onSelect={(_, r) => setChosen(r?.id)}
            onActivate={(_, r) => {
              if (r !== undefined) void actions.restore(r.id);
            }}
            empty="No snapshots yet. Take one, then come back to it at any time."
            rowClass={(r) => (r.branch === branch && r.timeNs === nowNs ? 'history-here' : '')}
          />
        </div>
        <Notes notes={notes ?? []} onGo={(timeNs) => void actions.seek(timeNs)} />
      </div>
    </div>
  );
}

const COLUMNS: readonly Column<TreeRow>[] = [
  { id: 'id', title: 'Id', width: 40, align: 'right', mono: true, text: (r) => String(r.id) },
  {
    id: 'label',
    title: 'Snapshot',
    width: 280,
    text: (r) => r.label,
    render: (r) => (
      <span className={`history-depth-${Math.min(r.depth, DEPTHS)}`}>
        {r.depth > 0 && <span aria-hidden>└ </span>}
        {r.label}
      </span>
    ),
  },
  { id: 'time', title: 'Time', width: 150, mono: true, align: 'right', text: (r) => timeText(r.timeNs) },
  { id: 'branch', title: 'Branch', width: 64, mono: true, align: 'right', text: (r) => String(r.branch) },
  { id: 'parent', title: 'After', width: 48, mono: true, align: 'right', text: (r) => String(r.parent ?? '–') },
  { id: 'kind', title: 'Taken by', width: 96, text: (r) => (r.automatic ? 'the bench' : 'hand') },
];

/** Depths that are moved in further than the one before. */
const DEPTHS = 6;
