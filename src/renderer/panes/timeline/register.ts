/** The timeline and the command that shows it. Its single keys work while it has the focus (model.ts). */
import { GanttChart } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    workspace.panes.registerPane({
      id: 'timeline',
      title: 'Timeline',
      icon: GanttChart,
      component: () => import('./pane.tsx'),
      defaultPlace: 'bottom',
      order: 10,
    }),
  );
  stack.use(workspace.commands.register({ id: 'view.timeline', callback: () => workspace.layout.show('timeline') }));
  return stack;
}
