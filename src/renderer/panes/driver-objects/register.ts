/** The Driver Objects pane and its commands: one for the pane, one for each of its lists. */
import { Boxes } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { KEEP_ON } from '../../components/power-notice.tsx';
import type { Workspace } from '../../workspace.ts';
import { TABS, showTab } from './state.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'objects',
      title: 'Driver Objects',
      icon: Boxes,
      component: () => import('./pane.tsx'),
      defaultPlace: 'centre',
      order: 50,
      open: false,
    }),
  );
  const show = () => w.layout.show('objects');
  stack.use(
    w.commands.register({ id: 'view.objects', name: 'Driver Objects', menu: 'View', group: 2, callback: show }),
  );
  /** `power/control` of the device: `on` wakes it and keeps it on, `auto` lets it sleep after 50 ms without use. */
  const control = (value: 'on' | 'auto') => () =>
    void w.act(w.client.call('driver.write', { path: 'sys/power/control', value }));
  stack.use(w.commands.register({ id: KEEP_ON, name: 'GPU: Keep powered on', menu: 'Run', callback: control('on') }));
  stack.use(
    w.commands.register({ id: 'gpu.auto', name: 'GPU: Sleep when idle', menu: 'Run', callback: control('auto') }),
  );
  for (const { id, title } of TABS) {
    const callback = () => {
      showTab(id);
      show();
    };
    stack.use(w.commands.register({ id: `objects.${id}`, name: `Driver Objects: ${title}`, callback }));
  }
  return stack;
}
