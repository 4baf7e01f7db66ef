/** A row of a session's view: every column with its value; names of registers and numbers of jobs lead on. */
import type { ReactNode } from 'react';
import type { Cell, LogView } from '../../../protocol/window.ts';
import { Facts } from '../../components/facts.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { usePoll } from '../../engine/context.tsx';
import { timeText } from '../../lib/format.ts';
import { findPlace } from '../../lib/registers.ts';
import { useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';

export interface RowDetailsProps {
  readonly view: LogView;
  /** The number in the first column of the view: seq or id. */
  readonly id: number;
  readonly session: string | undefined;
}

/** Views whose first column is `id`; of the others it is `seq`. */
const BY_ID: ReadonlySet<LogView> = new Set<LogView>(['job', 'fence', 'snapshot', 'note']);
const HEX_COLUMNS: ReadonlySet<string> = new Set(['value', 'old_value', 'offset', 'pc', 'stream_va', 'stream_size']);

export function RowDetails({ view, id, session }: RowDetailsProps) {
  const w = useWorkspace();
  const shown = useUi((s) => s.session);
  const showLog = useUi((s) => s.showLog);
  const column = BY_ID.has(view) ? 'id' : 'seq';
  const { data, error } = usePoll('log.query', {
    session: session ?? shown,
    view,
    filter: { fields: [{ name: column, op: '=', value: id }] },
    limit: 1,
  });
  if (error !== undefined) return <p>{error}</p>;
  if (data === undefined) return <p className="dim">…</p>;
  const [row] = data.rows;
  if (row === undefined) {
    return (
      <p>
        There is no {view} {id} in this session.
      </p>
    );
  }
  return (
    <>
      <Facts
        label={`${view} ${id}`}
        facts={data.columns.map((name, i) => [name, shownCell(name, row[i] ?? null)] as const)}
      />
      <button
        type="button"
        className="button"
        onClick={() => {
          showLog({ view, text: '', key: id });
          w.layout.show('log');
        }}
      >
        Show in the log
      </button>
    </>
  );
}

function shownCell(column: string, value: Cell): ReactNode {
  if (value === null) return <span className="dim">none</span>;
  if (column === 'name' && typeof value === 'string' && findPlace(value) !== undefined) {
    return <ObjectLink to={{ kind: 'register', name: value }} />;
  }
  if (column.endsWith('_ns') && typeof value === 'number') return <span className="mono">{timeText(value)}</span>;
  if (HEX_COLUMNS.has(column) && typeof value === 'number') return <span className="mono">0x{value.toString(16)}</span>;
  return <span className="mono">{value}</span>;
}
