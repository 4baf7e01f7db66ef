/** The Captures pane, and the command that opens one. */
import { Disc3 } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { openCapture } from './actions.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'captures',
      title: 'Captures',
      icon: Disc3,
      component: () => import('./captures.tsx'),
      defaultPlace: 'left',
      order: 85,
      open: false,
    }),
  );
  const rows = [
    { id: 'view.captures', name: 'Captures', menu: 'View', group: 2, callback: () => w.layout.show('captures') },
    { id: 'capture.open', name: 'Open Capture…', menu: 'File', group: 2, callback: () => openCapture(w) },
    { id: 'capture.openFiles', name: 'Open Capture from Files or Archive…', callback: () => openCapture(w, 'files') },
  ] as const;
  for (const row of rows) stack.use(w.commands.register(row));
  return stack;
}
