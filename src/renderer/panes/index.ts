/**
 * Finds the `register.ts` of every pane folder. Each exports `register(workspace)`, which adds the pane, its commands
 * and its quick-open entries, and returns what takes all of it back.
 */
import { DisposableStack, type Disposable } from '../../base/disposable.ts';
import type { Workspace } from '../workspace.ts';

interface PaneModule {
  readonly register: (workspace: Workspace) => Disposable;
}

/** Style sheets of the panes; the style of the shell is in styles/index.css. */
export const paneStyles = import.meta.glob('./*/*.css', { eager: true });

const modules = import.meta.glob<PaneModule>('./*/register.ts', { eager: true });

export function registerPanes(workspace: Workspace): Disposable {
  const stack = new DisposableStack();
  for (const module of Object.values(modules)) stack.use(module.register(workspace));
  return stack;
}
