/** All commands with their keys; a key can be changed here, and given back. */
import { useState, useSyncExternalStore } from 'react';
import { hotkeyOf, hotkeyText } from '../commands/hotkeys.ts';
import type { Command } from '../commands/registry.ts';
import { useUi } from '../state/ui.ts';
import { useWorkspace } from '../workspace.ts';
import { Overlay } from './overlay.tsx';

/** Keys that are not commands but belong to lists, fields and the timeline. */
const HABITS: readonly (readonly [string, string])[] = [
  ['F2, Enter, Esc', 'Edit a value, commit it, leave it'],
  ['↑ ↓ Home End PgUp PgDn', 'Move in a list or tree'],
  ['← →', 'Close and open a branch'],
  ['F6 in the dock, Ctrl+] Ctrl+[', 'Next group; next and previous tab'],
];

export function KeyPage() {
  const { commands } = useWorkspace();
  const all = useSyncExternalStore(commands.subscribe, commands.all);
  const [recording, setRecording] = useState<string>();
  return (
    <Overlay title="Keys">
      <table className="key-table" aria-label="Commands and their keys">
        <thead>
          <tr>
            <th scope="col">Command</th>
            <th scope="col">Keys</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {all.map((command) => (
            <KeyRow
              key={command.id}
              command={command}
              recording={recording === command.id}
              onRecord={(on) => setRecording(on ? command.id : undefined)}
            />
          ))}
          {HABITS.map(([keys, what]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td colSpan={2}>
                <span className="keycap">{keys}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Overlay>
  );
}

interface KeyRowProps {
  readonly command: Command;
  readonly recording: boolean;
  readonly onRecord: (on: boolean) => void;
}

function KeyRow({ command, recording, onRecord }: KeyRowProps) {
  const { commands, mac } = useWorkspace();
  const preferences = useUi((s) => s.preferences);
  const setPreferences = useUi((s) => s.setPreferences);
  const own = preferences.keys[command.id] !== undefined;
  const bind = (keys: readonly string[] | undefined) => {
    const { [command.id]: _, ...others } = preferences.keys;
    const next = keys === undefined ? others : { ...others, [command.id]: [...keys] };
    setPreferences({ keys: next });
    commands.bind(next);
    onRecord(false);
  };
  return (
    <tr>
      <th scope="row">{command.name}</th>
      <td>
        {command.hotkeys.map((key) => (
          <span key={key} className="keycap">
            {hotkeyText(key, mac)}
          </span>
        ))}
      </td>
      <td>
        <button
          type="button"
          className="link"
          aria-label={`Change the key of ${command.name}`}
          onClick={() => onRecord(true)}
          onBlur={() => onRecord(false)}
          onKeyDown={(e) => {
            if (!recording || e.key === 'Tab') return;
            e.preventDefault();
            e.stopPropagation();
            const key = hotkeyOf(e, mac);
            if (e.key === 'Escape') onRecord(false);
            else if (key !== undefined) bind([key]);
          }}
        >
          {recording ? 'press the new key' : 'change'}
        </button>
        {own && (
          <button
            type="button"
            className="link"
            aria-label={`Default key of ${command.name}`}
            onClick={() => bind(undefined)}
          >
            default
          </button>
        )}
      </td>
    </tr>
  );
}
