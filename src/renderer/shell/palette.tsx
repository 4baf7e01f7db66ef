/**
 * Command palette and quick open: one field, a list under it, arrows and Enter. What is found comes from the sources
 * of quick-open.ts; the prefix typed decides which.
 */
import { useEffect, useId, useRef, useState } from 'react';
import type { QuickEntry } from '../commands/quick-open.ts';
import { hotkeyText } from '../commands/hotkeys.ts';
import { countText } from '../lib/format.ts';
import { useWorkspace } from '../workspace.ts';
import { useUi } from '../state/ui.ts';
import { Overlay } from './overlay.tsx';

/** Entries shown at once (chosen); the note below says how many there are. */
const SHOWN = 200;

export function Palette({ initial }: { readonly initial: string }) {
  const { quickOpen } = useWorkspace();
  const [text, setText] = useState(initial);
  const [found, setFound] = useState<Found>({ text: undefined, entries: [], complete: false });
  /** The text with which Enter was pressed before anything was found for it: the first entry is picked when it is. */
  const entered = useRef<string>(undefined);
  useEffect(() => {
    const abort = new AbortController();
    const put = (entries: readonly QuickEntry[], complete: boolean) => {
      if (abort.signal.aborted || (entries.length === 0 && !complete)) return;
      setFound({ text, entries, complete });
      if (entered.current === text) take(entries[0]);
      entered.current = undefined;
    };
    void quickOpen.find(text, abort.signal, (entries) => put(entries, false)).then((entries) => put(entries, true));
    return () => abort.abort();
  }, [text, quickOpen]);
  return (
    <Overlay title={text.startsWith('>') ? 'Command palette' : 'Quick open'} bare>
      <PickList
        label="Search"
        placeholder="Name of a register, job or session;  > command  : SQL  @ symbol  # address"
        text={text}
        onText={setText}
        entries={found.entries}
        complete={found.text === text && found.complete}
        onEarly={found.text === text ? undefined : () => (entered.current = text)}
        onPick={take}
      />
    </Overlay>
  );
}

/** Opens what was picked, in place of the list. */
function take(entry: QuickEntry | undefined): void {
  if (entry === undefined || entry.disabled === true) return;
  useUi.getState().show(undefined);
  entry.open();
}

interface Found {
  /** What the entries were found for; undefined before the first answer. */
  readonly text: string | undefined;
  readonly entries: readonly QuickEntry[];
  /** Every source has answered. */
  readonly complete: boolean;
}

interface PickListProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly entries: readonly QuickEntry[];
  /** There are no more to come; true unless stated. */
  readonly complete?: boolean;
  /** While the entries are those of an earlier text: hears Enter. */
  readonly onEarly?: (() => void) | undefined;
  readonly onPick: (entry: QuickEntry) => void;
}

/** A text field with a list of choices under it. */
export function PickList({
  label,
  placeholder,
  text,
  onText,
  entries,
  complete = true,
  onEarly,
  onPick,
}: PickListProps) {
  const { mac } = useWorkspace();
  const id = useId();
  const [index, setIndex] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const shown = entries.slice(0, SHOWN);
  const at = Math.min(index, Math.max(0, shown.length - 1));
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });
  const pick = (entry: QuickEntry | undefined) => {
    if (entry !== undefined && entry.disabled !== true) onPick(entry);
  };
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  return (
    <>
      <input
        className="palette-input"
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length > 0 ? `${id}-${at}` : undefined}
        placeholder={placeholder}
        value={text}
        autoFocus
        spellCheck={false}
        onChange={(e) => {
          setIndex(0);
          onText(e.target.value);
        }}
        onKeyDown={(e) => {
          const step = steps[e.key];
          if (step !== undefined) {
            e.preventDefault();
            setIndex(Math.max(0, Math.min(shown.length - 1, at + step)));
          } else if (e.key === 'Enter') {
            e.preventDefault();
            if (onEarly === undefined) pick(shown[at]);
            else onEarly();
          }
        }}
      />
      <ul className="palette-list" role="listbox" id={`${id}-list`} aria-label="Results" ref={list}>
        {shown.map((entry, i) => (
          <li
            key={entry.id}
            id={`${id}-${i}`}
            role="option"
            className="palette-entry"
            aria-selected={i === at}
            aria-disabled={entry.disabled === true}
            onPointerDown={(e) => e.preventDefault()}
            onClick={() => pick(entry)}
          >
            <span>{entry.label}</span>
            <span className="detail">{entry.detail}</span>
            {entry.hotkey !== undefined && <span className="keycap">{hotkeyText(entry.hotkey, mac)}</span>}
            <span className="kind">{entry.kind}</span>
          </li>
        ))}
      </ul>
      <div className="palette-note" role="status">
        {noteOf(entries.length, complete)}
      </div>
    </>
  );
}

function noteOf(count: number, complete: boolean): string {
  if (count === 0) return complete ? 'Nothing found.' : 'Searching…';
  const found = count > SHOWN ? `${SHOWN} of ${countText(count)} shown` : `${countText(count)} found`;
  return complete ? found : `${found} so far`;
}
