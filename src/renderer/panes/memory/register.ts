/** The Memory pane, its commands, and addresses in quick open. */
import { MemoryStick } from 'lucide-react';
import { DisposableStack, type Disposable } from '../../../base/disposable.ts';
import { hex } from '../../lib/format.ts';
import type { Workspace } from '../../workspace.ts';
import { showMemory, spaceText, useMemory, type MemorySpace } from './place.ts';

export function register(w: Workspace): Disposable {
  const stack = new DisposableStack();
  stack.use(
    w.panes.registerPane({
      id: 'memory',
      title: 'Memory',
      icon: MemoryStick,
      component: () => import('./memory.tsx'),
      defaultPlace: 'centre',
      order: 40,
      open: false,
    }),
  );
  stack.use(w.commands.register({ id: 'view.memory', callback: () => w.layout.show('memory') }));
  stack.use(
    w.quickOpen.register({
      id: 'memory',
      prefix: '#',
      find: (text) => {
        const address = Number.parseInt(text.replace(/^0x/i, '').replaceAll('_', ''), 16);
        if (!Number.isSafeInteger(address) || address >= 2 ** 48) return [];
        const { space, number } = useMemory.getState().place;
        const spaces: readonly MemorySpace[] = [
          { space, number },
          ...(['physical', 'mcu'] as const).filter((s) => s !== space).map((s) => ({ space: s, number: 0 })),
        ];
        return spaces.map((s) => ({
          id: `memory ${spaceText(s)}`,
          label: `Memory at ${hex(address)}`,
          detail: spaceText(s),
          kind: 'memory',
          open: () => showMemory(w, { ...s, address }),
        }));
      },
    }),
  );
  return stack;
}
