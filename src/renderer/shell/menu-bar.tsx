/** The menus, made from the command registry. */
import { Menu } from '@base-ui/react/menu';
import { Menubar } from '@base-ui/react/menubar';
import { Fragment, useSyncExternalStore } from 'react';
import { MENUS } from '../../protocol/commands.ts';
import { hotkeyText } from '../commands/hotkeys.ts';
import type { Command } from '../commands/registry.ts';
import { useStatus } from '../engine/context.tsx';
import { useWorkspace } from '../workspace.ts';

export function MenuBar() {
  const { commands } = useWorkspace();
  useSyncExternalStore(commands.subscribe, commands.all);
  useStatus();
  return (
    <Menubar className="menu-bar" aria-label="Menus">
      {MENUS.map((menu) => (
        <Menu.Root key={menu}>
          <Menu.Trigger>{menu}</Menu.Trigger>
          <Menu.Portal>
            <Menu.Positioner className="menu-positioner" sideOffset={2}>
              <Menu.Popup className="menu-popup">
                {commands.menu(menu).map((group, i) => (
                  <Fragment key={group[0]?.id}>
                    {i > 0 && <Menu.Separator className="menu-line" />}
                    {group.map((command) => (
                      <MenuCommand key={command.id} command={command} />
                    ))}
                  </Fragment>
                ))}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      ))}
    </Menubar>
  );
}

/** One line of a menu; also used by context menus. */
function MenuCommand({ command }: { readonly command: Command }) {
  const { commands, mac } = useWorkspace();
  const [key] = command.hotkeys;
  const detail = command.detail();
  return (
    <Menu.Item className="menu-item" disabled={!command.enabled()} onClick={() => commands.run(command.id)}>
      <span>{detail === undefined ? command.name : `${command.name}: ${detail}`}</span>
      {key !== undefined && <span className="keys">{hotkeyText(key, mac)}</span>}
    </Menu.Item>
  );
}
