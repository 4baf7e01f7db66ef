/** The Registers pane and its commands. */
import { Cpu } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { readRegister } from '../../engine/poke.ts';
import { findPlace } from '../../lib/registers.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { keepValues } from './snapshots.ts';
import { useRegisterView } from './view-state.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  const selected = () => {
    const { selection } = useUi.getState();
    return selection?.kind === 'register' ? selection : undefined;
  };
  stack.use(
    w.panes.registerPane({
      id: 'registers',
      title: 'Registers',
      icon: Cpu,
      component: () => import('./registers.tsx'),
      defaultPlace: 'left',
      order: 10,
    }),
  );
  const commands = [
    { id: 'view.registers', callback: () => w.layout.show('registers') },
    {
      id: 'registers.read',
      name: 'Read the Register as the CPU Does',
      menu: 'Edit',
      group: 3,
      defaultHotkey: 'Alt+R',
      enabled: () => selected() !== undefined && w.live.status() !== undefined,
      callback: async () => {
        const place = findPlace(selected()?.name ?? '');
        if (place !== undefined) await readRegister(w, place);
      },
    },
    {
      id: 'registers.keep',
      name: 'Keep All Register Values',
      menu: 'Edit',
      group: 3,
      defaultHotkey: 'Alt+K',
      enabled: () => w.live.status() !== undefined,
      callback: async () => {
        await w.act(keepValues(w));
      },
    },
    {
      id: 'registers.compare',
      name: 'Compare Register Values',
      menu: 'Edit',
      group: 3,
      callback: () => {
        useRegisterView.setState({ comparing: true });
        w.layout.show('registers');
      },
    },
    {
      id: 'edit.copy',
      enabled: () => selected() !== undefined && w.live.status() !== undefined,
      callback: async () => {
        const found = await w.act(w.client.call('register.peek', { names: [selected()?.name ?? ''] }));
        const value = found?.[0]?.value;
        if (value === undefined) return;
        await navigator.clipboard.writeText(typeof value === 'number' ? `0x${value.toString(16)}` : value);
      },
    },
  ] as const;
  for (const command of commands) stack.use(w.commands.register(command));
  return stack;
}
