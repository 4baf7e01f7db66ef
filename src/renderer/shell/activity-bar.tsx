/** One button for each pane, in the order of the registry. */
import { useSyncExternalStore } from 'react';
import { hotkeyText } from '../commands/hotkeys.ts';
import { useWorkspace } from '../workspace.ts';
import { Tool } from './tool.tsx';

export function ActivityBar({ shown }: { readonly shown: ReadonlySet<string> }) {
  const { panes, layout, commands, mac } = useWorkspace();
  const list = useSyncExternalStore(panes.subscribe, panes.all);
  return (
    <nav className="activity-bar" aria-label="Panes">
      {list.map((pane) => {
        const key = commands.find(pane.command)?.hotkeys[0];
        return (
          <Tool
            key={pane.id}
            icon={pane.icon}
            name={pane.title}
            keys={key === undefined ? undefined : hotkeyText(key, mac)}
            pressed={shown.has(pane.id)}
            onClick={() => layout.show(pane.id)}
          />
        );
      })}
    </nav>
  );
}
