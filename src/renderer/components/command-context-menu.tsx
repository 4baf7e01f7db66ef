/** A context menu made of commands: the same names, keys and rules as in the palette. */
import { ContextMenu } from '@base-ui/react/context-menu';
import type { ReactNode } from 'react';
import { hotkeyText } from '../commands/hotkeys.ts';
import { useWorkspace } from '../workspace.ts';

export interface CommandContextMenuProps {
  /** Ids of commands, in order. */
  readonly commands: readonly string[];
  readonly children: ReactNode;
}

export function CommandContextMenu({ commands: ids, children }: CommandContextMenuProps) {
  const { commands, mac } = useWorkspace();
  return (
    <ContextMenu.Root>
      <ContextMenu.Trigger className="context-area">{children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Positioner className="menu-positioner">
          <ContextMenu.Popup className="menu-popup">
            {ids.map((id) => {
              const command = commands.find(id);
              if (command === undefined) return undefined;
              const [key] = command.hotkeys;
              return (
                <ContextMenu.Item
                  key={id}
                  className="menu-item"
                  disabled={!command.enabled()}
                  onClick={() => commands.run(id)}
                >
                  <span>{command.name}</span>
                  {key !== undefined && <span className="keys">{hotkeyText(key, mac)}</span>}
                </ContextMenu.Item>
              );
            })}
          </ContextMenu.Popup>
        </ContextMenu.Positioner>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
