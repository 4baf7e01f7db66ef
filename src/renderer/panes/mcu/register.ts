/** The MCU pane: disassembly, registers, stack, breakpoints, and the registers foreign firmware asked for in vain. */
import { Microchip } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { mcuActions, showAddress, useMcu } from './actions.ts';

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
    { id: 'mcu.step', name: 'MCU: Step Instruction', run: () => actions.step('instruction'), key: 'F11' },
    { id: 'mcu.over', name: 'MCU: Step Over', run: () => actions.step('over'), key: 'F10' },
    { id: 'mcu.out', name: 'MCU: Step Out', run: () => actions.step('out'), key: 'Shift+F11' },
    { id: 'mcu.line', name: 'MCU: Step Line', run: () => actions.step('line over'), key: 'Ctrl+F10' },
    { id: 'mcu.lineInto', name: 'MCU: Step Into Line', run: () => actions.step('line'), key: 'Ctrl+F11' },
    { id: 'mcu.stepBack', name: 'MCU: Step Back', run: () => actions.stepBack('instruction'), key: 'Alt+F11' },
    { id: 'mcu.backOver', name: 'MCU: Step Back Over', run: () => actions.stepBack('over'), key: 'Alt+F10' },
    { id: 'mcu.backOut', name: 'MCU: Step Back Out', run: () => actions.stepBack('out') },
    { id: 'mcu.run', name: 'MCU: Run to Breakpoint', run: actions.run, key: 'Ctrl+F5' },
    { id: 'mcu.runBack', name: 'MCU: Run Back to Breakpoint', run: actions.runBack, key: 'Alt+F5' },
  ] as const;
  const taken = new Set(w.commands.all().flatMap((c) => c.hotkeys));
  for (const { id, name, run, ...rest } of rows) {
    const key = 'key' in rest && !taken.has(rest.key) ? { defaultHotkey: rest.key } : {};
    stack.use(w.commands.register({ id, name, callback: run, ...key, ...(id === 'view.mcu' ? { menu: 'View' } : {}) }));
  }
  // A stop is shown where it is, wherever the person was looking.
  stack.use(
    w.client.on('stopped', () => {
      useMcu.setState({ at: undefined, source: undefined });
      w.layout.show('mcu');
      w.live.refresh();
    }),
  );
  stack.use(
    w.quickOpen.register({
      id: 'mcu-symbols',
      prefix: '@',
      find: async (text) => {
        const found = await w.client.call('debug.findSymbols', { text, limit: 50 }).catch(() => []);
        return found.map((s) => ({
          id: `${s.name} ${s.address}`,
          label: s.name,
          kind: s.kind,
          open: () => {
            showAddress(s.address);
            w.layout.show('mcu');
          },
        }));
      },
    }),
  );
  return stack;
}
