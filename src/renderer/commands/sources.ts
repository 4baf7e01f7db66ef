/** Quick-open sources of the shell: commands, registers by name, and registers by address. */
import { DisposableStack, type Disposable } from '../../base/disposable.ts';
import { hostRegisterNames, registerAt, mcuRegisterAt, wordName } from '../../spec/registers/index.ts';
import { hex } from '../lib/format.ts';
import { select } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';
import { fuzzyFind, type QuickEntry } from './quick-open.ts';

/** Most entries a source gives (chosen). */
const LIMIT = 500;

export function registerShellSources(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  const { quickOpen, commands } = workspace;
  stack.use(
    quickOpen.register({
      id: 'commands',
      prefix: '>',
      find: (text) =>
        fuzzyFind(commands.all(), text, (c) => c.name, LIMIT).map((command) => ({
          id: command.id,
          label: command.name,
          detail: command.detail(),
          kind: command.menu ?? '',
          hotkey: command.hotkeys[0],
          disabled: !command.enabled(),
          open: () => void commands.run(command.id),
        })),
    }),
  );
  stack.use(quickOpen.register({ id: 'registers', prefix: '', find: (text) => findRegisters(workspace, text) }));
  stack.use(quickOpen.register({ id: 'address', prefix: '#', find: (text) => findAddress(workspace, text) }));
  return stack;
}

let hostNames: readonly { readonly name: string; readonly offset: number }[] | undefined;

function findRegisters(workspace: Workspace, text: string): readonly QuickEntry[] {
  hostNames ??= [...hostRegisterNames()].filter((n) => !n.name.endsWith('_HI'));
  return fuzzyFind(hostNames, text, (n) => n.name, LIMIT).map(({ name, offset }) =>
    registerEntry(workspace, name, offset),
  );
}

function findAddress(workspace: Workspace, text: string): readonly QuickEntry[] {
  const address = Number.parseInt(text.replace(/^0x/i, ''), 16);
  if (!Number.isSafeInteger(address)) return [];
  const word = address - (address % 4);
  const found = registerAt(word) ?? mcuRegisterAt(word);
  return found === undefined ? [] : [registerEntry(workspace, wordName(found), word)];
}

function registerEntry(workspace: Workspace, name: string, offset: number): QuickEntry {
  return {
    id: `register ${name}`,
    label: name,
    detail: hex(offset, 4),
    kind: 'register',
    open: () => {
      select({ kind: 'register', name });
      workspace.layout.show('registers');
    },
  };
}
