/** GEM objects and VMs: what memory there is, who has it, and where it is mapped. */
import type { Column } from '../../components/virtual-table.tsx';
import type { GemView, VmView } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { hex, plural, sizeText } from '../../lib/format.ts';
import { useWorkspace } from '../../workspace.ts';
import { AddressLink } from '../memory/address-link.tsx';
import { showMemory } from '../memory/place.ts';
import { ObjectLink, VmLink, ownersText, protectionText } from './links.tsx';
import { ObjectHistory } from './object-history.tsx';
import { Parts, RowTable } from './row-table.tsx';
import { choose, useObjects } from './state.ts';

const OBJECT_COLUMNS: readonly Column<GemView>[] = [
  { id: 'id', title: 'Id', width: 48, align: 'right', mono: true, sortable: true, text: (r) => String(r.id) },
  { id: 'size', title: 'Bytes', width: 90, align: 'right', mono: true, sortable: true, text: (r) => hex(r.size) },
  { id: 'label', title: 'Label', width: 220, sortable: true, text: (r) => r.label ?? '' },
  {
    id: 'owners',
    title: 'Handles',
    width: 160,
    sortable: true,
    text: (r) => (r.owners.length === 0 ? 'driver' : ownersText(r.owners)),
  },
  { id: 'refs', title: 'Refs', width: 48, align: 'right', mono: true, sortable: true, text: (r) => String(r.refs) },
  {
    id: 'mappings',
    title: 'Mapped in',
    width: 200,
    sortable: true,
    text: (r) => r.mappings.map((m) => `VM ${m.vm} at ${hex(m.va)}`).join(', '),
  },
  {
    id: 'flags',
    title: 'Flags',
    width: 160,
    text: (r) =>
      [
        r.flags === 0 ? '' : hex(r.flags),
        r.exclusiveVm === 0 ? '' : `VM ${r.exclusiveVm} only`,
        r.resident ? '' : 'no pages yet',
      ]
        .filter((t) => t !== '')
        .join(', '),
  },
];

export function ObjectsTab() {
  const w = useWorkspace();
  const { data, error } = usePoll('driver.objects', {});
  const chosen = useObjects((s) => s.chosen.objects);
  return (
    <RowTable
      label="GEM objects"
      columns={OBJECT_COLUMNS}
      rows={data}
      error={error}
      keyOf={(r) => String(r.id)}
      chosen={chosen}
      onChoose={(key) => choose('objects', key)}
      empty="No objects: the driver is not bound."
      onActivate={(r) => {
        const [first] = r.mappings;
        if (first !== undefined) showMemory(w, { space: 'vm', number: first.vm, address: first.va });
      }}
      renderDetail={(r) => (
        <div className="objects-columns">
          <Parts
            caption={`Object ${r.id}, ${sizeText(r.size)}, mapped ${plural(r.mappings.length, 'time')}`}
            heads={['VM', 'VA', 'Size']}
            rows={r.mappings}
            keyOf={(m) => `${m.vm} ${m.va}`}
            renderCells={(m) => [
              <VmLink key="vm" id={m.vm} />,
              <AddressLink key="va" to={{ space: 'vm', number: m.vm, address: m.va }} />,
              hex(m.size),
            ]}
          />
          <ObjectHistory object={r} />
        </div>
      )}
    />
  );
}

const VM_COLUMNS: readonly Column<VmView>[] = [
  { id: 'id', title: 'VM', width: 48, align: 'right', mono: true, sortable: true, text: (r) => String(r.id) },
  { id: 'kind', title: 'Of', width: 160, text: (r) => (r.forMcu ? 'the MCU' : ownersText(r.owners)) },
  { id: 'as', title: 'AS', width: 40, align: 'right', mono: true, text: (r) => String(r.as ?? '–') },
  { id: 'active', title: 'Uses', width: 48, align: 'right', mono: true, text: (r) => String(r.active) },
  { id: 'mappings', title: 'Mappings', width: 72, align: 'right', mono: true, text: (r) => String(r.mappings.length) },
  {
    id: 'root',
    title: 'Root table',
    width: 130,
    text: (r) => hex(r.root),
    render: (r) => <AddressLink to={{ space: 'physical', number: 0, address: r.root }} />,
  },
  { id: 'tables', title: 'Tables', width: 56, align: 'right', mono: true, text: (r) => String(r.tables) },
  { id: 'bits', title: 'VA bits', width: 56, align: 'right', mono: true, text: (r) => String(r.vaBits) },
  { id: 'problems', title: 'Problems', width: 160, text: (r) => r.problems.join(', ') },
];

export function VmsTab() {
  const { data, error } = usePoll('driver.vms', {});
  const chosen = useObjects((s) => s.chosen.vms);
  return (
    <RowTable
      label="VMs"
      columns={VM_COLUMNS}
      rows={data}
      error={error}
      keyOf={(r) => String(r.id)}
      chosen={chosen}
      onChoose={(key) => choose('vms', key)}
      empty="No VMs: the driver is not bound."
      renderDetail={(r) => <VmDetail vm={r} />}
    />
  );
}

function VmDetail({ vm }: { readonly vm: VmView }) {
  const { data } = usePoll('driver.leaves', { vm: vm.id });
  const at = (address: number) => <AddressLink key={`va ${address}`} to={{ space: 'vm', number: vm.id, address }} />;
  return (
    <div className="objects-columns">
      <Parts
        caption="Mappings"
        heads={['VA', 'Size', 'Object', 'Offset', 'Access', 'Label']}
        rows={vm.mappings}
        keyOf={(m) => String(m.va)}
        renderCells={(m) => [
          at(m.va),
          hex(m.size),
          m.object === undefined ? '–' : <ObjectLink key="object" id={m.object} />,
          hex(m.offset),
          protectionText(m),
          m.label ?? '',
        ]}
      />
      <Parts
        caption={`Page table: ${plural(data?.total ?? 0, 'run')} of leaves`}
        heads={['VA', 'PA', 'Size', 'Leaves', 'Access', 'AttrIndx']}
        rows={data?.runs ?? []}
        keyOf={(l) => String(l.va)}
        renderCells={(l) => [
          at(l.va),
          <AddressLink key="pa" to={{ space: 'physical', number: 0, address: l.pa }} />,
          hex(l.size),
          `${l.count} × level ${l.level}`,
          protectionText(l),
          String(l.attrIndex),
        ]}
      />
    </div>
  );
}
