/** A filtered list over a view of the session, whose rows lead to the register accesses of their time. */
import { ArrowDownToLine, ScrollText } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { LIVE, type LogFilter, type LogView } from '../../../protocol/window.ts';
import { Empty } from '../../components/empty.tsx';
import { FilterBar } from '../../components/filter-bar.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { usePoll } from '../../engine/context.tsx';
import { Tool } from '../../shell/tool.tsx';
import { select } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { numberOf } from '../access-log/access-row.ts';
import type { LogRow } from '../access-log/log-source.ts';
import { showLog, typed, useLogState, type DriverTab } from '../access-log/state.ts';
import { TabBar } from '../../components/tabs.tsx';
import { useLog } from '../access-log/use-log.ts';

export interface RowListProps {
  readonly session: string;
  readonly tab: DriverTab;
  readonly view: LogView;
  readonly label: string;
  readonly columns: readonly Column<LogRow>[];
  readonly filterColumns: readonly string[];
  /** Conditions besides those that are typed. */
  readonly always: NonNullable<LogFilter['fields']>;
  readonly placeholder: string;
  /** Before the filter field. */
  readonly bar?: ReactNode;
  /** What there is to say about the selected row. */
  readonly renderDetail?: (row: LogRow) => ReactNode;
}

const onPlaced = () => useLogState.setState({ driverPlace: undefined });

export function RowList(props: RowListProps) {
  const { session, tab, view, label, columns, filterColumns, always, placeholder, bar, renderDetail } = props;
  const [follow, setFollow] = useState(true);
  const { layout } = useWorkspace();
  const { text, problem, filter } = useLogState((s) => s[tab]);
  const place = useLogState((s) => s.driverPlace);
  const { source, total, complete, selected, error } = useLog(
    { session, view, filter: { ...filter, fields: [...(filter.fields ?? []), ...always] } },
    place,
    onPlaced,
  );
  const all = usePoll('log.query', { session, view, limit: 1 }).data?.total ?? 0;

  const row = selected === undefined ? undefined : source.rowAt(selected);
  const toAccesses = () => {
    if (row === undefined) return;
    showLog({ pane: 'log', timeNs: numberOf(row['time_ns']) });
    layout.show('log');
  };
  return (
    <>
      <TabBar>
        {bar}
        <FilterBar
          list={view}
          label={`Filter: ${label}`}
          placeholder={placeholder}
          text={text}
          onText={(typedText) => useLogState.setState((s) => ({ [tab]: typed(s[tab], typedText, filterColumns) }))}
          problem={problem ?? error}
        />
        <Tool
          icon={ScrollText}
          name="Accesses at this time"
          keys="Enter"
          disabled={selected === undefined}
          onClick={toAccesses}
        />
        <Tool icon={ArrowDownToLine} name="Follow new rows" pressed={follow} onClick={() => setFollow(!follow)} />
      </TabBar>
      <div className="call-split">
        <div className="call-list">
          <VirtualTable
            label={label}
            columns={columns}
            count={total}
            total={Math.max(all, total)}
            counting={!complete}
            follow={follow}
            rowAt={source.rowAt}
            keyOf={(r) => numberOf(r['seq'])}
            selected={selected}
            onVisible={source.visible}
            onSelect={(i, row) => {
              source.select(i);
              if (row === undefined) return;
              select({ kind: 'row', view, key: numberOf(row['seq']), ...(session === LIVE ? {} : { session }) });
            }}
            onActivate={toAccesses}
            empty={
              text === '' && always.length === 0 ? (
                <Empty command="bench.boot">Nothing yet. A boot loads the driver.</Empty>
              ) : (
                'Nothing passes the filter.'
              )
            }
          />
        </div>
        {row !== undefined && renderDetail?.(row)}
      </div>
    </>
  );
}
