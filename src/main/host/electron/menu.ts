/** The system's menu, made from the table of commands. Choosing an entry sends the command's id to the page. */
import type { MenuItemConstructorOptions } from 'electron';
import { COMMANDS, MENUS, type CommandRow, type Menu } from '../../../protocol/commands.ts';

type Items = MenuItemConstructorOptions[];

/** What every desktop has beside our commands. */
const STANDARD: Readonly<Partial<Record<Menu, Items>>> = {
  File: [{ role: 'quit' }],
  Edit: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
  View: [{ role: 'togglefullscreen' }],
};

/** A key as Electron writes it. */
export function accelerator(keys: string): string {
  return keys.replace('Mod', 'CommandOrControl').replace(/\+=$/, '+Plus');
}

export function menuTemplate(run: (id: string) => void, platform: NodeJS.Platform): Items {
  const menus = MENUS.map((menu): MenuItemConstructorOptions => {
    const rows: readonly CommandRow[] = COMMANDS.filter((c) => c.menu === menu);
    const submenu: Items = [];
    let { group } = rows[0] ?? { group: 0 };
    for (const row of rows) {
      if (row.group !== group) submenu.push({ type: 'separator' });
      group = row.group;
      const [key] = row.keys ?? [];
      submenu.push({
        label: row.title,
        click: () => run(row.id),
        // Shown only: the page handles its keys itself, so that they can be bound anew.
        ...(key === undefined ? {} : { accelerator: accelerator(key), registerAccelerator: false }),
      });
    }
    const standard = STANDARD[menu] ?? [];
    return { label: menu, submenu: standard.length > 0 ? [...submenu, { type: 'separator' }, ...standard] : submenu };
  });
  return platform === 'darwin' ? [{ role: 'appMenu' }, ...menus, { role: 'windowMenu' }] : menus;
}
