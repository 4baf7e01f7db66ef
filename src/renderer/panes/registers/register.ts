/** The Registers pane and its commands. */
import { Cpu } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { readRegister } from '../../engine/poke.ts';
import { canWrite, findPlace, type RegisterPlace } from '../../lib/registers.ts';
import { useUi } from '../../state/ui.ts';
import type { Workspace } from '../../workspace.ts';
import { keepValues } from './snapshots.ts';
import { fieldId, registerId } from './tree.ts';
import { useRegisterView } from './view-state.ts';

/** A menu that closes gives the focus back; an editor opened before would lose it, and leaving it cancels. In ms. */
const FOCUS_RETURNS_MS = 100;

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
      id: 'registers.edit',
      name: 'Edit the Value',
      menu: 'Edit',
      group: 3,
      enabled: () => selected() !== undefined && w.live.status() !== undefined,
      callback: () => {
        w.layout.show('registers');
        const { name, field } = selected() ?? {};
        const place = findPlace(name ?? '');
        if (place === undefined) return;
        setTimeout(() => useRegisterView.setState({ editing: editTarget(place, field) }), FOCUS_RETURNS_MS);
      },
    },
    {
      id: 'registers.log',
      name: 'Show the Accesses in the Log',
      menu: 'Go',
      group: 2,
      enabled: () => selected() !== undefined,
      callback: () => {
        useUi.getState().showLog({ view: 'register_access', text: `name=${selected()?.name ?? ''}` });
        w.layout.show('log');
      },
    },
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

/** The node to edit, or undefined when nothing of it can be written. */
function editTarget(place: RegisterPlace, field: string | undefined): string | undefined {
  const { register } = place;
  const part = field === undefined ? undefined : register.fields.find((f) => f.name === field);
  if (part !== undefined) return canWrite(part) ? fieldId(place.name, part.name) : undefined;
  return canWrite(register) || register.fields.some(canWrite) ? registerId(place.name) : undefined;
}
