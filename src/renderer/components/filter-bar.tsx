/** A filter field: green while what is typed is a filter, red with the reason while it is not; filters can be kept. */
import { Bookmark, BookmarkPlus, X } from 'lucide-react';
import { Menu } from '@base-ui/react/menu';
import { useId, type KeyboardEvent } from 'react';
import { Tool } from '../shell/tool.tsx';
import { useUi } from '../state/ui.ts';

export interface FilterBarProps {
  /** Which list it filters; saved filters belong to it. */
  readonly list: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Why the text is no filter. */
  readonly problem?: string | undefined;
  /** Keys that go on into the list (arrow down, Enter). */
  readonly onKey?: (event: KeyboardEvent) => void;
}

export function FilterBar({ list, label, placeholder, text, onText, problem, onKey }: FilterBarProps) {
  const id = useId();
  const preferences = useUi((s) => s.preferences);
  const setPreferences = useUi((s) => s.setPreferences);
  const saved = preferences.filters[list] ?? [];
  const state = text === '' ? '' : problem === undefined ? 'filter-good' : 'filter-bad';
  const keep = (filters: readonly { name: string; text: string }[]) =>
    setPreferences({ filters: { ...preferences.filters, [list]: [...filters] } });
  return (
    <div className="filter-bar">
      <div className={`filter-field ${state}`}>
        <input
          type="text"
          aria-label={label}
          aria-invalid={problem !== undefined && text !== ''}
          aria-describedby={problem === undefined ? undefined : `${id}-problem`}
          data-search
          placeholder={placeholder ?? label}
          value={text}
          spellCheck={false}
          onChange={(e) => onText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Escape' && text !== '') {
              e.preventDefault();
              e.stopPropagation();
              onText('');
            } else onKey?.(e);
          }}
        />
        {text !== '' && <Tool icon={X} name={`Clear: ${label}`} onClick={() => onText('')} />}
      </div>
      <Tool
        icon={BookmarkPlus}
        name="Keep this filter"
        disabled={text === '' || problem !== undefined || saved.some((f) => f.text === text)}
        onClick={() => keep([...saved, { name: text, text }])}
      />
      <Menu.Root>
        <Menu.Trigger className="tool" aria-label="Kept filters" title="Kept filters" disabled={saved.length === 0}>
          <Bookmark size={16} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className="menu-positioner">
            <Menu.Popup className="menu-popup">
              {saved.map((f) => (
                <Menu.Item key={f.text} className="menu-item" onClick={() => onText(f.text)}>
                  <span className="mono">{f.name}</span>
                </Menu.Item>
              ))}
              <Menu.Separator className="menu-line" />
              <Menu.Item className="menu-item" onClick={() => keep(saved.filter((f) => f.text !== text))}>
                Forget the filter in the field
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {problem !== undefined && text !== '' && (
        <div className="filter-problem" id={`${id}-problem`} role="status">
          {problem}
        </div>
      )}
    </div>
  );
}
