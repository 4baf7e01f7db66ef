/** The driver's side of the session: its kernel log and the ioctls it was asked. */
import { textOf, numberOf } from '../access-log/access-row.ts';
import type { LogRow } from '../access-log/log-source.ts';
import { Tabs } from '../../components/tabs.tsx';
import { useLogState } from '../access-log/state.ts';
import type { Column } from '../../components/virtual-table.tsx';
import { timeText } from '../../lib/format.ts';
import { resultText } from '../../../spec/uapi/errno.ts';
import { useUi } from '../../state/ui.ts';
import { CallDetail } from './call-detail.tsx';
import { RowList } from './row-list.tsx';

const TABS = [
  { id: 'log', title: 'Kernel log' },
  { id: 'ioctls', title: 'ioctls' },
] as const;

const TIME: Column<LogRow> = {
  id: 'time',
  title: 'Time',
  width: 168,
  mono: true,
  align: 'right',
  text: (r) => timeText(numberOf(r['time_ns'])),
};

const LOG_COLUMNS: readonly Column<LogRow>[] = [
  TIME,
  {
    id: 'level',
    title: 'Level',
    width: 64,
    text: (r) => textOf(r['level']),
    render: (r) => <span className={`level-${textOf(r['level'])}`}>{textOf(r['level'])}</span>,
  },
  { id: 'source', title: 'From', width: 170, text: (r) => textOf(r['source']) },
  { id: 'message', title: 'Message', width: 900, mono: true, text: (r) => textOf(r['message']) },
];

const IOCTL_COLUMNS: readonly Column<LogRow>[] = [
  TIME,
  { id: 'client', title: 'Client', width: 64, mono: true, align: 'right', text: (r) => textOf(r['client']) },
  { id: 'name', title: 'ioctl', width: 290, mono: true, text: (r) => textOf(r['name']) },
  {
    id: 'result',
    title: 'Result',
    width: 110,
    mono: true,
    align: 'right',
    text: (r) => resultText(numberOf(r['result'])),
    render: (r) => (
      <span className={numberOf(r['result']) < 0 ? 'level-err' : undefined}>{resultText(numberOf(r['result']))}</span>
    ),
  },
  { id: 'args', title: 'Arguments', width: 900, mono: true, text: (r) => textOf(r['args']) },
];

/** Levels at and above one, as a pattern over their names (driver/kernel/log.ts). */
const LEVELS = [
  { title: 'All levels', pattern: '' },
  { title: 'Information and above', pattern: '[iwe]*' },
  { title: 'Warnings and errors', pattern: '[we]*' },
  { title: 'Errors', pattern: 'e*' },
] as const;

export default function DriverPane() {
  const session = useUi((s) => s.session);
  const { driverTab: tab, pattern } = useLogState();
  const levels = (
    <select
      aria-label="Least level"
      value={pattern}
      onChange={(e) => useLogState.setState({ pattern: e.target.value })}
    >
      {LEVELS.map((l) => (
        <option key={l.title} value={l.pattern}>
          {l.title}
        </option>
      ))}
    </select>
  );
  return (
    <Tabs label="Parts of the driver" tabs={TABS} shown={tab} onShow={(id) => useLogState.setState({ driverTab: id })}>
      {tab === 'log' ? (
        <RowList
          key="log"
          tab="log"
          session={session}
          view="driver_log"
          label="Kernel log"
          columns={LOG_COLUMNS}
          filterColumns={['seq', 'time_ns', 'level', 'source', 'message']}
          always={pattern === '' ? [] : [{ name: 'level', op: 'glob', value: pattern }]}
          placeholder="Filter: words, or level:err  message:*fault*"
          bar={levels}
        />
      ) : (
        <RowList
          key="ioctls"
          tab="ioctls"
          session={session}
          view="ioctl"
          label="ioctls"
          columns={IOCTL_COLUMNS}
          filterColumns={['seq', 'time_ns', 'client', 'name', 'result', 'args']}
          always={[]}
          placeholder="Filter: words, or name:VM_*  result<0  client=1"
          renderDetail={(row) => <CallDetail row={row} session={session} />}
        />
      )}
    </Tabs>
  );
}
