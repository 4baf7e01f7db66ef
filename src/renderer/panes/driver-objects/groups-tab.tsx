/** Groups and their queues: priorities, slots, cursors, jobs in flight, and why a queue stands still. */
import type { Column } from '../../components/virtual-table.tsx';
import type { GroupView } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { hex } from '../../lib/format.ts';
import { AddressLink } from '../memory/address-link.tsx';
import { VmLink } from './links.tsx';
import { Parts, RowTable } from './row-table.tsx';
import { choose, useObjects } from './state.ts';

const sum = (g: GroupView, what: 'inFlight' | 'waiting') => g.queues.reduce((n, q) => n + q[what], 0);
const blocked = (g: GroupView) =>
  g.queues
    .filter((q) => q.blocked !== '')
    .map((q) => `queue ${q.index}: ${q.blocked}`)
    .join('; ');

const COLUMNS: readonly Column<GroupView>[] = [
  { id: 'id', title: 'Group', width: 56, align: 'right', mono: true, sortable: true, text: (r) => String(r.id) },
  { id: 'owner', title: 'Owner', width: 110, sortable: true, text: (r) => r.owner },
  { id: 'vm', title: 'VM', width: 60, text: (r) => `VM ${r.vm}`, render: (r) => <VmLink id={r.vm} /> },
  { id: 'state', title: 'State', width: 100, sortable: true, text: (r) => r.state.toLowerCase() },
  { id: 'priority', title: 'Priority', width: 64, align: 'right', mono: true, text: (r) => String(r.priority) },
  { id: 'slot', title: 'Slot', width: 40, align: 'right', mono: true, text: (r) => String(r.slot ?? '–') },
  { id: 'list', title: 'List', width: 160, text: (r) => r.list },
  { id: 'flight', title: 'In flight', width: 64, align: 'right', mono: true, text: (r) => String(sum(r, 'inFlight')) },
  { id: 'waiting', title: 'Waiting', width: 64, align: 'right', mono: true, text: (r) => String(sum(r, 'waiting')) },
  { id: 'blocked', title: 'Blocked', width: 220, text: blocked },
  { id: 'flags', title: 'Flags', width: 140, text: (r) => r.flags.join(', ') },
];

export function GroupsTab() {
  const { data, error } = usePoll('driver.groups', {});
  const chosen = useObjects((s) => s.chosen.groups);
  return (
    <RowTable
      label="Groups"
      columns={COLUMNS}
      rows={data}
      error={error}
      keyOf={(r) => String(r.id)}
      chosen={chosen}
      onChoose={(key) => choose('groups', key)}
      empty="No groups. Running a command stream makes one."
      renderDetail={(r) => <Queues group={r} />}
    />
  );
}

function Queues({ group }: { readonly group: GroupView }) {
  const at = (address: number) => <AddressLink key={`va ${address}`} to={{ space: 'vm', number: group.vm, address }} />;
  return (
    <Parts
      caption={`Queues of group ${group.id}`}
      heads={['Queue', 'Priority', 'Ring', 'Insert', 'Extract', 'Jobs given', 'In flight', 'Waiting', 'Blocked', 'On']}
      rows={group.queues}
      keyOf={(q) => String(q.index)}
      renderCells={(q) => [
        String(q.index),
        String(q.priority),
        at(q.ringVa),
        <span key="insert">
          {hex(q.insert)} ({at(q.ringVa + (q.insert % q.ringSize))})
        </span>,
        <span key="extract">
          {hex(q.extract)} ({at(q.ringVa + (q.extract % q.ringSize))})
        </span>,
        String(q.seqno),
        String(q.inFlight),
        String(q.waiting),
        q.blocked,
        q.waitVa === undefined ? '' : at(q.waitVa),
      ]}
    />
  );
}
