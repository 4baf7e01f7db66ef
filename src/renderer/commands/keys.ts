/** Keys of a whole window, taken before any pane sees them; windows of single panes have the same. */
import { focusOf } from './hotkeys.ts';
import { useUi } from '../state/ui.ts';
import type { Workspace } from '../workspace.ts';

/** Hears the keys of a window until the returned function is called. */
export function hearKeys(workspace: Workspace, window: Window): () => void {
  const onKey = (event: KeyboardEvent) => {
    const { overlay } = useUi.getState();
    // Elements of another window are no instances of this one's classes.
    const target = event.target !== null && 'closest' in event.target ? (event.target as Element) : undefined;
    const pane = target?.closest('[data-pane]')?.getAttribute('data-pane') ?? undefined;
    const command = workspace.commands.commandFor(event, focusOf(target), workspace.mac, pane);
    if (command === undefined) return;
    if (overlay !== undefined && !command.id.startsWith('palette.')) return;
    event.preventDefault();
    event.stopPropagation();
    workspace.commands.run(command.id);
  };
  window.addEventListener('keydown', onKey, { capture: true });
  return () => window.removeEventListener('keydown', onKey, { capture: true });
}
