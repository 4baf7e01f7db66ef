/** The access log: every register access of the session, filtered, decoded, linked; and SQL over all of it. */
import { useUi } from '../../state/ui.ts';
import { AccessTable } from './access-table.tsx';
import { Sql } from './sql.tsx';
import { useLogState } from './state.ts';
import { Tabs } from '../../components/tabs.tsx';

const TABS = [
  { id: 'accesses', title: 'Accesses' },
  { id: 'sql', title: 'SQL' },
] as const;

export default function LogPane() {
  const session = useUi((s) => s.session);
  const tab = useLogState((s) => s.tab);
  const run = useLogState((s) => s.sql.run);
  return (
    <Tabs label="Parts of the log" tabs={TABS} shown={tab} onShow={(id) => useLogState.setState({ tab: id })}>
      {tab === 'accesses' ? <AccessTable session={session} /> : <Sql key={run} session={session} />}
    </Tabs>
  );
}
