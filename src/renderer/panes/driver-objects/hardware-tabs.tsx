/** Address spaces, power, and the request words of the firmware's interface. */
import type { Column } from '../../components/virtual-table.tsx';
import { ObjectLink as RegisterLink } from '../../components/object-link.tsx';
import type { PowerView, SpaceView, WordPairView } from '../../../protocol/driver-views.ts';
import { usePoll } from '../../engine/context.tsx';
import { hex, hexGroups } from '../../lib/format.ts';
import { AddressLink } from '../memory/address-link.tsx';
import { Frequency } from './frequency.tsx';
import { VmLink } from './links.tsx';
import { Parts, RowTable } from './row-table.tsx';
import { choose, useObjects } from './state.ts';

const SPACES: readonly Column<SpaceView>[] = [
  { id: 'slot', title: 'AS', width: 40, align: 'right', mono: true, sortable: true, text: (r) => String(r.slot) },
  {
    id: 'vm',
    title: 'VM',
    width: 72,
    sortable: true,
    text: (r) => (r.vm === undefined ? 'free' : `VM ${r.vm}`),
    render: (r) => (r.vm === undefined ? 'free' : <VmLink id={r.vm} />),
  },
  { id: 'active', title: 'Uses', width: 48, align: 'right', mono: true, text: (r) => String(r.active) },
  { id: 'mode', title: 'Mode', width: 110, sortable: true, text: (r) => r.mode },
  {
    id: 'root',
    title: 'Root table',
    width: 130,
    text: (r) => hex(r.root),
    render: (r) => (r.root === 0 ? '–' : <AddressLink to={{ space: 'physical', number: 0, address: r.root }} />),
  },
  { id: 'bits', title: 'VA bits', width: 56, align: 'right', mono: true, text: (r) => String(r.vaBits ?? '–') },
  {
    id: 'lock',
    title: 'Locked',
    width: 180,
    mono: true,
    text: (r) => (r.lockedVa === undefined ? '' : `${hex(r.lockedVa)} + ${hex(r.lockedSize ?? 0)}`),
  },
  { id: 'fault', title: 'Fault', width: 80, text: (r) => (r.faulted ? 'unhandled' : '') },
  {
    id: 'registers',
    title: 'Registers',
    width: 130,
    text: (r) => `AS${r.slot}_TRANSTAB`,
    render: (r) => <RegisterLink to={{ kind: 'register', name: `AS${r.slot}_TRANSTAB` }} />,
  },
];

const AS_REGISTERS = ['TRANSTAB', 'TRANSCFG', 'MEMATTR', 'LOCKADDR', 'COMMAND', 'STATUS', 'FAULTSTATUS'] as const;

export function SpacesTab() {
  const { data, error } = usePoll('driver.spaces', {});
  const chosen = useObjects((s) => s.chosen.spaces);
  return (
    <RowTable
      label="Address spaces"
      columns={SPACES}
      rows={data}
      error={error}
      keyOf={(r) => String(r.slot)}
      chosen={chosen}
      onChoose={(key) => choose('spaces', key)}
      empty="No address spaces."
      renderDetail={(r) => (
        <p className="objects-links">
          Registers of AS {r.slot}:{' '}
          {AS_REGISTERS.map((name) => (
            <RegisterLink key={name} to={{ kind: 'register', name: `AS${r.slot}_${name}` }} />
          ))}
          <AddressLink to={{ space: 'as', number: r.slot, address: 0 }} />
        </p>
      )}
    />
  );
}

const POWER: readonly Column<PowerView>[] = [
  { id: 'kind', title: 'Kind', width: 116, sortable: true, text: (r) => r.kind },
  { id: 'name', title: 'Name', width: 200, sortable: true, text: (r) => r.name },
  { id: 'state', title: 'State', width: 90, sortable: true, text: (r) => r.state },
  { id: 'value', title: 'Value', width: 420, mono: true, text: (r) => r.value },
];

export function PowerTab() {
  const { data, error } = usePoll('driver.power', {});
  const chosen = useObjects((s) => s.chosen.power);
  return (
    <>
      <Frequency />
      <RowTable
        label="Power"
        columns={POWER}
        rows={data}
        error={error}
        keyOf={(r) => `${r.kind} ${r.name}`}
        chosen={chosen}
        onChoose={(key) => choose('power', key)}
        empty="Nothing to show."
      />
    </>
  );
}

const pending = (r: WordPairView) => (r.req ^ r.ack) >>> 0;
const word = (value: number) => hexGroups(value, 32);
/** Address of a word, as the firmware's own VM has it: also while the MCU's address space is taken away. */
const mcu = (address: number) => ({ space: 'vm', number: 1, address }) as const;

const WORDS: readonly Column<WordPairView>[] = [
  { id: 'block', title: 'Block', width: 110, sortable: true, text: (r) => r.block },
  { id: 'name', title: 'Words', width: 100, sortable: true, text: (r) => r.name },
  { id: 'req', title: 'Request', width: 96, mono: true, text: (r) => word(r.req) },
  { id: 'ack', title: 'Acknowledge', width: 96, mono: true, text: (r) => word(r.ack) },
  { id: 'differs', title: 'Differ', width: 220, sortable: true, text: differing },
  {
    id: 'reqVa',
    title: 'Request at',
    width: 100,
    text: (r) => hex(r.reqVa),
    render: (r) => <AddressLink to={mcu(r.reqVa)} bits={32} />,
  },
  {
    id: 'ackVa',
    title: 'Acknowledge at',
    width: 110,
    text: (r) => hex(r.ackVa),
    render: (r) => <AddressLink to={mcu(r.ackVa)} bits={32} />,
  },
];

/** Names of the bits that differ. */
function differing(r: WordPairView): string {
  if (pending(r) === 0) return '';
  const names = r.bits.filter((b) => b.req !== b.ack).map((b) => b.name);
  return names.length === 0 ? hex(pending(r)) : names.join(', ');
}

export function InterfaceTab() {
  const { data, error } = usePoll('driver.interface', {});
  const chosen = useObjects((s) => s.chosen.interface);
  return (
    <RowTable
      label="Firmware words"
      columns={WORDS}
      rows={data}
      error={error}
      keyOf={(r) => `${r.block} ${r.name}`}
      chosen={chosen}
      onChoose={(key) => choose('interface', key)}
      empty="The firmware has not booted."
      renderDetail={(r) => (
        <Parts
          caption={`${r.block} ${r.name}`}
          heads={['Bit', 'Kind', 'Request', 'Acknowledge', 'Now', 'What it is']}
          rows={r.bits}
          keyOf={(b) => b.name}
          renderCells={(b) => [
            b.name,
            b.kind,
            String(b.req),
            String(b.ack),
            b.req === b.ack ? '' : b.kind === 'event' ? 'event not handled' : 'asked, not answered',
            b.doc,
          ]}
        />
      )}
    />
  );
}
