/** The name of an object, as a link that selects it. */
import type { ReactNode } from 'react';
import { selectionText, type Selection } from '../state/selection.ts';
import { select } from '../state/ui.ts';

export interface ObjectLinkProps {
  readonly to: Selection;
  /** The words; its usual ones unless given. */
  readonly children?: ReactNode;
}

export function ObjectLink({ to, children }: ObjectLinkProps) {
  return (
    <button
      type="button"
      className="link mono"
      onClick={(event) => {
        event.stopPropagation();
        select(to);
      }}
    >
      {children ?? selectionText(to)}
    </button>
  );
}
