/** The accesses themselves: filter bar and table. */
import { ArrowDownToLine } from 'lucide-react';
import { useState } from 'react';
import { LIVE } from '../../../protocol/window.ts';
import { Empty } from '../../components/empty.tsx';
import { FilterBar } from '../../components/filter-bar.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { usePoll } from '../../engine/context.tsx';
import { countText, timeText } from '../../lib/format.ts';
import { Tool } from '../../shell/tool.tsx';
import { select } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import { fieldsText, linkName, numberOf, textOf, valueText } from './access-row.ts';
import type { LogRow } from './log-source.ts';
import { ACCESS_COLUMNS, typed, useLogState } from './state.ts';
import { TabBar } from '../../components/tabs.tsx';
import { useLog } from './use-log.ts';

const COLUMNS: readonly Column<LogRow>[] = [
  { id: 'seq', title: '#', width: 76, mono: true, align: 'right', text: (r) => countText(numberOf(r['seq'])) },
  { id: 'time', title: 'Time', width: 168, mono: true, align: 'right', text: (r) => timeText(numberOf(r['time_ns'])) },
  { id: 'initiator', title: 'By', width: 66, text: (r) => textOf(r['initiator']) },
  {
    id: 'op',
    title: 'Op',
    width: 58,
    text: (r) => textOf(r['op']),
    render: (r) => <span className={`op-${textOf(r['op'])}`}>{textOf(r['op'])}</span>,
  },
  {
    id: 'name',
    title: 'Register',
    width: 250,
    mono: true,
    text: (r) => textOf(r['name']),
    render: (r) => {
      const name = linkName(r);
      const words = textOf(r['name']);
      return name === undefined ? words : <ObjectLink to={{ kind: 'register', name }}>{words}</ObjectLink>;
    },
  },
  { id: 'value', title: 'Value', width: 160, mono: true, align: 'right', text: (r) => valueText(r, 'value') },
  {
    id: 'old',
    title: 'Was',
    width: 160,
    mono: true,
    align: 'right',
    text: (r) => (r['op'] === 'write' ? valueText(r, 'old_value') : ''),
  },
  { id: 'fields', title: 'Fields', width: 300, mono: true, text: fieldsText },
  { id: 'cause', title: 'Cause', width: 260, text: (r) => textOf(r['cause']) },
];

const onText = (text: string) => useLogState.setState((s) => ({ accesses: typed(s.accesses, text, ACCESS_COLUMNS) }));
const onPlaced = () => useLogState.setState({ place: undefined });

export function AccessTable({ session }: { readonly session: string }) {
  const [follow, setFollow] = useState(false);
  const { layout } = useWorkspace();
  const { text, problem, filter } = useLogState((s) => s.accesses);
  const place = useLogState((s) => s.place);
  const { source, total, complete, selected, error } = useLog(
    { session, view: 'register_access', filter },
    place,
    onPlaced,
  );
  const all = usePoll('log.query', { session, view: 'register_access', limit: 1 }).data?.total ?? 0;
  const empty =
    text === '' ? (
      <Empty command="bench.boot">No register was touched yet. A boot touches some hundreds.</Empty>
    ) : (
      'No access passes the filter.'
    );
  return (
    <>
      <TabBar>
        <FilterBar
          list="register_access"
          label="Filter accesses"
          placeholder="Filter: words, or name:*IRQ*  op:write  initiator:mcu  value>=0x100  time_ns<1000000"
          text={text}
          onText={onText}
          problem={problem ?? error}
        />
        <Tool icon={ArrowDownToLine} name="Follow new accesses" pressed={follow} onClick={() => setFollow(!follow)} />
      </TabBar>
      <VirtualTable
        label="Register accesses"
        columns={COLUMNS}
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
          if (row !== undefined) {
            select({ kind: 'access', seq: numberOf(row['seq']), ...(session === LIVE ? {} : { session }) });
          }
        }}
        onActivate={() => layout.show('selection')}
        rowClass={(r) => `row-${textOf(r['initiator'])}`}
        empty={empty}
      />
    </>
  );
}
