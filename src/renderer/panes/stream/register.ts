/** The editor for command streams and its commands. */
import { FileCode2 } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { fuzzyFind } from '../../commands/quick-open.ts';
import type { Workspace } from '../../workspace.ts';
import { newDocument, openExample, openFile, saveActive } from './documents.ts';
import { runActive, useStreamRun } from './run.ts';

/** Most examples that quick open lists. */
const LIMIT = 50;

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  const { commands, panes, quickOpen, layout, client } = workspace;
  const show = () => layout.show('streams');
  stack.use(
    panes.registerPane({
      id: 'streams',
      title: 'Command Streams',
      icon: FileCode2,
      component: () => import('./pane.tsx'),
      defaultPlace: 'centre',
      order: 20,
    }),
  );
  const list = [
    { id: 'view.streams', callback: show },
    {
      id: 'stream.run',
      enabled: () => !useStreamRun.getState().busy,
      callback: () => {
        if (!layout.isOpen('streams')) show();
        return runActive(workspace);
      },
    },
    { id: 'stream.new', name: 'New Command Stream', menu: 'File', group: 4, callback: () => (newDocument(), show()) },
    {
      id: 'stream.open',
      name: 'Open Command Stream…',
      menu: 'File',
      group: 4,
      callback: async () => {
        await openFile();
        show();
      },
    },
    { id: 'stream.save', name: 'Save Command Stream', menu: 'File', group: 4, callback: () => saveActive(workspace) },
  ] as const;
  for (const init of list) stack.use(commands.register(init));
  stack.use(
    quickOpen.register({
      id: 'streams',
      prefix: '',
      find: async (text) => {
        const examples = (await client.call('example.list', {})).filter((e) => e.kind === 'stream');
        return fuzzyFind(examples, text, (e) => e.name, LIMIT).map((e) => ({
          id: `stream ${e.name}`,
          label: e.name,
          detail: e.title,
          kind: 'stream',
          open: () => void openExample(workspace, e.name).then(show),
        }));
      },
    }),
  );
  return stack;
}
