/** What the console printed and what was typed: kept while the page is open, so that closing the pane loses nothing. */
import { create } from 'zustand';
import type { Client } from '../../../protocol/client.ts';
import { Bench } from '../../../protocol/scenario.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Live } from '../../engine/live.ts';
import { Interpreter, type Print } from './interpreter.ts';

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
let interpreter: Interpreter | undefined;

const print: Print = (text, kind = 'out') => add(kind, text);

function add(kind: Line['kind'], text: string): void {
  const fresh = text.split('\n').map((t) => ({ id: nextLine++, kind, text: t }));
  useConsole.setState((s) => ({ lines: [...s.lines, ...fresh].slice(-MAX_LINES) }));
}

export function variables(): Iterable<string> {
  return interpreter?.variables.keys() ?? [];
}

/** Runs what was typed; the next waits until it is done. */
export async function runLine(client: Client, live: Live, text: string): Promise<void> {
  if (text.trim() === '' || useConsole.getState().busy) return;
  if (interpreter?.bench.client !== client) interpreter = new Interpreter(new Bench(client, print), print, restOfPage);
  add('in', text);
  useConsole.setState((s) => ({
    busy: true,
    history: [...s.history.filter((h) => h !== text), text].slice(-MAX_HISTORY),
  }));
  try {
    await interpreter.run(text);
  } catch (error) {
    add('bad', messageOf(error));
  } finally {
    useConsole.setState({ busy: false });
    live.refresh();
  }
}

export function stopLine(): void {
  interpreter?.stop();
}

export function clearConsole(): void {
  useConsole.setState({ lines: [] });
}

/** Lets the page draw and hear. */
function restOfPage(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
