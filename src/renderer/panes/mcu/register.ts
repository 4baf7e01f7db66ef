/** The MCU pane: disassembly, registers, stack, breakpoints, and the registers foreign firmware asked for in vain. */
import { Microchip } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { mcuActions } from './actions.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'mcu',
      title: 'MCU',
      icon: Microchip,
      component: () => import('./mcu.tsx'),
      defaultPlace: 'centre',
      order: 30,
      open: false,
    }),
  );
  const actions = mcuActions(w);
  const rows = [
    { id: 'view.mcu', name: 'MCU', run: () => w.layout.show('mcu') },
    { id: 'mcu.step', name: 'MCU: Step Instruction', run: actions.step, key: 'F11' },
    { id: 'mcu.stepBack', name: 'MCU: Step Back', run: actions.stepBack, key: 'Alt+F11' },
    { id: 'mcu.run', name: 'MCU: Run to Breakpoint', run: actions.run, key: 'Ctrl+F5' },
    { id: 'mcu.runBack', name: 'MCU: Run Back to Breakpoint', run: actions.runBack, key: 'Alt+F5' },
  ] as const;
  const taken = new Set(w.commands.all().flatMap((c) => c.hotkeys));
  for (const { id, name, run, ...rest } of rows) {
    const key = 'key' in rest && !taken.has(rest.key) ? { defaultHotkey: rest.key } : {};
    stack.use(w.commands.register({ id, name, callback: run, ...key, ...(id === 'view.mcu' ? { menu: 'View' } : {}) }));
  }
  return stack;
}
