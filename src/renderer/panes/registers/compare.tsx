/** Two sets of register values side by side: reset values, now, and sets that were kept. Only what differs is listed. */
import { ArrowLeft, Camera, Save, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { CommandTool } from '../../shell/command-tool.tsx';
import { Tool } from '../../shell/tool.tsx';
import { ObjectLink } from '../../components/object-link.tsx';
import { toTsv } from '../../components/table-text.ts';
import { VirtualTable, type Column } from '../../components/virtual-table.tsx';
import { usePoll } from '../../engine/context.tsx';
import { keepFile } from '../../lib/files.ts';
import { hexGroups } from '../../lib/format.ts';
import { wordsAt, type RegisterPlace } from '../../lib/registers.ts';
import { select, useUi } from '../../state/ui.ts';
import { useWorkspace } from '../../workspace.ts';
import {
  compareValues,
  fromWords,
  keptPlaces,
  resetValues,
  type RegisterDifference,
  type ValueSet,
} from './compare-values.ts';
import { forgetKept, renameKept, useKept, type KeptValues } from './snapshots.ts';

const hostOffsets = keptPlaces.filter((p) => p.space === 'host').flatMap(wordsAt);
const mcuOffsets = keptPlaces.filter((p) => p.space === 'mcu').flatMap(wordsAt);

export function Compare({ onClose }: { readonly onClose: () => void }) {
  const w = useWorkspace();
  const kept = useKept((s) => s.kept);
  const [left, setLeft] = useState<string>();
  const [right, setRight] = useState('now');
  const a = left ?? kept.at(-1)?.id ?? 'reset';
  const now = useNow(a === 'now' || right === 'now');
  const setOf = (id: string): ValueSet => {
    if (id === 'reset') return resetValues;
    if (id === 'now') return now ?? (() => undefined);
    const found = kept.find((k) => k.id === id);
    return found === undefined ? () => undefined : fromWords(found.words);
  };
  const rows = compareValues(setOf(a), setOf(right));
  const [selected, setSelected] = useState<number>();
  const save = async () => {
    const head = COLUMNS.map((c) => c.title);
    const text = toTsv(
      head,
      rows.map((r) => COLUMNS.map((c) => c.text(r))),
    );
    const saved = await w.act(
      w.client.call('file.save', { name: 'registers.tsv', bytes: new TextEncoder().encode(`${text}\n`) }),
    );
    const words = saved === undefined ? undefined : keepFile(saved);
    if (words !== undefined) useUi.getState().say('info', words);
  };
  return (
    <>
      <div className="pane-bar">
        <Tool icon={ArrowLeft} name="Back to the register tree" onClick={onClose} />
        <SetChoice label="Compare" value={a} kept={kept} onChange={setLeft} />
        <span className="dim">with</span>
        <SetChoice label="Compare with" value={right} kept={kept} onChange={setRight} />
        <span className="spring" />
        <CommandTool id="registers.keep" icon={Camera} />
        <Tool icon={Save} name="Save the differences as TSV" disabled={rows.length === 0} onClick={() => void save()} />
      </div>
      <KeptName kept={kept.find((k) => k.id === a)} />
      <VirtualTable
        label="Registers that differ"
        columns={COLUMNS}
        count={rows.length}
        total={keptPlaces.length}
        rowAt={(i) => rows[i]}
        keyOf={(row) => row.place.name}
        selected={selected}
        onSelect={(i, row) => {
          setSelected(i);
          if (row !== undefined) select({ kind: 'register', name: row.place.name });
        }}
        empty="No register differs."
      />
    </>
  );
}

const valueText = (v: bigint, place: RegisterPlace) => hexGroups(v, place.register.width);

const COLUMNS: readonly Column<RegisterDifference>[] = [
  {
    id: 'name',
    title: 'Register',
    width: 180,
    text: (r) => r.place.name,
    render: (r) => <ObjectLink to={{ kind: 'register', name: r.place.name }} />,
  },
  { id: 'a', title: 'Before', width: 152, mono: true, text: (r) => valueText(r.a, r.place) },
  { id: 'b', title: 'After', width: 152, mono: true, text: (r) => valueText(r.b, r.place) },
  { id: 'fields', title: 'Fields', width: 320, text: (r) => r.fields.join('; ') },
];

/** The values now, asked again when the machine changes. */
function useNow(wanted: boolean): ValueSet | undefined {
  const host = usePoll('register.peekWords', wanted ? { space: 'host', offsets: hostOffsets } : undefined).data;
  const mcu = usePoll('register.peekWords', wanted ? { space: 'mcu', offsets: mcuOffsets } : undefined).data;
  return useMemo(() => {
    if (host === undefined || mcu === undefined) return undefined;
    const words = new Map<number, number>();
    hostOffsets.forEach((offset, i) => words.set(offset, host[i] ?? 0));
    mcuOffsets.forEach((offset, i) => words.set(offset, mcu[i] ?? 0));
    return fromWords(words);
  }, [host, mcu]);
}

interface SetChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly kept: readonly KeptValues[];
  readonly onChange: (id: string) => void;
}

function SetChoice({ label, value, kept, onChange }: SetChoiceProps) {
  return (
    <select className="choice" aria-label={label} value={value} onChange={(e) => onChange(e.target.value)}>
      <option value="reset">Reset values</option>
      <option value="now">Now</option>
      {kept.map((k) => (
        <option key={k.id} value={k.id}>
          {k.name}
        </option>
      ))}
    </select>
  );
}

/** The name of the kept set at the left, which can be changed. */
function KeptName({ kept }: { readonly kept: KeptValues | undefined }) {
  if (kept === undefined) return undefined;
  return (
    <div className="pane-bar">
      <input
        className="choice"
        aria-label="Name of the kept values"
        value={kept.name}
        onChange={(e) => renameKept(kept.id, e.target.value)}
      />
      <Tool icon={Trash2} name={`Forget ${kept.name}`} onClick={() => forgetKept(kept.id)} />
    </div>
  );
}
