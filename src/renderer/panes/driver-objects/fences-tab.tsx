/** Who waits for whom: fences with their waiters, syncobjs with what they hold, calls that wait. */
import type { Column } from '../../components/virtual-table.tsx';
import type { FenceView, SyncobjView } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { FenceLink, GroupLink, Listed, SyncobjLink, ownersText } from './links.tsx';
import { Parts, RowTable } from './row-table.tsx';
import { choose, useObjects } from './state.ts';

const FENCES: readonly Column<FenceView>[] = [
  { id: 'id', title: 'Fence', width: 56, align: 'right', mono: true, sortable: true, text: (r) => String(r.id) },
  { id: 'kind', title: 'Kind', width: 64, sortable: true, text: (r) => r.kind },
  { id: 'context', title: 'Context', width: 64, align: 'right', mono: true, text: (r) => String(r.context) },
  { id: 'seqno', title: 'Seqno', width: 64, align: 'right', mono: true, text: (r) => String(r.seqno) },
  { id: 'of', title: 'Stands for', width: 220, sortable: true, text: (r) => r.of },
  {
    id: 'members',
    title: 'Waits for',
    width: 160,
    text: (r) => r.members.map((m) => `fence ${m}`).join(', '),
    render: (r) => (
      <Listed>
        {r.members.map((m) => (
          <FenceLink key={m} id={m} />
        ))}
      </Listed>
    ),
  },
  { id: 'waiters', title: 'Waited for by', width: 260, text: (r) => r.waiters.join(', ') },
];

export function FencesTab() {
  const { data, error } = usePoll('driver.fences', {});
  const chosen = useObjects((s) => s.chosen.fences);
  return (
    <RowTable
      label="Fences"
      columns={FENCES}
      rows={data?.fences}
      error={error}
      keyOf={(r) => String(r.id)}
      chosen={chosen}
      onChoose={(key) => choose('fences', key)}
      empty="Every fence has signalled."
      renderDetail={(r) => (
        <>
          <p>
            <FenceLink id={r.id} /> {groupOf(r)} {r.waiters.length === 0 && 'nobody waits for it'}
          </p>
          <Parts
            caption="Waiters"
            heads={['Who', 'Is']}
            rows={r.waiters}
            keyOf={(name) => name}
            renderCells={(name) => [waiter(name), meaning(name)]}
          />
          <Parts
            caption="Calls that wait"
            heads={['Call', 'Client', 'Kind', 'For']}
            rows={data?.waits ?? []}
            keyOf={(wait) => String(wait.id)}
            renderCells={(wait) => [
              `wait ${wait.id}`,
              String(wait.pid),
              wait.kind,
              <Listed key="for">
                {wait.items.map((i) => (
                  <SyncobjLink key={i.syncobj} id={i.syncobj} />
                ))}
              </Listed>,
            ]}
          />
        </>
      )}
    />
  );
}

function groupOf(fence: FenceView) {
  const id = /^group (\d+)/.exec(fence.of)?.[1];
  return id === undefined ? undefined : <GroupLink id={Number(id)} />;
}

function waiter(name: string) {
  const id = /^fence (\d+)$/.exec(name)?.[1];
  return id === undefined ? name : <FenceLink id={Number(id)} />;
}

/** What a callback's target is for. */
function meaning(name: string): string {
  if (name.startsWith('wait ')) return 'a call of a client';
  if (name.startsWith('fence ')) return 'a fence made of others';
  if (/\/jobs /.test(name)) return 'a job of a queue';
  return 'a part of the driver';
}

const SYNCOBJS: readonly Column<SyncobjView>[] = [
  { id: 'id', title: 'Syncobj', width: 64, align: 'right', mono: true, sortable: true, text: (r) => String(r.id) },
  { id: 'owners', title: 'Handles', width: 160, text: (r) => ownersText(r.owners) },
  { id: 'refs', title: 'Refs', width: 48, align: 'right', mono: true, text: (r) => String(r.refs) },
  { id: 'kind', title: 'Kind', width: 72, text: (r) => (r.timeline ? 'timeline' : 'binary') },
  {
    id: 'state',
    title: 'State',
    width: 120,
    sortable: true,
    text: (r) => (r.state === 'error' ? `error ${r.error}` : r.state),
  },
  {
    id: 'fence',
    title: 'Holds',
    width: 90,
    text: (r) => (r.fence === undefined ? '' : `fence ${r.fence}`),
    render: (r) => (r.fence === undefined ? '' : <FenceLink id={r.fence} />),
  },
  {
    id: 'points',
    title: 'Points signalled / submitted',
    width: 190,
    mono: true,
    text: (r) => (r.timeline ? `${r.signalled} / ${r.submitted}` : ''),
  },
];

export function SyncobjsTab() {
  const { data, error } = usePoll('driver.fences', {});
  const chosen = useObjects((s) => s.chosen.syncobjs);
  return (
    <RowTable
      label="Syncobjs"
      columns={SYNCOBJS}
      rows={data?.syncobjs}
      error={error}
      keyOf={(r) => String(r.id)}
      chosen={chosen}
      onChoose={(key) => choose('syncobjs', key)}
      empty="No syncobjs. A client makes them, e.g. while a command stream runs."
      renderDetail={(r) => {
        const waits = data?.waits.filter((wait) => wait.items.some((i) => i.syncobj === r.id)) ?? [];
        return (
          <Parts
            caption={`Calls that wait for syncobj ${r.id}`}
            heads={['Call', 'Client', 'Kind', 'Points']}
            rows={waits}
            keyOf={(wait) => String(wait.id)}
            renderCells={(wait) => [
              `wait ${wait.id}`,
              String(wait.pid),
              wait.kind,
              wait.items.map((i) => `${i.syncobj}:${i.point}`).join(', '),
            ]}
          />
        );
      }}
    />
  );
}
