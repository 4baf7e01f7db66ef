/** The console and the commands that show and clear it. */
import { SquareTerminal } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { clearConsole } from './session.ts';

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    workspace.panes.registerPane({
      id: 'console',
      title: 'Console',
      icon: SquareTerminal,
      component: () => import('./pane.tsx'),
      defaultPlace: 'bottom',
      order: 40,
    }),
  );
  stack.use(
    workspace.commands.register({
      id: 'view.console',
      name: 'Console',
      menu: 'View',
      group: 2,
      callback: () => workspace.layout.show('console'),
    }),
  );
  stack.use(
    workspace.commands.register({ id: 'console.clear', name: 'Clear the Console', callback: () => clearConsole() }),
  );
  return stack;
}
