/**
 * What the log panes show and where they are asked to go, from anywhere: another pane, a link, a command. State of
 * the surface only; the rows are the session's.
 */
import { create } from 'zustand';
import { parseFilter } from '../../components/filter.ts';
import type { LogFilter } from '../../../protocol/window.ts';

/** A place in one of the log panes. */
export type LogTarget =
  /** The access log: at an access, at a time, or filtered. */
  | { readonly pane: 'log'; readonly seq?: number; readonly timeNs?: number; readonly filter?: string }
  /** The SQL tab, perhaps with a statement to run. */
  | { readonly pane: 'log'; readonly sql: string }
  | { readonly pane: 'driver'; readonly tab: DriverTab; readonly timeNs: number };

export type DriverTab = 'log' | 'ioctls';
export type LogTab = 'accesses' | 'sql';

/** What is typed in a filter bar, and the last of it that was a filter. */
export interface Typed {
  readonly text: string;
  readonly problem: string | undefined;
  readonly filter: LogFilter;
}
const NOTHING: Typed = { text: '', problem: undefined, filter: { text: '', fields: [] } };

/** While what is typed is no filter, the one before stays. */
export function typed(before: Typed, text: string, columns: readonly string[]): Typed {
  const parsed = parseFilter(text, columns);
  if (!parsed.ok) return { text, problem: parsed.message, filter: before.filter };
  return { text, problem: undefined, filter: { text: parsed.filter.text, fields: [...parsed.filter.fields] } };
}

/** A place that a list is asked to go to, by the first row at or after a value of a column. */
export interface Place {
  readonly column: 'seq' | 'time_ns';
  readonly value: number;
}

interface LogState {
  readonly tab: LogTab;
  readonly accesses: Typed;
  readonly place: Place | undefined;
  /** A statement to run; `run` grows so that the same one can be asked for twice. */
  readonly sql: { readonly text: string; readonly run: number };
  readonly driverTab: DriverTab;
  readonly log: Typed;
  readonly ioctls: Typed;
  readonly driverPlace: Place | undefined;
  readonly pattern: string;
}

export const useLogState = create<LogState>()(() => ({
  tab: 'accesses',
  accesses: NOTHING,
  place: undefined,
  sql: { text: '', run: 0 },
  driverTab: 'log',
  log: NOTHING,
  ioctls: NOTHING,
  driverPlace: undefined,
  pattern: '',
}));

/** Columns a filter of the access log may name, in the order of the view. */
export const ACCESS_COLUMNS = [
  'seq',
  'time_ns',
  'branch',
  'initiator',
  'op',
  'block',
  'name',
  'offset',
  'width',
  'value',
  'old_value',
  'cause',
] as const;

/** Sends a log pane to a place; show the pane as well (`layout.show(target.pane)`). */
export function showLog(target: LogTarget): void {
  const { setState } = useLogState;
  if (target.pane === 'driver') {
    const driverPlace: Place = { column: 'time_ns', value: target.timeNs };
    setState({ driverTab: target.tab, driverPlace, [target.tab]: NOTHING, pattern: '' });
  } else if ('sql' in target) {
    setState((s) => ({ tab: 'sql', sql: { text: target.sql, run: s.sql.run + 1 } }));
  } else {
    setState((s) => ({
      tab: 'accesses',
      accesses: typed(s.accesses, target.filter ?? '', ACCESS_COLUMNS),
      place:
        target.seq !== undefined
          ? { column: 'seq', value: target.seq }
          : target.timeNs === undefined
            ? undefined
            : { column: 'time_ns', value: target.timeNs },
    }));
  }
}
