/** The Sessions pane: recorded sessions, which of them the log panes show, saving and exporting. */
import { Archive, GitCompareArrows } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { openSession } from '../../engine/sessions.ts';
import { fuzzyFind } from '../../commands/quick-open.ts';
import { sizeText } from '../../lib/format.ts';
import type { Workspace } from '../../workspace.ts';

const SHOWN = 50;

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'sessions',
      title: 'Sessions',
      icon: Archive,
      component: () => import('./sessions.tsx'),
      defaultPlace: 'left',
      order: 80,
    }),
  );
  stack.use(
    w.panes.registerPane({
      id: 'compare',
      title: 'Compare Sessions',
      icon: GitCompareArrows,
      component: () => import('./compare.tsx'),
      defaultPlace: 'centre',
      order: 90,
      open: false,
      command: 'session.compare',
    }),
  );
  stack.use(w.commands.register({ id: 'session.compare', callback: () => w.layout.show('compare') }));
  stack.use(w.commands.register({ id: 'view.sessions', callback: () => w.layout.show('sessions') }));
  stack.use(
    w.quickOpen.register({
      id: 'sessions',
      prefix: '',
      find: async (text) => {
        if (text === '') return [];
        const list = await w.client.call('session.list', {});
        return fuzzyFind(list, text, (s) => s.name, SHOWN).map((s) => ({
          id: `session ${s.id}`,
          label: s.name,
          detail: sizeText(s.size),
          kind: 'session',
          open: () => void openSession(w, s.id),
        }));
      },
    }),
  );
  return stack;
}
