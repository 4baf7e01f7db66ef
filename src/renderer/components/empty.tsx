/** What an empty pane says: one sentence and the one next action. */
import type { ReactNode } from 'react';
import { useWorkspace } from '../workspace.ts';

export interface EmptyProps {
  readonly children: ReactNode;
  /** The command that is the next action. */
  readonly command?: string;
}

export function Empty({ children, command }: EmptyProps) {
  const { commands } = useWorkspace();
  const found = command === undefined ? undefined : commands.find(command);
  return (
    <div className="empty">
      <p>{children}</p>
      {found !== undefined && (
        <button type="button" className="button button-primary" onClick={() => commands.run(found.id)}>
          {found.name}
        </button>
      )}
    </div>
  );
}
