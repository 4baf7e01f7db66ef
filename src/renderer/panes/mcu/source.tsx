/** C source of the place shown, with the line of the PC, breakpoints by line, and how often each line was executed. */
import { useState } from 'react';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { useAsk, usePoll } from '../../engine/context.tsx';
import { useWorkspace } from '../../workspace.ts';
import { countText } from '../../lib/format.ts';
import { useMcu } from './actions.ts';

export interface SourceProps {
  readonly pc: number;
  readonly at: number;
  readonly onToggle: (file: number, line: number) => void;
}

interface Row {
  readonly line: number;
  readonly text: string;
  readonly code: boolean;
  readonly here: boolean;
  readonly point: string | undefined;
  readonly count: number;
}

export function Source({ pc, at, onToggle }: SourceProps) {
  const wanted = useMcu((s) => s.source);
  const { data: place } = usePoll('debug.place', { address: at });
  const { data: pcPlace } = usePoll('debug.place', { address: pc });
  const shown = wanted ?? (place?.file === undefined ? undefined : { file: place.file, line: place.line ?? 1 });
  if (shown === undefined) return <NoSource />;
  const pcLine = pcPlace?.file === shown.file ? pcPlace.line : undefined;
  return <File key={shown.file} file={shown.file} line={shown.line} pcLine={pcLine} onToggle={onToggle} />;
}

function NoSource() {
  const { data: symbols } = usePoll('debug.symbols', {});
  return (
    <div className="mcu-source">
      <Files file={undefined} />
      <p className="quiet">
        {symbols?.file === ''
          ? 'There is no symbol file: load the ELF file of this firmware under Symbols.'
          : 'The symbol file gives no source line for this address.'}
      </p>
    </div>
  );
}

function Files({ file }: { readonly file: number | undefined }) {
  const { data: symbols } = usePoll('debug.symbols', {});
  const files = (symbols?.files ?? []).map((f, k) => ({ ...f, k })).filter((f) => f.lines > 0);
  return (
    <select
      aria-label="Source file"
      value={file ?? ''}
      onChange={(e) => useMcu.setState({ source: { file: Number(e.target.value), line: 1 } })}
    >
      {file === undefined && <option value="">choose a file</option>}
      {files.map((f) => (
        <option key={f.k} value={f.k}>
          {f.directory === '' ? f.name : `${f.directory}/${f.name}`}
        </option>
      ))}
    </select>
  );
}

function File(props: {
  readonly file: number;
  readonly line: number;
  readonly pcLine: number | undefined;
  readonly onToggle: (file: number, line: number) => void;
}) {
  const { file, line, pcLine, onToggle } = props;
  const w = useWorkspace();
  const [asked, setAsked] = useState(0);
  const { data: source, error } = useAsk('source.read', { file }, asked);
  const { data: code } = useAsk('debug.lines', { file });
  const { data: points } = usePoll('debug.breakpoints', {});
  const { data: counts } = usePoll('debug.lineCounts', { file });
  // The cursor belongs to the line shown: going elsewhere puts it there.
  const [moved, setMoved] = useState({ line, selected: line - 1 });
  const selected = moved.line === line ? moved.selected : line - 1;
  const setSelected = (index: number) => setMoved({ line, selected: index });
  const choose = async () => {
    await w.act(w.client.call('source.choose', {}));
    setAsked((n) => n + 1);
  };
  if (source === undefined) {
    return (
      <div className="mcu-source">
        <Files file={file} />
        {error !== undefined && (
          <>
            <p className="problem">{error}</p>
            <button type="button" className="button" onClick={() => void choose()}>
              Choose source folder…
            </button>
          </>
        )}
      </div>
    );
  }
  const withCode = new Set(code?.map((l) => l.line));
  const counted = new Map(counts?.map((c) => [c.line, c.count]));
  const pointed = new Map(
    points?.flatMap((p) => (p.breakpoint.line?.file === file ? [[p.breakpoint.line.line, p.status] as const] : [])),
  );
  const texts = source.text.split('\n');
  const rowAt = (index: number): Row | undefined => {
    const text = texts[index];
    if (text === undefined) return undefined;
    const number = index + 1;
    return {
      line: number,
      text: text.replaceAll('\t', '    ').replace(/\r$/, ''),
      code: withCode.has(number),
      here: number === pcLine,
      point: pointed.get(number),
      count: counted.get(number) ?? 0,
    };
  };
  const columns: readonly Column<Row>[] = [
    {
      id: 'point',
      title: '',
      width: 32,
      text: (r) => r.point ?? '',
      render: (r) => (
        <button
          type="button"
          tabIndex={-1}
          className={r.point === undefined ? 'mcu-break' : `mcu-break mcu-break-${r.point}`}
          aria-label={`Breakpoint at line ${r.line}`}
          aria-pressed={r.point !== undefined}
          onClick={() => onToggle(file, r.line)}
        >
          {r.point === undefined ? (r.code ? '·' : '') : r.point === 'bound' ? '●' : '○'}
        </button>
      ),
    },
    { id: 'line', title: 'Line', width: 48, align: 'right', mono: true, text: (r) => String(r.line) },
    { id: 'count', title: 'Ran', width: 64, align: 'right', text: (r) => (r.count > 0 ? countText(r.count) : '') },
    {
      id: 'text',
      title: source.shown,
      width: 640,
      mono: true,
      text: (r) => r.text,
      render: (r) => (
        <span className={r.code ? undefined : 'quiet'}>
          {r.here && <span className="hidden-text">Program counter: </span>}
          {r.text}
        </span>
      ),
    },
  ];
  return (
    <div className="mcu-source">
      <Files file={file} />
      <VirtualTable
        label="Source"
        columns={columns}
        count={texts.length}
        rowAt={rowAt}
        keyOf={(r) => r.line}
        selected={selected}
        onSelect={setSelected}
        onActivate={(index) => onToggle(file, index + 1)}
        onKey={(event) => {
          if (event.key !== 'F9') return;
          onToggle(file, selected + 1);
          event.preventDefault();
        }}
        rowClass={(r) => (r.here ? 'mcu-pc' : '')}
      />
    </div>
  );
}
