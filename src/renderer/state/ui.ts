/**
 * State of the surface alone: preferences, selection, what is open on top, what a person was asked already. zustand
 * keeps it; nothing the engine knows is copied in here.
 */
import { create } from 'zustand';
import type { LogView } from '../../protocol/window.ts';
import { loadPreferences, savePreferences, type Preferences } from './preferences.ts';
import type { Selection } from './selection.ts';

/** What lies over the workspace. */
export type Overlay =
  | { readonly kind: 'palette'; readonly text: string }
  | { readonly kind: 'keys' }
  | { readonly kind: 'about' }
  | { readonly kind: 'pick'; readonly pick: Pick }
  | { readonly kind: 'confirm'; readonly confirm: Confirm };

/** A choice from a short list. */
export interface Pick {
  readonly title: string;
  readonly entries: readonly { readonly id: string; readonly label: string; readonly detail?: string }[];
  readonly onPick: (id: string) => void;
}

/** A question before something is done; `key` is what "don't ask again this session" remembers, where it may. */
export interface Confirm {
  readonly key?: string;
  readonly title: string;
  readonly text: string;
  readonly details?: readonly string[];
  readonly action: string;
  readonly onConfirm: () => void;
}

/** A message that stays until read. */
export interface Message {
  readonly id: number;
  readonly level: 'error' | 'warning' | 'info';
  readonly text: string;
}

/** A recorded session that was opened for reading, and what the host said about it. */
export interface OpenedSession {
  readonly session: string;
  readonly name: string;
  readonly info: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  /** Where a reader should begin: the sender's marker, or the last fault. */
  readonly opensAt?:
    | {
        readonly view: string;
        readonly key: number;
        readonly timeNs: number;
        readonly text: string;
        readonly marker: boolean;
      }
    | undefined;
}

/** What the access log is asked to show: a view with a filter, and perhaps the row to go to. */
export interface LogRequest {
  readonly view: LogView;
  /** In the language of filter bars. */
  readonly text: string;
  /** The row's number in the first column. */
  readonly key?: number;
}

export interface UiState {
  readonly preferences: Preferences;
  readonly selection: Selection | undefined;
  readonly history: readonly Selection[];
  readonly overlay: Overlay | undefined;
  readonly messages: readonly Message[];
  /** Questions answered with "don't ask again". */
  readonly settled: ReadonlySet<string>;
  /** The session that log panes show: `live` or an opened one. */
  readonly session: string;
  readonly opened: OpenedSession | undefined;
  /** What is being exported, in words. */
  readonly exporting: string | undefined;
  readonly setExporting: (what: string | undefined) => void;
  /** The last request; a new object each time, so that asking the same again works. */
  readonly logRequest: LogRequest | undefined;
  readonly showLog: (request: LogRequest) => void;
  readonly setPreferences: (change: Partial<Preferences>) => void;
  readonly select: (selection: Selection | undefined) => void;
  readonly back: () => void;
  readonly show: (overlay: Overlay | undefined) => void;
  readonly say: (level: Message['level'], text: string) => void;
  readonly dismiss: (id: number) => void;
  readonly settle: (key: string) => void;
  /** Shows an opened session in the log panes; undefined goes back to the live one. */
  readonly viewSession: (opened: OpenedSession | undefined) => void;
  /** A new bench: the old selection and answers mean nothing any more. */
  readonly newBench: () => void;
}

/** Selections that "back" remembers, and messages kept (both chosen). */
const MAX_HISTORY = 50;
const MAX_MESSAGES = 20;

let nextMessage = 1;

export const useUi = create<UiState>()((set, get) => ({
  preferences: loadPreferences(globalThis.localStorage),
  selection: undefined,
  history: [],
  overlay: undefined,
  messages: [],
  settled: new Set(),
  session: 'live',
  opened: undefined,
  logRequest: undefined,
  exporting: undefined,
  setExporting: (exporting) => set({ exporting }),
  showLog: (request) => set({ logRequest: { ...request } }),
  setPreferences: (change) => {
    set({ preferences: { ...get().preferences, ...change } });
    // Another window may have written meanwhile: only what changed here is written over.
    savePreferences(globalThis.localStorage, { ...loadPreferences(globalThis.localStorage), ...change });
  },
  select: (selection) => {
    const { selection: before, history } = get();
    set({ selection, history: before === undefined ? history : [...history.slice(1 - MAX_HISTORY), before] });
  },
  back: () => {
    const { history } = get();
    set({ selection: history.at(-1), history: history.slice(0, -1) });
  },
  show: (overlay) => set({ overlay }),
  say: (level, text) => {
    const { messages } = get();
    if (messages.at(-1)?.text === text) return;
    set({ messages: [...messages.slice(1 - MAX_MESSAGES), { id: nextMessage++, level, text }] });
  },
  dismiss: (id) => set({ messages: get().messages.filter((m) => m.id !== id) }),
  settle: (key) => set({ settled: new Set([...get().settled, key]) }),
  viewSession: (opened) => set({ session: opened?.session ?? 'live', opened }),
  newBench: () => set({ selection: undefined, history: [], settled: new Set(), session: 'live', opened: undefined }),
}));

/** Selects an object from anywhere. */
export function select(selection: Selection | undefined): void {
  useUi.getState().select(selection);
}
