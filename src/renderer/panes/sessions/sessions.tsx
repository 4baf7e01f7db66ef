/** All sessions of the host. Opening one is for reading: the bench goes on, the log panes show the opened one. */
import { Disc3, Download, FolderOpen, GitCompareArrows, Plus, RefreshCw, Save, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { SessionEntry } from '../../../protocol/window.ts';
import { Empty } from '../../components/empty.tsx';
import { FilterBar } from '../../components/filter-bar.tsx';
import { compareCells } from '../../components/table-text.ts';
import { VirtualTable, type Column, type Sort } from '../../components/virtual-table.tsx';
import { useAsk, useStatus } from '../../engine/context.tsx';
import { openSession } from '../../engine/sessions.ts';
import { sizeText } from '../../lib/format.ts';
import { CommandTool } from '../../shell/command-tool.tsx';
import { useProgress } from '../../shell/progress.tsx';
import { Tool } from '../../shell/tool.tsx';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { Opened } from './opened.tsx';

const VALUES: Readonly<Record<string, (s: SessionEntry) => string | number>> = {
  name: (s) => s.name,
  size: (s) => s.size,
  modified: (s) => s.modified,
  state: stateOf,
};

export default function Sessions() {
  const w = useWorkspace();
  const status = useStatus();
  const opened = useUi((s) => s.opened);
  const exporting = useUi((s) => s.exporting);
  const progress = useProgress();
  const [asked, setAsked] = useState(0);
  const [text, setText] = useState('');
  const [sort, setSort] = useState<Sort>({ column: 'modified', descending: true });
  const [selected, setSelected] = useState<number>();
  const key = JSON.stringify([asked, status?.session, opened?.session]);
  const list = useAsk('session.list', {}, hash(key)).data;
  const rows = useMemo(() => {
    const value = VALUES[sort.column] ?? VALUES['name'];
    const found = (list ?? []).filter((s) => s.name.toLowerCase().includes(text.toLowerCase()));
    const sign = sort.descending ? -1 : 1;
    return found.toSorted((a, b) => sign * compareCells(value?.(a), value?.(b)));
  }, [list, text, sort]);
  return (
    <>
      <div className="pane-bar">
        <CommandTool id="bench.new" icon={Plus} />
        <CommandTool id="session.open" icon={FolderOpen} />
        <CommandTool id="capture.open" icon={Disc3} />
        <CommandTool id="session.saveAs" icon={Save} />
        <CommandTool id="session.export" icon={Download} />
        <CommandTool id="session.compare" icon={GitCompareArrows} />
        <FilterBar list="sessions" label="Search sessions" text={text} onText={setText} />
        <Tool icon={RefreshCw} name="List the sessions again" onClick={() => setAsked(asked + 1)} />
      </div>
      {exporting !== undefined && (
        <div className="exporting" role="status" aria-label="Export">
          <span>{progress ?? `Exporting ${exporting}…`}</span>
          <CommandTool id="session.cancelExport" icon={X} />
        </div>
      )}
      {opened !== undefined && <Opened opened={opened} />}
      <VirtualTable
        label="Sessions"
        columns={COLUMNS}
        count={rows.length}
        total={list?.length ?? 0}
        rowAt={(i) => rows[i]}
        keyOf={(s) => s.id}
        selected={selected}
        onSelect={setSelected}
        onActivate={(_, s) => {
          if (s === undefined) return;
          if (s.live) useUi.getState().viewSession(undefined);
          else void openSession(w, s.id);
        }}
        sort={sort}
        onSort={setSort}
        empty={
          list === undefined ? (
            '…'
          ) : (
            <Empty command="bench.new">{text === '' ? 'There is no session yet.' : 'No session has this name.'}</Empty>
          )
        }
        footer="Enter opens for reading"
      />
    </>
  );
}

const COLUMNS: readonly Column<SessionEntry>[] = [
  { id: 'name', title: 'Name', width: 170, sortable: true, text: (s) => s.name },
  { id: 'size', title: 'Size', width: 76, align: 'right', mono: true, sortable: true, text: (s) => sizeText(s.size) },
  {
    id: 'modified',
    title: 'Changed',
    width: 140,
    mono: true,
    sortable: true,
    text: (s) => new Date(s.modified).toLocaleString('sv-SE').slice(0, 16),
  },
  { id: 'state', title: 'State', width: 80, sortable: true, text: stateOf },
];

function stateOf(s: SessionEntry): string {
  if (s.live) return 'recording';
  return s.open ? 'open' : '';
}

/** A number that differs when the text does, as good as always. */
function hash(text: string): number {
  let out = 0;
  for (const c of text) out = (Math.imul(out, 31) + (c.codePointAt(0) ?? 0)) | 0;
  return out;
}
