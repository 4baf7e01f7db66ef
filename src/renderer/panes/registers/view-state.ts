/** What the Registers pane shows, kept while it is closed: open branches, the search, whether it compares. */
import { create } from 'zustand';
import { OPEN_AT_FIRST } from './tree.ts';

export interface RegisterView {
  readonly search: string;
  readonly open: ReadonlySet<string>;
  readonly comparing: boolean;
  /** The node with the cursor. */
  readonly cursor: string | undefined;
  /** The node whose value is being edited. */
  readonly editing: string | undefined;
}

export const useRegisterView = create<RegisterView>()(() => ({
  search: '',
  open: new Set(OPEN_AT_FIRST),
  comparing: false,
  cursor: undefined,
  editing: undefined,
}));
