/** The Selection pane: what is pointed at, whatever it is. */
import { MousePointerClick } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'selection',
      title: 'Selection',
      icon: MousePointerClick,
      component: () => import('./selection.tsx'),
      defaultPlace: 'right',
      order: 90,
    }),
  );
  stack.use(w.commands.register({ id: 'view.selection', callback: () => w.layout.show('selection') }));
  return stack;
}
