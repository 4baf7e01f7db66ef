/** The start page: the ways to begin. */
import { House } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'start',
      title: 'Start',
      icon: House,
      component: () => import('./start.tsx'),
      defaultPlace: 'centre',
      order: 1,
    }),
  );
  stack.use(
    w.commands.register({
      id: 'view.start',
      name: 'Start Page',
      menu: 'Help',
      group: 1,
      callback: () => w.layout.show('start'),
    }),
  );
  return stack;
}
