/** What the console printed and what was typed: kept while the page is open, so that closing the pane loses nothing. */
import { create } from 'zustand';
import type { Client } from '../../../protocol/client.ts';
import type { Live } from '../../engine/live.ts';
import { ConsoleRunner, type WorkerLike } from './runner.ts';

export interface Line {
  readonly id: number;
  readonly kind: 'in' | 'out' | 'good' | 'bad';
  readonly text: string;
}

interface ConsoleState {
  readonly lines: readonly Line[];
  readonly history: readonly string[];
  readonly busy: boolean;
}

/** Lines and inputs kept (chosen). */
const MAX_LINES = 2000;
const MAX_HISTORY = 200;

export const useConsole = create<ConsoleState>()(() => ({ lines: [], history: [], busy: false }));

let nextLine = 1;

const runner = new ConsoleRunner(async () => {
  const { default: ConsoleWorker } = await import('./worker.ts?worker');
  const worker: WorkerLike = new ConsoleWorker();
  return worker;
}, add);

function add(list: readonly Pick<Line, 'kind' | 'text'>[]): void {
  // Of more lines than are kept nobody sees the first.
  const fresh = list
    .slice(-MAX_LINES)
    .flatMap(({ kind, text }) => text.split('\n').map((t) => ({ id: nextLine++, kind, text: t })));
  useConsole.setState((s) => ({ lines: [...s.lines, ...fresh].slice(-MAX_LINES) }));
}

export function variables(): Iterable<string> {
  return runner.variables;
}

/** Runs what was typed; the next waits until it is done. */
export async function runLine(client: Client, live: Live, text: string): Promise<void> {
  if (text.trim() === '' || useConsole.getState().busy) return;
  add([{ kind: 'in', text }]);
  useConsole.setState((s) => ({
    busy: true,
    history: [...s.history.filter((h) => h !== text), text].slice(-MAX_HISTORY),
  }));
  try {
    const problem = await runner.run(client, text);
    if (problem !== undefined) add([{ kind: 'bad', text: problem }]);
  } finally {
    useConsole.setState({ busy: false });
    live.refresh();
  }
}

export function stopLine(): void {
  runner.stop();
}

export function clearConsole(): void {
  useConsole.setState({ lines: [] });
}
