/** What the driver says and is asked: the kernel log and the ioctls. */
import { FileTerminal } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    workspace.panes.registerPane({
      id: 'driver',
      title: 'Driver',
      icon: FileTerminal,
      component: () => import('./pane.tsx'),
      defaultPlace: 'bottom',
      order: 30,
    }),
  );
  stack.use(workspace.commands.register({ id: 'view.driver', callback: () => workspace.layout.show('driver') }));
  return stack;
}
