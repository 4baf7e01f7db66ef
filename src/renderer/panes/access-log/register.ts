/** The access log with SQL, its command, and statements typed into quick open behind `:`. */
import { ScrollText } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import type { Workspace } from '../../workspace.ts';
import { showLog } from './state.ts';

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  const show = (sql: string) => {
    showLog({ pane: 'log', sql });
    workspace.layout.show('log');
  };
  stack.use(
    workspace.panes.registerPane({
      id: 'log',
      title: 'Access Log',
      icon: ScrollText,
      component: () => import('./pane.tsx'),
      defaultPlace: 'bottom',
      order: 20,
    }),
  );
  stack.use(workspace.commands.register({ id: 'view.log', callback: () => workspace.layout.show('log') }));
  stack.use(
    workspace.commands.register({
      id: 'log.sql',
      name: 'Ask the Session in SQL',
      menu: 'Go',
      group: 3,
      callback: () => show(''),
    }),
  );
  stack.use(
    workspace.quickOpen.register({
      id: 'sql',
      prefix: ':',
      find: (text) =>
        text === ''
          ? []
          : [{ id: 'sql', label: text, kind: 'SQL', detail: 'run on the session', open: () => show(text) }],
    }),
  );
  return stack;
}
