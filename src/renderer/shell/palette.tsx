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
const SHOWN = 100;

export function Palette({ initial }: { readonly initial: string }) {
  const { quickOpen } = useWorkspace();
  const show = useUi((s) => s.show);
  const [text, setText] = useState(initial);
  const [entries, setEntries] = useState<readonly QuickEntry[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    quickOpen.find(text, abort.signal).then(
      (found) => {
        if (!abort.signal.aborted) setEntries(found);
      },
      () => {},
    );
    return () => abort.abort();
  }, [text, quickOpen]);
  return (
    <Overlay title={text.startsWith('>') ? 'Command palette' : 'Quick open'} bare>
      <PickList
        label="Search"
        placeholder="Name of a register, job or session;  > command  : SQL  @ symbol  # address"
        text={text}
        onText={setText}
        entries={entries}
        onPick={(entry) => {
          show(undefined);
          entry.open();
        }}
      />
    </Overlay>
  );
}

interface PickListProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly entries: readonly QuickEntry[];
  readonly onPick: (entry: QuickEntry) => void;
}

/** A text field with a list of choices under it. */
export function PickList({ label, placeholder, text, onText, entries, onPick }: PickListProps) {
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
            pick(shown[at]);
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
        {entries.length === 0
          ? 'Nothing found.'
          : entries.length > SHOWN
            ? `${SHOWN} of ${countText(entries.length)} shown`
            : `${countText(entries.length)} found`}
      </div>
    </>
  );
}
