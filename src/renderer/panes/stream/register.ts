/** The editor for command streams and its commands. */
import { FileCode2 } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { fuzzyFind } from '../../commands/quick-open.ts';
import type { Workspace } from '../../workspace.ts';
import { newDocument, openExample, openFile, saveActive } from './documents.ts';
import { debuggingOf } from './debug.ts';
import { useStreamDebug } from './debug-state.ts';
import { runActive, useStreamRun } from './run.ts';
import { loadExamples } from './sources.ts';

/** Most examples that quick open lists. */
const LIMIT = 50;

export function register(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  const { commands, panes, quickOpen, layout, client } = workspace;
  const debugging = debuggingOf(workspace);
  void loadExamples(workspace).catch(() => {});
  const under = () => useStreamDebug.getState();
  const standing = () => under().debugged !== undefined && !under().running;
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
      enabled: () => !useStreamRun.getState().busy && (under().debugged === undefined || under().finished),
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
  const keyed = [
    ['stream.debug', 'Debug the Command Stream, or Continue', 'F5', () => !under().running, () => debugging.go()],
    ['stream.debugPause', 'Pause the Command Stream', 'F6', () => under().running, () => debugging.pause()],
    ['stream.debugEnd', 'End Debugging the Command Stream', 'Shift+F5', standing, () => debugging.end()],
    ['stream.debugAgain', 'Debug the Command Stream Again', 'Mod+Shift+F5', standing, () => debugging.restart()],
    ['stream.step', 'Step One Instruction', 'F11', standing, () => debugging.step('step')],
    ['stream.stepOver', 'Step over a CALL', 'F10', standing, () => debugging.step('over')],
    ['stream.stepOut', 'Step out of the Frame', 'Shift+F11', standing, () => debugging.step('out')],
    ['stream.stepBack', 'Step One Instruction Back', 'Mod+F11', standing, () => debugging.step('back')],
    ['stream.runBack', 'Go Back to a Breakpoint', 'Mod+F5', standing, () => debugging.step('continueBack')],
    ['stream.breakpoint', 'Toggle Breakpoint', 'F9', () => true, () => debugging.editor?.togglePoint()],
  ] as const;
  for (const [id, name, defaultHotkey, enabled, callback] of keyed) {
    stack.use(commands.register({ id, name, defaultHotkey, enabled, callback, pane: 'streams' }));
  }
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
