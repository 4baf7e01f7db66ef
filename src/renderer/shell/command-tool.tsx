/** A tool button for a command of the registry: its name, keys and whether it is possible come from there. */
import { useSyncExternalStore, type ReactNode } from 'react';
import { hotkeyText } from '../commands/hotkeys.ts';
import { useStatus } from '../engine/context.tsx';
import type { Icon } from '../panes/registry.ts';
import { useWorkspace } from '../workspace.ts';
import { Tool } from './tool.tsx';

export interface CommandToolProps {
  readonly id: string;
  readonly icon: Icon;
  readonly children?: ReactNode;
}

export function CommandTool({ id, icon, children }: CommandToolProps) {
  const { commands, mac } = useWorkspace();
  useSyncExternalStore(commands.subscribe, commands.all);
  useStatus();
  const command = commands.find(id);
  if (command === undefined) return undefined;
  const [key] = command.hotkeys;
  const detail = command.detail();
  return (
    <Tool
      icon={icon}
      name={detail === undefined ? command.name : `${command.name}: ${detail}`}
      keys={key === undefined ? undefined : hotkeyText(key, mac)}
      disabled={!command.enabled()}
      onClick={() => commands.run(id)}
    >
      {children}
    </Tool>
  );
}
