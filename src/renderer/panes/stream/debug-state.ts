/** What the workspace knows of the stream that is debugged: its text as it was begun, and where it stands. */
import { create } from 'zustand';
import type { StreamJobPlace, StreamState, StreamStop } from '../../../protocol/stream-debug.ts';
import type { StreamDirectives } from '../../../spec/cs/directives.ts';

const WORD_BYTES = 8;

/** The stream under way. */
export interface Debugged {
  readonly document: number;
  readonly name: string;
  /** As it was submitted; the text may have been edited since. */
  readonly text: string;
  /** Line of each word in that text. */
  readonly lines: Uint32Array;
  readonly directives: StreamDirectives;
  readonly job: StreamJobPlace;
}

export interface StreamDebug {
  readonly debugged: Debugged | undefined;
  /** Time passes for it now. */
  readonly running: boolean;
  /** The last answer about where it stands; kept while it runs. */
  readonly stop: StreamStop | undefined;
  readonly state: StreamState | undefined;
  /** Registers at the stop before, for the marks. */
  readonly before: readonly number[];
  /** The job has ended. */
  readonly finished: boolean;
}

const NOTHING: StreamDebug = {
  debugged: undefined,
  running: false,
  stop: undefined,
  state: undefined,
  before: [],
  finished: false,
};

export const useStreamDebug = create<StreamDebug>()(() => NOTHING);

export function forgetDebugged(): void {
  useStreamDebug.setState(NOTHING);
}

/** Index of the word a stream stands before, in the text that is debugged; undefined elsewhere. */
export function wordAt({ job }: Debugged, pc: number): number | undefined {
  const index = (pc - job.va) / WORD_BYTES;
  return Number.isInteger(index) && index >= 0 && index < job.words ? index : undefined;
}

/** Line (of the text as it was begun) that the stream stands at: while it stands. */
export function lineNow({ debugged, running, stop, state, finished }: StreamDebug): number | undefined {
  if (debugged === undefined || running || finished) return undefined;
  const index = wordAt(debugged, stop?.pc ?? state?.pc ?? -1);
  return index === undefined ? undefined : debugged.lines[index];
}

/** Address of the first instruction of a line; undefined when it has none. */
export function addressOf({ lines, job }: Debugged, line: number): number | undefined {
  const index = lines.indexOf(line);
  return index < 0 || index >= job.words ? undefined : job.va + index * WORD_BYTES;
}

/** Where it stands, in words; for the eye and for screen readers. */
export function standingWords(now: StreamDebug): string {
  const { debugged, running, stop, state, finished } = now;
  if (debugged === undefined) return '';
  if (running) return 'running';
  if (finished) return 'the stream has ended';
  const line = lineNow(now);
  const where = line === undefined ? 'outside of the text' : `line ${line}`;
  const inside = stop?.inside === true ? ', inside a driver call' : '';
  if (stop?.state === 'stopped') return `stopped at ${where}: ${stop.reason}${inside}`;
  if (state?.state === 'BLOCKED') return `waits at ${where}: ${state.reason}`;
  return stop?.reason === 'idle' ? `${where}: nothing more will happen` : `paused at ${where}`;
}
