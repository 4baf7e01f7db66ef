/** The History pane and the commands that go back and forth. */
import { History } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { historyActions } from './actions.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'history',
      title: 'History',
      icon: History,
      component: () => import('./history.tsx'),
      defaultPlace: 'bottom',
      order: 35,
    }),
  );
  const actions = historyActions(w);
  const powered = () => w.live.status() !== undefined;
  const rows = [
    { id: 'view.history', name: 'History', menu: 'View', group: 2, callback: () => w.layout.show('history') },
    {
      id: 'history.backEvent',
      name: 'Back to Before the Last Event',
      menu: 'Run',
      group: 5,
      defaultHotkey: 'Alt+F10',
      enabled: powered,
      callback: () => actions.stepBack('event'),
    },
    {
      id: 'history.backAccess',
      name: 'Back to Before the Last Register Access',
      menu: 'Run',
      group: 5,
      defaultHotkey: 'Alt+Shift+F10',
      enabled: powered,
      callback: () => actions.stepBack('access'),
    },
    {
      id: 'history.forward',
      name: 'Forward to the Last Snapshot Ahead',
      menu: 'Run',
      group: 5,
      enabled: powered,
      callback: actions.forward,
    },
  ] as const;
  for (const row of rows) stack.use(w.commands.register(row));
  return stack;
}
