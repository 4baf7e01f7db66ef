/** Space, address, unit: what the memory pane shows and how. */
import { ArrowLeft, Copy } from 'lucide-react';
import { useState, type RefObject } from 'react';
import { usePoll } from '../../engine/context.tsx';
import { hexGroups, plural } from '../../lib/format.ts';
import { parseValue } from '../../lib/value-text.ts';
import { Tool } from '../../shell/tool.tsx';
import { UNITS, type Unit } from './hex-layout.ts';
import { jump, jumpBack, spaceText, topOf, useMemory, type MemoryPlace, type MemorySpace } from './place.ts';

export interface AddressBarProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly place: MemoryPlace;
  readonly unit: Unit;
  readonly onUnit: (unit: Unit) => void;
  readonly onCopy: () => void;
  /** Bytes selected. */
  readonly selected: number;
}

const UNIT_NAMES: Readonly<Record<Unit, string>> = { 1: 'Bytes', 2: '16 bits', 4: '32 bits', 8: '64 bits' };

const keyOf = ({ space, number }: MemorySpace) => `${space} ${number}`;

export function AddressBar({ field, place, unit, onUnit, onCopy, selected }: AddressBarProps) {
  const back = useMemory((s) => s.back.length);
  const spaces = useSpaces(place);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? hexGroups(place.address, 48);
  const parsed = parseValue(plainHex(text), { bits: 48 });
  const tooFar = parsed.ok && Number(parsed.value) >= topOf(place);
  const go = () => {
    if (!parsed.ok || tooFar) return;
    setTyped(undefined);
    jump({ ...place, address: Number(parsed.value) });
  };
  return (
    <form
      className="pane-bar"
      aria-label="Address"
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <Tool icon={ArrowLeft} name="Back to the address before" disabled={back === 0} onClick={jumpBack} />
      <select
        aria-label="Address space"
        value={keyOf(place)}
        onChange={(event) => {
          const found = spaces.find((s) => keyOf(s) === event.target.value);
          if (found !== undefined) jump({ ...found, address: Math.min(place.address, topOf(found) - 8) });
        }}
      >
        {spaces.map((s) => (
          <option key={keyOf(s)} value={keyOf(s)}>
            {spaceText(s)}
          </option>
        ))}
      </select>
      <input
        ref={field}
        type="text"
        className={`mono memory-address ${typed === undefined ? '' : parsed.ok && !tooFar ? 'filter-good' : 'filter-bad'}`}
        aria-label="Address to show"
        aria-invalid={!parsed.ok || tooFar}
        title={parsed.ok ? (tooFar ? 'Above the end of this space' : 'Enter goes there (G)') : parsed.message}
        value={text}
        spellCheck={false}
        data-search
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => setTyped(undefined)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setTyped(undefined);
        }}
      />
      <select
        aria-label="Unit"
        value={unit}
        onChange={(event) => {
          const found = UNITS.find((u) => u === Number(event.target.value));
          if (found !== undefined) onUnit(found);
        }}
      >
        {UNITS.map((u) => (
          <option key={u} value={u}>
            {UNIT_NAMES[u]}
          </option>
        ))}
      </select>
      <span className="spring" />
      <span className="dim">{plural(selected, 'byte')} selected</span>
      <Tool icon={Copy} name="Copy the selected bytes" keys="Ctrl+C" onClick={onCopy} />
    </form>
  );
}

/** Addresses are typed in hex, with or without 0x and groups; expressions have an operator. */
function plainHex(text: string): string {
  return /^[0-9a-f_]+$/i.test(text.trim()) ? `0x${text.trim()}` : text;
}

/** The spaces there are now, the one shown always among them. */
function useSpaces(place: MemorySpace): readonly MemorySpace[] {
  const { data: vms } = usePoll('driver.vms', {});
  const { data: slots } = usePoll('driver.spaces', {});
  const found: MemorySpace[] = [
    { space: 'physical', number: 0 },
    { space: 'mcu', number: 0 },
    ...(vms ?? []).map((vm) => ({ space: 'vm' as const, number: vm.id })),
    ...(slots ?? []).filter((s) => s.mode !== 'UNMAPPED').map((s) => ({ space: 'as' as const, number: s.slot })),
  ];
  return found.some((s) => keyOf(s) === keyOf(place)) ? found : [...found, place];
}
