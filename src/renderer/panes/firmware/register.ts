/** The Firmware pane: the image, and what runs on the MCU. */
import { CircuitBoard } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'firmware',
      title: 'Firmware',
      icon: CircuitBoard,
      component: () => import('./firmware.tsx'),
      defaultPlace: 'left',
      order: 20,
    }),
  );
  stack.use(w.commands.register({ id: 'view.firmware', callback: () => w.layout.show('firmware') }));
  return stack;
}
